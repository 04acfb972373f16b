"""Summaries of a log's further columns: numbers, yes and no, and words."""

from collections.abc import Iterator
from functools import reduce
from typing import Any

import ibis

from retention.orders.column_plans import ColumnPlan, LogPlan
from retention.orders.days import as_float
from retention.orders.habits import count_of, most_frequent
from retention.orders.order_rows import key_of, last_known, number_key_of


def summarised(plan: LogPlan, *, without: str | None) -> Iterator[tuple[str, ColumnPlan]]:
    """Yield the columns to summarise, each with what it is called among the rows; the amount is none of them."""
    for position, column in enumerate(plan.columns.values()):
        if column.summary != "none" and column.name != without:
            yield (number_key_of if column.summary == "yes/no" else key_of)(position), column


def aggregates(rows: "ibis.Table", key: str, column: ColumnPlan) -> dict[str, Any]:
    """Return what is aggregated of a column of the rows in turn."""
    if column.is_valued:
        return {
            f"{key}_sum": rows[key].sum(),
            f"{key}_count": rows[key].count(),
            f"{key}_last": last_known(rows, key),
        }
    if column.summary == "words":
        return {f"{key}_{code}": count_of(rows[key] == code) for code in range(len(column.words))}
    return {}


def usual_words(rows: "ibis.Table", key: str) -> "ibis.Table":
    """Return each customer's most frequent value of a column with many, and how many different ones there are.

    Of equally frequent values it is the one that the engine sorts first.
    """
    words = rows.filter(rows[key].notnull()).group_by(["customer", key]).agg(times=lambda group: group.count())
    order = ibis.window(group_by="customer", order_by=[words["times"].desc(), words[key]])
    ranked = words.mutate(
        place=ibis.row_number().over(order), kinds=words.count().over(ibis.window(group_by="customer"))
    )
    return ranked.filter(ranked["place"] == 0).select(
        **{f"{key}_customer": ranked["customer"], f"{key}_usual": ranked[key], f"{key}_kinds": ranked["kinds"]}
    )


def features(customers: "ibis.Table", key: str, column: ColumnPlan, *, has_kinds: bool) -> dict[str, Any]:
    """Return the features of a column: mean (or share) and last known value, or usual value and kinds."""
    name = column.name
    if column.is_valued:
        mean = as_float(customers[f"{key}_sum"]) / (as_float(customers[f"{key}_count"]).nullif(0) * column.unit)
        last = as_float(customers[f"{key}_last"]) / column.unit
        return {f"{name}_{'mean' if column.summary == 'number' else 'share'}": mean, f"{name}_last": last}
    if column.summary == "words":
        counts = [customers[f"{key}_{code}"] for code in range(len(column.words))]
        usual = most_frequent(counts, [column.shown(word) for word in column.words])
        kinds = reduce(lambda total, count: total + count, [ibis.ifelse(count > 0, 1, 0) for count in counts])
    else:
        word = customers[f"{key}_usual"]
        usual = ibis.ifelse(word.isnull() | word.isin(sorted(column.common)), word, "other")
        kinds = ibis.coalesce(customers[f"{key}_kinds"], ibis.literal(0).cast("int64"))
    return {f"{name}_usual": usual} | ({f"{name}_kinds": as_float(kinds)} if has_kinds else {})
