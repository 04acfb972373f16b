"""Whether a model that learned from the past still told who leaves, cutoff by cutoff."""

import datetime as dt
from typing import TYPE_CHECKING

from retention.charts.style import ACCENT, GREY, apply_style
from retention.churn.out_of_time import OutOfTime

if TYPE_CHECKING:
    import plotly.graph_objects as go


def metrics_over_time(went: OutOfTime) -> "go.Figure | None":
    """Draw the AUC and the Brier score of each cutoff, from models that had learned from those before it.

    The dashed line is what cross-validation on the earlier cutoffs promised for the newest one.

    Returns
    -------
    Figure or None
        None where only the newest cutoff was scored, which needs no picture.
    """
    import plotly.graph_objects as go

    if not went.earlier:
        return None
    scored = [*((one.cutoff, one.customers, one.metrics) for one in went.earlier),
              (went.cutoff, went.customers, went.metrics)]  # fmt: skip
    days = [dt.date.fromisoformat(cutoff) for cutoff, _, _ in scored]
    aucs, briers = ([getattr(one, name) for _, _, one in scored] for name in ("roc_auc", "brier"))
    figure = go.Figure()
    for name, axis, values, promised in (
        ("AUC", "y", aucs, went.cross_validated.roc_auc),
        ("Brier score", "y2", briers, went.cross_validated.brier),
    ):
        figure.add_scatter(
            x=[days[0], days[-1]], y=[promised, promised], yaxis=axis, mode="lines", hoverinfo="skip",
            line={"color": GREY, "dash": "dash", "width": 1.5}, name="Cross-validated on earlier cutoffs",
            showlegend=axis == "y",
        )  # fmt: skip
        figure.add_scatter(
            x=days, y=[round(value, 4) for value in values], yaxis=axis, mode="lines+markers", cliponaxis=False,
            line={"color": ACCENT, "width": 2}, marker={"size": 9}, name="Learned from the cutoffs before",
            customdata=[customers for _, customers, _ in scored], showlegend=axis == "y",
            hovertemplate=f"%{{x|%Y-%m-%d}}: {name} %{{y:.3f}} on %{{customdata:,}} customers<extra></extra>",
        )  # fmt: skip
    apply_style(
        figure,
        reading=_reading(went),
        x_title="Cutoff",
        title="AUC (above) and Brier score (below)",
        height=340,
        x={"tickvals": days, "tickformat": "%Y-%m-%d", "anchor": "y2"},
        # From chance to certainty: an axis that fits the points would make a mountain of a hundredth.
        y={"domain": [0.56, 1], "tickformat": ".1f", "nticks": 4, "range": [min(0.5, *aucs), 1]},
    )
    other = figure.layout.yaxis.to_plotly_json()
    below = {"domain": [0, 0.42], "anchor": "x", "tickformat": ".2f", "range": [0, max(0.25, *briers)]}
    return figure.update_layout(yaxis2={**other, **below})


def _reading(went: OutOfTime) -> str:
    first, last = went.earlier[0], went.metrics
    change = last.roc_auc - first.metrics.roc_auc
    course = "stayed about the same" if abs(change) < 0.01 else "rose" if change > 0 else "fell"
    return (
        f"From {first.cutoff} to {went.cutoff} the AUC {course} ({first.metrics.roc_auc:.3f} to "
        f"{last.roc_auc:.3f}), each time for people the model had not seen, later than all that it learned from."
    )
