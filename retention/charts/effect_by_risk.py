"""The measured effect by churn risk, beside what the plan expects and the break-even probability."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from retention.campaign.effect_by_risk import RiskGroup
from retention.charts.style import ACCENT, GREY, PERCENT, apply_style, mark_position
from retention.charts.ticks import money_axis
from retention.profit.economics import Economics
from retention.wording.money import in_currency

if TYPE_CHECKING:
    import plotly.graph_objects as go


def effect_by_risk(
    groups: Sequence[RiskGroup], economics: Economics, *, evidence: Sequence[str] = ("measured", "assumed")
) -> "go.Figure | None":
    """Draw the effect on money per customer in each risk group, with its 90% interval.

    Parameters
    ----------
    groups
        The lowest risk first.
    economics
        The money inputs that the line of expected profit and the break-even follow from.
    evidence
        What the measured amounts rest on.

    Returns
    -------
    Figure or None
        None without a group.
    """
    import plotly.graph_objects as go

    if not groups:
        return None
    currency = economics.currency
    risk = [group.probability for group in groups]
    effects = [group.money for group in groups]
    at = np.linspace(0.0, 1.0, 101)
    intercept, slope = economics.profit_lines()
    expected = intercept + slope * economics.value  # (retained, churned), per contacted customer
    line = expected[0] + (expected[1] - expected[0]) * at
    figure = go.Figure()
    figure.add_scatter(
        x=at, y=line, mode="lines", name="Expected by the plan", line={"color": GREY, "width": 2},
        hoverinfo="skip",
    )  # fmt: skip
    figure.add_scatter(
        x=risk, y=[effect.value for effect in effects], mode="markers", name="Measured",
        marker={"color": ACCENT, "size": 9},
        error_y={
            "array": [effect.high - effect.value for effect in effects],
            "arrayminus": [effect.value - effect.low for effect in effects],
            "color": ACCENT, "thickness": 1.5,
        },
        text=[
            f"{group.customers:,} customers, risk {group.probability:.0%}: {_in_words(group, currency)}"
            for group in groups
        ],
        hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip
    figure.add_hline(y=0, line={"color": GREY, "width": 1})
    break_even = economics.break_even()
    if break_even <= 1:
        mark_position(figure, break_even, f"break-even {break_even:.1%}", to_left=break_even > 0.5)
    ends = [end for effect in effects for end in (effect.low, effect.high)] + [0.0, *line[[0, -1]]]
    return apply_style(
        figure,
        reading=_reading(groups, economics),
        x_title="Churn probability at the draw",
        title=f"Effect per treated customer ({currency})",
        evidence=evidence,
        height=360,
        x={**PERCENT, "range": [0, 1]},
        y=money_axis(min(ends), max(ends), currency, most=6, short=True),
    )


def _reading(groups: Sequence[RiskGroup], economics: Economics) -> str:
    """Say where the offer was shown to earn, and where to lose."""
    earned = [group for group in groups if group.money.low > 0]
    lost = [group for group in groups if group.money.high < 0]
    if not earned and not lost:
        return "No risk group shows an effect of its own: every 90% interval holds zero (measured, assumed)."
    words = []
    if earned:
        words.append(f"earned where the risk was about {_risks(earned)}")
    if lost:
        words.append(f"lost where it was about {_risks(lost)}" if earned else f"lost at a risk of {_risks(lost)}")
    even = economics.break_even()
    planned = f"; the plan expects a profit from {even:.1%} on" if even <= 1 else "; the plan expects no profit"
    return f"The offer {' and '.join(words)}{planned} (measured, assumed)."


def _risks(groups: Sequence[RiskGroup]) -> str:
    return ", ".join(f"{group.probability:.0%}" for group in groups)


def _in_words(group: RiskGroup, currency: str) -> str:
    value, low, high = (
        in_currency(end, currency, exactly=True)
        for end in (round(group.money.value, 2), round(group.money.low, 2), round(group.money.high, 2))
    )
    return f"{value} a head ({low} to {high})"
