"""The profit curve."""

from typing import TYPE_CHECKING

import numpy as np

from retention.figures.style import ACCENT, GREY, RED, styled
from retention.profit.curve import ProfitCurve

if TYPE_CHECKING:
    import plotly.graph_objects as go


def profit_curve(curve: ProfitCurve, threshold: float) -> "go.Figure":
    """Draw the profit at every threshold, what the alternatives earn, and where the slider stands."""
    import plotly.graph_objects as go

    currency = curve.economics.currency
    x, y = curve.threshold, curve.profit
    figure = go.Figure()
    figure.add_scatter(
        x=x, y=np.round(y), mode="lines", name="This model", line={"color": ACCENT, "width": 3},
        hovertemplate=f"from %{{x:.3f}}: {currency}%{{y:,.0f}}<extra></extra>",
    )  # fmt: skip
    for name, height, dash in [
        ("Everyone gets an offer", y[0], "dot"),
        ("Nobody does", 0.0, "solid"),
    ]:
        figure.add_scatter(
            x=[0, 1], y=[height, height], mode="lines", name=name,
            line={"color": GREY, "width": 1.5, "dash": dash}, hoverinfo="skip",
        )  # fmt: skip
    if curve.threshold_break_even is not None and curve.threshold_break_even <= 1:
        figure.add_vline(
            x=curve.threshold_break_even, line={"color": GREY, "dash": "dash", "width": 1},
            annotation={"text": f" break-even {curve.threshold_break_even:.3f}", "yanchor": "bottom",
                        "xanchor": "left", "y": 0, "yref": "paper"},
        )  # fmt: skip
    here = curve.matrix(threshold)
    figure.add_scatter(
        x=[threshold], y=[here.profit], mode="markers", name="You are here",
        marker={"color": RED, "size": 14, "line": {"color": "white", "width": 2}}, hoverinfo="skip",
    )  # fmt: skip
    return styled(
        figure,
        x_title="Threshold: offer from this churn probability on",
        title=f"Profit against doing nothing, all {curve.customers:,} customers ({currency})",
        y_prefix=currency,
        height=380,
    )
