"""The one verdict of a measurement, and when a measurement is too small for one."""

import math
from typing import Literal, get_args

from retention.campaign.intervals import Interval

Verdict = Literal[
    "earned", "lost", "kept customers, money not shown", "no evidence", "too small", "not valid", "too early"
]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

LEAST_CUSTOMERS = 50
"""Customers that each arm needs for an interval."""
LEAST_OUTCOMES = 20
"""Churned, and retained, customers that each arm needs for an interval."""


def judge(kept: Interval, money: Interval | None) -> Verdict:
    """Return the verdict of a valid measurement that is large enough.

    Parameters
    ----------
    kept
        Effect on the share of customers kept.
    money
        Effect on money; None where it was not measured, or its tails allow no verdict. Then whoever kept fewer
        customers has lost, since no cost of an offer is below 0.

    Examples
    --------
    >>> judge(Interval(4.0, 2.0, 6.0), Interval(9.0, -1.0, 19.0))
    'kept customers, money not shown'
    >>> judge(Interval(4.0, 2.0, 6.0), Interval(9.0, 1.0, 17.0))
    'earned'
    >>> judge(Interval(-4.0, -6.0, -2.0), None)
    'lost'
    """
    if money is not None and money.low > 0:
        return "earned"
    if money.high < 0 if money is not None else kept.high < 0:
        return "lost"
    return "kept customers, money not shown" if kept.low > 0 else "no evidence"


def customers_for_interval(arms: list[tuple[int, int]]) -> int | None:
    """Return about how many customers an interval needs, by scaling what there is; None if there are enough.

    Parameters
    ----------
    arms
        (customers, retained customers) of each arm.

    Examples
    --------
    >>> customers_for_interval([(40, 20), (160, 90)])
    250
    >>> customers_for_interval([(400, 200), (1600, 900)]) is None
    True
    """
    times = max(
        factor
        for customers, retained in arms
        for factor in (
            LEAST_CUSTOMERS / max(customers, 1),
            LEAST_OUTCOMES / max(retained, 1),
            LEAST_OUTCOMES / max(customers - retained, 1),
        )
    )
    if times <= 1:
        return None
    needed = times * sum(customers for customers, _ in arms)
    unit: int = 10 ** max(0, math.floor(math.log10(needed)) - 1)
    return math.ceil(needed / unit - 1e-9) * unit
