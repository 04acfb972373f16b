"""Group values into a few bins: quantiles of a number, values of a category, and one bin for blanks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.churn.schema import Column


@dataclass(frozen=True)
class Bins:
    """The bins of one column.

    Attributes
    ----------
    count
        Number of bins without the bin for blanks, which comes last.
    edges
        Borders of a number's bins, ``count - 1`` of them, increasing; a border belongs to the bin above it.
        None for a category, whose codes are the bins.
    """

    count: int
    edges: tuple[float, ...] | None

    @classmethod
    def fit(cls, column: Column, values: NDArray[np.float64], max_bins: int) -> "Bins":
        """Cut a number at its quantiles into at most ``most`` bins; a category has one bin for each value."""
        if column.kind == "category":
            return cls(len(column.categories), None)
        filled = values[~np.isnan(values)]
        borders = (
            np.unique(np.quantile(filled, np.linspace(0, 1, max_bins + 1)[1:-1])) if filled.size else np.array([])
        )
        return cls(len(borders) + 1, tuple(map(float, borders)))

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> "Bins":
        """Rebuild bins from their fields."""
        edges = saved["edges"]
        return cls(int(saved["count"]), None if edges is None else tuple(map(float, edges)))

    def assign(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the bin of each value: 0 to ``count - 1``, and ``count`` for a blank.

        Examples
        --------
        >>> Bins(3, (1.0, 5.0)).assign(np.array([0.0, 1.0, 9.0, np.nan]))
        array([0, 1, 2, 3])
        """
        inside = values if self.edges is None else np.searchsorted(self.edges, values, side="right")
        return np.where(np.isnan(values), self.count, inside).astype(np.int64)
