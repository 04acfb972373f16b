"""The send policy that is deployed: each customer's break-even decides, unless the probabilities are off there.

With calibrated probabilities nothing beats the break-even probability p*, and it needs no sample to be found. A
threshold picked as the best of many on a sample is noisier: it earns less on other customers, and contacts some at
an expected loss. So the picked threshold is a diagnosis. It takes over only where the customers between it and the
break-even churned more, or less, often than their probabilities say, by more than chance explains.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from retention.profit.bootstrap import Band, band_of_a_skewed_mean, band_of_the_lower
from retention.profit.economics import Economics
from retention.profit.ranking import ABOVE_EVERY_SCORE, Ranking, incremental_profit

# In standard errors. The threshold was picked where churn differed, so one in eight perfect models exceeds two.
_BEYOND_CHANCE = 3.0
_HEAVY = 0.25  # a 90% band then covers about 85%; measured with lognormal values
_ADDED = 0.5  # customers of each kind


@dataclass(frozen=True)
class Miscalibration:
    """The customers between the picked threshold and the break-even, and how many of them churned.

    Attributes
    ----------
    customers, churned
        How many there are, and how many of them churned.
    expected
        How many were expected to churn: the sum of their probabilities.
    beyond_chance
        Whether the difference is more than chance explains, and speaks for the picked threshold.
    """

    customers: int
    churned: int
    expected: float
    beyond_chance: bool


@dataclass(frozen=True)
class DeployedPolicy:
    """Who gets an offer when nothing else is asked for, and what that earns.

    Attributes
    ----------
    decided_by
        ``break-even``: the money inputs alone, for all customers or each one's own with a value column.
        ``picked``: the best threshold on past customers, because the probabilities are off.
        ``kept``: a threshold below the break-even at measured rates, because customers in between were planned
        for before and were not measured to lose.
    threshold
        Contact from this churn probability on; None where each customer has their own.
    contacted
        Held-out customers who get an offer.
    profit
        Backtested, per 1,000 customers (currency). Nothing was picked on these customers; where the threshold is
        picked, that of each fold was picked on the others.
    band
        The 90% band of ``profit``.
    gain_band
        The 90% band of ``profit`` less the better of contacting everyone and nobody.
    skewness
        Skewness of the mean profit: how far a few customers of high value decide it; 0 without a value column.
    """

    decided_by: Literal["break-even", "picked", "kept"]
    threshold: float | None
    contacted: int
    profit: float
    band: Band
    gain_band: Band
    skewness: float = 0.0

    @property
    def next_band(self) -> Band:
        """Where the profit of as many other customers falls nine times in ten, per 1,000 (currency).

        The band covers the expectation; another sample varies around that once more, so it is the root of 2 wider.
        """
        low, high = self.profit - self.band.low, self.band.high - self.profit
        return Band(self.profit - math.sqrt(2) * low, self.profit + math.sqrt(2) * high)

    @property
    def heavy(self) -> bool:
        """Whether so few customers decide the figure that its bands cover less than they say."""
        return abs(self.skewness) > _HEAVY


def miscalibration(ranking: Ranking, *, best: float, break_even: float) -> Miscalibration | None:
    """Compare how many customers between two thresholds churned with how many should have.

    The number who churned is compared with the sum of the probabilities, half a customer off for continuity, at
    three standard errors of independent draws.

    Parameters
    ----------
    ranking
        The held-out customers.
    best
        The threshold picked on them.
    break_even
        The break-even probability of the money inputs; may be infinite.

    Returns
    -------
    Miscalibration or None
        None where no customer is between them.
    """
    low, high = min(best, break_even), max(best, break_even)
    is_between = (ranking.score >= low) & (ranking.score < high)
    customers = int(np.count_nonzero(is_between))
    if customers == 0:
        return None
    probability, label = ranking.score[is_between], ranking.label[is_between]
    weight = np.ones(customers) if ranking.weight is None else ranking.weight[is_between]
    churned, expected = round(float(weight @ label)), float((weight * probability).sum())
    error = float(np.sqrt((weight**2 * probability * (1 - probability)).sum()))
    more = churned - expected if best < break_even else expected - churned
    return Miscalibration(customers, churned, expected, more - 0.5 > _BEYOND_CHANCE * error)


def send_by_break_even(
    ranking: Ranking, economics: Economics, *, kept_from: float | None = None
) -> DeployedPolicy:
    """Return what it earns to contact everyone from the break-even on, with a value column each from their own.

    Parameters
    ----------
    ranking
        The held-out customers.
    economics
        The money inputs.
    kept_from
        Contact from this lower churn probability on, if there is no value column; None for the break-even.
    """
    decided_by: Literal["break-even", "kept"] = "break-even"
    if ranking.value is None:
        threshold = min(economics.break_even(), ABOVE_EVERY_SCORE)
        if kept_from is not None and kept_from < threshold:
            threshold, decided_by = kept_from, "kept"
        contacted = ranking.contacted(threshold)
        others = ranking.all_customers[0] - contacted[0]
        band, _ = _band_of_two_amounts(contacted[0], ranking, economics)
        without, _ = _band_of_two_amounts(others, ranking, economics)
        skewness = 0.0
    else:
        threshold = None
        is_contacted = ranking.score >= economics.break_even(ranking.value)
        contacted = ranking.group_sums(is_contacted.astype(np.int32), 2)[:, 1]
        band, skewness = _band_of_many_amounts(is_contacted, ranking.value, ranking, economics)
        without, _ = _band_of_many_amounts(~is_contacted, ranking.value, ranking, economics)
    over_everyone = Band(-without.high, -without.low)  # they differ by the customers who are not contacted
    return DeployedPolicy(
        decided_by,
        threshold,
        int(contacted[0].sum()),
        float(incremental_profit(contacted, economics).sum()) * 1000 / len(ranking),
        band,
        band_of_the_lower(band, over_everyone),
        skewness,
    )


def _band_of_two_amounts(
    contacted: NDArray[np.float64], ranking: Ranking, economics: Economics
) -> tuple[Band, float]:
    """Return the band of contacting so many (retained, churned) customers of equal value."""
    intercept, slope = economics.profit_lines()
    amounts = intercept + slope * economics.value
    return _band(amounts, contacted, amounts, ranking)


def _band_of_many_amounts(
    is_contacted: NDArray[np.bool_], values: NDArray[np.float64], ranking: Ranking, economics: Economics
) -> tuple[Band, float]:
    """Return the band of contacting certain customers, each of their own value."""
    intercept, slope = economics.profit_lines()
    label, value = ranking.label[is_contacted], values[is_contacted]
    weight = np.ones(len(label)) if ranking.weight is None else ranking.weight[is_contacted]
    typical = intercept + slope * (float(value.mean()) if len(value) else 0.0)
    return _band(intercept[label] + slope[label] * value, weight, typical, ranking)


def _band(
    amounts: NDArray[np.float64], weight: NDArray[np.float64], typical: NDArray[np.float64], ranking: Ranking
) -> tuple[Band, float]:
    """Return the 90% band of the profit per 1,000 customers, and its skewness.

    Where few of those contacted churned, or few were retained, their share in the sample says too little about
    how it varies: a sample without one would claim no variation at all. So half a customer of each kind is added,
    as Jeffreys' interval of a share does. At 500 customers and churn of 4.8% the band then covers 90%, and 82%
    without it and without the correction for skewness.

    Parameters
    ----------
    amounts
        What contacting earns (currency), one per customer contacted, or per kind of customer.
    weight
        How many customers each stands for, shape of ``amounts``.
    typical
        What a (retained, churned) customer of average value earns.
    ranking
        All customers; who is not contacted earns 0.
    """
    contacted, customers = float(weight.sum()), float(len(ranking))
    if contacted == 0:
        return Band(0.0, 0.0), 0.0
    band, skewness = band_of_a_skewed_mean(
        1000 * np.concatenate([amounts, typical, [0.0]]),
        np.concatenate([weight, [_ADDED, _ADDED, max(customers - contacted, 0.0)]]),
        effective_customers=ranking.effective_customers,
    )
    profit = 1000 * float(weight @ amounts) / customers
    return Band(min(band.low, profit), max(band.high, profit)), skewness
