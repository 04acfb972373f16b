"""Expected maximum profit (EMPC): the save rate as a probability distribution instead of one assumed number."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.errors import InputError
from retention.profit.economics import Economics
from retention.profit.ranking import Ranking, save_rate_line


@dataclass(frozen=True)
class ExpectedMaximumProfit:
    """The profit of the best threshold at each save rate, weighted by how likely that rate is.

    Attributes
    ----------
    profit
        Per 1,000 customers (currency). Thresholds are picked on the customers themselves, so it is optimistic.
    share
        Expected share of customers contacted, in [0, 1].
    alpha, beta
        Parameters of the beta distribution of the save rate.
    """

    profit: float
    share: float
    alpha: float
    beta: float

    @property
    def save_rate(self) -> float:
        """Mean of the save rate."""
        return self.alpha / (self.alpha + self.beta)

    @property
    def spread(self) -> float:
        """Standard deviation of the save rate."""
        mean = self.save_rate
        return float(np.sqrt(mean * (1 - mean) / (self.alpha + self.beta + 1)))


def expected_maximum_profit(
    ranking: Ranking, economics: Economics, *, alpha: float = 6.0, beta: float = 14.0
) -> ExpectedMaximumProfit:
    """Return the EMPC: the profit at each save rate's own best threshold, over a beta-distributed rate.

    Each threshold earns ``γ·gain − cost``, a line in the save rate γ. The best of them is the upper
    envelope of these lines. Between two of its corners the expectation under Beta(α, β) is::

        ∫ (γ·gain − cost) h(γ) dγ = gain · α / (α + β) · [I_γ(α + 1, β)] − cost · [I_γ(α, β)]

    with I the regularised incomplete beta function.

    Parameters
    ----------
    ranking
        The customers, each with a score from a model that had not seen them.
    economics
        The money inputs; the save rate plays no part.
    alpha, beta
        Parameters of the distribution, > 0; the paper's 6 and 14 have mean 0.3.

    Raises
    ------
    InputError
        If a parameter is not above 0.

    References
    ----------
    Verbraken, Verbeke and Baesens, A novel profit maximizing metric for measuring classification
    performance of customer churn prediction models, IEEE Transactions on Knowledge and Data Engineering 25
    (2013). There every retained customer redeems the offer; here redemption, harm and each customer's own
    value come in as well.
    """
    for name, parameter in (("alpha", alpha), ("beta", beta)):
        if not 0 < parameter < np.inf:
            raise InputError(f"{name}: must be above 0, got {parameter}; the usual values are 6 and 14")
    from scipy.special import betainc

    contacted, cost, gain = _every_threshold(ranking, economics)
    corners, lines = _upper_envelope(cost, gain)
    first = np.diff(betainc(alpha + 1, beta, corners)) * alpha / (alpha + beta)
    mass = np.diff(betainc(alpha, beta, corners))
    n = len(ranking)
    return ExpectedMaximumProfit(
        profit=float(np.sum(gain[lines] * first - cost[lines] * mass)) * 1000 / n,
        share=float(np.sum(contacted[lines] * mass)) / n,
        alpha=alpha,
        beta=beta,
    )


def _every_threshold(
    ranking: Ranking, economics: Economics
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the number contacted, the cost and the gain at each distinct score, beginning with nobody."""
    order = np.argsort(-ranking.score)
    label, score = ranking.label[order], ranking.score[order]
    last_of_tie = np.append(score[1:] != score[:-1], True)
    sums = np.zeros((len(ranking.sums), len(order) + 1, 2))
    for churned in (0, 1):
        customers: NDArray[Any] = label == churned
        if ranking.weight is not None:
            customers = customers * ranking.weight[order]
        sums[0, 1:, churned] = np.cumsum(customers)
        if ranking.value is not None:
            sums[1, 1:, churned] = np.cumsum(customers * ranking.value[order])
    sums = sums[:, np.append(True, last_of_tie)]
    cost, gain = save_rate_line(sums, economics)
    return sums[0].sum(axis=-1), cost, gain


def _upper_envelope(
    cost: NDArray[np.float64], gain: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the corners, 0 to 1, of the highest of the lines ``γ·gain − cost``, and the lines between them."""
    best = int(np.lexsort((-gain, cost))[0])
    corners, lines = [0.0], [best]
    while np.any(steeper := gain > gain[best]):
        crossing = np.full(len(cost), np.inf)
        np.divide(cost - cost[best], gain - gain[best], out=crossing, where=steeper)
        corner = float(crossing.min())
        if corner >= 1:
            break
        best = int(np.argmax(np.where(crossing <= corner, gain, -np.inf)))
        corners.append(corner)
        lines.append(best)
    return np.array([*corners, 1.0]), np.array(lines)
