"""What to ask of an order log when nobody says otherwise: the cutoff, the horizon, who is active."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from retention.customers.history.cutoffs import cutoff_day, stack_days
from retention.customers.history.order_log import Orders
from retention.customers.history.terms import LEAST_ACTIVE_DAYS, Terms

_TYPICAL_GAPS = 3
_HORIZONS_DAYS = (30, 60, 90, 180)
_MOST_PERIODS = 12


@dataclass(frozen=True)
class Defaults:
    """What suits a log.

    Attributes
    ----------
    last_day
        The last day of the log, ISO 8601.
    cutoff
        The latest that leaves a full horizon, ISO 8601.
    horizon_days
        The first of 30, 60, 90 and 180 in which a typical customer orders again, as far as the log is long
        enough.
    active_days
        Three typical gaps, at least 60 days, as a snapshot at the cutoff takes it.
    periods
        How many cutoffs, a horizon apart, the log supports; no more than 12.
    """

    last_day: str
    cutoff: str
    horizon_days: int
    active_days: int
    periods: int


def defaults_for(orders: Orders) -> Defaults:
    """Look at a log.

    Raises
    ------
    InputError
        If it is too short to look back from a cutoff and ahead.
    """
    days = orders.days
    last: np.datetime64 = days.max()
    length = int((last - days.min()).astype(np.int64))
    typical = typical_gap_days(orders, last)
    fitting = [horizon for horizon in _HORIZONS_DAYS if 3 * horizon <= length] or [_HORIZONS_DAYS[0]]
    horizon_days = next((horizon for horizon in fitting if horizon >= typical), fitting[-1])
    terms = Terms(horizon_days, None, None)
    cutoff = cutoff_day(None, days, terms, source=orders.source)
    stack = stack_days(days, terms, cutoffs=None, newest=None, periods=_MOST_PERIODS, source=orders.source)
    active_days = usual_active_days(typical_gap_days(orders, cutoff))
    return Defaults(str(last), str(cutoff), horizon_days, active_days, len(stack))


def typical_gap_days(orders: Orders, until: np.datetime64) -> float:
    """Return the median over customers of their mean gap between order days, NaN without a second order."""
    known = orders.days <= until
    if orders.amount is not None:
        known &= ~(orders.frame[orders.amount] < 0).to_numpy()
    who = pd.factorize(orders.frame[orders.customer])[0][known]
    seen = pd.DataFrame({"who": who, "day": orders.days[known].astype(np.int64)}).groupby("who")["day"]
    span = seen.agg(["min", "max", "nunique"])
    again = span[span["nunique"] > 1]
    return float(((again["max"] - again["min"]) / (again["nunique"] - 1)).median())


def usual_active_days(typical_gap: float) -> int:
    """Return three typical gaps (days), at least 60; with no second order anywhere (NaN), 60.

    >>> usual_active_days(8.0), usual_active_days(31.5), usual_active_days(float("nan"))
    (60, 95, 60)
    """
    if math.isnan(typical_gap):
        return LEAST_ACTIVE_DAYS
    return max(LEAST_ACTIVE_DAYS, math.ceil(_TYPICAL_GAPS * typical_gap))
