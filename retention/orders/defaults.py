"""Finds default settings that suit an order log: cutoff, horizon, active days and number of cutoffs."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from retention.orders.churn_definition import LEAST_ACTIVE_DAYS, ChurnDefinition
from retention.orders.cutoffs import cutoff_day, panel_days
from retention.orders.order_log import Orders

_ACTIVE_GAPS = 3
_HORIZONS_DAYS = (30, 60, 90, 180)
_MAX_PERIODS = 12
_SLOW_SHARE = 0.8
_MAX_QUIET_GAPS = 1000


@dataclass(frozen=True)
class Defaults:
    """Default settings that suit an order log.

    Attributes
    ----------
    last_day
        The last day of the log, ISO 8601.
    cutoff
        The latest cutoff that leaves a full horizon, ISO 8601.
    horizon_days
        The first of 30, 60, 90 and 180 in which a typical customer orders again, as far as the log is long
        enough.
    active_days
        Three typical gaps, at least 60 days: what a snapshot at the cutoff uses by default.
    periods
        How many cutoffs, a horizon apart, the log supports; at most 12.
    slow_gap_days
        The 80th percentile of the customers' mean gaps between order days.
    length_days
        Days from the first day of the log to the last.
    """

    last_day: str
    cutoff: str
    horizon_days: int
    active_days: int
    periods: int
    slow_gap_days: float
    length_days: int

    def horizon_for(self, quiet_gaps: float | None) -> int:
        """Return the days to observe after a cutoff; if the label is a silence, this many times the slow gap.

        A shorter horizon would leave out the slow customers, whose silence has not ended by then. The horizon
        is at most a third of the log.
        """
        if quiet_gaps is None or not 1 <= quiet_gaps < _MAX_QUIET_GAPS:
            return self.horizon_days
        return max(1, min(math.ceil(quiet_gaps * self.slow_gap_days), self.length_days // 3))


def defaults_for(orders: Orders) -> Defaults:
    """Return the default settings for a log.

    Raises
    ------
    InputError
        If the log is too short to have days before and after a cutoff.
    """
    days = orders.days
    last: np.datetime64 = days.max()
    length = int((last - days.min()).astype(np.int64))
    gaps = mean_gaps_days(orders, last)
    typical, slow = (float(gaps.quantile(share)) if len(gaps) else math.nan for share in (0.5, _SLOW_SHARE))
    fitting = [horizon for horizon in _HORIZONS_DAYS if 3 * horizon <= length] or [_HORIZONS_DAYS[0]]
    horizon_days = next((horizon for horizon in fitting if horizon >= typical), fitting[-1])
    definition = ChurnDefinition(horizon_days, None, None)
    cutoff = cutoff_day(None, days, definition, source=orders.source)
    cutoffs = panel_days(days, definition, cutoffs=None, newest=None, periods=_MAX_PERIODS, source=orders.source)
    return Defaults(
        last_day=str(last),
        cutoff=str(cutoff),
        horizon_days=horizon_days,
        active_days=usual_active_days(float(mean_gaps_days(orders, cutoff).median())),
        periods=len(cutoffs),
        slow_gap_days=float(horizon_days) if math.isnan(slow) else slow,
        length_days=length,
    )


def mean_gaps_days(orders: Orders, until: np.datetime64) -> pd.Series:
    """Return the mean gap between order days, up to a day, of each customer with two of them; ignore refunds."""
    counted = orders.days <= until
    if orders.amount is not None:
        counted &= ~(orders.frame[orders.amount] < 0).to_numpy()
    customer = pd.factorize(orders.frame[orders.customer])[0][counted]
    days = pd.DataFrame({"customer": customer, "day": orders.days[counted].astype(np.int64)})
    span = days.groupby("customer")["day"].agg(["min", "max", "nunique"])
    repeat = span[span["nunique"] > 1]
    return (repeat["max"] - repeat["min"]) / (repeat["nunique"] - 1)


def usual_active_days(typical_gap: float) -> int:
    """Return three typical gaps in days, at least 60; 60 if no customer ordered twice (NaN).

    >>> usual_active_days(8.0), usual_active_days(31.5), usual_active_days(float("nan"))
    (60, 95, 60)
    """
    if math.isnan(typical_gap):
        return LEAST_ACTIVE_DAYS
    return max(LEAST_ACTIVE_DAYS, math.ceil(_ACTIVE_GAPS * typical_gap))
