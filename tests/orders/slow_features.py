"""The features and labels as their documentation says, customer by customer in plain Python, and slowly."""

import datetime as dt
import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from statistics import fmean, pstdev
from typing import Any

Row = Mapping[str, Any]
NAN = math.nan
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
BANDS = {0: "night", 6: "morning", 11: "lunch", 15: "afternoon", 18: "dinner", 22: "late evening"}
YES_NO = {"yes": 1.0, "no": 0.0, "y": 1.0, "n": 0.0, "true": 1.0, "false": 0.0}


def slow_features(
    rows: Sequence[Row], *, numeric: Collection[str], customer: str, time: str, amount: str | None,
    cutoff: dt.date, order: str | None = None, without: Collection[str] = (),
) -> list[dict[str, Any]]:  # fmt: skip
    """Return the features of each customer with an order up to the cutoff day, by id. A blank cell is None."""
    past = [row for row in rows if row[time].date() <= cutoff]
    refunds = [row for row in past if amount and (row[amount] or 0) < 0]
    lines = [row for row in past if not (amount and (row[amount] or 0) < 0)]
    names = (customer, time, *reversed(list(rows[0])))
    lines.sort(key=lambda row: [(row[name] is not None, row[name] or 0) for name in names])
    table, moments = [], []
    for id in sorted({row[customer] for row in lines}):
        own = [row for row in lines if row[customer] == id]
        orders = merge_lines(own, order, amount)
        features: dict[str, Any] = {customer: id, **rhythm([row[time].date() for row in orders], cutoff)}
        if amount:
            given_back = [row[amount] for row in refunds if row[customer] == id]
            features |= money([row["the amount"] for row in orders], given_back)
        weekdays = [row[time].weekday() for row in orders]
        features |= {
            "weekend_share": fmean(day >= 5 for day in weekdays),
            "usual_weekday": WEEKDAYS[usual(weekdays)],
        }
        bands = [max(start for start in BANDS if start <= row[time].hour) for row in orders]
        features["usual_hours"] = BANDS[usual(bands)]
        for name in rows[0]:
            if name not in {customer, time, amount, order, *without}:
                cells, everybody = ([row[name] for row in some if row[name] is not None] for some in (own, lines))
                summary = summarise(name, cells, everybody, len(lines), is_numeric=name in numeric)
                features |= {key if key not in features else f"log_{key}": cell for key, cell in summary.items()}
        table.append(features)
        moments += [row[time] for row in orders]
    dropped = {key for key in table[0] if key.endswith("_kinds") and all(row[key] <= 1 for row in table)}
    dropped |= set() if any(moment.time() != dt.time() for moment in moments) else {"usual_hours"}
    return [{key: cell for key, cell in features.items() if key not in dropped} for features in table]


def usual(cells: Sequence[Any]) -> Any:
    """Return the most frequent of some values, the smallest of equally frequent ones."""
    return min(cells, key=lambda cell: (-cells.count(cell), cell))


def merge_lines(lines: Sequence[Row], order: str | None, amount: str | None) -> list[Row]:
    """Return one row an order, with the amount of all its lines; a line without a number is an order."""
    lines_by_number: dict[Any, list[Row]] = {}
    for place, row in enumerate(lines):
        is_alone = order is None or row[order] is None
        lines_by_number.setdefault((place, None) if is_alone else row[str(order)], []).append(row)
    merged: list[Row] = []
    for same in lines_by_number.values():
        amounts = [row[amount] for row in same if row[amount] is not None] if amount else []
        merged.append({**same[0], "the amount": math.fsum(amounts) if amounts else None})
    return merged


def rhythm(days: Sequence[dt.date], cutoff: dt.date) -> dict[str, Any]:
    """Return how often and when somebody ordered, from the days of their orders in turn."""
    recency, tenure = (cutoff - days[-1]).days, (cutoff - days[0]).days
    gaps = [(after - before).days for before, after in pairwise(days) if after > before]
    return {
        "recency_days": recency, "orders": len(days), "one_time": "no" if gaps else "yes", "tenure_days": tenure,
        **{f"orders_{back}d": sum((cutoff - day).days < back for day in days) for back in (30, 60, 90)},
        "gap_mean_days": fmean(gaps) if gaps else NAN, "gap_spread_days": pstdev(gaps) if gaps else NAN,
        "gap_max_days": max(gaps, default=NAN), "gap_last_days": gaps[-1] if gaps else NAN,
        "recency_over_gap": recency / fmean(gaps) if gaps else NAN,
    }  # fmt: skip


def money(amounts: Sequence[float | None], refunds: Sequence[float]) -> dict[str, float]:
    """Return the spend features; the trend is the slope of least squares on the number of the order."""
    known = [(number, amount) for number, amount in enumerate(amounts) if amount is not None]
    paid = [amount for _, amount in known]
    off = [number - fmean(number for number, _ in known) for number, _ in known]
    slope = sum(x * y for x, y in zip(off, paid, strict=True)) / sum(x * x for x in off) if any(off) else NAN
    mean, last = (fmean(paid), paid[-1]) if paid else (NAN, NAN)
    total = math.fsum([*paid, *refunds])
    return {"spend_total": total, "spend_mean": mean, "spend_last": last, "spend_trend": slope}


def summarise(
    name: str, cells: Sequence[Any], everybody: Sequence[Any], count: int, *, is_numeric: bool
) -> dict[str, Any]:
    """Return the summary of somebody's cells of a further column, by the kind of everybody's."""
    if is_numeric or all(word.casefold() in YES_NO for word in everybody):
        numbers = cells if is_numeric else [YES_NO[word.casefold()] for word in cells]
        mean, last = (fmean(numbers), numbers[-1]) if numbers else (NAN, NAN)
        return {f"{name}_{'mean' if is_numeric else 'share'}": mean, f"{name}_last": last}
    times = Counter(everybody)
    if 2 * len(times) > max(count, 40):
        return {}
    common = sorted(times, key=lambda word: (-times[word], word))[:20]
    word = usual(cells) if cells else None
    return {f"{name}_usual": word if word in {*common, None} else "other", f"{name}_kinds": len(set(cells))}


def slow_label(
    days: Sequence[dt.date], cutoff: dt.date, known_until: dt.date, *, horizon: int, quiet_gaps: float | None
) -> int | None:
    """Return 1 for a churned customer, from the days of all their orders; None where a silence gives no label."""
    following = min((day for day in days if day > cutoff), default=dt.date.max)
    if quiet_gaps is None:
        return int(following > min(cutoff + dt.timedelta(days=horizon), known_until))
    past = sorted({day for day in days if day <= cutoff})
    if len(past) < 2:
        return None
    gap = (past[-1] - past[0]).days / (len(past) - 1)
    ends = past[-1] + dt.timedelta(days=math.ceil(quiet_gaps * gap))
    return int(following > ends) if cutoff < ends <= known_until else None
