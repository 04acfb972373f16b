"""What thresholds earn on customers they were not picked on, and what deciding customer by customer earns."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retention.profit.economics import Economics
from retention.profit.ranking import Ranking, incremental_profit


@dataclass(frozen=True)
class PerCustomerPolicy:
    """What it earns to contact each customer from their own break-even probability on; needs a value column.

    That is the same as contacting in order of expected profit until it turns negative. Nothing is picked on the
    customers, so the profit needs no further cross-fitting.

    Attributes
    ----------
    contacted
        Customers whose expected profit is not negative.
    profit
        What contacting them earned, per 1,000 customers (currency).
    over_threshold
        How much more that is than what one threshold for all earns, per 1,000 customers (currency).
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
    per_customer
        What deciding customer by customer earns; None without a value column.
    """

    share: float
    profit: float
    per_customer: PerCustomerPolicy | None


def contacted_out_of_fold(ranking: Ranking, fold_thresholds: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return whether each customer reaches the threshold of their fold, which was picked on the others, (n,)."""
    contacted: NDArray[np.bool_] = ranking.score >= fold_thresholds[ranking.fold]
    return contacted


def cross_fit(ranking: Ranking, economics: Economics, *, fold_thresholds: NDArray[np.float64]) -> CrossFitted:
    """Return what the fold thresholds earn, and with a value column what deciding customer by customer earns.

    Parameters
    ----------
    ranking
        The customers.
    economics
        The money inputs.
    fold_thresholds
        The threshold of each fold, picked on the other folds, (folds,).
    """
    by_threshold = contacted_out_of_fold(ranking, fold_thresholds)
    by_break_even = None if ranking.value is None else ranking.score >= economics.break_even(ranking.value)
    # Groups 0 ... 3: contacted by neither, by the fold threshold, by the customer's own break-even, by both.
    codes = by_threshold.astype(np.int32)
    if by_break_even is not None:
        codes = by_threshold + 2 * by_break_even.astype(np.int32)
    sums = ranking.group_sums(codes, 4)
    customers = sums[0].sum(axis=-1)
    earned = incremental_profit(sums, economics).sum(axis=-1) * (1000 / len(ranking))
    per_customer = None
    if by_break_even is not None:
        per_customer = PerCustomerPolicy(
            contacted=round(customers[2] + customers[3]),
            profit=float(earned[2] + earned[3]),
            over_threshold=float(earned[2] - earned[1]),
        )
    return CrossFitted(
        share=float((customers[1] + customers[3]) / len(ranking)),
        profit=float(earned[1] + earned[3]),
        per_customer=per_customer,
    )
