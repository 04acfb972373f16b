"""Days, and how people say them."""

import datetime as dt


def utc_day(epoch_s: float) -> dt.date:
    """Return the day in UTC of a moment in seconds since the epoch.

    >>> utc_day(86_399.5)
    datetime.date(1970, 1, 1)
    """
    return dt.datetime.fromtimestamp(epoch_s, dt.UTC).date()


def day_and_month(day: dt.date) -> str:
    """Return a date as people say it.

    >>> day_and_month(dt.date(2026, 11, 4))
    '4 Nov'
    """
    return f"{day.day} {day:%b}"


def day_in_words(day: dt.date) -> str:
    """Return a date with its year as people say it.

    >>> day_in_words(dt.date(2026, 11, 4))
    '4 Nov 2026'
    """
    return f"{day_and_month(day)} {day.year}"
