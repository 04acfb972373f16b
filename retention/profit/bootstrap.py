"""How far profits would move with other customers of the same kind: paired bootstrap by customer.

Resampling n customers with replacement needs no rows here: how many come from each group is one
multinomial draw, and the sum of a group's money, given how many, is normal with the group's own mean
and variance. With one value for all the variance inside a group is zero and the draw is exact; with a
value column leaving it out would make the band about half as wide as it should be.

Other customers, but the same model: it and its scores are held fixed, so a band does not cover how another
training set would have changed them.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from retention.profit.economics import Economics
from retention.profit.ranking import Sums, incremental_profit, incremental_profit_squared

COVERAGE = 0.90
_NORMAL_95 = 1.6448536269514722


class Band(NamedTuple):
    """The middle 90% of a number."""

    low: float
    high: float


class CurveBand(NamedTuple):
    """The middle 90% at each threshold, (thresholds,)."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]


def draw_customer_counts(groups: Sums, generator: np.random.Generator, *, draws: int) -> NDArray[np.int32]:
    """Draw how many customers come from each group, (draws, groups, 2); this does not depend on the money."""
    count = groups[0]
    n = count.sum()
    picked = generator.multinomial(int(n), (count / n).ravel(), size=draws)
    return picked.astype(np.int32).reshape(draws, *count.shape)


def resampled_profit(
    picked: NDArray[np.int32], groups: Sums, economics: Economics, generator: np.random.Generator
) -> NDArray[np.float64]:
    """Return what so many customers of each group bring, (draws, groups); with a value column, drawn as well.

    Sums over groups of one row are paired.
    """
    heads = np.maximum(groups[0], 1)
    mean = incremental_profit(groups, economics) / heads
    if len(groups) == 1:
        return np.asarray(np.einsum("dgl,gl->dg", picked, mean))
    variance = np.maximum(incremental_profit_squared(groups, economics) / heads - mean**2, 0.0)
    spread = np.sqrt(picked * variance) * generator.standard_normal(picked.shape)
    return np.asarray((picked * mean + spread).sum(axis=-1))


def percentile_interval(draws: NDArray[np.float64]) -> Band:
    """Return the 5% and 95% quantiles of bootstrap draws."""
    low, high = np.quantile(draws, [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2])
    return Band(float(low), float(high))


def band_along_curve(contacted: Sums, customers: int, economics: Economics) -> CurveBand:
    """Return the 90% band of the profit at each threshold, threshold by threshold.

    The profit is a sum over independent customers, so the bootstrap tends to a normal with variance
    Σ money² − (Σ money)² / n; this is that limit, without the noise of drawing.

    Parameters
    ----------
    contacted
        Sums over the customers contacted at each threshold, (moments, thresholds, 2).
    customers
        n, contacted or not.
    economics
        The money.
    """
    profit = incremental_profit(contacted, economics).sum(axis=-1)
    variance = incremental_profit_squared(contacted, economics).sum(axis=-1) - profit**2 / customers
    reach = _NORMAL_95 * np.sqrt(np.maximum(variance, 0.0))
    return CurveBand(profit - reach, profit + reach)
