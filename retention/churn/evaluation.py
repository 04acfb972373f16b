"""Measure how good churn probabilities are on customers the model had not seen."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_Z_95_PERCENT = 1.959963984540054

Weight = NDArray[np.float64] | None
"""How many customers each row stands for, length n; None where each stands for itself."""


@dataclass(frozen=True, eq=False)
class OutOfFold:
    """Held-out churn probabilities of n training customers; arrays of length n.

    With several cutoffs these are the customers of the newest one, each once, and the models that scored them
    had learned from earlier cutoffs and from other customers only.

    Attributes
    ----------
    score
        Calibrated churn probability in (0, 1), from a fit on the other folds.
    label
        1 churned, 0 retained.
    value
        Margin kept if the customer is retained (currency); None without a value column.
    fold
        The fold the customer was held out with, 0 and up.
    weight
        How many customers the row stands for, 1 on average; None where each stands for itself.
    """

    score: NDArray[np.float64]
    label: NDArray[np.int8]
    value: NDArray[np.float64] | None
    fold: NDArray[np.int8]
    weight: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class Metrics:
    """Metrics of predicted probabilities against observed churn.

    Attributes
    ----------
    roc_auc
        Share of pairs of a churned and a retained customer ranked rightly, ties half; 0.5 is chance.
    average_precision
        Area under precision against recall; the base rate is chance.
    brier
        Mean squared error of the probability, 0 best.
    log_loss
        Mean negative log-likelihood (nats), 0 best.
    mean_probability
        Mean predicted probability, to be compared with the observed churn rate.
    """

    roc_auc: float
    average_precision: float
    brier: float
    log_loss: float
    mean_probability: float


@dataclass(frozen=True)
class CalibrationBin:
    """Customers with similar scores: predicted and observed churn.

    Attributes
    ----------
    customers
        Number of customers in the bin.
    predicted, observed
        Mean predicted probability, and the share that churned; in [0, 1].
    low, high
        Ends of Wilson's 95% interval of ``observed``.
    """

    customers: int
    predicted: float
    observed: float
    low: float
    high: float


def compute_metrics(label: NDArray[np.int8], probability: NDArray[np.float64], weight: Weight = None) -> Metrics:
    """Compare predicted probabilities with observed churn.

    Parameters
    ----------
    label
        1 churned, 0 retained; length n, both present.
    probability
        Churn probabilities in [0, 1], length n.
    weight
        How many customers each row stands for, length n; None where each stands for itself.

    Examples
    --------
    >>> compute_metrics(np.array([0, 1], np.int8), np.array([0.2, 0.6])).brier.__round__(3)
    0.1
    """
    from sklearn.metrics import average_precision_score, roc_auc_score

    return Metrics(
        roc_auc=float(roc_auc_score(label, probability, sample_weight=weight)),
        average_precision=float(average_precision_score(label, probability, sample_weight=weight)),
        brier=float(np.average((probability - label) ** 2, weights=weight)),
        log_loss=float(np.average(log_losses(label, probability), weights=weight)),
        mean_probability=float(np.average(probability, weights=weight)),
    )


def log_losses(label: NDArray[np.int8], probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the negative log-likelihood of each label in nats, length n.

    The arguments come in the order of scikit-learn's metrics: first what happened, then what was predicted.

    Parameters
    ----------
    label
        1 churned, 0 retained; length n.
    probability
        Churn probabilities, length n; they are kept 1e-12 away from 0 and 1.

    Examples
    --------
    >>> log_losses(np.array([1, 0], np.int8), np.array([0.8, 0.5])).round(3)
    array([0.223, 0.693])
    """
    likelihood = np.where(label == 1, probability, 1.0 - probability)
    return np.asarray(-np.log(np.clip(likelihood, 1e-12, 1.0)))


def log_losses_from_logits(label: NDArray[np.int8], logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the negative log-likelihood of each label in nats, length n, under predicted log-odds.

    Parameters
    ----------
    label
        1 churned, 0 retained; length n.
    logits
        Log-odds to churn, length n, of any size.

    Examples
    --------
    >>> log_losses_from_logits(np.array([1, 0], np.int8), np.array([0.0, 0.0])).round(3)
    array([0.693, 0.693])
    """
    return np.logaddexp(0, np.where(label == 1, -logits, logits))


def calibration_table(
    label: NDArray[np.int8], probability: NDArray[np.float64], *, bins: int = 10, weight: Weight = None
) -> tuple[CalibrationBin, ...]:
    """Compare predicted with observed churn in groups of similar scores.

    Groups hold about equally many customers. Equal scores stay together, so there may be fewer groups than
    ``bins``. The interval is Wilson's (1927, doi:10.1080/01621459.1927.10502953), with weights at the effective
    number of customers.

    Parameters
    ----------
    label, probability, weight
        As in :func:`compute_metrics`.
    bins
        Maximum number of groups.
    """
    edges = np.unique(np.quantile(probability, np.linspace(0, 1, bins + 1)[1:-1]))
    group = np.searchsorted(edges, probability, side="right")
    table = []
    for number in np.unique(group):
        inside = group == number
        counted = None if weight is None else weight[inside]
        count, rate = int(inside.sum()), float(np.average(label[inside], weights=counted))
        low, high = wilson_interval(rate, count if counted is None else effective_count(counted))
        predicted = float(np.average(probability[inside], weights=counted))
        table.append(CalibrationBin(count, predicted, rate, low, high))
    return tuple(table)


def effective_count(weight: NDArray[np.float64]) -> float:
    """Return how many customers of equal weight would be as informative: (Σw)² / Σw² (Kish 1965).

    Examples
    --------
    >>> effective_count(np.array([1.0, 1.0, 4.0]))
    2.0
    """
    return float(weight.sum() ** 2 / (weight @ weight))


def wilson_interval(rate: float, count: float) -> tuple[float, float]:
    """Return Wilson's 95% interval of a share observed on ``count`` customers.

    Examples
    --------
    >>> [round(end, 3) for end in wilson_interval(0.5, 10)]
    [0.237, 0.763]
    """
    centre = rate + _Z_95_PERCENT**2 / (2 * count)
    spread = _Z_95_PERCENT * np.sqrt(rate * (1 - rate) / count + _Z_95_PERCENT**2 / (4 * count**2))
    scale = 1 + _Z_95_PERCENT**2 / count
    return max(0.0, float((centre - spread) / scale)), min(1.0, float((centre + spread) / scale))


def significantly_lower(
    losses: NDArray[np.float64],
    reference: NDArray[np.float64],
    *,
    standard_errors: float = 1.0,
    customer: NDArray[np.int64] | None = None,
    weight: Weight = None,
) -> bool:
    """Return whether one set of losses is lower than another beyond noise.

    Parameters
    ----------
    losses, reference
        Losses of the same rows under two models, length n.
    standard_errors
        Number of standard errors of the mean paired difference that the gain must exceed.
    customer
        Number of the customer each row is about, where a customer may have several rows, length n. Gains of
        the same customer are correlated, so the error is that of sums over customers (Liang & Zeger 1986).
    weight
        How many customers each row stands for, length n; None where each stands for itself.
    """
    gain = reference - losses
    mean = np.average(gain, weights=weight)
    deviation: NDArray[np.float64] = gain - mean
    if weight is not None:
        deviation = deviation * weight / weight.mean()
    if customer is not None:
        deviation = np.bincount(customer, weights=deviation).astype(np.float64)
    error = np.sqrt(deviation @ deviation) / gain.size
    return bool(mean > standard_errors * error and mean > 1e-9)
