"""A weighted mean of the logistic regression's and the boosted trees' log-odds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.churn.candidates.candidate import (
    Candidate,
    FitContext,
    LoadContext,
    SearchResult,
    Splits,
    weighted_log_loss,
)
from retention.churn.candidates.logistic import Logistic
from retention.churn.candidates.xgboost import XGBoost
from retention.churn.training_set import TrainingSet

_SHARES = tuple(map(float, np.linspace(0.1, 0.9, 9)))


@dataclass(frozen=True)
class Blend(Candidate):
    """Two candidates taken together; it needs no fit of its own.

    Attributes
    ----------
    share
        Weight of the trees' log-odds, in [0, 1]; the regression's log-odds have the rest.
    linear, trees
        The two candidates.
    """

    share: float
    linear: Candidate
    trees: Candidate

    name = "blend"

    @classmethod
    def search_space(cls, training_set: TrainingSet) -> Sequence[float]:
        """Return the shares that are compared."""
        return _SHARES

    @classmethod
    def search(
        cls,
        training_set: TrainingSet,
        splits: Splits,
        held_out: Mapping[str, NDArray[np.float64]],
        context: FitContext,
    ) -> SearchResult:
        """Choose the share by the held-out log-odds of both candidates, which need not be fitted again."""
        linear, trees = held_out[Logistic.name], held_out[XGBoost.name]
        blends = {share: _weighted_mean(linear, trees, share) for share in cls.search_space(training_set)}
        losses = {share: weighted_log_loss(training_set, splits, blend) for share, blend in blends.items()}
        best = min(losses, key=lambda share: losses[share])
        return SearchResult(best, blends[best])

    @classmethod
    def combine_settings(cls, settings: Sequence[float], *, growth: float) -> float:
        """Return the mean of the folds' shares."""
        return float(np.mean(settings))

    @classmethod
    def fit(cls, training_set: TrainingSet, settings: float, context: FitContext) -> "Blend":
        """Take the two candidates that were fitted before."""
        return cls(settings, context.simpler[Logistic.name], context.simpler[XGBoost.name])

    def predict_log_odds(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return log-odds to churn, length n, for an encoded matrix (n, d)."""
        return _weighted_mean(
            self.linear.predict_log_odds(matrix), self.trees.predict_log_odds(matrix), self.share
        )

    def contributions(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the weighted mean of both candidates' contributions, shape (n, d)."""
        return _weighted_mean(self.linear.contributions(matrix), self.trees.contributions(matrix), self.share)

    def to_json(self) -> dict[str, Any]:
        """Return the share; the two candidates are saved on their own."""
        return {"share": self.share}

    @classmethod
    def from_json(cls, saved: Mapping[str, Any], context: LoadContext) -> "Blend":
        """Rebuild it from its share and the two candidates that were loaded before."""
        return cls(float(saved["share"]), context.simpler[Logistic.name], context.simpler[XGBoost.name])


def _weighted_mean(linear: NDArray[np.float64], trees: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    return (1 - share) * linear + share * trees
