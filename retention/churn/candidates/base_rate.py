"""The reference every other candidate has to beat: the same churn probability for everybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.churn.candidates.candidate import Candidate, FitContext, LoadContext
from retention.churn.training_set import TrainingSet


@dataclass(frozen=True)
class BaseRate(Candidate):
    """The churn rate of the training set.

    Attributes
    ----------
    log_odds
        Its log-odds.
    """

    log_odds: float

    name = "base rate"
    continuous = False

    @classmethod
    def fit(cls, training_set: TrainingSet, settings: None, context: FitContext) -> "BaseRate":
        """Measure the churn rate."""
        return cls(log_odds(training_set.churn_rate))

    def predict_log_odds(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the same log-odds n times, for an encoded matrix (n, d)."""
        return np.full(len(matrix), self.log_odds)

    def contributions(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return zeros, shape (n, d): no column plays a part."""
        return np.zeros_like(matrix)

    def to_json(self) -> dict[str, Any]:
        """Return the log-odds."""
        return {"log_odds": self.log_odds}

    @classmethod
    def from_json(cls, saved: Mapping[str, Any], context: LoadContext) -> "BaseRate":
        """Rebuild it from its fields."""
        return cls(float(saved["log_odds"]))


def log_odds(share: float) -> float:
    """Return the log-odds of a share above 0 and below 1.

    Examples
    --------
    >>> log_odds(0.5)
    0.0
    """
    return float(np.log(share / (1 - share)))
