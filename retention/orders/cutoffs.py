"""Chooses the cutoff dates of an order log, and checks that they fit it."""

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from retention.errors import InputError
from retention.orders.churn_definition import LEAST_ACTIVE_DAYS, ChurnDefinition
from retention.wording.text import quote

Day = dt.date | str
Days = NDArray[np.datetime64]


def cutoff_day(cutoff: Day | None, days: Days, definition: ChurnDefinition, *, source: str) -> np.datetime64:
    """Return the last day that counts as past, with enough of the log after it to see who churned.

    The last order is seldom on the very last day of a log, so the log may end up to a tenth of the horizon too
    early for a chosen cutoff. If the label is a silence, a chosen cutoff needs one day after it.

    Parameters
    ----------
    cutoff
        A date; if None, the latest that leaves a full horizon.
    days
        Days of the orders, in any order.
    definition
        What churned means.
    source
        The name of the log, for errors.

    Raises
    ------
    InputError
        If the cutoff is no date or does not fit the log.
    """
    first: np.datetime64 = days.min()
    last: np.datetime64 = days.max()
    ahead = 1 if definition.quiet_gaps is not None and cutoff is not None else definition.horizon_days or 0
    latest = last - np.timedelta64(ahead, "D")
    if latest < first:
        raise InputError(
            f"{source}: orders run from {first} to {last}, too short for {ahead} days after a cutoff; "
            "take a shorter horizon"
        )
    if cutoff is None:
        return latest
    try:
        day = np.datetime64(dt.datetime.fromisoformat(str(cutoff)).date(), "D")
    except ValueError:
        raise InputError(f"cutoff {quote(cutoff)} is no date; write it as YYYY-MM-DD") from None
    if day < first or (ahead and day > latest + np.timedelta64(ahead // 10, "D")):
        raise InputError(
            f"{source}: cutoff {day} does not fit orders from {first} to {last} with {ahead} days to observe "
            f"after it; choose a day from {first} to {latest}"
        )
    return day


def panel_days(
    days: Days,
    definition: ChurnDefinition,
    *,
    cutoffs: Sequence[Day] | None,
    newest: Day | None,
    periods: int,
    source: str,
) -> list[np.datetime64]:
    """Return the cutoffs of a panel, oldest first; see :func:`retention.orders.panel.take_panel`.

    An earlier cutoff that was not chosen by its date needs a horizon and an active window of the log before
    it, and an order in that window.

    Raises
    ------
    InputError
        If a cutoff does not fit the log, or the next one comes before its label is known.
    """
    horizon_days = definition.horizon_days or 1
    if cutoffs is None:
        if periods < 1:
            raise InputError(f"periods is {periods}; it must be at least 1")
        chosen = [cutoff_day(newest, days, definition, source=source)]
        history_days = max(horizon_days, definition.active_days or LEAST_ACTIVE_DAYS)
        while len(chosen) < periods and _has_history(days, chosen[0] - horizon_days, history_days):
            chosen.insert(0, chosen[0] - horizon_days)
        return chosen
    if not cutoffs or newest is not None:
        raise InputError("pass the cutoffs of a panel, at least one, or only its newest cutoff, but not both")
    chosen = sorted({cutoff_day(cutoff, days, definition, source=source) for cutoff in cutoffs})
    for cutoff, following in pairwise(chosen):
        gap_days = int((following - cutoff).astype(np.int64))
        if definition.quiet_gaps is None and gap_days < horizon_days - horizon_days // 10:
            raise InputError(
                f"cutoffs {cutoff} and {following} are {gap_days} days apart, but who churned is only known "
                f"{horizon_days} days after a cutoff; take cutoffs further apart, or a shorter horizon"
            )
    return chosen


def as_date(day: np.datetime64) -> dt.date:
    """Return the same day as a date."""
    return dt.date.fromisoformat(str(day.astype("datetime64[D]")))


def _has_history(days: Days, cutoff: np.datetime64, history_days: int) -> bool:
    """Whether the log reaches back this many days from a cutoff, and has an order in them."""
    first = cutoff - history_days + 1
    return bool(days.min() <= first and ((days >= first) & (days <= cutoff)).any())
