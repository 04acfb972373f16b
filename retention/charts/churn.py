"""What the model learned, and whether its probabilities mean what they say."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from retention.charts.style import ACCENT, GREY, PERCENT, apply_style, shortened
from retention.churn.evaluation import CalibrationBin, OutOfFold, calibration_table
from retention.churn.explanation.directions import Direction
from retention.wording.column_descriptions import feature_labels
from retention.wording.column_names import capitalize_first

if TYPE_CHECKING:
    import plotly.graph_objects as go

_BARS = 20


def feature_importance(directions: Sequence[Direction], top: int = 12) -> "go.Figure":
    """Draw how much each factor moves the model's probabilities (mean size of its contributions, log-odds).

    Parameters
    ----------
    directions
        One a feature, the one that moves them most first.
    top
        How many to show at most.
    """
    import plotly.graph_objects as go

    shown = directions[:top]
    rows, size = list(range(len(shown))), np.array([one.mean_abs_contribution for one in shown])
    called = feature_labels(one.feature for one in directions)
    names = [called[one.feature] for one in shown]
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
            "ticktext": [shortened(name) for name in names],
            "autorange": "reversed",
            "showgrid": False,
        },
    )


def reliability_diagram(
    out_of_fold: OutOfFold, *, before: Sequence[CalibrationBin] = (), bins: int = 10
) -> "go.Figure":
    """Draw the share that left against the probability given, and how many customers got which probability.

    On the dashed line both agree. Bars are Wilson's 95% intervals (see
    :func:`retention.churn.evaluation.calibration_table`).

    Parameters
    ----------
    out_of_fold
        What the model said of customers it had not seen.
    before
        Groups of the same customers by their probability before calibration, if that changed anything.
    bins
        How many groups of about equal size at most.
    """
    import plotly.graph_objects as go

    table = calibration_table(out_of_fold.label, out_of_fold.score, bins=bins)
    predicted, observed, low, high = (
        np.array([getattr(one, name) for one in table]) for name in ("predicted", "observed", "low", "high")
    )
    counts, edges = np.histogram(out_of_fold.score, bins=_BARS, range=(0.0, 1.0))
    farthest = max(high.max(), out_of_fold.score.max(), *(one.predicted for one in before))
    end = min(1.0, math.ceil(farthest * 20 + 1e-9) / 20)
    figure = go.Figure()
    figure.add_scatter(
        x=[0, end], y=[0, end], mode="lines", name="Prediction and outcome agree",
        line={"color": GREY, "dash": "dash", "width": 1.5}, hoverinfo="skip",
    )  # fmt: skip
    figure.add_scatter(
        x=predicted, y=observed, mode="markers", name="Customers of alike probability",
        marker={"color": ACCENT, "size": 9}, cliponaxis=False,
        error_y={"type": "data", "array": high - observed, "arrayminus": observed - low, "color": ACCENT,
                 "thickness": 1.5, "width": 0},
        customdata=[one.customers for one in table],
        hovertemplate="predicted %{x:.1%}, left %{y:.1%} of %{customdata:,} customers<extra></extra>",
    )  # fmt: skip
    if before:
        figure.add_scatter(
            x=[one.predicted for one in before], y=[one.observed for one in before], mode="markers",
            name="Before calibration", cliponaxis=False,
            marker={"color": GREY, "size": 9, "symbol": "circle-open"},
            customdata=[one.customers for one in before],
            hovertemplate="before calibration: predicted %{x:.1%}, left %{y:.1%} of %{customdata:,} customers"
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
        x_title="Predicted probability to leave",
        title="Share that left, with 95% interval",
        height=440,
        x={"range": [0, end], "anchor": "y2", **PERCENT},
        y={"range": [0, end], "domain": [0.34, 1], **PERCENT},
    )
    small = {name: setting for name, setting in figure.layout.yaxis.to_plotly_json().items() if name != "range"}
    return figure.update_layout(
        bargap=0.05,
        yaxis2={**small, "domain": [0, 0.2], "anchor": "x", "tickformat": ",", "nticks": 3, "rangemode": "tozero"},
        annotations=[
            {"text": "Customers", "x": 0, "xref": "paper", "xanchor": "left", "y": 0.2, "yref": "paper",
             "yanchor": "bottom", "showarrow": False, "font": {"size": 13}},
        ],
    )  # fmt: skip


def _importance_reading(names: list[str], size: np.ndarray) -> str:
    if not len(size) or size[0] <= 0:
        return "No factor moves the probabilities: everyone gets about the same one."
    second = f", then {shortened(names[1], 40)}" if len(names) > 1 and size[1] > 0 else ""
    return (
        f"{capitalize_first(shortened(names[0], 40))} moves the predictions most, on average by a factor of "
        f"{math.exp(size[0]):.2g} on the odds to leave{second}."
    )


def _reliability_reading(table: tuple[CalibrationBin, ...]) -> str:
    customers = sum(one.customers for one in table)
    off = sum(one.customers * abs(one.predicted - one.observed) for one in table) / customers
    inside = sum(one.low <= one.predicted <= one.high for one in table)
    return (
        f"The prediction is off by {100 * off:.1f} percentage points on average; in {inside} of {len(table)} "
        "groups it lies within the 95% interval of what happened."
    )
