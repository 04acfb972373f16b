"""Profit at every threshold, and what the best threshold can be expected to earn.

Scores are out of fold: each comes from a model that had not seen the customer. ``threshold_best`` is picked on all
customers. ``profit_best`` is reported for thresholds that were picked, fold by
fold, on the *other* folds, so no number is reported on the customers that its threshold was picked on. What is
deployed is the break-even; see :mod:`retention.profit.deployed`.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from retention.profit.bootstrap import Band, CurveBand, band_along_curve
from retention.profit.cross_fitting import PerCustomerPolicy, cross_fit
from retention.profit.deployed import DeployedPolicy, Miscalibration, miscalibration, send_by_break_even
from retention.profit.economics import Economics
from retention.profit.empc import ExpectedMaximumProfit, expected_maximum_profit
from retention.profit.evidence import evidence_of_backtest
from retention.profit.matrix import BusinessMatrix, business_matrix, checked_threshold
from retention.profit.measured_rates import OfferRates
from retention.profit.optimum import best_thresholds
from retention.profit.ranking import GRID, Ranking, incremental_profit, rank_customers, total_value
from retention.profit.resampling import Bands, Resamples

Counts = NDArray[np.int64]
Amounts = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ProfitCurve:
    """The profit of sending an offer to everyone from a threshold up. Build it with :func:`profit_curve`.

    Arrays run along ``threshold``: 0.000 to 1.000 in steps of 0.001, and ``threshold_best``. Amounts along
    the curve are over all n customers; attributes named ``profit_...`` are per 1,000 customers (currency).

    Attributes
    ----------
    ranking, economics, resamples
        What the curve was made from; the bands are drawn from the resamples.
    threshold
        (thresholds,), ascending; a customer is contacted when their score is at least this.
    saved, wasted, lost, loyal
        Customers, (thresholds,); see :class:`retention.profit.matrix.BusinessMatrix`.
    saved_amount, wasted_amount, lost_amount, profit
        Their amounts, (thresholds,), currency; ``profit`` is saved plus wasted.
    profit_band
        The 90% band of ``profit``, threshold by threshold.
    threshold_best
        Picked on all customers, the best of all on them; 1 or just above where nobody should be contacted.
    threshold_break_even
        The break-even probability by its formula; None with a value column, ``inf`` where no probability pays.
    fold_thresholds
        Picked for each fold on the others, (folds,).
    share_best
        Share of customers contacted by the fold thresholds.
    profit_best
        Earned by the fold thresholds, each on its own fold.
    profit_in_sample
        Earned by ``threshold_best`` on the customers it was picked on: optimistic.
    profit_all, profit_none, profit_random, profit_perfect
        Earned by sending to everyone; to nobody (0); to as many as ``share_best``, drawn at random; to exactly
        the churned customers for whom it pays.
    per_customer
        What deciding customer by customer earns; None without a value column.
    measured
        The measured rates that the economics hold; None where all of them are assumed.
    """

    ranking: Ranking = field(repr=False)
    economics: Economics
    resamples: Resamples = field(repr=False)
    threshold: Amounts = field(repr=False)
    saved: Counts = field(repr=False)
    wasted: Counts = field(repr=False)
    lost: Counts = field(repr=False)
    loyal: Counts = field(repr=False)
    saved_amount: Amounts = field(repr=False)
    wasted_amount: Amounts = field(repr=False)
    lost_amount: Amounts = field(repr=False)
    profit_band: CurveBand = field(repr=False)
    threshold_best: float
    threshold_break_even: float | None
    fold_thresholds: Amounts = field(repr=False)
    share_best: float
    profit_best: float
    profit_in_sample: float
    profit_all: float
    profit_random: float
    profit_perfect: float
    per_customer: PerCustomerPolicy | None
    profit_none: float = 0.0
    measured: OfferRates | None = field(default=None, repr=False)

    @property
    def customers(self) -> int:
        """n, contacted or not."""
        return len(self.ranking)

    @property
    def contacted(self) -> Counts:
        """Customers who get the offer, (thresholds,)."""
        return self.saved + self.wasted

    @property
    def share_contacted(self) -> Amounts:
        """Share of customers who get the offer, (thresholds,), in [0, 1]."""
        return self.contacted / self.customers

    @property
    def profit(self) -> Amounts:
        """Profit against doing nothing, (thresholds,), currency over all n customers."""
        return self.saved_amount + self.wasted_amount

    @property
    def evidence(self) -> tuple[str, ...]:
        """What every amount rests on: ``backtested``, ``measured`` where rates are, and ``assumed``."""
        return evidence_of_backtest(self.measured)

    @cached_property
    def bands(self) -> Bands:
        """How far the expected profit would vary with other customers; drawn when first read."""
        return self.resamples.bands(self.economics)

    @property
    def band(self) -> Band:
        """The 90% paired-bootstrap band of ``profit_best``."""
        return self.bands.profit

    @property
    def gain_band(self) -> Band:
        """The 90% paired-bootstrap band of ``profit_best − max(profit_all, profit_none)``."""
        return self.bands.gain

    @property
    def headroom(self) -> bool:
        """Whether the model clearly earns more than both sending to everyone and doing nothing."""
        return bool(self.gain_band.low > 0)

    @property
    def per_customer_headroom(self) -> bool:
        """Whether deciding customer by customer clearly earns more than both; False without a value column."""
        band = self.bands.per_customer_gain
        return band is not None and bool(band.low > 0)

    @cached_property
    def empc(self) -> ExpectedMaximumProfit:
        """What the best threshold at each save rate earns, whatever rate is assumed."""
        return expected_maximum_profit(self.ranking, self.economics)

    @cached_property
    def miscalibration(self) -> Miscalibration | None:
        """How many customers between the best threshold and the break-even churned; None without any."""
        if self.threshold_break_even is None:
            return None
        return miscalibration(self.ranking, best=self.threshold_best, break_even=self.threshold_break_even)

    @cached_property
    def deployed(self) -> DeployedPolicy:
        """The policy that is deployed at these money inputs, and what it earns."""
        gap = self.miscalibration
        if gap is None or not gap.beyond_chance:
            kept_from = None if self.measured is None else self.measured.send_from
            return send_by_break_even(self.ranking, self.economics, kept_from=kept_from)
        contacted = int(self.matrix(self.threshold_best).contacted)
        return DeployedPolicy(
            "picked", self.threshold_best, contacted, self.profit_best, self.band, self.gain_band
        )

    @property
    def threshold_deployed(self) -> float:
        """The threshold that is deployed; with a value column, where each has their own, ``threshold_best``."""
        threshold = self.deployed.threshold
        return self.threshold_best if threshold is None else threshold

    @property
    def optimism(self) -> float:
        """How much the in-sample profit overstates the expected one, per 1,000 customers (currency)."""
        return self.profit_in_sample - self.profit_best

    def matrix(self, threshold: float | None = None) -> BusinessMatrix:
        """Return the business confusion matrix at a threshold, ``threshold_deployed`` by default.

        At a threshold of the curve this takes microseconds; any other one compares every score.

        Raises
        ------
        InputError
            If the threshold is outside 0 to 1.
        """
        threshold = self.threshold_deployed if threshold is None else checked_threshold(threshold)
        index = int(np.searchsorted(self.threshold, threshold))
        if index == len(self.threshold) or self.threshold[index] != threshold:
            contacted = self.ranking.contacted(threshold)
            return business_matrix(threshold, contacted, self.ranking.all_customers, self.economics)
        return BusinessMatrix(
            threshold=threshold,
            saved=int(self.saved[index]),
            wasted=int(self.wasted[index]),
            lost=int(self.lost[index]),
            loyal=int(self.loyal[index]),
            saved_amount=float(self.saved_amount[index]),
            wasted_amount=float(self.wasted_amount[index]),
            lost_amount=float(self.lost_amount[index]),
        )

    def reprice(self, economics: Economics, measured: OfferRates | None = None) -> "ProfitCurve":
        """Return the curve of the same customers at other money inputs, without counting them again.

        Parameters
        ----------
        economics
            The money inputs; they hold the measured rates already.
        measured
            Those rates; None where all are assumed.
        """
        return _price(self.ranking, economics, self.resamples, measured)


def profit_curve(
    score: ArrayLike,
    label: ArrayLike,
    *,
    fold: ArrayLike,
    value: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    economics: Economics | None = None,
    measured: OfferRates | None = None,
    seed: int = 0,
) -> ProfitCurve:
    """Price every threshold on customers that the model had not seen.

    Parameters
    ----------
    score
        Out-of-fold churn probability, (n,), in [0, 1].
    label
        1 churned, 0 retained, (n,).
    fold
        The part each customer was held out in, (n,), whole numbers, at least two different ones.
    value
        Margin kept if they stay, (n,), currency, >= 0; None for the economics' value.
    weight
        How many customers each row stands for, (n,), > 0; None where each stands for itself. Counts of customers
        are then rounded.
    economics
        The money inputs; the ``original`` preset by default.
    measured
        The measured rates that they hold; None where all are assumed.
    seed
        Seed of the bootstrap.

    Raises
    ------
    InputError
        If lengths differ or anything is missing or outside its bounds.

    Examples
    --------
    >>> curve = profit_curve([0.9, 0.8, 0.3, 0.1], [1, 1, 0, 0], fold=[0, 1, 0, 1])
    >>> curve.threshold_best, curve.profit_all, curve.profit_perfect
    (0.55, 200000.0, 225000.0)
    >>> curve.deployed.decided_by, curve.threshold_deployed, curve.matrix().profit
    ('break-even', 0.1, 800.0)
    >>> curve.matrix(0.2).profit
    850.0
    """
    ranking = rank_customers(score, label, fold=fold, value=value, weight=weight)
    return _price(ranking, economics or Economics(), Resamples(ranking, seed), measured)


def _price(
    ranking: Ranking, economics: Economics, resamples: Resamples, measured: OfferRates | None
) -> ProfitCurve:
    best, by_fold = best_thresholds(ranking, economics)
    grid, contacted = _grid_with(ranking, best)
    at_best = int(np.searchsorted(grid, best))
    not_contacted = ranking.all_customers[:, np.newaxis] - contacted
    wasted_amount, saved_amount = incremental_profit(contacted, economics).T
    held_out = cross_fit(ranking, economics, fold_thresholds=by_fold)
    per_1000 = 1000 / len(ranking)
    profit_all = float(incremental_profit(ranking.all_customers, economics).sum()) * per_1000
    return ProfitCurve(
        ranking=ranking,
        economics=economics,
        resamples=resamples,
        threshold=grid,
        saved=_whole(contacted[0, :, 1]),
        wasted=_whole(contacted[0, :, 0]),
        lost=_whole(not_contacted[0, :, 1]),
        loyal=_whole(not_contacted[0, :, 0]),
        saved_amount=saved_amount,
        wasted_amount=wasted_amount,
        lost_amount=0.0 - total_value(not_contacted, economics)[:, 1],
        profit_band=band_along_curve(
            contacted,
            len(ranking),
            economics,
            effective_customers=ranking.effective_customers,
        ),
        threshold_best=best,
        threshold_break_even=economics.break_even() if ranking.value is None else None,
        fold_thresholds=by_fold,
        share_best=held_out.share,
        profit_best=held_out.profit,
        profit_in_sample=float(saved_amount[at_best] + wasted_amount[at_best]) * per_1000,
        profit_all=profit_all,
        profit_random=held_out.share * profit_all,
        profit_perfect=_perfect_profit(ranking, economics) * per_1000,
        per_customer=held_out.per_customer,
        measured=measured,
    )


def _grid_with(ranking: Ranking, threshold: float) -> tuple[Amounts, Amounts]:
    """Return the grid with one more threshold, and the sums over the customers contacted at each."""
    index = int(np.searchsorted(GRID, threshold))
    if index < len(GRID) and GRID[index] == threshold:
        return GRID, ranking.grid
    contacted = np.insert(ranking.grid, index, ranking.contacted(threshold), axis=1)
    return np.insert(GRID, index, threshold), contacted


def _whole(customers: Amounts) -> Counts:
    return np.rint(customers).astype(np.int64)


def _perfect_profit(ranking: Ranking, economics: Economics) -> float:
    """Return what contacting exactly the churned customers for whom it pays would earn (currency)."""
    if ranking.value is None:
        profit: Amounts = np.maximum(economics.amounts_per_customer().saved, 0.0) * ranking.all_customers[0, 1:]
    else:
        churned = ranking.label == 1
        profit = np.maximum(economics.amounts_per_customer(ranking.value[churned]).saved, 0.0)
        if ranking.weight is not None:
            profit = profit * ranking.weight[churned]
    return float(profit.sum())
