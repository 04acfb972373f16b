"""Profit at every threshold, and what an honest threshold earns.

Scores are out of fold: every customer's comes from a model that had not seen them. ``threshold_best``
is picked on all of them and is the one to deploy; ``profit_best`` is reported for thresholds picked,
fold by fold, on the *other* folds, so that the number has not been chosen on the customers it is about.
"""

from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from retention.profit.bootstrap import Band, CurveBand, band_along_curve
from retention.profit.cross_fitting import PerCustomerPolicy, cross_fit
from retention.profit.economics import Economics
from retention.profit.empc import ExpectedMaximumProfit, expected_maximum_profit
from retention.profit.matrix import BusinessMatrix, business_matrix, checked_threshold
from retention.profit.optimum import best_thresholds
from retention.profit.ranking import GRID, Ranking, incremental_profit, rank_customers, total_value
from retention.profit.resampling import Bands, Resamples

EVIDENCE = ("backtested", "assumed")
"""What every amount here rests on: held-out customers, and rates that somebody assumed."""

Counts = NDArray[np.int64]
Amounts = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ProfitCurve:
    """The profit of sending an offer to everyone from a threshold up. Build it with :func:`profit_curve`.

    Arrays run along ``threshold``: 0.000 to 1.000 in steps of 0.001, and ``threshold_best``. Amounts along
    the curve are over all n customers; those named ``profit_...`` are per 1,000 customers (currency).

    Attributes
    ----------
    ranking, economics, resamples
        What it was made from; the bands are drawn from the resamples.
    threshold
        (thresholds,), ascending; a customer is contacted when their score is at least this.
    saved, wasted, lost, loyal
        Customers, (thresholds,); see :class:`retention.profit.matrix.BusinessMatrix`.
    saved_amount, wasted_amount, lost_amount, profit
        Their money, (thresholds,); ``profit`` is saved plus wasted.
    profit_band
        The 90% band of ``profit``, threshold by threshold.
    threshold_best
        The threshold to deploy, picked on all customers; 1 or just above where nobody should be contacted.
    threshold_break_even
        The closed form; None with a value column, ``inf`` where no probability pays.
    fold_thresholds
        Picked for each fold on the others, (folds,).
    share_best
        Share of customers contacted by the fold thresholds.
    profit_best
        Earned by the fold thresholds, each on its own fold.
    profit_in_sample
        Earned by ``threshold_best`` on the customers it was picked on: optimistic.
    profit_all, profit_none, profit_random, profit_perfect
        Earned by sending to everyone; to nobody (0); to as many as ``share_best``, drawn at random;
        to exactly those leavers for whom it pays.
    personal
        The decision customer by customer; None without a value column.
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

    @cached_property
    def bands(self) -> Bands:
        """How far the honest profit would move with other customers; drawn when first asked for."""
        return self.resamples.bands(self.economics)

    @property
    def band(self) -> Band:
        """The 90% paired-bootstrap band of ``profit_best``."""
        return self.bands.profit

    @property
    def gain_band(self) -> Band:
        """The same for ``profit_best − max(profit_all, profit_none)``."""
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

    @property
    def optimism(self) -> float:
        """How much the in-sample profit overstates the honest one, per 1,000 customers."""
        return self.profit_in_sample - self.profit_best

    def matrix(self, threshold: float | None = None) -> BusinessMatrix:
        """Return the business confusion matrix at a threshold, ``threshold_best`` by default.

        Microseconds along the curve; one look at every score at any other threshold.

        Raises
        ------
        InputError
            If the threshold is outside 0 to 1.
        """
        wanted = self.threshold_best if threshold is None else checked_threshold(threshold)
        at = int(np.searchsorted(self.threshold, wanted))
        if at == len(self.threshold) or self.threshold[at] != wanted:
            contacted = self.ranking.contacted(wanted)
            return business_matrix(wanted, contacted, self.ranking.all_customers, self.economics)
        return BusinessMatrix(
            threshold=wanted,
            saved=int(self.saved[at]),
            wasted=int(self.wasted[at]),
            lost=int(self.lost[at]),
            loyal=int(self.loyal[at]),
            saved_amount=float(self.saved_amount[at]),
            wasted_amount=float(self.wasted_amount[at]),
            lost_amount=float(self.lost_amount[at]),
        )

    def reprice(self, economics: Economics) -> "ProfitCurve":
        """Return the curve of the same customers under other economics, without counting them again."""
        return _price(self.ranking, economics, self.resamples)

    def as_dict(self, threshold: float | None = None) -> dict[str, Any]:
        """Return the JSON view: plain numbers, with what each amount rests on under ``evidence``.

        Parameters
        ----------
        threshold
            Where to take the matrix; ``threshold_best`` by default.
        """
        matrix = self.matrix(threshold)
        view: dict[str, Any] = {
            "customers": self.customers,
            "currency": self.economics.currency,
            "threshold_best": self.threshold_best,
            "threshold_break_even": _finite_or_none(self.threshold_break_even),
            "share_best": self.share_best,
            "profit_best": self.profit_best,
            "profit_in_sample": self.profit_in_sample,
            "profit_all": self.profit_all,
            "profit_none": self.profit_none,
            "profit_random": self.profit_random,
            "profit_perfect": self.profit_perfect,
            "headroom": self.headroom,
            "matrix": {
                "threshold": matrix.threshold,
                **{group: getattr(matrix, group) for group in _GROUPS},
                **{f"{group}_amount": getattr(matrix, f"{group}_amount") for group in _GROUPS},
                "profit": matrix.profit,
            },
            "band": self.band._asdict(),
            "gain_band": self.gain_band._asdict(),
            "empc": asdict(self.empc),
        }
        if (
            self.per_customer is not None
            and self.bands.per_customer_over_threshold
            and self.bands.per_customer_gain
        ):
            view["profit_personal"] = self.per_customer.profit
            view["personal_over_threshold"] = self.per_customer.over_threshold
            view["personal_over_threshold_band"] = self.bands.per_customer_over_threshold._asdict()
            view["personal_gain_band"] = self.bands.per_customer_gain._asdict()
            view["headroom_personal"] = self.per_customer_headroom
        amounts = [key for key in view if key.startswith(("profit_", "personal_")) or key.endswith("band")]
        amounts += ["matrix", "empc"]
        return {**view, "evidence": {name: list(EVIDENCE) for name in amounts}}


_GROUPS = ("saved", "wasted", "lost", "loyal")


def profit_curve(
    score: ArrayLike,
    label: ArrayLike,
    *,
    fold: ArrayLike,
    value: ArrayLike | None = None,
    economics: Economics | None = None,
    seed: int = 0,
) -> ProfitCurve:
    """Work out the profit at every threshold on customers the model had not seen.

    Parameters
    ----------
    score
        Out-of-fold probability to churn, (n,), in [0, 1].
    label
        1 left, 0 stayed, (n,).
    fold
        The part each customer was held out in, (n,), whole numbers, at least two different ones.
    value
        Margin kept if they stay, (n,), currency, >= 0; None for the economics' one number.
    economics
        The money; the original card by default.
    seed
        Of the bootstrap.

    Raises
    ------
    InputError
        If lengths differ or anything is missing or outside its bounds.

    Examples
    --------
    >>> curve = profit_curve([0.9, 0.8, 0.3, 0.1], [1, 1, 0, 0], fold=[0, 1, 0, 1])
    >>> curve.threshold_best, curve.profit_all, curve.profit_perfect
    (0.55, 200000.0, 225000.0)
    >>> curve.matrix(0.2).profit
    850.0
    """
    ranking = rank_customers(score, label, fold=fold, value=value)
    return _price(ranking, economics or Economics(), Resamples(ranking, seed))


def _price(ranking: Ranking, economics: Economics, resamples: Resamples) -> ProfitCurve:
    best, by_fold = best_thresholds(ranking, economics)
    grid, contacted = _grid_with(ranking, best)
    at_best = int(np.searchsorted(grid, best))
    everyone = ranking.all_customers
    alone = everyone[:, np.newaxis] - contacted
    wasted_amount, saved_amount = incremental_profit(contacted, economics).T
    held_out = cross_fit(ranking, economics, fold_thresholds=by_fold)
    per_1000 = 1000 / len(ranking)
    profit_all = float(incremental_profit(everyone, economics).sum()) * per_1000
    return ProfitCurve(
        ranking=ranking,
        economics=economics,
        resamples=resamples,
        threshold=grid,
        saved=contacted[0, :, 1].astype(np.int64),
        wasted=contacted[0, :, 0].astype(np.int64),
        lost=alone[0, :, 1].astype(np.int64),
        loyal=alone[0, :, 0].astype(np.int64),
        saved_amount=saved_amount,
        wasted_amount=wasted_amount,
        lost_amount=0.0 - total_value(alone, economics)[:, 1],
        profit_band=band_along_curve(contacted, len(ranking), economics),
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
    )


def _grid_with(ranking: Ranking, threshold: float) -> tuple[Amounts, Amounts]:
    """Return the grid with one more threshold in its place, and the sums over those contacted."""
    at = int(np.searchsorted(GRID, threshold))
    if at < len(GRID) and GRID[at] == threshold:
        return GRID, ranking.grid
    contacted = np.insert(ranking.grid, at, ranking.contacted(threshold), axis=1)
    return np.insert(GRID, at, threshold), contacted


def _perfect_profit(ranking: Ranking, economics: Economics) -> float:
    if ranking.value is None:
        each: Amounts = np.maximum(economics.amounts_per_customer().saved, 0.0) * ranking.all_customers[0, 1:]
    else:
        each = np.maximum(economics.amounts_per_customer(ranking.value[ranking.label == 1]).saved, 0.0)
    return float(each.sum())


def _finite_or_none(threshold: float | None) -> float | None:
    return threshold if threshold is not None and np.isfinite(threshold) else None
