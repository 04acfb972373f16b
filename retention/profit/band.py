"""How far profits would move with other customers of the same kind: paired bootstrap by customer.

Resampling n customers with replacement needs no rows here: how many come from each group is one
multinomial draw, and the sum of a group's money, given how many, is normal with the group's own mean
and variance. With one value for all the variance inside a group is zero and the draw is exact; with a
value column leaving it out would make the band about half as wide as it should be.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from retention.profit.economics import Economics
from retention.profit.ranking import Sums, money, money_squared

COVERAGE = 0.90
DRAWS = 2000
_NORMAL_95 = 1.6448536269514722


class Band(NamedTuple):
    """The middle 90% of a number."""

    low: float
    high: float


class CurveBand(NamedTuple):
    """The middle 90% at each threshold, (thresholds,)."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]


def resampled_money(groups: Sums, economics: Economics, *, seed: int, draws: int = DRAWS) -> NDArray[np.float64]:
    """Draw what contacting each group brings when n customers are drawn again with replacement.

    Parameters
    ----------
    groups
        Sums of disjoint groups that together are all customers, (moments, groups, 2).
    economics
        The money.
    seed
        The same seed gives the same draws, so that a band moves smoothly with the economics.
    draws
        How many times to resample.

    Returns
    -------
    ndarray
        (draws, groups), currency over the n customers; sums over groups of one row are paired.
    """
    generator = np.random.default_rng(seed)
    count = groups[0]
    n = count.sum()
    picked = generator.multinomial(int(n), (count / n).ravel(), size=draws).reshape(draws, *count.shape)
    heads = np.maximum(count, 1)
    mean = money(groups, economics) / heads
    total = picked * mean
    if len(groups) > 1:
        variance = np.maximum(money_squared(groups, economics) / heads - mean**2, 0.0)
        total += np.sqrt(picked * variance) * generator.standard_normal(total.shape)
    return total.sum(axis=-1)  # type: ignore[no-any-return]


def middle(draws: NDArray[np.float64]) -> Band:
    """Return the 5% and 95% quantiles of bootstrap draws."""
    low, high = np.quantile(draws, [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2])
    return Band(float(low), float(high))


def along_curve(contacted: Sums, customers: int, economics: Economics) -> CurveBand:
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
    profit = money(contacted, economics).sum(axis=-1)
    variance = money_squared(contacted, economics).sum(axis=-1) - profit**2 / customers
    reach = _NORMAL_95 * np.sqrt(np.maximum(variance, 0.0))
    return CurveBand(profit - reach, profit + reach)
