"""How far the cross-fitted profit would vary with other customers, each fold's threshold being picked again.

A threshold is picked on a sample as well. Holding it fixed would make the bands too narrow, and call a gain
certain that the thresholds of another sample would not have made. So each draw repeats the whole procedure: it
resamples the customers, picks each fold's threshold on the other folds, and adds up what each threshold earns on
its own fold. The model and its scores are held fixed, so the bands do not cover how they would change with
another training set. The candidates are ``BINS`` thresholds with about as many customers between any two.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from retention.profit.bootstrap import (
    Band,
    band_of_the_lower,
    draw_customer_counts,
    percentile_interval,
    resampled_profit,
)
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
        Of what deciding customer by customer earns more than ``profit_best``; None without a value column.
    per_customer_gain
        Of what it earns more than ``max(profit_all, profit_none)``; None without a value column.
    """

    profit: Band
    gain: Band
    per_customer_over_threshold: Band | None
    per_customer_gain: Band | None


@dataclass(frozen=True, eq=False)
class Resamples:
    """Draws of customers with replacement, which can be priced again whenever the money inputs change.

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
        """Return the 90% bands of the profits of all draws."""
        drawn = self._drawn_profit(economics) * (1000 / self._customers)  # (draws, folds, bins, 1 or 2)
        best = _cross_fitted_profit(drawn.sum(axis=-1))
        everyone = drawn.sum(axis=(1, 2, 3))
        over_threshold = gain = None
        if self.ranking.value is not None:
            per_customer = drawn[..., 1].sum(axis=(1, 2))
            over_threshold = percentile_interval(per_customer - best)
            gain = _gain_band(per_customer, everyone)
        return Bands(percentile_interval(best), _gain_band(best, everyone), over_threshold, gain)

    def _drawn_profit(self, economics: Economics) -> Amounts:
        """Return the profit of contacting each bin, (draws, folds, bins, 1); with a value column (…, 2).

        The last axis then holds the customers below and from their own break-even probability on.
        """
        ranking, (bins, codes) = self.ranking, self._fold_and_bin
        generator = np.random.default_rng(self.seed)
        if ranking.value is None:
            sides = 1
            counts, groups = self._drawn_counts
        else:  # the economics decide which customers are above their own break-even, so the groups depend on them
            sides = 2
            above_break_even = ranking.score >= economics.break_even(ranking.value)
            groups = ranking.group_sums(codes * np.int32(sides) + above_break_even, self._folds * bins * sides)
            counts = draw_customer_counts(groups, generator, draws=DRAWS, customers=self._customers)
        drawn = resampled_profit(counts, groups, economics, generator)
        return drawn.reshape(DRAWS, self._folds, bins, sides)

    @property
    def _customers(self) -> int:
        """Customers in a draw: all, or as many as are as informative as weighted ones."""
        return max(1, int(self.ranking.effective_customers))

    @property
    def _folds(self) -> int:
        return int(self.ranking.sums.shape[1])

    @cached_property
    def _fold_and_bin(self) -> tuple[int, NDArray[np.int32]]:
        """The number of bins, and each customer's fold and bin as one number, (n,)."""
        bin_of = _bin_of_cell(self.ranking)
        bins = int(bin_of[-1]) + 1
        return bins, self.ranking.fold.astype(np.int32) * np.int32(bins) + bin_of[self.ranking.cell]

    @cached_property
    def _drawn_counts(self) -> tuple[NDArray[np.int32], Sums]:
        """Without a value column: the draws, which do not depend on the economics, and the groups drawn from."""
        bins, codes = self._fold_and_bin
        groups = self.ranking.group_sums(codes, self._folds * bins)
        generator = np.random.default_rng(self.seed)
        return draw_customer_counts(groups, generator, draws=DRAWS, customers=self._customers), groups


def _gain_band(profit: Amounts, everyone: Amounts) -> Band:
    """Return the band of a profit less the better of contacting everyone and nobody, from draws of both."""
    return band_of_the_lower(percentile_interval(profit - everyone), percentile_interval(profit))


def _bin_of_cell(ranking: Ranking) -> NDArray[np.int32]:
    """Return the bin of each cell, (cells,), rising from 0; a cell is never divided."""
    customers = ranking.sums[0].sum(axis=(0, 2))
    below = customers.cumsum() - customers
    bins = np.unique((below * BINS / len(ranking)).astype(np.int32), return_inverse=True)[1]
    return bins.astype(np.int32)


def _cross_fitted_profit(profit: Amounts) -> Amounts:
    """Return the profit of thresholds picked on the other folds, (draws,), from that of each bin.

    ``profit`` has shape (draws, folds, bins).
    """
    earned = _sum_from_top(profit)
    best = (earned.sum(axis=1, keepdims=True) - earned).argmax(axis=-1)  # the highest of equally good thresholds
    out_of_fold: Amounts = np.take_along_axis(earned, best[..., np.newaxis], axis=-1).sum(axis=(1, 2))
    return out_of_fold


def _sum_from_top(profit: Amounts) -> Amounts:
    """Return what contacting the highest 0, 1, 2, ... bins earns, (..., bins + 1), from that of each bin."""
    above: Amounts = profit[..., ::-1].cumsum(axis=-1)
    return np.concatenate([np.zeros_like(above[..., :1]), above], axis=-1)
