"""How the features of one customer add up to their churn probability; never a cause."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from retention.charts.log_odds_axis import (
    calibration_slope,
    format_probability,
    log_odds,
    probability_axis,
    probability_of,
)
from retention.charts.style import ACCENT, GREY, RED, apply_style
from retention.churn.explanation.phrases import format_number
from retention.churn.model import ChurnModel
from retention.churn.schema import Column, encode
from retention.customers.table import Customers
from retention.wording.column_descriptions import feature_labels
from retention.wording.text import shorten

if TYPE_CHECKING:
    import plotly.graph_objects as go

_NEGLIGIBLE = 1e-6  # log-odds


def customer_waterfall(model: ChurnModel, customers: Customers, row: int, *, top: int = 8) -> "go.Figure | None":
    """Draw the steps from a typical customer's churn probability to one customer's.

    Steps are contributions to the log-odds, which add up; the axis shows the probabilities they lead to.
    The typical customer has the mean log-odds of all customers, which rarely gives exactly the mean probability.

    Parameters
    ----------
    model, customers
        The model, and customers it can score.
    row
        Position of the customer, from 0.
    top
        How many features to show; the others, and the effect of an isotonic calibration, make one step.

    Returns
    -------
    Figure or None
        None where no feature moves this customer's probability.

    Raises
    ------
    ModelError
        If a column that the model was trained on is missing.
    """
    customer = customers.take(np.array([row]))
    matrix = encode(model.columns, customer)
    raw = model.selection.contributions(matrix)[0]
    added = raw * calibration_slope(model)
    chosen = [at for at in np.argsort(-np.abs(added), kind="stable")[:top] if abs(added[at]) > _NEGLIGIBLE]
    if not chosen:
        return None
    margin = model.selection.predict_log_odds(matrix)[0]
    ends = model.selection.calibration.apply(np.array([margin - raw.sum(), margin]))
    start, end = (log_odds(float(share)) for share in ends)
    feature_names = feature_labels(column.name for column in model.columns)
    names = [shorten(feature_names[model.columns[at].name], 40) for at in chosen]
    labels = [
        f"{shorten(name)}<br>{_value(model.columns[at], customer)}" for name, at in zip(names, chosen, strict=True)
    ]
    steps = [float(added[at]) for at in chosen]
    before, after = (format_probability(float(share)) for share in ends)
    reading = f"Churn probability {after}, against {before} for a typical customer: {_strongest(names, steps)}."
    rest = end - start - sum(steps)
    if abs(rest) > _NEGLIGIBLE:
        labels.append("everything else")
        steps.append(rest)
    return _draw_steps(start, labels, steps, reading)


def _draw_steps(start: float, labels: Sequence[str], steps: Sequence[float], reading: str) -> "go.Figure":
    import plotly.graph_objects as go

    at, last = np.cumsum([start, *steps]), len(steps) + 1
    figure = go.Figure()
    figure.add_scatter(  # connects the steps, with gaps where the bars are
        x=np.column_stack([at, at, np.full(last, np.nan)]).ravel(),
        y=np.column_stack([np.arange(last), np.arange(1, last + 1), np.full(last, np.nan)]).ravel(),
        mode="lines", line={"color": GREY, "width": 1}, showlegend=False, hoverinfo="skip",
    )  # fmt: skip
    for name, colour, sign in [("Raises the risk", RED, 1), ("Lowers the risk", ACCENT, -1)]:
        rows = [row for row, step in enumerate(steps) if step * sign > 0]
        figure.add_bar(
            x=[steps[row] for row in rows], base=[at[row] for row in rows], y=[row + 1 for row in rows],
            orientation="h", name=name, marker_color=colour, textposition="none",
            text=[f"{labels[row].replace('<br>', ': ')}: odds ×{math.exp(steps[row]):.2f}" for row in rows],
            hovertemplate="%{text}<extra></extra>",
        )  # fmt: skip
    figure.add_scatter(
        x=at[[0, -1]], y=[0, last], mode="markers", showlegend=False, hoverinfo="skip",
        marker={"color": GREY, "size": 11, "symbol": "diamond"},
    )  # fmt: skip
    figure.update_layout(barmode="overlay")
    ends = [
        f"<b>{customer}</b><br>{format_probability(probability_of(end))}"
        for customer, end in (("typical customer", at[0]), ("this customer", at[-1]))
    ]
    return apply_style(
        figure,
        reading=reading,
        x_title="Churn probability (logit scale)",
        height=110 + 36 * (last + 1),
        x=probability_axis(float(at.min()), float(at.max())),
        y={
            "tickvals": list(range(last + 1)),
            "ticktext": [ends[0], *labels, ends[1]],
            "range": [last + 0.6, -0.6],
            "showgrid": False,
        },
    )


def _strongest(names: Sequence[str], steps: Sequence[float]) -> str:
    """Name the features that raise and lower the risk most, the stronger first.

    >>> _strongest(["tenure", "fee", "city"], [-1.2, 0.3, 0.1])
    'tenure lowers it most and fee raises it most'
    """
    extremes = [(max(steps), "raises"), (-min(steps), "lowers")]
    return " and ".join(
        f"{names[steps.index(size if effect == 'raises' else -size)]} {effect} it most"
        for size, effect in sorted(extremes, reverse=True)
        if size > 0
    )


def _value(column: Column, customer: Customers) -> str:
    """Write the customer's value of a feature."""
    value = customer.frame[column.name].iloc[0]
    if pd.isna(value):
        return "not known"
    return format_number(float(value)) if column.kind == "number" else shorten(str(value), 24)
