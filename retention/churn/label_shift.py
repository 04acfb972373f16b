"""Estimate the churn rate of new customers from their scores, and re-base probabilities on another rate.

If only the share of churned customers changed, and both churned and retained customers look as before ("label
shift"), then the mean score of new customers is a mixture of the mean scores of the two classes, which held-out
customers show. Solving for the share gives the new churn rate before anyone knows who churned (Bella et al. 2010,
"Quantification via probability estimators"; Lipton et al. 2018, "Black box shift estimation").
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.churn.evaluation import Weight
from retention.errors import InputError

_NORMAL_95 = 1.6448536269514722  # of a 90% interval
_NORMAL_ALARM = 2.807033768343811  # a false alarm in 200 comparisons
_FEWEST_CUSTOMERS = 50  # for an interval by the normal distribution
_LEAST_CHANGE = 0.1  # relative to the rate in training; a smaller change moves no decision
_LEAST_SEPARATION = 0.01  # between the mean scores of the classes; below it scores say nothing about the rate

_DIGITS = 6  # so that the order in which scores were added up does not show


@dataclass(frozen=True)
class ClassScores:
    """The held-out churn probabilities of one class of training customers: their number, mean and variance."""

    customers: int
    mean: float
    variance: float

    @classmethod
    def of(cls, score: NDArray[np.float64], weight: Weight = None) -> "ClassScores":
        """Sum up the scores of a class, (n,), each counted by its weight; of an empty class everything is 0."""
        if not len(score):
            return cls(0, 0.0, 0.0)
        if weight is not None:
            mean = float(np.average(score, weights=weight))
            return cls(round(weight.sum()), mean, float(np.average((score - mean) ** 2, weights=weight)))
        return cls(len(score), float(score.mean()), float(score.var()))


@dataclass(frozen=True)
class HeldOutScores:
    """The held-out churn probabilities of both classes of training customers."""

    churned: ClassScores
    retained: ClassScores

    @classmethod
    def of(cls, score: NDArray[np.float64], label: NDArray[np.int8], weight: Weight = None) -> "HeldOutScores":
        """Sum up held-out scores by class; ``score``, ``label`` (1 churned) and ``weight`` have length n."""
        churned, retained = (
            ClassScores.of(score[rows], None if weight is None else weight[rows])
            for rows in (label == 1, label == 0)
        )
        return cls(churned, retained)

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> "HeldOutScores":
        """Rebuild it from its fields."""
        return cls(ClassScores(**saved["churned"]), ClassScores(**saved["retained"]))

    @property
    def churn_rate(self) -> float:
        """Share of these customers who churned."""
        return self.churned.customers / (self.churned.customers + self.retained.customers)


@dataclass(frozen=True)
class ChurnRateEstimate:
    """The churn rate of new customers as their scores show it.

    Attributes
    ----------
    value, low, high
        The rate and its 90% interval, in [0, 1].
    in_training
        The rate among the training customers.
    shifted
        Whether the two differ by a tenth or more, beyond chance.
    """

    value: float
    low: float
    high: float
    in_training: float
    shifted: bool

    @property
    def sentence(self) -> str:
        """Say what the scores point to."""
        return (
            f"the scores point to a churn rate of {self.value:.1%} ({self.low:.1%} to {self.high:.1%}), where "
            f"{self.in_training:.1%} churned in training"
        )

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "estimate": self.value, "low": self.low, "high": self.high, "in_training": self.in_training,
            "shifted": self.shifted,
        }  # fmt: skip


def estimate_churn_rate(
    held_out: HeldOutScores, *, customers: int, mean: float, variance: float, usual_mean: float | None = None
) -> ChurnRateEstimate | None:
    """Estimate the churn rate of new customers by the mean of their scores.

    The estimate is (mean − mean_retained) / (mean_churned − mean_retained); its variance follows by the delta
    method from the new customers' scores and from the held-out ones of each class.

    Parameters
    ----------
    held_out
        The held-out scores of the training customers.
    customers, mean, variance
        Number of new customers, and mean and variance of their churn probabilities.
    usual_mean
        The mean score that customers like those of the training have; the held-out ones' if None.

    Returns
    -------
    ChurnRateEstimate or None
        None where the scores hardly separate the classes, or there are fewer than 50 customers.

    Examples
    --------
    >>> held_out = HeldOutScores(ClassScores(200, 0.5, 0.04), ClassScores(800, 0.125, 0.01))
    >>> estimate = estimate_churn_rate(held_out, customers=1000, mean=0.1625, variance=0.02)
    >>> round(estimate.value, 3), round(estimate.low, 3), round(estimate.high, 3), estimate.shifted
    (0.1, 0.075, 0.125, True)
    """
    churned, retained = held_out.churned, held_out.retained
    separation = churned.mean - retained.mean
    if (
        customers < _FEWEST_CUSTOMERS
        or min(churned.customers, retained.customers) < 2
        or separation < _LEAST_SEPARATION
    ):
        return None
    value = min(max((mean - retained.mean) / separation, 0.0), 1.0)
    of_classes = value**2 * churned.variance / churned.customers
    of_classes += (1 - value) ** 2 * retained.variance / retained.customers
    error = math.sqrt(variance / customers + of_classes) / separation
    rate = held_out.churn_rate
    in_all = rate * churned.mean + (1 - rate) * retained.mean
    variance_in_all = rate * churned.variance + (1 - rate) * retained.variance + rate * (1 - rate) * separation**2
    noise = math.sqrt(variance_in_all * (1 / customers + 1 / (churned.customers + retained.customers)))
    beyond_chance = abs(mean - (in_all if usual_mean is None else usual_mean)) > _NORMAL_ALARM * noise
    return ChurnRateEstimate(
        value=round(value, _DIGITS),
        low=round(max(value - _NORMAL_95 * error, 0.0), _DIGITS),
        high=round(min(value + _NORMAL_95 * error, 1.0), _DIGITS),
        in_training=rate,
        shifted=beyond_chance and abs(value - rate) >= _LEAST_CHANGE * rate,
    )


def rebase(probability: NDArray[np.float64], *, trained: float, current: float) -> NDArray[np.float64]:
    """Return calibrated probabilities for a market with another churn rate, by Bayes' rule.

    The odds are multiplied by (current odds) / (training odds); their order stays (Saerens et al. 2002).

    Parameters
    ----------
    probability
        Churn probabilities, (n,), calibrated where a share ``trained`` churns.
    trained, current
        The churn rate in training and now, strictly between 0 and 1.

    Raises
    ------
    InputError
        If ``current`` is not between 0 and 1.

    Examples
    --------
    >>> rebase(np.array([0.2, 0.5]), trained=0.2, current=0.1).round(4).tolist()
    [0.1, 0.3077]
    """
    if not 0 < current < 1:
        raise InputError(f"churn rate: {current} is out of bounds; pass a share between 0 and 1, e.g. 0.1")
    churned, retained = current / trained, (1 - current) / (1 - trained)
    rebased: NDArray[np.float64] = probability * churned / (probability * churned + (1 - probability) * retained)
    return rebased
