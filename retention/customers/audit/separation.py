"""How well one column or one score separates churned customers from retained ones."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_BINS = 32


def roc_auc_of_ranks(
    rank: NDArray[np.int64], label: NDArray[np.int8], weight: NDArray[np.float64] | None = None
) -> float:
    """Return the area under the ROC curve of rows that are ranked already, ties sharing a rank.

    It is the share of pairs of a churned and a retained customer in which the churned one ranks higher; a tie
    counts half. Ranks are computed once where many weights follow, as in a bootstrap.

    Parameters
    ----------
    rank
        Rank of each row's score from 0, (n,).
    label
        1 churned, 0 retained, (n,).
    weight
        How many times each row counts, (n,); once if None.

    Returns
    -------
    float
        In [0, 1]; NaN where all rows that count are of one class.

    Examples
    --------
    >>> roc_auc_of_ranks(np.array([0, 1, 1, 2]), np.array([0, 0, 1, 1], dtype=np.int8))
    0.875
    """
    weight = np.ones(len(label)) if weight is None else weight
    churned = np.bincount(rank, weights=weight * label)
    retained = np.bincount(rank, weights=weight * (1 - label))
    pairs = churned.sum() * retained.sum()
    return float(churned @ (np.cumsum(retained) - retained / 2) / pairs) if pairs else np.nan


def column_auc(column: pd.Series, label: NDArray[np.int8]) -> float:
    """Return the area under the ROC curve of a column by itself, whatever the direction of its effect.

    Numbers are cut into quantile bins. The churn rate of each value is learned on one half of the rows and
    scored on the other, so that a column of ids scores 0.5 and not 1. Blanks are a value of their own.

    Parameters
    ----------
    column
        n values in random order.
    label
        1 churned, 0 retained, (n,); both occur.

    Returns
    -------
    float
        In [0, 1]; at 0.5 the column does not separate the classes.

    Examples
    --------
    >>> label = np.array([0, 0, 1, 1] * 10, dtype=np.int8)
    >>> column_auc(pd.Series([5.0, 5.0, 1.0, 1.0] * 10), label)
    1.0
    """
    codes = _value_codes(column)
    size = int(codes.max()) + 1
    score = np.empty(len(codes))
    half = np.arange(len(codes)) % 2 == 0
    for train, test in ((half, ~half), (~half, half)):
        churn_rate = label[train].mean()
        churned = np.bincount(codes[train], weights=label[train], minlength=size)
        customers = np.bincount(codes[train], minlength=size)
        score[test] = ((churned + churn_rate) / (customers + 1))[codes[test]]
    return roc_auc_of_ranks(np.unique(score.round(12), return_inverse=True)[1], label)


def _value_codes(column: pd.Series) -> NDArray[np.int64]:
    """Return the number of each value or bin from 0, (n,); blanks have the last one."""
    if column.dtype == np.float64:
        values = column.to_numpy()
        filled = values[~np.isnan(values)]
        edges = np.unique(np.quantile(filled, np.linspace(0, 1, _BINS + 1)[1:-1])) if len(filled) else filled
        codes = np.searchsorted(edges, values, side="left").astype(np.int64)
        codes[np.isnan(values)] = len(edges) + 1
        return codes
    codes = pd.factorize(column)[0].astype(np.int64)
    codes[codes < 0] = codes.max() + 1
    return codes
