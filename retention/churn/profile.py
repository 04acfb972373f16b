"""What the training customers looked like, in a few numbers, to hold new ones against."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.churn.bins import Bins
from retention.churn.schema import Column
from retention.churn.training_set import TrainingSet

_BINS = 10


@dataclass(frozen=True)
class BinShares:
    """How one column was spread.

    Attributes
    ----------
    bins
        How its values are sorted.
    shares
        Share of customers in each bin, last those in none; they add up to 1.
    blank
        Share without a value; the others in no bin have a value too rare to be told apart.
    typical
        Median of a number, position of the most frequent category; 0 where all is blank.
    flag
        Whether it held nothing but 0 and 1, and both.
    """

    bins: Bins
    shares: tuple[float, ...]
    blank: float
    typical: float
    flag: bool = False

    def count(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        """Count other customers in the same bins, last those in none, for encoded values of length m."""
        return _counts(values, self.bins)


@dataclass(frozen=True)
class Profile:
    """How the training customers were spread.

    Attributes
    ----------
    customers
        How many.
    columns
        One entry for each column of the model.
    score
        What the fitted model says about them.
    mean_score, spread_score
        Mean and standard deviation of these.
    unseen, mean_unseen
        Shares in the same bins, and the mean, of what models that had not seen them said. A model spreads those it
        learned from wider than others, and may be asked about both kinds.
    """

    customers: int
    columns: tuple[BinShares, ...]
    score: BinShares
    mean_score: float
    spread_score: float
    unseen: tuple[float, ...]
    mean_unseen: float

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> "Profile":
        """Rebuild a profile from its fields."""
        return cls(
            int(saved["customers"]),
            tuple(_shares_from_json(one) for one in saved["columns"]),
            _shares_from_json(saved["score"]),
            float(saved["mean_score"]),
            float(saved["spread_score"]),
            tuple(saved.get("unseen", saved["score"]["shares"])),  # older models knew one of them only
            float(saved.get("mean_unseen", saved["mean_score"])),
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
    examples
        Training customers.
    score
        What the fitted model says about them, length n.
    unseen
        What models like it that had not seen them said, length n.
    blank
        Share of blanks in each column, length d; what else has no category is a rare value.
    """
    spread = tuple(
        _summary(column, values, Bins.fit(column, values, _BINS), float(share))
        for column, values, share in zip(training_set.columns, training_set.matrix.T, blank, strict=True)
    )
    scores = Column("score", "number")
    bins = Bins.fit(scores, np.concatenate([score, unseen]), _BINS)
    return Profile(
        len(training_set),
        spread,
        _summary(scores, score, bins, 0.0),
        float(score.mean()),
        float(score.std()),
        tuple(map(float, _shares(unseen, bins))),
        float(unseen.mean()),
    )


def _summary(column: Column, values: NDArray[np.float64], bins: Bins, blank: float) -> BinShares:
    shares = _shares(values, bins)
    known = values[~np.isnan(values)]
    if column.kind == "category":
        typical = float(np.argmax(shares[:-1]))
    else:
        typical = float(np.median(known)) if known.size else 0.0
    flag = column.kind == "number" and np.array_equal(np.unique(known), [0, 1])
    return BinShares(bins, tuple(map(float, shares)), blank, typical, flag)


def _shares(values: NDArray[np.float64], bins: Bins) -> NDArray[np.float64]:
    return _counts(values, bins) / max(1, len(values))


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
