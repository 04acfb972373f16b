"""Which days of an order log can be cutoffs."""

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from retention.errors import InputError
from retention.orders.churn_definition import LEAST_ACTIVE_DAYS, ChurnDefinition
from retention.wording.text import shown

Day = dt.date | str
Days = NDArray[np.datetime64]


def cutoff_day(given: Day | None, days: Days, terms: ChurnDefinition, *, source: str) -> np.datetime64:
    """Return the last day that counts as past, with enough of the log after it to see who left.

    The last order is seldom on the very last day of a log, so a cutoff that is given may miss a tenth of the
    horizon. With a silence as the label, a cutoff that is given needs one day after it.

    Parameters
    ----------
    given
        A day; the latest that leaves a full horizon if None.
    days
        Days of the orders, in any order.
    terms
        What the label means.
    source
        The log, for messages.

    Raises
    ------
    InputError
        If it is no date or does not fit the log.
    """
    first: np.datetime64 = days.min()
    last: np.datetime64 = days.max()
    ahead = 1 if terms.quiet_gaps is not None and given is not None else terms.horizon_days or 0
    latest = last - np.timedelta64(ahead, "D")
    if latest < first:
        raise InputError(
            f"{source}: orders run from {first} to {last}, too short for {ahead} days after a cutoff; "
            "take a shorter horizon"
        )
    if given is None:
        return latest
    try:
        day = np.datetime64(dt.datetime.fromisoformat(str(given)).date(), "D")
    except ValueError:
        raise InputError(f"cutoff {shown(given)} is no date; write it as YYYY-MM-DD") from None
    if day < first or (ahead and day > latest + np.timedelta64(ahead // 10, "D")):
        raise InputError(
            f"{source}: cutoff {day} does not fit orders from {first} to {last} with {ahead} days to observe "
            f"after it; choose a day from {first} to {latest}"
        )
    return day


def stack_days(
    days: Days,
    terms: ChurnDefinition,
    *,
    cutoffs: Sequence[Day] | None,
    newest: Day | None,
    periods: int,
    source: str,
) -> list[np.datetime64]:
    """Return the cutoffs of a stack, oldest first; see :func:`retention.orders.snapshots.stack_snapshots`.

    An earlier cutoff that is not asked for by its day needs a horizon and an active window of the log up to
    it, and an order in that window.

    Raises
    ------
    InputError
        If a cutoff does not fit the log, or who left would not be known at the next one.
    """
    horizon_days = terms.horizon_days or 1
    if cutoffs is None:
        if periods < 1:
            raise InputError(f"periods is {periods}; it must be at least 1")
        found = [cutoff_day(newest, days, terms, source=source)]
        history_days = max(horizon_days, terms.active_days or LEAST_ACTIVE_DAYS)
        while len(found) < periods and _supports(days, found[0] - horizon_days, history_days):
            found.insert(0, found[0] - horizon_days)
        return found
    if not cutoffs or newest is not None:
        raise InputError("give the cutoffs of a stack, at least one, or its newest one; not both")
    found = sorted({cutoff_day(one, days, terms, source=source) for one in cutoffs})
    for one, following in pairwise(found):
        apart = int((following - one).astype(np.int64))
        if terms.quiet_gaps is None and apart < horizon_days - horizon_days // 10:
            raise InputError(
                f"cutoffs {one} and {following} are {apart} days apart, but who left is only known "
                f"{horizon_days} days after a cutoff; take cutoffs further apart, or a shorter horizon"
            )
    return found


def _supports(days: Days, cutoff: np.datetime64, history_days: int) -> bool:
    """Whether the log reaches back so many days from a cutoff, and has an order among them."""
    first = cutoff - history_days + 1
    return bool(days.min() <= first and ((days >= first) & (days <= cutoff)).any())
