"""Who the customers of a table are, and which of them churn."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.charts.style import GREY, PERCENT, RED, apply_style
from retention.customers.table import Customers

if TYPE_CHECKING:
    import plotly.graph_objects as go

_RECENCY = (0, 7, 14, 30, 60, 90, 180, 365)
_ORDERS = (0, 1, 2, 3, 5, 10, 20, 50)
_FEWEST = 10  # customers that a share must rest on
_PALE, _STRONG, _INK = "#fde4d8", "#f07a4a", "#1e293b"


def recency_frequency_heatmap(customers: Customers) -> "go.Figure | None":
    """Draw the share that churned by days since the last order and by number of orders.

    Cells with fewer than ten customers stay blank.

    Returns
    -------
    Figure or None
        None without a label, without the columns ``recency_days`` and ``orders``, or where no cell holds ten
        customers.
    """
    import plotly.graph_objects as go

    if customers.label is None or not {"recency_days", "orders"} <= set(customers.feature_names):
        return None
    count, churned = _by_recency_and_orders(customers.frame, customers.label)
    rows, columns = (_from_first_to_last(np.any(count >= _FEWEST, axis=axis)) for axis in (1, 0))
    if not rows.size:
        return None
    shown = np.ix_(rows, columns)
    enough = count[shown] >= _FEWEST
    share = np.divide(churned[shown], count[shown], out=np.full(enough.shape, np.nan), where=enough)
    days = [_span(_RECENCY, at) for at in columns]
    figure = go.Figure()
    figure.add_heatmap(
        x=days, y=[_span(_ORDERS, at) for at in rows], z=share,
        customdata=count[shown], colorscale=[[0, _PALE], [1, _STRONG]], showscale=False, xgap=2, ygap=2,
        hoverongaps=False, textfont={"size": 13},
        # The tiles have a background of their own, so their text must not take the page's colour.
        texttemplate=f"<span style='color:{_INK}'>%{{z:.0%}}</span>",
        hovertemplate="%{y} orders, last %{x} days ago: %{z:.1%} of %{customdata:,} churned<extra></extra>",
    )  # fmt: skip
    by_recency, churned_by_recency = count.sum(axis=0), churned.sum(axis=0)
    return apply_style(
        figure,
        reading=_recency_reading(by_recency, churned_by_recency),
        x_title="Days since the last order",
        title=f"Share that churned, in cells of {_FEWEST} or more",
        height=100 + 40 * len(rows),
        x={
            "type": "category",
            "showgrid": False,
            "tickmode": "array",
            "tickvals": list(range(len(columns))),
            # On a phone a long label would touch its neighbour, so it takes two lines.
            "ticktext": [label if len(label) < 6 else label.replace("–", "–<br>") for label in days],
        },
        y={
            "type": "category",
            "showgrid": False,
            "title": {"text": "Orders so far", "font": {"size": 13}, "standoff": 4},
        },
    )


def label_balance(customers: Customers) -> "go.Figure | None":
    """Draw how many of the customers churned and how many were retained.

    Returns
    -------
    Figure or None
        None without a label.
    """
    import plotly.graph_objects as go

    if customers.label is None or not len(customers):
        return None
    total, churned = len(customers), int(customers.label.sum())
    figure = go.Figure()
    for name, count, colour in [("Churned", churned, RED), ("Retained", total - churned, GREY)]:
        figure.add_bar(
            x=[count / total], y=[""], orientation="h", name=f"{name}: {count:,} ({count / total:.0%})",
            marker_color=colour, hoverinfo="skip",
        )  # fmt: skip
    figure.update_layout(barmode="stack")
    return apply_style(
        figure,
        reading=f"{churned:,} of {total:,} customers churned: {churned / total:.0%}.",
        x_title="Share of customers",
        height=140,
        x={"range": [0, 1], "dtick": 0.25, **PERCENT},
        y={"showticklabels": False, "showgrid": False},
    )


def _by_recency_and_orders(
    frame: pd.DataFrame, label: NDArray[np.int8]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count the customers, and the churned ones, in each cell (orders, recency)."""
    values = frame[["orders", "recency_days"]].to_numpy(np.float64)
    filled = (values >= 0).all(axis=1)
    row, column = (
        np.searchsorted(edges, values[filled, at], side="right") - 1
        for at, edges in enumerate((_ORDERS, _RECENCY))
    )
    shape = (len(_ORDERS), len(_RECENCY))
    cell, cells = row * shape[1] + column, shape[0] * shape[1]
    count, churned = (
        np.bincount(cell[chosen], minlength=cells) for chosen in (label[filled] >= 0, label[filled] == 1)
    )
    return count.reshape(shape), churned.reshape(shape)


def _recency_reading(count: NDArray[np.int64], churned: NDArray[np.int64]) -> str:
    share = np.where(count >= _FEWEST, churned / np.maximum(count, 1), -1.0)
    riskiest = int(share.argmax())
    days = _span(_RECENCY, riskiest).replace("–", " to ").replace("+", " or more")
    return (
        f"Customers who have not ordered for {days} days churn most often: {share[riskiest]:.0%}, "
        f"against {churned.sum() / count.sum():.0%} of all customers."
    )


def _span(edges: Sequence[int], at: int) -> str:
    """Write the whole numbers between two edges.

    >>> _span((0, 7, 8, 14), 0), _span((0, 7, 8, 14), 1), _span((0, 7, 8, 14), 3)
    ('0–6', '7', '14+')
    """
    if at == len(edges) - 1:
        return f"{edges[at]}+"
    low, high = edges[at], edges[at + 1] - 1
    return f"{low}" if low == high else f"{low}–{high}"


def _from_first_to_last(holds: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the positions from the first true one to the last."""
    true = np.flatnonzero(holds)
    return np.arange(true[0], true[-1] + 1) if true.size else true
