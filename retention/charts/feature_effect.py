"""How the churn risk varies with the values of one feature; never a cause."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from retention.charts.log_odds_axis import calibration_slope, odds_axis
from retention.charts.style import ACCENT, GREY, RED, SOFT, apply_style
from retention.churn.bins import Bins
from retention.churn.explanation.phrases import format_number
from retention.churn.model import ChurnModel
from retention.churn.schema import Column, encode
from retention.customers.table import Customers
from retention.errors import InputError
from retention.wording.column_descriptions import feature_labels
from retention.wording.column_names import capitalize_first
from retention.wording.text import shorten

if TYPE_CHECKING:
    import plotly.graph_objects as go

_MOST_CUSTOMERS = 5_000
_BINS = 20
_CATEGORIES = 12
_NEGLIGIBLE = 1e-6  # log-odds
_CLEAR = 1.1  # ratio of the highest odds to the lowest
_EFFECT = "Odds to churn (average: ×1)"


class _Group(NamedTuple):
    """Customers with similar values, and what the feature adds to their log-odds: mean, and the middle 80%."""

    label: str
    at: float
    customers: int
    mean: float
    low: float
    high: float


def feature_effect(model: ChurnModel, customers: Customers, feature: str) -> "go.Figure | None":
    """Draw how the odds to churn vary with the values of one feature, all other features as they are.

    Customers with similar values form a group. The chart shows the mean of what the feature adds to their
    log-odds, and the range of the middle 80%. Contributions are TreeSHAP values or the regression's, whichever
    the chosen model uses (see :meth:`retention.churn.selection.Selection.contributions`).

    Parameters
    ----------
    model, customers
        The model, and customers with its columns; at most 5,000 of them, evenly spread, are used.
    feature
        One of the model's features.

    Returns
    -------
    Figure or None
        None where the chosen model does not use the feature, or without customers.

    Raises
    ------
    InputError
        If the model has no such feature.
    ModelError
        If a column that the model was trained on is missing.
    """
    names = [column.name for column in model.columns]
    if feature not in names:
        raise InputError(f"'{feature}' is no feature of this model; choose among {', '.join(names)}")
    at = names.index(feature)
    matrix = encode(model.columns, _thin_out(customers))
    added = model.selection.contributions(matrix)[:, at] * calibration_slope(model)
    if not added.size or np.ptp(added) < _NEGLIGIBLE:
        return None
    filled, blank = _groups(model.columns[at], matrix[:, at], added)
    draw = _curve if model.columns[at].kind == "number" and filled else _dots
    return draw(capitalize_first(shorten(feature_labels(names)[feature], 40)), filled, blank)


def _curve(name: str, filled: Sequence[_Group], blank: _Group | None) -> "go.Figure":
    """Draw the effect of a numeric feature as a line."""
    import plotly.graph_objects as go

    at = [group.at for group in filled]
    figure = go.Figure()
    figure.add_scatter(
        x=at,
        y=[group.low for group in filled],
        mode="lines",
        line={"width": 0},
        showlegend=False,
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=at, y=[group.high for group in filled], mode="lines", name="Middle 80%", line={"width": 0},
        fill="tonexty", fillcolor=SOFT, hoverinfo="skip",
    )  # fmt: skip
    figure.add_scatter(
        x=at, y=[group.mean for group in filled], mode="lines+markers", name="Average", text=_hover(filled),
        line={"color": ACCENT, "width": 3}, marker={"size": 6}, hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip
    figure.add_hline(y=0, line={"color": GREY, "width": 1, "dash": "dash"})
    groups = list(filled)
    if blank is not None:
        groups.append(blank)
        figure.add_scatter(
            x=[at[0], at[-1]], y=[blank.mean] * 2, mode="lines", name=f"Not known: {blank.customers:,} customers",
            line={"color": RED, "width": 1.5, "dash": "dot"}, hoverinfo="skip",
        )  # fmt: skip
    return apply_style(
        figure,
        reading=_reading(name, groups),
        x_title=name,
        title=_EFFECT,
        height=360,
        x={"separatethousands": True},
        y=odds_axis(min(group.low for group in groups), max(group.high for group in groups)),
    )


def _dots(name: str, filled: Sequence[_Group], blank: _Group | None) -> "go.Figure":
    """Draw the effect of a categorical feature: the riskiest value on top, the middle ones omitted if many."""
    import plotly.graph_objects as go

    groups = sorted([*filled, *([] if blank is None else [blank])], key=lambda group: -group.mean)
    half = _CATEGORIES // 2
    shown = groups if len(groups) <= _CATEGORIES else groups[:half] + groups[-half:]
    rows, mean = list(range(len(shown))), np.array([group.mean for group in shown])
    figure = go.Figure()
    figure.add_scatter(
        x=mean, y=rows, mode="markers", text=_hover(shown), marker={"color": ACCENT, "size": 10},
        error_x={"type": "data", "array": [group.high for group in shown] - mean,
                 "arrayminus": mean - [group.low for group in shown], "color": ACCENT, "width": 0},
        hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip
    figure.add_vline(x=0, line={"color": GREY, "width": 1, "dash": "dash"})
    return apply_style(
        figure,
        reading=_reading(name, groups),
        x_title=_EFFECT,
        title=name,
        height=110 + 30 * len(shown),
        x=odds_axis(min(group.low for group in shown), max(group.high for group in shown)),
        y={
            "tickvals": rows,
            "ticktext": [shorten(group.label, 22) for group in shown],
            "range": [len(shown) - 0.4, -0.6],
        },
    )


def _groups(
    column: Column, values: NDArray[np.float64], added: NDArray[np.float64]
) -> tuple[list[_Group], _Group | None]:
    """Group customers by value, a number into at most twenty groups, and summarise the contributions in each.

    Returns
    -------
    filled, blank
        The groups in ascending order of the value, and the group without a value.
    """
    bins = Bins.fit(column, values, _BINS)
    distinct = np.unique(values[~np.isnan(values)])
    if column.kind == "number" and 0 < len(distinct) <= _BINS:
        bins = Bins(len(distinct), tuple(map(float, distinct[1:])))
    placed = bins.assign(values)
    filled, blank = [], None
    for place in np.unique(placed):
        own, effect = values[placed == place], added[placed == place]
        low, high = np.quantile(effect, [0.1, 0.9])
        spread = len(effect), float(effect.mean()), float(low), float(high)
        if place == bins.count:
            blank = _Group("not known", math.nan, *spread)
        elif column.kind == "number":
            filled.append(_Group(_range(own), float(own.mean()), *spread))
        else:
            filled.append(_Group(column.categories[place], float(place), *spread))
    return filled, blank


def _reading(name: str, groups: Sequence[_Group]) -> str:
    most, least = max(groups, key=lambda group: group.mean), min(groups, key=lambda group: group.mean)
    high, low = math.exp(most.mean), math.exp(least.mean)
    if high / low < _CLEAR:
        return f"{name} hardly matters: the odds to churn stay between {low:.2f} and {high:.2f} times the average."
    return (
        f"{name}: {most.label} goes with the highest odds to churn, {high:.2g} times the average; {least.label} "
        f"with the lowest, {low:.2g} times."
    )


def _hover(groups: Sequence[_Group]) -> list[str]:
    return [f"{group.label}: odds ×{math.exp(group.mean):.2f}, {group.customers:,} customers" for group in groups]


def _range(values: NDArray[np.float64]) -> str:
    low, high = format_number(float(values.min())), format_number(float(values.max()))
    return low if low == high else f"{low} to {high}"


def _thin_out(customers: Customers) -> Customers:
    if len(customers) <= _MOST_CUSTOMERS:
        return customers
    return customers.take(np.linspace(0, len(customers) - 1, _MOST_CUSTOMERS).astype(np.int64))
