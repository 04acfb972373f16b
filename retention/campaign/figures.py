"""How the numbers of a reading are written, on screen and on a page alike."""

from collections.abc import Callable, Mapping
from typing import Any

from retention.campaign.intervals import Interval
from retention.campaign.reading import Reading

NOT_SHOWN = "not shown"
"""What stands in place of a figure where nothing may be shown."""


CURRENCY_UNNAMED = "₹"
"""Sign of the amounts of a reading that does not name any."""


def part_of(reading: Reading, name: str) -> Mapping[str, Any]:
    """Return a part of a campaign's reading, such as a metric, by its key; empty where it has none."""
    value = reading.campaign.get(name)
    return value if isinstance(value, Mapping) else {}


def interval_in(numbers: Mapping[str, Any], estimate: str) -> Interval | None:
    """Return the interval in a part of a reading's JSON, by the key of its estimate; None where it is null."""
    ends = [numbers.get(key) for key in (estimate, "low", "high")]
    return None if any(end is None for end in ends) else Interval(*ends)  # type: ignore[arg-type]  # none is None


def write_range(interval: Interval, write: Callable[[float], str]) -> str:
    """Return both ends of an interval.

    >>> write_range(Interval(4.0, -1.5, 9.5), write_decimal)
    '−1.5 to 9.5'
    """
    return f"{write(interval.low)} to {write(interval.high)}"


def write_count(number: float) -> str:
    """Return a number of customers, rounded.

    >>> write_count(-1234.4)
    '−1,234'
    """
    return f"{round(number) or 0:,}".replace("-", "−")


def write_signed(number: float) -> str:
    """Return a number of customers with its sign, rounded.

    >>> write_signed(12.4), write_signed(0.2)
    ('+12', '0')
    """
    words = write_count(number)
    return f"+{words}" if number >= 0.5 else words


def write_decimal(number: float, digits: int = 1) -> str:
    """Return a number with so many digits after the point; none is −0.

    >>> write_decimal(-0.04), write_decimal(-2.26)
    ('0.0', '−2.3')
    """
    return f"{round(number, digits) or 0:.{digits}f}".replace("-", "−")


def write_share(share: float) -> str:
    """Return a share in whole percent.

    >>> write_share(0.194)
    '19%'
    """
    return f"{write_count(100 * share)}%"
