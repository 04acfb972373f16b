"""How far the cross-fitted profit would move with other customers: every fold's threshold is picked anew.

A threshold is picked on a sample as well, so holding it fixed would make the bands too narrow, and call
a gain certain that another sample's thresholds would not have made. Each draw therefore goes the whole
way: resample the customers, pick every fold's threshold on the other folds, add up what each earns on its own.
The candidates are ``BINS`` thresholds with about as many customers between one and the next.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from retention.profit.band import Band, middle, resampled_money
from retention.profit.economics import Economics
from retention.profit.ranking import Ranking

BINS = 100
DRAWS = 500

Amounts = NDArray[np.float64]


class Bands(NamedTuple):
    """90% paired-bootstrap bands, per 1,000 customers (currency).

    Attributes
    ----------
    profit
        Of ``profit_best``.
    gain
        Of ``profit_best − max(profit_all, profit_none)``.
    over_threshold
        Of what deciding customer by customer earns over ``profit_best``; None without a value column.
    """

    profit: Band
    gain: Band
    over_threshold: Band | None


def resampled_bands(ranking: Ranking, economics: Economics, *, seed: int) -> Bands:
    """Draw the customers again and again, and take the middle 90% of what comes out.

    Parameters
    ----------
    ranking
        The customers.
    economics
        The money.
    seed
        The same seed gives the same bands.
    """
    bin_of = _bins(ranking)
    bins, folds = int(bin_of[-1]) + 1, ranking.sums.shape[1]
    codes = ranking.fold.astype(np.int32) * np.int32(bins) + bin_of[ranking.cell]
    own = None if ranking.value is None else ranking.score >= economics.break_even(ranking.value)
    kinds = 1 if own is None else 2
    if own is not None:
        codes = codes * np.int32(2) + own
    groups = ranking.group(codes, folds * bins * kinds)
    drawn = resampled_money(groups, economics, seed=seed, draws=DRAWS) * (1000 / len(ranking))
    drawn = drawn.reshape(DRAWS, folds, bins, kinds)
    best = _cross_fitted(drawn.sum(axis=-1))
    everyone = drawn.sum(axis=(1, 2, 3))
    over_threshold = None if own is None else middle(drawn[..., 1].sum(axis=(1, 2)) - best)
    return Bands(middle(best), middle(best - np.maximum(everyone, 0.0)), over_threshold)


def _bins(ranking: Ranking) -> NDArray[np.int32]:
    """Return the bin of each cell, (cells,), rising from 0; a cell is never cut."""
    heads = ranking.sums[0].sum(axis=(0, 2))
    below = heads.cumsum() - heads
    bins = np.unique((below * BINS / len(ranking)).astype(np.int32), return_inverse=True)[1]
    return bins.astype(np.int32)


def _cross_fitted(money: Amounts) -> Amounts:
    """Return what thresholds picked on the other folds earn: (draws, folds, bins) -> (draws,)."""
    others = _from_top(money.sum(axis=1, keepdims=True) - money)
    picked = others.argmax(axis=-1)[..., np.newaxis]  # the highest of equally good ones
    earned: Amounts = np.take_along_axis(_from_top(money), picked, axis=-1).sum(axis=(1, 2))
    return earned


def _from_top(money: Amounts) -> Amounts:
    """Return what contacting the highest 0, 1, 2, ... bins earns: (..., bins) -> (..., bins + 1)."""
    above: Amounts = money[..., ::-1].cumsum(axis=-1)
    return np.concatenate([np.zeros_like(above[..., :1]), above], axis=-1)
