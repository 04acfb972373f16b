"""Why this customer: what in their own row goes along with a higher risk. Never a cause."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.churn.model import ChurnModel
from retention.churn.phrases import themes
from retention.churn.schema import encode
from retention.customers.table import Customers

_ROWS_AT_ONCE = 100_000
_NOTICEABLE = 0.05  # log-odds: about one twentieth more odds


def top_reasons(
    model: ChurnModel, customers: Customers, top: int = 3, *, matrix: NDArray[np.float64] | None = None
) -> pd.DataFrame:
    """Put into words what pushes each customer's risk up most.

    Contributions are exact TreeSHAP values where the chosen model has trees (Lundberg et al. 2020), the
    coefficient times the distance from the average customer where it is linear, and their weighted sum for
    a blend. Only what raises the risk of that person is told; someone with fewer such things than ``top``
    gets empty texts, since a reason to stay is no reason for an offer.

    Parameters
    ----------
    model, customers
        The model that scored them, and the customers, n rows.
    top
        How many reasons.
    matrix
        The customers as :func:`retention.churn.schema.encode` gives them, where that is at hand.

    Returns
    -------
    DataFrame
        Columns ``reason_1`` to ``reason_<top>`` of text, indexed like the customers.

    Raises
    ------
    ModelError
        If a column the model learned from is missing.
    """
    matrix = encode(model.columns, customers) if matrix is None else matrix
    texts = [_texts(model, customers, matrix, start, top) for start in range(0, len(matrix), _ROWS_AT_ONCE)]
    found = np.concatenate(texts) if texts else np.empty((0, top), dtype=object)
    names = [f"reason_{place}" for place in range(1, top + 1)]
    return pd.DataFrame(found, columns=names, index=customers.frame.index).astype("str")


def _texts(
    model: ChurnModel, customers: Customers, matrix: NDArray[np.float64], start: int, top: int
) -> NDArray[np.object_]:
    part = slice(start, start + _ROWS_AT_ONCE)
    values = _values(model, customers.frame.iloc[part], matrix[part])
    places = {column.name: at for at, column in enumerate(model.columns)}
    typical = {
        column.name: known.typical if column.kind == "number" else None
        for column, known in zip(model.columns, model.profile.columns, strict=True)
    }
    flags = {column.name for column, known in zip(model.columns, model.profile.columns, strict=True) if known.flag}
    told = themes(typical, flags)
    added = model.ladder.contributions(matrix[part])
    pushes = np.column_stack([added[:, [places[name] for name in theme.columns]].sum(axis=1) for theme in told])
    order = np.argsort(-pushes, axis=1, kind="stable")[:, :top]
    order[np.take_along_axis(pushes, order, axis=1) <= _NOTICEABLE] = -1
    texts = np.full((len(values), top), "", dtype=object)
    for at, theme in enumerate(told):
        rows, ranks = np.nonzero(order == at)
        if rows.size:
            texts[rows, ranks] = theme.phrases(values[list(theme.needs)].iloc[rows])
    return texts


def _values(model: ChurnModel, frame: pd.DataFrame, matrix: NDArray[np.float64]) -> pd.DataFrame:
    """Return the model's columns as they are told: numbers parsed, texts as given."""
    return pd.DataFrame(
        {
            column.name: matrix[:, at] if column.kind == "number" else frame[column.name].array
            for at, column in enumerate(model.columns)
        }
    )
