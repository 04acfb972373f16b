"""Say which of a customer's own values go along with a higher churn risk; an association, never a cause."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.churn.explanation.phrases import build_themes
from retention.churn.profile import Profile
from retention.churn.schema import Column, encode
from retention.churn.selection import Selection
from retention.customers.table import Customers

_ROWS_AT_ONCE = 100_000
_MIN_PUSH = 0.05  # log-odds: about 5% higher odds


def top_reasons(
    selection: Selection,
    columns: tuple[Column, ...],
    profile: Profile,
    customers: Customers,
    top: int = 3,
    *,
    matrix: NDArray[np.float64] | None = None,
) -> pd.DataFrame:
    """Put into words what raises each customer's churn risk most.

    Contributions are exact TreeSHAP values where the chosen model has trees (Lundberg et al. 2020), the
    coefficient times the distance from the average customer where it is linear, and their weighted sum for
    a blend. Only contributions that raise the customer's risk become reasons. A customer with fewer of them
    than ``top`` gets empty texts, since what lowers the risk is no reason for an offer.

    Parameters
    ----------
    selection, columns, profile
        The fitted candidates, the d features they learned from, and what the training customers looked like.
    customers
        The n customers to explain.
    top
        Number of reasons for each customer.
    matrix
        The customers as :func:`retention.churn.schema.encode` returns them, shape (n, d), if the caller
        has them already.

    Returns
    -------
    DataFrame
        Text columns ``reason_1`` to ``reason_<top>``, indexed like the customers.

    Raises
    ------
    ModelError
        If a column the model learned from is missing.
    """
    matrix = encode(columns, customers) if matrix is None else matrix
    texts = np.full((len(matrix), top), "", dtype=object)
    for start in range(0, len(matrix), _ROWS_AT_ONCE):
        rows = slice(start, start + _ROWS_AT_ONCE)
        values = _model_values(columns, customers.frame.iloc[rows], matrix[rows])
        texts[rows] = _texts(selection, columns, profile, values, matrix[rows], top=top)
    names = [f"reason_{rank}" for rank in range(1, top + 1)]
    return pd.DataFrame(texts, columns=names, index=customers.frame.index).astype("str")


def _texts(
    selection: Selection,
    columns: tuple[Column, ...],
    profile: Profile,
    values: pd.DataFrame,
    matrix: NDArray[np.float64],
    *,
    top: int,
) -> NDArray[np.object_]:
    """Return the reasons of m customers, shape (m, top), the strongest first, empty where there are fewer."""
    position = {column.name: index for index, column in enumerate(columns)}
    in_training = dict(zip(columns, profile.columns, strict=True))
    typical = {
        column.name: spread.typical if column.kind == "number" else None for column, spread in in_training.items()
    }
    flags = {column.name for column, spread in in_training.items() if spread.flag}
    model_themes = build_themes(typical, flags)
    contributions = selection.contributions(matrix)
    pushes = np.column_stack(
        [contributions[:, [position[name] for name in theme.columns]].sum(axis=1) for theme in model_themes]
    )
    order = np.argsort(-pushes, axis=1, kind="stable")[:, :top]
    order[np.take_along_axis(pushes, order, axis=1) <= _MIN_PUSH] = -1
    texts = np.full((len(values), top), "", dtype=object)
    for number, theme in enumerate(model_themes):
        rows, ranks = np.nonzero(order == number)
        if rows.size:
            texts[rows, ranks] = theme.phrases(values[list(theme.needs)].iloc[rows])
    return texts


def _model_values(columns: tuple[Column, ...], frame: pd.DataFrame, matrix: NDArray[np.float64]) -> pd.DataFrame:
    """Return the model's columns as the phrases show them: parsed numbers, and texts as they stand."""
    return pd.DataFrame(
        {
            column.name: matrix[:, index] if column.kind == "number" else frame[column.name].array
            for index, column in enumerate(columns)
        }
    )
