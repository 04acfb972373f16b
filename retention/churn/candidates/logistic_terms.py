"""The terms of a logistic regression: how each column is scaled, and what it adds to the log-odds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.churn.schema import Column


@dataclass(frozen=True)
class Term:
    """What one column adds to the log-odds.

    Attributes
    ----------
    weights
        For a number, one weight per standard deviation; for a category, one weight for each value.
    blank
        Added where the value is missing.
    mean
        Average contribution in training; contributions are reported as the distance from it.
    low, high, centre, scale, logarithm
        For a number: it is clipped to its training range, replaced by its logarithm if ``logarithm`` is
        true, then centred and scaled; a blank sits at the centre. For a category ``scale`` is 0.
    """

    weights: tuple[float, ...]
    blank: float
    mean: float = 0.0
    low: float = 0.0
    high: float = 0.0
    centre: float = 0.0
    scale: float = 0.0
    logarithm: bool = False

    def contribution(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the contribution to the log-odds of each value, length n (one column of an encoded matrix)."""
        missing = np.isnan(values)
        if self.scale:
            return np.where(missing, self.blank, self.weights[0] * self.standardised(values))
        codes = np.where(missing, len(self.weights), values).astype(np.int64)
        return np.array([*self.weights, self.blank])[codes]

    def standardised(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return clipped, centred and scaled numbers, blanks as 0, length n."""
        clipped = np.clip(values, self.low, self.high)
        if self.logarithm:
            clipped = np.log1p(clipped - self.low)
        return np.where(np.isnan(clipped), 0.0, (clipped - self.centre) / self.scale)


def empty_term(column: Column, values: NDArray[np.float64], logarithms: bool = True) -> Term:
    """Return the term of an encoded column (n values) with its scaling, and weights of 0."""
    if column.kind == "category":
        return Term((0.0,) * len(column.categories), 0.0)
    filled = values[~np.isnan(values)]
    if not filled.size or filled.min() == filled.max():
        constant = float(filled[0]) if filled.size else 0.0
        return Term((0.0,), 0.0, low=constant, high=constant, centre=constant, scale=1.0)
    low, high = float(filled.min()), float(filled.max())
    logarithm = logarithms and _long_tailed(filled)
    scaled = np.log1p(filled - low) if logarithm else filled
    return Term(
        (0.0,),
        0.0,
        low=low,
        high=high,
        centre=float(scaled.mean()),
        scale=float(scaled.std()),
        logarithm=logarithm,
    )


def _long_tailed(filled: NDArray[np.float64]) -> bool:
    """Return whether a logarithm makes the numbers clearly more symmetric, as it does for spend and counts."""

    def skew(numbers: NDArray[np.float64]) -> float:
        return abs(float(np.mean(((numbers - numbers.mean()) / numbers.std()) ** 3)))

    return skew(filled) > 2 and skew(np.log1p(filled - filled.min())) < skew(filled) / 2


def design_matrix(terms: Sequence[Term], matrix: NDArray[np.float64]) -> tuple[Any, NDArray[np.int64]]:
    """Return the regression's sparse design matrix (n, w), and the position of the term that owns each column.

    Each term owns one column for each weight and one for blanks; a customer has one entry for each term.
    """
    from scipy.sparse import csr_array

    widths = np.array([len(term.weights) + 1 for term in terms])
    first = np.cumsum(widths) - widths
    entries, columns = np.ones(matrix.shape), np.empty(matrix.shape, dtype=np.int32)
    for position, term in enumerate(terms):
        values = matrix[:, position]
        missing = np.isnan(values)
        if term.scale:
            entries[:, position] = np.where(missing, 1.0, term.standardised(values))
            values = np.zeros_like(values)
        columns[:, position] = first[position] + np.where(missing, widths[position] - 1, values)
    row_starts = np.arange(0, matrix.size + 1, matrix.shape[1])
    design = csr_array((entries.ravel(), columns.ravel(), row_starts), shape=(len(matrix), int(widths.sum())))
    return design, np.repeat(np.arange(len(terms)), widths)


def with_weights(
    term: Term,
    weights: NDArray[np.float64],
    values: NDArray[np.float64],
    row_weight: NDArray[np.float64] | None = None,
) -> Term:
    """Return a term with its fitted weights, the blank's last, and its mean over the training values."""
    fitted = replace(term, weights=tuple(map(float, weights[:-1])), blank=float(weights[-1]))
    return replace(fitted, mean=float(np.average(fitted.contribution(values), weights=row_weight)))
