"""How well a model trained on earlier cutoffs predicted churn at each later one."""

import datetime as dt
from typing import TYPE_CHECKING

from retention.charts.style import ACCENT, GREY, apply_style
from retention.churn.out_of_time import OutOfTime

if TYPE_CHECKING:
    import plotly.graph_objects as go


def metrics_over_time(out_of_time: OutOfTime) -> "go.Figure | None":
    """Draw the AUC and the Brier score at each cutoff, each from a model trained on the cutoffs before it.

    The dashed line is the cross-validated metric on the cutoffs before the newest one.

    Returns
    -------
    Figure or None
        None where only the newest cutoff was scored: one value needs no chart.
    """
    import plotly.graph_objects as go

    if not out_of_time.earlier:
        return None
    scored = [*((origin.cutoff, origin.customers, origin.metrics) for origin in out_of_time.earlier),
              (out_of_time.cutoff, out_of_time.customers, out_of_time.metrics)]  # fmt: skip
    days = [dt.date.fromisoformat(cutoff) for cutoff, _, _ in scored]
    aucs, briers = ([getattr(metrics, name) for _, _, metrics in scored] for name in ("roc_auc", "brier"))
    figure = go.Figure()
    for name, axis, values, dashed in (
        ("AUC", "y", aucs, out_of_time.cross_validated.roc_auc),
        ("Brier score", "y2", briers, out_of_time.cross_validated.brier),
    ):
        figure.add_scatter(
            x=[days[0], days[-1]], y=[dashed, dashed], yaxis=axis, mode="lines", hoverinfo="skip",
            line={"color": GREY, "dash": "dash", "width": 1.5}, name="Cross-validated on earlier cutoffs",
            showlegend=axis == "y",
        )  # fmt: skip
        figure.add_scatter(
            x=days, y=[round(value, 4) for value in values], yaxis=axis, mode="lines+markers", cliponaxis=False,
            line={"color": ACCENT, "width": 2}, marker={"size": 9}, name="Trained on the cutoffs before",
            customdata=[customers for _, customers, _ in scored], showlegend=axis == "y",
            hovertemplate=f"%{{x|%Y-%m-%d}}: {name} %{{y:.3f}} on %{{customdata:,}} customers<extra></extra>",
        )  # fmt: skip
    apply_style(
        figure,
        reading=_reading(out_of_time),
        x_title="Cutoff",
        title="AUC (above) and Brier score (below)",
        height=340,
        x={"tickvals": days, "tickformat": "%Y-%m-%d", "anchor": "y2"},
        # The axis runs from chance to certainty, so that a difference of a hundredth does not look large.
        y={"domain": [0.56, 1], "tickformat": ".1f", "nticks": 4, "range": [min(0.5, *aucs), 1]},
    )
    upper_axis = figure.layout.yaxis.to_plotly_json()
    lower_axis = {"domain": [0, 0.42], "anchor": "x", "tickformat": ".2f", "range": [0, max(0.25, *briers)]}
    return figure.update_layout(yaxis2={**upper_axis, **lower_axis})


def _reading(out_of_time: OutOfTime) -> str:
    first, last = out_of_time.earlier[0], out_of_time.metrics
    change = last.roc_auc - first.metrics.roc_auc
    trend = "stayed about the same" if abs(change) < 0.01 else "rose" if change > 0 else "fell"
    return (
        f"From {first.cutoff} to {out_of_time.cutoff} the AUC {trend} ({first.metrics.roc_auc:.3f} to "
        f"{last.roc_auc:.3f}), each time on customers the model had not seen, later than all of its training data."
    )
