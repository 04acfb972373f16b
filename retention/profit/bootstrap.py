"""How far a profit would vary with other customers of the same kind: paired bootstrap by customer.

Resampling n customers with replacement needs no rows here. How many customers come from each group is one
multinomial draw, and the profit of that many customers is normal with the group's own mean and variance. With
one value for all customers the variance inside a group is zero and the draw is exact. With a value column,
leaving the variance out would make the band about half as wide as it should be.

The model and its scores are held fixed, so a band does not cover how another training set would change them.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from retention.profit.economics import Economics
from retention.profit.ranking import Sums, incremental_profit, incremental_profit_squared

COVERAGE = 0.90
"""Share of the draws inside a band."""
_NORMAL_95 = 1.6448536269514722


class Band(NamedTuple):
    """The 5% and 95% quantiles of a number, so that 90% of the draws lie between them."""

    low: float
    high: float


class CurveBand(NamedTuple):
    """The 5% and 95% quantiles at each threshold, (thresholds,)."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]


def draw_customer_counts(
    groups: Sums, generator: np.random.Generator, *, draws: int, customers: int | None = None
) -> NDArray[np.int32]:
    """Draw how many customers come from each group, (draws, groups, 2); the economics play no part in it.

    ``customers`` are drawn in all, by default as many as the groups hold.
    """
    count = groups[0]
    counts = generator.multinomial(customers or int(count.sum()), (count / count.sum()).ravel(), size=draws)
    return counts.astype(np.int32).reshape(draws, *count.shape)


def resampled_profit(
    counts: NDArray[np.int32], groups: Sums, economics: Economics, generator: np.random.Generator
) -> NDArray[np.float64]:
    """Return what contacting the drawn customers of each group earns (currency), (draws, groups).

    Groups of the same draw are paired: their profits may be added up and subtracted.

    Parameters
    ----------
    counts
        Customers drawn from each group, (draws, groups, 2), from :func:`draw_customer_counts`.
    groups
        Sums over the customers of each group, (moments, groups, 2).
    economics
        The money inputs.
    generator
        Draws the spread inside a group; unused without a value column, where there is none.
    """
    group_size = np.where(groups[0] > 0, groups[0], 1)
    mean = incremental_profit(groups, economics) / group_size
    if len(groups) == 1:
        return np.asarray(np.einsum("dgl,gl->dg", counts, mean))
    variance = np.maximum(incremental_profit_squared(groups, economics) / group_size - mean**2, 0.0)
    spread = np.sqrt(counts * variance) * generator.standard_normal(counts.shape)
    return np.asarray((counts * mean + spread).sum(axis=-1))


def percentile_interval(draws: NDArray[np.float64]) -> Band:
    """Return the 5% and 95% quantiles of bootstrap draws."""
    low, high = np.quantile(draws, [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2])
    return Band(float(low), float(high))


def band_of_a_skewed_mean(
    amounts: NDArray[np.float64],
    weight: NDArray[np.float64] | None = None,
    *,
    effective_customers: float | None = None,
) -> tuple[Band, float]:
    """Return the 90% band of a mean of skewed amounts, and how skewed the mean still is.

    Hall's (1992) transformation removes the skewness from the studentised mean. With lognormal values (sigma 2)
    of 500 customers it covers 85% where the normal band and the percentile bootstrap cover 70 and 73%.

    Parameters
    ----------
    amounts
        One per customer, (n,), or the different amounts there are.
    weight
        How many customers each amount stands for, (n,), >= 0; 1 by default.
    effective_customers
        How many customers of equal weight would be as informative; the sum of the weights by default.

    Returns
    -------
    band
        Of the mean.
    skewness
        Skewness of the mean: that of the amounts divided by the root of n. From about 0.25 on no band covers well.

    Examples
    --------
    >>> band, skewness = band_of_a_skewed_mean(np.array([0.0, 0, 0, 0, 0, 0, 0, 0, 0, 100]))
    >>> round(band.low, 1), round(band.high, 1), round(skewness, 2)
    (-0.6, 70.6, 0.84)
    >>> band_of_a_skewed_mean(np.array([0.0, 100.0]), np.array([9.0, 1.0]))[0] == band
    True
    """
    share = np.ones(len(amounts)) if weight is None else weight
    n = float(share.sum())
    share = share / n
    root = math.sqrt(effective_customers or n)
    mean = float(share @ amounts)
    spread = math.sqrt(share @ (amounts - mean) ** 2)
    if spread == 0:
        return Band(mean, mean), 0.0
    skewness = float(share @ (amounts - mean) ** 3) / spread**3 / root
    error = spread / root
    if abs(skewness) < 1e-6:
        return Band(mean - _NORMAL_95 * error, mean + _NORMAL_95 * error), skewness

    def studentised(normal: float) -> float:
        return float((np.cbrt(1 + skewness * (normal - skewness / 6)) - 1) * 3 / skewness)

    return Band(mean - studentised(_NORMAL_95) * error, mean - studentised(-_NORMAL_95) * error), skewness


def band_of_the_lower(*bands: Band) -> Band:
    """Return the band of the lowest of several numbers, from the band of each.

    What is earned more than the best of several rivals is the lowest of what is earned more than each. Draws of
    that minimum itself would be biased downwards where two rivals are about equal.
    """
    return Band(min(band.low for band in bands), min(band.high for band in bands))


def band_along_curve(
    contacted: Sums, customers: int, economics: Economics, *, effective_customers: float | None = None
) -> CurveBand:
    """Return the 90% band of the profit at each threshold, threshold by threshold.

    The profit is a sum over independent customers, so the bootstrap tends to a normal distribution with
    variance Σ profit² − (Σ profit)² / n. The band is taken from that limit, without the noise of drawing.

    Parameters
    ----------
    contacted
        Sums over the customers contacted at each threshold, (moments, thresholds, 2).
    customers
        n, contacted or not.
    economics
        The money inputs.
    effective_customers
        How many customers of equal weight would be as informative, where rows have weights; n if None.
    """
    profit = incremental_profit(contacted, economics).sum(axis=-1)
    variance = incremental_profit_squared(contacted, economics).sum(axis=-1) - profit**2 / customers
    if effective_customers is not None:
        variance = variance * (customers / effective_customers)
    half_width = _NORMAL_95 * np.sqrt(np.maximum(variance, 0.0))
    return CurveBand(profit - half_width, profit + half_width)
