"""How often and when a customer ordered: recency, tenure, counts, and gaps between days with orders."""

from typing import Any

import ibis

from retention.orders.days import as_float
from retention.orders.windows import WINDOWS_DAYS


def aggregates(rows: "ibis.Table", today: int) -> dict[str, Any]:
    """Return what is aggregated of the orders in turn; a gap is a step of at least a day."""
    day, step = rows["day"], rows["step"]
    is_gap = step > 0
    gap = ibis.ifelse(is_gap, step, ibis.null("int64"))
    return {
        "first_day": day.min(),
        "last_day": day.max(),
        "orders": rows.count(),
        **{f"orders_{days}d": ibis.ifelse(day > today - days, 1, 0).sum() for days in WINDOWS_DAYS},
        "gaps": gap.count(),
        "gap_sum": gap.sum(),
        "gap_squares": (gap * gap).sum(),
        "gap_max": gap.max(),
        "gap_end": ibis.ifelse(is_gap, day, ibis.null("int64")).max(),
        "gap_start": ibis.ifelse(is_gap, day - step, ibis.null("int64")).max(),
    }


def features(customers: "ibis.Table", today: int) -> dict[str, Any]:
    """Return the features: days as floats.

    The mean gap is Σg / n. The spread is the population's standard deviation, √(n·Σg² − (Σg)²) / n, whose root is
    taken of a whole number. The last gap lies between the latest day that ends one and the latest that starts one.
    """
    recency = as_float(today - customers["last_day"])
    gaps, total = as_float(customers["gaps"]).nullif(0), as_float(customers["gap_sum"])
    count, total_days = customers["gaps"].cast("int64"), customers["gap_sum"].cast("int64")
    squared = count * customers["gap_squares"].cast("int64") - total_days * total_days
    mean = total / gaps
    return {
        "recency_days": recency,
        "orders": as_float(customers["orders"]),
        "one_time": ibis.ifelse(customers["first_day"] == customers["last_day"], "yes", "no"),
        "tenure_days": as_float(today - customers["first_day"]),
        **{f"orders_{days}d": as_float(customers[f"orders_{days}d"]) for days in WINDOWS_DAYS},
        "gap_mean_days": mean,
        "gap_spread_days": as_float(squared).sqrt() / gaps,
        "gap_max_days": as_float(customers["gap_max"]),
        "gap_last_days": as_float(customers["gap_end"] - customers["gap_start"]),
        "recency_over_gap": recency / mean,
    }
