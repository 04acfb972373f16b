"""How many customers show an effect: the power of a 90% interval, and its inverse."""

import math
from statistics import NormalDist

from retention.campaign.intervals import Z

POWER = 0.80
_FACTOR = (Z + NormalDist().inv_cdf(POWER)) ** 2  # 6.18


def customers_needed(effect: float, variance: float, share: float) -> float:
    """Return n = 6.18·σ²/(Δ²·h(1 − h)): how many customers show an effect with 80% power and a 90% interval.

    Parameters
    ----------
    effect
        Δ, the effect a head.
    variance
        σ²(1 − R²), what the outcome varies by that the scores do not explain.
    share
        h, the share held out.

    Examples
    --------
    >>> round(customers_needed(0.01, 0.26 * 0.74, 0.5))
    47581
    """
    return math.inf if effect <= 0 else _FACTOR * variance / (effect**2 * share * (1 - share))


def power_of(effect: float, variance: float, share: float, customers: float) -> float:
    """Return the chance that the lower end of the 90% interval of an effect lies above 0.

    Examples
    --------
    >>> round(power_of(0.01, 0.26 * 0.74, 0.5, 47581), 3)
    0.8
    """
    if variance <= 0:
        return float(effect > 0)
    return NormalDist().cdf(effect * math.sqrt(customers * share * (1 - share) / variance) - Z)


def detectable_effect(variance: float, share: float, customers: float) -> float:
    """Return the smallest effect that so many customers show with 80% power: Δ = √(6.18·σ²/(n·h(1 − h))).

    Examples
    --------
    >>> round(detectable_effect(0.26 * 0.74, 0.5, 47581), 4)
    0.01
    """
    return math.sqrt(_FACTOR * variance / (customers * share * (1 - share)))
