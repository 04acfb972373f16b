"""Moves times from UTC to the time zone of the business, so that an order counts on the day it was placed there.

Engines know time zones by functions of different names and by tables of different age. Here the hours at which a
zone's clocks change are looked up once, on this machine, and every engine adds the same constants.
"""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from retention.errors import InputError
from retention.wording.text import quote

if TYPE_CHECKING:
    import ibis

_STEP = dt.timedelta(days=7)  # clocks change at most twice in so many days
_SECOND = dt.timedelta(seconds=1)


@dataclass(frozen=True)
class Offset:
    """What a zone adds to UTC until its clocks change.

    Attributes
    ----------
    until
        The moment of the change, UTC without a zone; None for the last offset.
    seconds
        May be negative.
    """

    until: dt.datetime | None
    seconds: int


def business_zone(name: str) -> ZoneInfo:
    """Return the time zone of a name such as ``Asia/Kolkata``.

    Raises
    ------
    InputError
        If there is none.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InputError(
            f"--timezone {quote(name)}: is no time zone; write one such as Asia/Kolkata or Europe/Berlin"
        ) from None


def offsets_between(zone: ZoneInfo, first: dt.datetime, last: dt.datetime) -> list[Offset]:
    """Return what a zone adds to UTC from one moment to another, in order.

    Parameters
    ----------
    zone
        The zone.
    first, last
        Moments in UTC, without a zone.

    Examples
    --------
    >>> berlin = business_zone("Europe/Berlin")
    >>> for offset in offsets_between(berlin, dt.datetime(2025, 1, 1), dt.datetime(2025, 6, 1)):
    ...     print(offset.until, offset.seconds)
    2025-03-30 01:00:00 3600
    None 7200
    """
    offsets: list[Offset] = []
    at = first.replace(microsecond=0)
    seconds = _seconds(zone, at)
    while at <= last:
        following = at + _STEP
        if _seconds(zone, following) != seconds:
            change = _change_between(zone, at, following)
            offsets.append(Offset(change, seconds))
            following, seconds = change, _seconds(zone, change)
        at = following
    return [*offsets, Offset(None, seconds)]


def in_business_time(times: "ibis.Value", offsets: list[Offset]) -> "ibis.Value":
    """Return times in UTC, a column without a zone, as the clocks of the business showed them.

    Parameters
    ----------
    times
        Timestamps without a zone.
    offsets
        Those of :func:`offsets_between`, over the range of the column.
    """
    import ibis

    def moved(seconds: int) -> "ibis.Value":
        return times + ibis.interval(seconds=seconds) if seconds >= 0 else times - ibis.interval(seconds=-seconds)

    *changing, final = offsets
    if not changing:
        return moved(final.seconds)
    branches = [(times < ibis.timestamp(offset.until), moved(offset.seconds)) for offset in changing]
    return ibis.cases(*branches, else_=moved(final.seconds))


def _seconds(zone: ZoneInfo, moment: dt.datetime) -> int:
    shift = moment.replace(tzinfo=dt.UTC).astimezone(zone).utcoffset()
    assert shift is not None  # noqa: S101  a ZoneInfo always knows it
    return round(shift.total_seconds())


def _change_between(zone: ZoneInfo, before: dt.datetime, after: dt.datetime) -> dt.datetime:
    """Return the first second of a new offset, between two whole seconds whose offsets differ."""
    old = _seconds(zone, before)
    while after - before > _SECOND:
        middle = before + _SECOND * ((after - before) // _SECOND // 2)
        if _seconds(zone, middle) == old:
            before = middle
        else:
            after = middle
    return after
