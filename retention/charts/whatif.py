"""How the profit depends on the assumed money inputs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from retention.charts.style import ACCENT, GREY, PERCENT, RED, apply_style, mark_position
from retention.charts.ticks import money_axis
from retention.profit.curve import ProfitCurve
from retention.profit.evidence import ASSUMED, MEASURED, in_brackets
from retention.profit.profit_text import save_rate_uncertainty_sentence
from retention.profit.whatif import SaveRateCurve, Swing
from retention.wording.money import in_currency
from retention.wording.money_inputs import MONEY_INPUTS

if TYPE_CHECKING:
    import plotly.graph_objects as go

_TITLE = "Profit per 1,000 customers"


def tornado_chart(swings: Sequence[Swing], curve: ProfitCurve) -> "go.Figure | None":
    """Draw what each money input does to the profit, the largest effect on top.

    Parameters
    ----------
    swings
        From :func:`retention.profit.whatif.tornado`, the largest first.
    curve
        The profit as assumed.

    Returns
    -------
    Figure or None
        None where no input moves the profit.
    """
    import plotly.graph_objects as go

    moving = [swing for swing in swings if swing.size > 0]
    if not moving:
        return None
    currency = curve.economics.currency
    now, rows = curve.deployed.profit, list(range(len(moving)))
    figure = go.Figure()
    for name, colour, settings, profits in [
        ("Input lower", GREY, [swing.low for swing in moving], [swing.profit_low for swing in moving]),
        ("Input higher", ACCENT, [swing.high for swing in moving], [swing.profit_high for swing in moving]),
    ]:
        figure.add_bar(
            x=[profit - now for profit in profits], base=now, y=rows, orientation="h", name=name,
            marker_color=colour,
            text=[
                f"{_setting_in_words(swing.name, setting, currency)}: {in_currency(profit, currency)}"
                for swing, setting, profit in zip(moving, settings, profits, strict=True)
            ],
            textposition="none", hovertemplate="%{text}<extra></extra>",
        )  # fmt: skip
    figure.add_vline(x=now, line={"color": GREY, "width": 1.5})
    ends = [profit for swing in moving for profit in (swing.profit_low, swing.profit_high, now)]
    figure.update_layout(barmode="overlay")
    return apply_style(
        figure,
        reading=_tornado_reading(moving[0], curve),
        x_title=f"{_TITLE} ({currency})",
        title="What each money input does to the profit",
        evidence=curve.evidence,
        height=160 + 44 * len(moving),
        x=money_axis(min(ends), max(ends), currency, most=3, short=True),
        y={
            "tickvals": rows,
            "ticktext": [
                f"{MONEY_INPUTS[swing.name].short.capitalize()}<br>"
                f"{_setting(swing.name, swing.low, currency)} to {_setting(swing.name, swing.high, currency)}"
                for swing in moving
            ],
            "autorange": "reversed",
            "showgrid": False,
        },
    )


def profit_against_save_rate(rates: SaveRateCurve, curve: ProfitCurve) -> "go.Figure":
    """Draw what the model and sending to everyone earn at each save rate, and which rate is assumed or measured.

    Parameters
    ----------
    rates
        From :func:`retention.profit.whatif.profit_by_save_rate`.
    curve
        The profit as assumed.
    """
    import plotly.graph_objects as go

    currency, rate = curve.economics.currency, curve.economics.save_rate
    kind = ASSUMED if curve.measured is None else MEASURED
    figure = go.Figure()
    for name, profit, line in [
        ("Everyone gets an offer", rates.profit_all, {"color": GREY, "width": 1.5, "dash": "dot"}),
        ("This model", rates.profit_deployed, {"color": ACCENT, "width": 3}),
    ]:
        figure.add_scatter(
            x=rates.save_rate, y=np.round(profit), mode="lines", name=name, line=line,
            text=[in_currency(amount, currency) for amount in profit],
            hovertemplate="%{text}<extra>" + name + "</extra>",
        )  # fmt: skip
    figure.add_hline(y=0, line={"color": GREY, "width": 1.5})
    mark_position(figure, rate, f"{kind} {rate:.0%}", colour=RED, to_left=rate > 0.6)
    profits = np.append(rates.profit_all, rates.profit_deployed)
    return apply_style(
        figure,
        reading=save_rate_uncertainty_sentence(curve),
        x_title="Save rate: share of churners an offer keeps",
        title=f"{_TITLE} ({currency})",
        evidence=curve.evidence,
        height=376,
        x={"range": [0, 1], "dtick": 0.25, **PERCENT},
        y=money_axis(min(float(profits.min()), 0.0), float(profits.max()), currency),
        hover="x",
    )


def _tornado_reading(largest: Swing, curve: ProfitCurve) -> str:
    currency = curve.economics.currency
    low, high = (_setting(largest.name, setting, currency) for setting in (largest.low, largest.high))
    profit_low, profit_high = (
        in_currency(profit, currency) for profit in (largest.profit_low, largest.profit_high)
    )
    return (
        f"The profit depends most on the {MONEY_INPUTS[largest.name].short}: from {low} to {high} it goes from "
        f"{profit_low} to {profit_high} per 1,000 customers {in_brackets(curve.evidence)}."
    )


def _setting_in_words(name: str, setting: float, currency: str) -> str:
    return f"{MONEY_INPUTS[name].short} {_setting(name, setting, currency)}"


def _setting(name: str, setting: float, currency: str) -> str:
    """Write the value of a money input with its unit.

    >>> _setting("save_rate", 0.24, "₹"), _setting("value", 600.0, "₹"), _setting("contact_cost", 0.8, "₹")
    ('24%', '₹600', '₹0.80')
    """
    if name in {"value", "offer_cost", "contact_cost"}:
        return in_currency(setting if setting >= 100 else float(f"{setting:.3g}"), currency, exactly=setting < 100)
    return f"{setting * 100:.3g}%"
