"""What thresholds earn on customers they were not picked on, and what a personal decision earns."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retention.profit.economics import Economics
from retention.profit.ranking import Ranking, incremental_profit


@dataclass(frozen=True)
class PerCustomerPolicy:
    """The decision with a value column: each customer against their own break-even.

    Contacting from one's own break-even up is contacting in order of expected profit until it
    turns negative. Nothing is picked on the customers, so the profit needs no further cross-fitting.

    Attributes
    ----------
    contacted
        Customers whose expected profit is not negative.
    profit
        What contacting them earned, per 1,000 customers (currency).
    over_threshold
        How much more that is than ``profit_best`` of one threshold for all, per 1,000 customers.
    """

    contacted: int
    profit: float
    over_threshold: float


@dataclass(frozen=True)
class CrossFitted:
    """What each fold's threshold, picked on the other folds, earns on its own fold.

    Attributes
    ----------
    share
        Share of customers contacted, in [0, 1].
    profit
        Per 1,000 customers (currency), against doing nothing.
    personal
        The decision customer by customer; None without a value column.
    """

    share: float
    profit: float
    per_customer: PerCustomerPolicy | None


def contacted_out_of_fold(ranking: Ranking, fold_thresholds: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return who is contacted by the threshold of their own fold, picked on the others, (n,)."""
    chosen: NDArray[np.bool_] = ranking.score >= fold_thresholds[ranking.fold]
    return chosen


def cross_fit(ranking: Ranking, economics: Economics, *, fold_thresholds: NDArray[np.float64]) -> CrossFitted:
    """Price the customers contacted by their own fold's threshold.

    Parameters
    ----------
    ranking
        The customers.
    economics
        The money.
    fold_thresholds
        For each fold, picked on the others, (folds,).
    """
    chosen = contacted_out_of_fold(ranking, fold_thresholds)
    own = None if ranking.value is None else ranking.score >= economics.break_even(ranking.value)
    # Groups 0 ... 3: in neither, by fold threshold, by own break-even, in both.
    codes = chosen.astype(np.int32) if own is None else chosen + 2 * own.astype(np.int32)
    earned = incremental_profit(ranking.group_sums(codes, 4), economics).sum(axis=-1) * (1000 / len(ranking))
    personal = None
    if own is not None:
        personal = PerCustomerPolicy(
            contacted=int(np.count_nonzero(own)),
            profit=float(earned[2] + earned[3]),
            over_threshold=float(earned[2] - earned[1]),
        )
    return CrossFitted(
        share=float(np.count_nonzero(chosen) / len(ranking)),
        profit=float(earned[1] + earned[3]),
        per_customer=personal,
    )
