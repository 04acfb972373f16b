"""Finds default settings that suit an order log: cutoff, horizon, active days and number of cutoffs."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from retention.orders.churn_definition import LEAST_ACTIVE_DAYS, ChurnDefinition
from retention.orders.cutoffs import as_date, cutoff_day, panel_days
from retention.orders.order_log import Orders, table_of
from retention.orders.order_table import OrderTable

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


def defaults_for(orders: Orders | OrderTable) -> Defaults:
    """Return the default settings for a log.

    Raises
    ------
    InputError
        If the log is too short to have days before and after a cutoff.
    """
    from retention.orders.typical_gaps import gaps_until

    log = table_of(orders)
    days = log.days
    last: np.datetime64 = days.max()
    length = int((last - days.min()).astype(np.int64))
    gaps = gaps_until(log, as_date(last))
    typical, slow = gaps.median, gaps.quantile(_SLOW_SHARE)
    horizon_days = _fitting_horizon(typical, length)
    definition = ChurnDefinition(horizon_days, None, None)
    cutoff = cutoff_day(None, days, definition, source=orders.source)
    cutoffs = panel_days(days, definition, cutoffs=None, newest=None, periods=_MAX_PERIODS, source=orders.source)
    return Defaults(
        last_day=str(last),
        cutoff=str(cutoff),
        horizon_days=horizon_days,
        active_days=usual_active_days(gaps_until(log, as_date(cutoff)).median),
        periods=len(cutoffs),
        slow_gap_days=float(horizon_days) if math.isnan(slow) else slow,
        length_days=length,
    )


def usual_horizon(orders: Orders | OrderTable) -> tuple[int, float]:
    """Return the horizon that suits a log, and the typical gap between order days; both in days.

    The gap is NaN where no customer ordered on two days; the horizon is 30 then.
    """
    from retention.orders.typical_gaps import gaps_until

    log = table_of(orders)
    days = log.days
    typical = gaps_until(log, as_date(days.max())).median
    return _fitting_horizon(typical, int((days.max() - days.min()).astype(np.int64))), typical


def horizon_note(horizon_days: int, orders: Orders | OrderTable, *, passed: bool) -> str | None:
    """Return a sentence about a horizon that is not the plain one, or too short for the log; None for the others.

    Parameters
    ----------
    horizon_days
        The horizon that is used.
    orders
        The log.
    passed
        Whether a person chose it.
    """
    better, typical = usual_horizon(orders)
    every = f"a typical customer orders every {typical:.0f} days"
    if not passed and horizon_days > _HORIZONS_DAYS[0]:
        return f"the horizon is {horizon_days} days, since {every}; --horizon-days takes another"
    if horizon_days >= typical or math.isnan(typical):
        return None
    advice = f"; --horizon-days {better} suits it better" if better > horizon_days else "; a longer log would help"
    return f"{every}, so a silence of {horizon_days} days says little about who churned{advice}"


def _fitting_horizon(typical_gap: float, length_days: int) -> int:
    """Return the first usual horizon in which a typical customer orders again, as far as the log is long enough.

    >>> _fitting_horizon(8.0, 400), _fitting_horizon(150.0, 700), _fitting_horizon(150.0, 200)
    (30, 180, 60)
    """
    fitting = [horizon for horizon in _HORIZONS_DAYS if 3 * horizon <= length_days] or [_HORIZONS_DAYS[0]]
    if math.isnan(typical_gap):
        return _HORIZONS_DAYS[0]
    return next((horizon for horizon in fitting if horizon >= typical_gap), fitting[-1])


def mean_gaps_days(orders: Orders | OrderTable, until: np.datetime64) -> pd.Series:
    """Return the mean gaps between order days, up to a day, of all customers with two; a refund is no order."""
    from retention.orders.typical_gaps import gaps_until

    return gaps_until(table_of(orders), as_date(until)).gaps_days


def usual_active_days(typical_gap: float) -> int:
    """Return three typical gaps in days, at least 60; 60 if no customer ordered twice (NaN).

    >>> usual_active_days(8.0), usual_active_days(31.5), usual_active_days(float("nan"))
    (60, 95, 60)
    """
    if math.isnan(typical_gap):
        return LEAST_ACTIVE_DAYS
    return max(LEAST_ACTIVE_DAYS, math.ceil(_ACTIVE_GAPS * typical_gap))
