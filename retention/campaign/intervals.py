"""90% intervals of effects, save rates and ratios, and the check whether the tails of money allow one."""

import math
from dataclasses import dataclass

from retention.campaign.effect import CONTROL_ROW, TREATED_ROW, ArmMeans, Estimate

LEVEL = 0.90
Z = 1.6448536269514722
"""The normal quantile that leaves 5% on each side."""
MOST_TAIL_ERROR_POINTS = 1.5


@dataclass(frozen=True)
class Interval:
    """An estimate with both ends of its 90% interval, in one unit."""

    value: float
    low: float
    high: float

    def __post_init__(self) -> None:
        """Turn NumPy numbers into plain floats, which JSON can hold."""
        for name in ("value", "low", "high"):
            object.__setattr__(self, name, float(getattr(self, name)))

    def times(self, factor: float) -> "Interval":
        """Return it in another unit.

        >>> Interval(1.0, -2.0, 3.0).times(-2)
        Interval(value=-2.0, low=-6.0, high=4.0)
        """
        low, high = sorted((self.low * factor, self.high * factor))
        return Interval(self.value * factor, low, high)

    def as_dict(self, name: str = "value") -> dict[str, float]:
        """Return it for JSON, the estimate under a name that says its unit."""
        return {name: self.value, "low": self.low, "high": self.high}

    @property
    def holds_zero(self) -> bool:
        """Whether no effect at all would be compatible with it."""
        return self.low <= 0 <= self.high


def interval_json(interval: Interval | None, estimate: str = "value") -> dict[str, float | None]:
    """Return the estimate under its key, and both ends; null for each where there is no interval."""
    return dict.fromkeys((estimate, "low", "high")) if interval is None else dict(interval.as_dict(estimate))


def normal_interval(estimate: Estimate) -> Interval:
    """Return the estimate ± 1.645 standard errors.

    >>> round(normal_interval(Estimate(1.0, 2.0)).high, 3)
    4.29
    """
    margin = Z * estimate.standard_error
    return Interval(estimate.value, estimate.value - margin, estimate.value + margin)


def save_rate_interval(kept: ArmMeans, outcome: int = 0) -> Interval | None:
    """Return the net share of churning customers whom the treatment kept, 1 − churned(treated)/churned(control).

    The interval is symmetric for the logarithm of the ratio. None where an arm has nobody who churned.

    Examples
    --------
    30% of control churn and 24% of the treated, so the treatment kept a fifth of those who would have churned:

    >>> import numpy as np
    >>> from retention.campaign.effect import arm_means
    >>> outcomes = np.r_[np.arange(100) >= 30, np.arange(100) >= 24]
    >>> round(save_rate_interval(arm_means(outcomes, np.arange(200) >= 100)).value, 10)
    0.2
    """
    k = kept.means.shape[1]
    churned = 1.0 - kept.means[:, outcome]
    if min(churned) <= 1e-9:
        return None
    at = [outcome, k + outcome]
    covariance = kept.covariance[[[at[0]], [at[1]]], [at, at]]
    gradient = [
        1.0 / churned[CONTROL_ROW],
        -1.0 / churned[TREATED_ROW],
    ]  # of the log ratio, with respect to kept shares
    variance = float(gradient @ covariance @ gradient)
    log_ratio = math.log(churned[TREATED_ROW] / churned[CONTROL_ROW])
    margin = Z * math.sqrt(max(variance, 0.0))
    low, high = -math.expm1(log_ratio + margin), -math.expm1(log_ratio - margin)
    return Interval(-math.expm1(log_ratio), low, high)


def ratio_interval(numerator: Estimate, denominator: Estimate, covariance: float) -> Interval | None:
    """Return a ratio of two effects by the delta method; None where the denominator may be 0.

    >>> ratio_interval(Estimate(12.0, 0.0), Estimate(0.04, 0.01), 0.0).value
    300.0
    >>> ratio_interval(Estimate(12.0, 0.0), Estimate(0.01, 0.01), 0.0) is None
    True
    """
    if normal_interval(denominator).holds_zero:
        return None
    ratio = numerator.value / denominator.value
    variance = (
        numerator.standard_error**2 - 2 * ratio * covariance + ratio**2 * denominator.standard_error**2
    ) / denominator.value**2
    return normal_interval(Estimate(ratio, math.sqrt(max(variance, 0.0))))


def tail_error_points(fit: ArmMeans, outcome: int = 0) -> float:
    """Return how far, in percentage points, one side of the interval may miss its 5% because outcomes are skewed.

    About 0.11·|κ|/D^1.5, where κ is the third central moment of the difference of means, μ₃₀/n₀² − μ₃₁/n₁², and D
    its variance. From 1.5 points on, the interval must not decide about money.

    Examples
    --------
    Of a skewness of 1.5 in arms of 100 and 400 there remains |κ|/D^1.5 = 0.1006, and so 1.1 points:

    >>> import numpy as np
    >>> from retention.campaign.effect import arm_means
    >>> one = np.r_[np.zeros(80), np.ones(20)]  # skewness 1.5
    >>> fit = arm_means(np.r_[one, np.tile(one, 4)], np.arange(500) >= 100)
    >>> round(tail_error_points(fit), 3)
    1.107
    """
    kappa = float(fit.third_moments[TREATED_ROW, outcome] - fit.third_moments[CONTROL_ROW, outcome])
    variance = float(fit.plain_variances[:, outcome].sum())
    return 100 * 0.11 * abs(kappa) / variance**1.5 if variance > 0 else 0.0
