"""How far the cross-fitted profit would move with other customers: every fold's threshold is picked anew.

A threshold is picked on a sample as well, so holding it fixed would make the bands too narrow, and call
a gain certain that another sample's thresholds would not have made. Each draw therefore goes the whole
way: resample the customers, pick every fold's threshold on the other folds, add up what each earns on its own.
The model and its scores are held fixed: how they would differ, trained on other customers, is not in the bands.
The candidates are ``BINS`` thresholds with about as many customers between one and the next.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from retention.profit.bootstrap import Band, draw_customer_counts, percentile_interval, resampled_profit
from retention.profit.economics import Economics
from retention.profit.ranking import Ranking, Sums

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
    per_customer_over_threshold
        Of what deciding customer by customer earns over ``profit_best``; None without a value column.
    per_customer_gain
        Of what it earns over ``max(profit_all, profit_none)``; None without a value column.
    """

    profit: Band
    gain: Band
    per_customer_over_threshold: Band | None
    per_customer_gain: Band | None


@dataclass(frozen=True, eq=False)
class Resamples:
    """Customers drawn again and again, to be priced as often as the money changes.

    Attributes
    ----------
    ranking
        The customers.
    seed
        The same seed gives the same bands.
    """

    ranking: Ranking = field(repr=False)
    seed: int = 0

    def bands(self, economics: Economics) -> Bands:
        """Take the middle 90% of what comes out of the draws."""
        drawn = self._drawn_profit(economics) * (1000 / len(self.ranking))  # (draws, folds, bins, 1 or 2)
        best = _cross_fitted_profit(drawn.sum(axis=-1))
        rival = np.maximum(drawn.sum(axis=(1, 2, 3)), 0.0)
        over = over_rival = None
        if self.ranking.value is not None:
            personal = drawn[..., 1].sum(axis=(1, 2))
            over, over_rival = percentile_interval(personal - best), percentile_interval(personal - rival)
        return Bands(percentile_interval(best), percentile_interval(best - rival), over, over_rival)

    def _drawn_profit(self, economics: Economics) -> Amounts:
        ranking, (bins, codes) = self.ranking, self._fold_and_bin
        generator = np.random.default_rng(self.seed)
        if ranking.value is None:
            picked, groups = self._drawn_counts
            drawn, kinds = resampled_profit(picked, groups, economics, generator), 1
        else:  # who is on the right side of their own break-even depends on the money
            own = ranking.score >= economics.break_even(ranking.value)
            kinds = 2
            groups = ranking.group_sums(codes * np.int32(kinds) + own, self._folds * bins * kinds)
            picked = draw_customer_counts(groups, generator, draws=DRAWS)
            drawn = resampled_profit(picked, groups, economics, generator)
        return drawn.reshape(DRAWS, self._folds, bins, kinds)

    @property
    def _folds(self) -> int:
        return int(self.ranking.sums.shape[1])

    @cached_property
    def _fold_and_bin(self) -> tuple[int, NDArray[np.int32]]:
        """How many bins there are, and everyone's fold and bin as one number, (n,)."""
        bin_of = _bin_of_cell(self.ranking)
        bins = int(bin_of[-1]) + 1
        return bins, self.ranking.fold.astype(np.int32) * np.int32(bins) + bin_of[self.ranking.cell]

    @cached_property
    def _drawn_counts(self) -> tuple[NDArray[np.int32], Sums]:
        """Without a value column: the draws, which do not depend on the money, and the groups drawn from."""
        bins, codes = self._fold_and_bin
        groups = self.ranking.group_sums(codes, self._folds * bins)
        return draw_customer_counts(groups, np.random.default_rng(self.seed), draws=DRAWS), groups


def _bin_of_cell(ranking: Ranking) -> NDArray[np.int32]:
    """Return the bin of each cell, (cells,), rising from 0; a cell is never cut."""
    heads = ranking.sums[0].sum(axis=(0, 2))
    below = heads.cumsum() - heads
    bins = np.unique((below * BINS / len(ranking)).astype(np.int32), return_inverse=True)[1]
    return bins.astype(np.int32)


def _cross_fitted_profit(money: Amounts) -> Amounts:
    """Return what thresholds picked on the other folds earn: (draws, folds, bins) -> (draws,)."""
    earned = _from_top(money)
    picked = (earned.sum(axis=1, keepdims=True) - earned).argmax(axis=-1)  # the highest of equally good ones
    own: Amounts = np.take_along_axis(earned, picked[..., np.newaxis], axis=-1).sum(axis=(1, 2))
    return own


def _from_top(money: Amounts) -> Amounts:
    """Return what contacting the highest 0, 1, 2, ... bins earns: (..., bins) -> (..., bins + 1)."""
    above: Amounts = money[..., ::-1].cumsum(axis=-1)
    return np.concatenate([np.zeros_like(above[..., :1]), above], axis=-1)
