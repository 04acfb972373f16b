"""What to ask of an order log when nobody says otherwise: the cutoff, the horizon, who is active."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from retention.orders.churn_definition import LEAST_ACTIVE_DAYS, ChurnDefinition
from retention.orders.cutoffs import cutoff_day, stack_days
from retention.orders.order_log import Orders

_TYPICAL_GAPS = 3
_HORIZONS_DAYS = (30, 60, 90, 180)
_MOST_PERIODS = 12
_SLOW = 0.8
_MOST_GAPS = 1000


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
    slow_gap_days
        Four in five customers have a shorter mean gap between order days.
    length_days
        From the first day of the log to the last.
    """

    last_day: str
    cutoff: str
    horizon_days: int
    active_days: int
    periods: int
    slow_gap_days: float
    length_days: int

    def horizon_for(self, quiet_gaps: float | None) -> int:
        """Return the days to observe after a cutoff; for a silence as the label, so many of a slow gap.

        A shorter horizon would leave out those whose own silence is not over by its end: the slow ones. It is
        a third of the log at the most.
        """
        if quiet_gaps is None or not 1 <= quiet_gaps < _MOST_GAPS:
            return self.horizon_days
        return max(1, min(math.ceil(quiet_gaps * self.slow_gap_days), self.length_days // 3))


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
    gaps = mean_gaps_days(orders, last)
    typical, slow = (float(gaps.quantile(share)) if len(gaps) else math.nan for share in (0.5, _SLOW))
    fitting = [horizon for horizon in _HORIZONS_DAYS if 3 * horizon <= length] or [_HORIZONS_DAYS[0]]
    horizon_days = next((horizon for horizon in fitting if horizon >= typical), fitting[-1])
    terms = ChurnDefinition(horizon_days, None, None)
    cutoff = cutoff_day(None, days, terms, source=orders.source)
    stack = stack_days(days, terms, cutoffs=None, newest=None, periods=_MOST_PERIODS, source=orders.source)
    return Defaults(
        last_day=str(last),
        cutoff=str(cutoff),
        horizon_days=horizon_days,
        active_days=usual_active_days(float(mean_gaps_days(orders, cutoff).median())),
        periods=len(stack),
        slow_gap_days=float(horizon_days) if math.isnan(slow) else slow,
        length_days=length,
    )


def mean_gaps_days(orders: Orders, until: np.datetime64) -> pd.Series:
    """Return the mean gap between order days of each customer with two of them, up to a day; refunds are none."""
    known = orders.days <= until
    if orders.amount is not None:
        known &= ~(orders.frame[orders.amount] < 0).to_numpy()
    who = pd.factorize(orders.frame[orders.customer])[0][known]
    seen = pd.DataFrame({"who": who, "day": orders.days[known].astype(np.int64)}).groupby("who")["day"]
    span = seen.agg(["min", "max", "nunique"])
    again = span[span["nunique"] > 1]
    return (again["max"] - again["min"]) / (again["nunique"] - 1)


def usual_active_days(typical_gap: float) -> int:
    """Return three typical gaps (days), at least 60; with no second order anywhere (NaN), 60.

    >>> usual_active_days(8.0), usual_active_days(31.5), usual_active_days(float("nan"))
    (60, 95, 60)
    """
    if math.isnan(typical_gap):
        return LEAST_ACTIVE_DAYS
    return max(LEAST_ACTIVE_DAYS, math.ceil(_TYPICAL_GAPS * typical_gap))
