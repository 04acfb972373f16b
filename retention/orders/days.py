"""Turns days and moments into the numbers that expressions compute with.

A day is the number of days since 1970-01-01, because engines agree on the difference of two dates and on whole
numbers, and on little else about time.
"""

import datetime as dt

import ibis

_EPOCH = dt.date(1970, 1, 1)
_A_DAY = dt.timedelta(days=1)


def day_number(day: dt.date) -> int:
    """Return the days since 1970-01-01.

    >>> day_number(dt.date(1970, 1, 3))
    2
    """
    return (day - _EPOCH).days


def start_of(day: dt.date) -> "ibis.Value":
    """Return midnight at the start of a day."""
    return ibis.timestamp(dt.datetime.combine(day, dt.time()))


def end_of(day: dt.date) -> "ibis.Value":
    """Return midnight at the end of a day, which no longer belongs to it."""
    return start_of(day + _A_DAY)


def days_of(moments: "ibis.Value") -> "ibis.Value":
    """Return the day of each moment as a number."""
    return moments.date().delta(ibis.date(_EPOCH.isoformat()), unit="day").cast("int64")


def as_float(number: "ibis.Value") -> "ibis.Value":
    """Return whole numbers as floats; dividing them otherwise means different things to different engines."""
    return number.cast("float64")
