"""Summarise the training customers in a few numbers, which new customers are compared with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.churn.bins import Bins
from retention.churn.evaluation import Weight
from retention.churn.label_shift import HeldOutScores
from retention.churn.schema import Column
from retention.churn.training_set import TrainingSet

_BINS = 10


@dataclass(frozen=True)
class BinShares:
    """The distribution of one column over its bins.

    Attributes
    ----------
    bins
        How its values are grouped.
    shares
        Share of customers in each bin, last those in no bin; they add up to 1.
    blank
        Share without a value; the other customers in no bin have a value that is too rare.
    typical
        Median of a number, position of the most frequent category; 0 where all values are blank.
    flag
        Whether the column holds only 0 and 1, and both of them.
    """

    bins: Bins
    shares: tuple[float, ...]
    blank: float
    typical: float
    flag: bool = False

    def count(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        """Count m other customers, given as encoded values, in the same bins; last those in no bin."""
        return _counts(values, self.bins)


@dataclass(frozen=True)
class Profile:
    """The distribution of the training customers.

    Attributes
    ----------
    customers
        Number of training customers.
    columns
        One entry for each column of the model.
    score
        Distribution of the fitted model's probabilities.
    mean_score, spread_score
        Mean and standard deviation of these probabilities.
    unseen, mean_unseen
        Shares in the same bins, and the mean, of the held-out probabilities. A model spreads the scores of
        customers it learned from more widely than those of others, and may score both.
    held_out
        The held-out probabilities of each class, which show the churn rate of other customers; None in a model
        that was saved before they were kept.
    """

    customers: int
    columns: tuple[BinShares, ...]
    score: BinShares
    mean_score: float
    spread_score: float
    unseen: tuple[float, ...]
    mean_unseen: float
    held_out: HeldOutScores | None = None

    def nearest_mean(self, mean: float) -> float:
        """Return the mean nearest to another one, between those of the fitted and the held-out scores."""
        return float(np.median([self.mean_score, mean, self.mean_unseen]))

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> "Profile":
        """Rebuild a profile from its fields."""
        return cls(
            int(saved["customers"]),
            tuple(_shares_from_json(column) for column in saved["columns"]),
            _shares_from_json(saved["score"]),
            float(saved["mean_score"]),
            float(saved["spread_score"]),
            tuple(saved.get("unseen", saved["score"]["shares"])),  # older models saved only the fitted scores
            float(saved.get("mean_unseen", saved["mean_score"])),
            HeldOutScores.from_json(saved["held_out"]) if saved.get("held_out") else None,
        )


def build_profile(
    training_set: TrainingSet,
    score: NDArray[np.float64],
    unseen: NDArray[np.float64],
    *,
    blank: NDArray[np.float64],
) -> Profile:
    """Summarise training customers.

    Parameters
    ----------
    training_set
        n training customers.
    score
        The fitted model's probabilities, length n.
    unseen
        Held-out probabilities, length n.
    blank
        Share of blanks in each column, length d; any other value without a category is a rare one.
    """
    weight = training_set.row_weight
    columns = tuple(
        _summary(column, values, Bins.fit(column, values, _BINS), float(share), weight)
        for column, values, share in zip(training_set.columns, training_set.matrix.T, blank, strict=True)
    )
    scores = Column("score", "number")
    bins = Bins.fit(scores, np.concatenate([score, unseen]), _BINS)
    return Profile(
        len(training_set),
        columns,
        _summary(scores, score, bins, 0.0, weight),
        float(np.average(score, weights=weight)),
        float(score.std()) if weight is None else _spread(score, weight),
        tuple(map(float, _shares(unseen, bins, weight))),
        float(np.average(unseen, weights=weight)),
        HeldOutScores.of(unseen, training_set.label, weight),
    )


def _summary(column: Column, values: NDArray[np.float64], bins: Bins, blank: float, weight: Weight) -> BinShares:
    shares = _shares(values, bins, weight)
    filled = values[~np.isnan(values)]
    if column.kind == "category":
        typical = float(np.argmax(shares[:-1]))
    else:
        typical = float(np.median(filled)) if filled.size else 0.0
    flag = column.kind == "number" and np.array_equal(np.unique(filled), [0, 1])
    return BinShares(bins, tuple(map(float, shares)), blank, typical, flag)


def _shares(values: NDArray[np.float64], bins: Bins, weight: Weight) -> NDArray[np.float64]:
    if weight is not None:
        weighted = np.bincount(bins.assign(values), weights=weight, minlength=bins.count + 1)
        return np.asarray(weighted / weight.sum())
    return _counts(values, bins) / max(1, len(values))


def _spread(score: NDArray[np.float64], weight: NDArray[np.float64]) -> float:
    """Return the weighted standard deviation."""
    mean = np.average(score, weights=weight)
    return float(np.sqrt(np.average((score - mean) ** 2, weights=weight)))


def _counts(values: NDArray[np.float64], bins: Bins) -> NDArray[np.int64]:
    return np.bincount(bins.assign(values), minlength=bins.count + 1)


def _shares_from_json(saved: Mapping[str, Any]) -> BinShares:
    return BinShares(
        Bins.from_json(saved["bins"]),
        tuple(saved["shares"]),
        float(saved["blank"]),
        float(saved["typical"]),
        bool(saved.get("flag", False)),
    )
