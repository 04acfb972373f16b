"""When a customer orders: the share of weekends, the usual weekday, and the usual hours where there is a clock."""

from collections.abc import Sequence
from typing import Any

import ibis

from retention.orders.days import as_float
from retention.orders.windows import HOURS, WEEKDAYS

_SATURDAY = WEEKDAYS.index("Saturday")
_FIRST_DAY = 3  # 1970-01-01 was a Thursday


def aggregates(rows: "ibis.Table", *, has_clock: bool) -> dict[str, Any]:
    """Return what is aggregated of the orders: how many fall on each weekday, and into each band of the day."""
    weekday = (rows["day"] + _FIRST_DAY) % len(WEEKDAYS)
    counts = {f"weekday_{code}": count_of(weekday == code) for code in range(len(WEEKDAYS))}
    if has_clock:
        hour, starts = rows["moment"].hour(), [*HOURS.values(), 24]
        for code in range(len(HOURS)):
            counts[f"hours_{code}"] = count_of((hour >= starts[code]) & (hour < starts[code + 1]))
    return counts


def features(customers: "ibis.Table", *, has_clock: bool) -> dict[str, Any]:
    """Return the features; of equally usual ones the earliest."""
    weekdays = [customers[f"weekday_{code}"] for code in range(len(WEEKDAYS))]
    weekend = as_float(weekdays[_SATURDAY] + weekdays[_SATURDAY + 1])
    habits = {
        "weekend_share": weekend / as_float(customers["orders"]),
        "usual_weekday": most_frequent(weekdays, WEEKDAYS),
    }
    if has_clock:
        habits["usual_hours"] = most_frequent(
            [customers[f"hours_{code}"] for code in range(len(HOURS))], list(HOURS)
        )
    return habits


def count_of(condition: "ibis.Value") -> "ibis.Value":
    """Return the aggregate that counts the rows for which a condition holds; a missing one does not."""
    return ibis.ifelse(condition, 1, 0).sum()


def most_frequent(counts: Sequence["ibis.Value"], shown: Sequence[str]) -> "ibis.Value":
    """Return what is shown for the largest count, the first of equal ones; missing where all are 0."""
    most = counts[0] if len(counts) == 1 else ibis.greatest(*counts)
    cases = [(count == most, word) for count, word in zip(counts, shown, strict=True)]
    return ibis.cases((most == 0, ibis.null("string")), *cases, else_=ibis.null("string"))
