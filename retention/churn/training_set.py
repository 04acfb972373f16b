"""Encoded customers with their outcome: what every candidate learns from."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from retention.churn.schema import Column

FEWEST_OF_A_KIND = 10
"""Customers who left, and who stayed, below which nothing can be divided and measured."""


@dataclass(frozen=True, eq=False)
class Panel:
    """Who n rows from several cutoffs are about, and which cutoff each is from.

    Attributes
    ----------
    customer
        Number of the person, length n; the same at every cutoff.
    period
        Number of the cutoff, 0 the oldest, length n.
    """

    customer: NDArray[np.int64]
    period: NDArray[np.int64]

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "Panel":
        """Return the rows at these positions, or where the mask is true."""
        return Panel(self.customer[rows], self.period[rows])


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """n rows, each a customer as numbers.

    Attributes
    ----------
    columns
        The d features.
    matrix
        Shape (n, d): numbers, positions of categories, NaN for blanks (see ``schema.encode``).
    label
        1 left, 0 stayed; length n.
    weight
        How many times a churner counts in a fit.
    stack
        Which rows are of one person, where there are several cutoffs; None where every row is another one.
    """

    columns: tuple[Column, ...]
    matrix: NDArray[np.float64]
    label: NDArray[np.int8]
    weight: float = 1.0
    panel: Panel | None = None

    def __len__(self) -> int:
        return len(self.label)

    @property
    def rate(self) -> float:
        """Share that left."""
        return float(self.label.mean())

    @property
    def sample_weight(self) -> NDArray[np.float64]:
        """How many times each customer counts in a fit, length n."""
        return np.where(self.label == 1, self.weight, 1.0)

    @property
    def known(self) -> NDArray[np.bool_]:
        """Whose outcome may be learned from before the test, length n: all, or those before the newest cutoff."""
        if self.panel is None:
            return np.ones(len(self), dtype=bool)
        return np.asarray(self.panel.period < self.panel.period.max(initial=0))

    @property
    def class_counts(self) -> tuple[int, int]:
        """How many different customers stayed, and how many left."""
        if self.panel is None:
            return int((self.label == 0).sum()), int(self.label.sum())
        who = self.panel.customer
        return len(np.unique(who[self.label == 0])), len(np.unique(who[self.label == 1]))

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "TrainingSet":
        """Return the rows at these positions, or where the mask is true."""
        stack = None if self.panel is None else self.panel.take(rows)
        return replace(self, matrix=self.matrix[rows], label=self.label[rows], panel=stack)

    def sample(self, most: int, *, seed: int) -> "TrainingSet":
        """Return at most ``most`` of them, drawn at random."""
        if len(self) <= most:
            return self
        return self.take(np.random.default_rng(seed).choice(len(self), most, replace=False))
