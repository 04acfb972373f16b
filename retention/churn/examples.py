"""Encoded customers with their outcome: what every candidate learns from."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from retention.churn.schema import Column


@dataclass(frozen=True, eq=False)
class Examples:
    """n customers as numbers.

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
    """

    columns: tuple[Column, ...]
    matrix: NDArray[np.float64]
    label: NDArray[np.int8]
    weight: float = 1.0

    def __len__(self) -> int:
        return len(self.label)

    @property
    def rate(self) -> float:
        """Share that left."""
        return float(self.label.mean())

    @property
    def importance(self) -> NDArray[np.float64]:
        """How many times each customer counts in a fit, length n."""
        return np.where(self.label == 1, self.weight, 1.0)

    def take(self, rows: NDArray[np.int64]) -> "Examples":
        """Return the customers at these positions."""
        return replace(self, matrix=self.matrix[rows], label=self.label[rows])

    def sample(self, most: int, *, seed: int) -> "Examples":
        """Return at most ``most`` of them, drawn at random."""
        if len(self) <= most:
            return self
        return self.take(np.random.default_rng(seed).choice(len(self), most, replace=False))
