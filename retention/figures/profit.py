"""The profit curve."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from retention.figures.style import ACCENT, GREY, RED, SOFT, mark, money_axis, styled
from retention.profit.curve import ProfitCurve
from retention.profit.money import in_currency

if TYPE_CHECKING:
    import plotly.graph_objects as go

_EVERY = 4  # a slider step of 0.001 is less than a pixel wide


def profit_curve(curve: ProfitCurve, threshold: float) -> "go.Figure":
    """Draw the profit at every threshold, what the alternatives earn, and where the slider stands."""
    import plotly.graph_objects as go

    currency = curve.economics.currency
    drawn = _drawn(curve)
    x = np.minimum(curve.threshold[drawn], 1.0)
    profit, low, high = (np.round(line[drawn]) for line in (curve.profit, *curve.profit_band))
    figure = go.Figure()
    figure.add_scatter(x=x, y=low, mode="lines", line={"width": 0}, showlegend=False, hoverinfo="skip")
    figure.add_scatter(
        x=x, y=high, mode="lines", name="90% band", line={"width": 0}, fill="tonexty", fillcolor=SOFT,
        hoverinfo="skip",
    )  # fmt: skip
    figure.add_scatter(
        x=x, y=profit, mode="lines", name="This model", line={"color": ACCENT, "width": 3},
        text=[in_currency(amount, currency) for amount in profit],
        hovertemplate="from %{x:.3f}: %{text}<extra></extra>",
    )  # fmt: skip
    for name, amount, dash in [
        ("Everyone gets an offer", float(curve.profit[0]), "dot"),
        ("Nobody does", 0.0, "solid"),
    ]:
        figure.add_scatter(
            x=[0, 1], y=[amount, amount], mode="lines", name=name,
            line={"color": GREY, "width": 1.5, "dash": dash}, showlegend=amount != 0, hoverinfo="skip",
        )  # fmt: skip
    break_even = curve.threshold_break_even
    if break_even is not None and break_even <= 1:
        mark(figure, break_even, f"break-even {break_even:.3f}", to_left=break_even > 0.6)
    here = curve.matrix(threshold)
    figure.add_scatter(
        x=[threshold], y=[here.profit], mode="markers", name="You are here",
        marker={"color": RED, "size": 14, "line": {"color": "white", "width": 2}}, hoverinfo="skip",
        cliponaxis=False,
    )  # fmt: skip
    return styled(
        figure,
        reading=_reading(curve),
        x_title="Threshold: offer from this probability on",
        title=f"Profit against doing nothing, {curve.customers:,} customers ({currency})",
        height=400,
        x={"range": [0, 1], "dtick": 0.2},
        y=money_axis(float(min(low.min(), 0)), float(max(high.max(), 0)), currency),
        hover="x",
    )


def _reading(curve: ProfitCurve) -> str:
    def amount(number: float) -> str:
        return in_currency(number, curve.economics.currency)

    if curve.matrix().contacted == 0:
        return (
            f"Sending to nobody is best; sending to everyone would earn {amount(curve.profit_all)} per 1,000 "
            "customers (backtested, assumed)."
        )
    return (
        f"Sending from {curve.threshold_best:.3f} on earns about {amount(curve.profit_best)} per 1,000 customers "
        f"(90% band {amount(curve.band.low)} to {amount(curve.band.high)}), sending to everyone "
        f"{amount(curve.profit_all)} (backtested, assumed)."
    )


def _drawn(curve: ProfitCurve) -> NDArray[np.int64]:
    """Return positions along the curve: every fourth, both ends, and the optimum."""
    at = np.append(np.arange(0, len(curve.threshold), _EVERY), len(curve.threshold) - 1)
    return np.union1d(at, np.searchsorted(curve.threshold, curve.threshold_best))
