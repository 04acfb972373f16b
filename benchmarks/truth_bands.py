"""Cheap models on customers whose truth is a formula: what the deployed policy announces, against what it earns.

Four independent normal features decide the churn probability, so a logistic regression's score and the true
log-odds are two correlated normal numbers. What a threshold earns among all customers there could ever be is then
one integral, without the noise of a simulated market.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtr
from sklearn.linear_model import LogisticRegression

from retention.profit.curve import profit_curve
from retention.profit.economics import Economics

Floats = NDArray[np.float64]
_FOLDS = 5
_WEIGHTS = np.array([1.0, 0.7, 0.4, 0.0])
_SPREAD = float(np.sqrt(_WEIGHTS @ _WEIGHTS))
_NORMAL = np.linspace(-9, 9, 1801)
_DENSITY = np.exp(-_NORMAL * _NORMAL / 2) / np.exp(-_NORMAL * _NORMAL / 2).sum()


@dataclass(frozen=True)
class Trial:
    """What one sample announced, and what is true, per 1,000 customers (currency).

    Attributes
    ----------
    covered
        Whether the band of the deployed policy holds what it really earns.
    gain
        What the deployed threshold really earns more than the picked one, with the same final model.
    """

    covered: bool
    gain: float


def run_trial(seed: int, *, customers: int, churn_rate: float, economics: Economics) -> Trial:
    """Sample customers, fit a logistic regression in five folds, and compare what is announced with the truth.

    The band is about models of four fifths of the customers, so their mean profit is what it should hold.
    """
    generator = np.random.default_rng([seed, customers, round(1000 * churn_rate)])
    constant = intercept(churn_rate)
    x = generator.normal(size=(customers, len(_WEIGHTS)))
    label = (generator.random(customers) < expit(constant + x @ _WEIGHTS)).astype(np.int8)
    fold = generator.permutation(np.arange(customers) % _FOLDS)
    score, models = np.empty(customers), []
    for number in range(_FOLDS):
        models.append(LogisticRegression(C=1.0).fit(x[fold != number], label[fold != number]))
        score[fold == number] = models[-1].predict_proba(x[fold == number])[:, 1]
    final = LogisticRegression(C=1.0).fit(x, label)
    curve = profit_curve(score, label, fold=fold, economics=economics)

    def earned(model: LogisticRegression, threshold: float) -> float:
        return true_profit(model.coef_[0], float(model.intercept_[0]), threshold, constant, economics)

    true = float(np.mean([earned(model, curve.threshold_deployed) for model in models]))
    band = curve.deployed.band
    gain = earned(final, curve.threshold_deployed) - earned(final, curve.threshold_best)
    return Trial(band.low <= true <= band.high, gain)


def intercept(churn_rate: float) -> float:
    """Return the constant of the log-odds at which this share of all customers churns."""
    low, high = -12.0, 12.0
    for _ in range(50):  # bisection
        middle = (low + high) / 2
        too_few = _DENSITY @ expit(middle + _SPREAD * _NORMAL) < churn_rate
        low, high = (middle, high) if too_few else (low, middle)
    return low


def true_profit(
    coefficients: Floats, model_intercept: float, threshold: float, constant: float, economics: Economics
) -> float:
    """Return what contacting everyone whose score reaches a threshold earns, per 1,000 customers (currency).

    Parameters
    ----------
    coefficients, model_intercept
        Of the logistic regression that gives the scores.
    threshold
        Contact from this score on.
    constant
        Of the true log-odds, from :func:`intercept`.
    economics
        The money inputs.

    Examples
    --------
    >>> economics, constant = Economics(), intercept(0.19)
    >>> round(true_profit(_WEIGHTS, constant, 0.0, constant, economics), 1)  # everyone: 1,000 · (500 · 0.19 − 50)
    45000.0
    >>> at_break_even, above, below = (
    ...     true_profit(_WEIGHTS, constant, threshold, constant, economics) for threshold in (0.1, 0.12, 0.08)
    ... )
    >>> at_break_even > max(above, below) > 45_000
    True
    """
    earned = economics.expected_profit(expit(constant + _SPREAD * _NORMAL))
    if 0 < threshold < 1:
        slope = float(coefficients @ _WEIGHTS) / _SPREAD
        left_over = np.sqrt(max(float(coefficients @ coefficients) - slope**2, 1e-18))
        earned = earned * ndtr((model_intercept + slope * _NORMAL - logit(threshold)) / left_over)
    elif threshold >= 1:
        return 0.0
    return 1000 * float(_DENSITY @ earned)
