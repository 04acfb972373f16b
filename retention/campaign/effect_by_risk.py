"""The measured effect on money in groups of similar churn risk, to be held against the break-even probability."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retention.campaign.effect import arm_means
from retention.campaign.intervals import Interval, normal_interval
from retention.campaign.verdict import LEAST_CUSTOMERS

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RiskGroup:
    """Customers with similar churn probabilities.

    Attributes
    ----------
    customers
        How many there are, treated and held out.
    probability
        Their mean churn probability at the draw, in [0, 1].
    money
        Effect on money per treated customer (currency), with its 90% interval.
    """

    customers: int
    probability: float
    money: Interval


def effects_by_risk(
    probability: Floats,
    treated: NDArray[np.bool_],
    money: Floats,
    *,
    weights: Floats | None = None,
    groups: int = 5,
) -> tuple[RiskGroup, ...]:
    """Return the effect in groups of about equally many customers, the lowest risk first.

    Parameters
    ----------
    probability
        Churn probability at the draw, (n,).
    treated
        Whether the customer was in a treatment arm, (n,).
    money
        What the customer brought, the offer and the contact taken off (currency), (n,).
    weights
        1 / chance of the arm, (n,); None where all chances are equal.
    groups
        How many groups; one in which an arm has fewer than 50 customers is left out.
    """
    if not len(probability):
        return ()
    edges = np.unique(np.quantile(probability, np.linspace(0, 1, groups + 1)[1:-1]))
    group = np.searchsorted(edges, probability, side="right")
    shown: list[RiskGroup] = []
    for number in range(len(edges) + 1):
        at = group == number
        if min(int(treated[at].sum()), int((~treated[at]).sum())) < LEAST_CUSTOMERS:
            continue
        fit = arm_means(money[at][:, np.newaxis], treated[at], weights=None if weights is None else weights[at])
        risk = float(np.average(probability[at], weights=None if weights is None else weights[at]))
        shown.append(RiskGroup(int(at.sum()), risk, normal_interval(fit.difference())))
    return tuple(shown)
