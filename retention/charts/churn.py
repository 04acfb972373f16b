"""What the model learned, and how well its probabilities are calibrated."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from retention.charts.style import ACCENT, GREY, PERCENT, apply_style
from retention.churn.evaluation import CalibrationBin, OutOfFold, calibration_table
from retention.churn.explanation.directions import Direction
from retention.wording.column_descriptions import feature_labels
from retention.wording.column_names import capitalize_first
from retention.wording.text import shorten

if TYPE_CHECKING:
    import plotly.graph_objects as go

_BARS = 20


def feature_importance(directions: Sequence[Direction], top: int = 12) -> "go.Figure":
    """Draw how much each feature moves the model's probabilities (mean absolute contribution, log-odds).

    Parameters
    ----------
    directions
        One per feature, the one with the largest effect first.
    top
        The largest number of features to show.
    """
    import plotly.graph_objects as go

    shown = directions[:top]
    rows, size = list(range(len(shown))), np.array([direction.mean_abs_contribution for direction in shown])
    labels = feature_labels(direction.feature for direction in directions)
    names = [labels[direction.feature] for direction in shown]
    figure = go.Figure()
    figure.add_bar(
        x=np.round(size, 4), y=rows, orientation="h", marker_color=ACCENT, text=names,
        textposition="none", hovertemplate="%{text}: %{x:.2f}<extra></extra>",
    )  # fmt: skip
    return apply_style(
        figure,
        reading=_importance_reading(names, size),
        x_title="Mean effect on the log-odds",
        height=60 + 26 * len(shown),
        y={
            "tickvals": rows,
            "ticktext": [shorten(name) for name in names],
            "autorange": "reversed",
            "showgrid": False,
        },
    )


def reliability_diagram(
    out_of_fold: OutOfFold, *, before: Sequence[CalibrationBin] = (), bins: int = 10
) -> "go.Figure":
    """Draw the share that churned against the predicted probability, and how many customers got which one.

    On the dashed line both are equal. Error bars are Wilson's 95% intervals (see
    :func:`retention.churn.evaluation.calibration_table`).

    Parameters
    ----------
    out_of_fold
        The model's probabilities for customers it had not seen, and their labels.
    before
        The same customers grouped by their probability before calibration, where calibration changed it.
    bins
        The largest number of groups, all of about equal size.
    """
    import plotly.graph_objects as go

    table = calibration_table(out_of_fold.label, out_of_fold.score, bins=bins, weight=out_of_fold.weight)
    predicted, observed, low, high = (
        np.array([getattr(group, name) for group in table]) for name in ("predicted", "observed", "low", "high")
    )
    counts, edges = np.histogram(out_of_fold.score, bins=_BARS, range=(0.0, 1.0))
    farthest = max(high.max(), out_of_fold.score.max(), *(group.predicted for group in before))
    end = min(1.0, math.ceil(farthest * 20 + 1e-9) / 20)
    figure = go.Figure()
    figure.add_scatter(
        x=[0, end], y=[0, end], mode="lines", name="Perfect calibration",
        line={"color": GREY, "dash": "dash", "width": 1.5}, hoverinfo="skip",
    )  # fmt: skip
    figure.add_scatter(
        x=predicted, y=observed, mode="markers", name="Customers with similar probabilities",
        marker={"color": ACCENT, "size": 9}, cliponaxis=False,
        error_y={"type": "data", "array": high - observed, "arrayminus": observed - low, "color": ACCENT,
                 "thickness": 1.5, "width": 0},
        customdata=[group.customers for group in table],
        hovertemplate="predicted %{x:.1%}, churned %{y:.1%} of %{customdata:,} customers<extra></extra>",
    )  # fmt: skip
    if before:
        figure.add_scatter(
            x=[group.predicted for group in before], y=[group.observed for group in before], mode="markers",
            name="Before calibration", cliponaxis=False,
            marker={"color": GREY, "size": 9, "symbol": "circle-open"},
            customdata=[group.customers for group in before],
            hovertemplate="before calibration: predicted %{x:.1%}, churned %{y:.1%} of %{customdata:,} customers"
            "<extra></extra>",
        )  # fmt: skip
    drawn = counts[: math.ceil(end * _BARS - 1e-9)]
    figure.add_bar(
        x=(edges[:-1] + edges[1:])[: len(drawn)] / 2, y=drawn, yaxis="y2", showlegend=False,
        marker_color=GREY, hovertemplate="%{y:,} customers around %{x:.1%}<extra></extra>",
    )  # fmt: skip
    apply_style(
        figure,
        reading=_reliability_reading(table),
        x_title="Predicted churn probability",
        title="Share that churned, with 95% interval",
        height=440,
        x={"range": [0, end], "anchor": "y2", **PERCENT},
        y={"range": [0, end], "domain": [0.34, 1], **PERCENT},
    )
    volume_axis = {
        name: setting for name, setting in figure.layout.yaxis.to_plotly_json().items() if name != "range"
    }
    return figure.update_layout(
        bargap=0.05,
        yaxis2={
            **volume_axis,
            "domain": [0, 0.2], "anchor": "x", "tickformat": ",", "nticks": 3, "rangemode": "tozero",
        },
        annotations=[
            {"text": "Customers", "x": 0, "xref": "paper", "xanchor": "left", "y": 0.2, "yref": "paper",
             "yanchor": "bottom", "showarrow": False, "font": {"size": 13}},
        ],
    )  # fmt: skip


def _importance_reading(names: list[str], size: np.ndarray) -> str:
    if not len(size) or size[0] <= 0:
        return "No feature moves the probabilities: all customers get about the same one."
    second = f", then {shorten(names[1], 40)}" if len(names) > 1 and size[1] > 0 else ""
    return (
        f"{capitalize_first(shorten(names[0], 40))} moves the predictions most, on average by a factor of "
        f"{math.exp(size[0]):.2g} on the odds to churn{second}."
    )


def _reliability_reading(table: tuple[CalibrationBin, ...]) -> str:
    customers = sum(group.customers for group in table)
    error = sum(group.customers * abs(group.predicted - group.observed) for group in table) / customers
    inside = sum(group.low <= group.predicted <= group.high for group in table)
    return (
        f"The prediction is off by {100 * error:.1f} percentage points on average; in {inside} of {len(table)} "
        "groups it lies within the 95% interval of what happened."
    )
