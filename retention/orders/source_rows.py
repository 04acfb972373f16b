"""Reads the rows of an order log where it lives: typed, without those that are no orders, as an expression.

The rules are those of :func:`retention.orders.order_log.read_orders`. A few aggregates count what they apply to;
no row leaves the engine.
"""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from retention.errors import InputError
from retention.orders.business_day import in_business_time, offsets_between
from retention.orders.excluded_columns import exclusion_notes
from retention.orders.order_columns import ChosenColumns, multiplied_columns
from retention.orders.order_table import OrderTable
from retention.orders.source import OrderSource
from retention.orders.source_columns import SourceColumns, find_source_columns
from retention.tabular.columns import BLANK_WORDS
from retention.wording.text import count_noun, quote

if TYPE_CHECKING:
    import ibis

_MISTAKES = 0.01  # largest share of future dates that can be typing mistakes


def read_source(
    source: OrderSource,
    *,
    customer: str | None = None,
    time: str | None = None,
    amount: str | None = None,
    zone: ZoneInfo | None = None,
    today: dt.date | None = None,
) -> OrderTable:
    """Return the orders of a log where it lives.

    Parameters
    ----------
    source
        The log.
    customer, time, amount
        Columns by name, as for :func:`retention.orders.order_log.read_orders`.
    zone
        The time zone of the business, to which times are moved from UTC; None to take days as UTC has them, or as
        they stand where times have no zone.
    today
        Orders dated after this day are taken for mistakes; the current date if None.

    Raises
    ------
    InputError
        If a column cannot be used, or no row is an order.
    """
    columns = find_source_columns(source.table, source.name, ChosenColumns(customer, time, amount))
    typed = source.kept(_typed(source, columns, zone))
    log = OrderTable(
        typed, list(typed.columns), columns.roles.customer, columns.roles.time, columns.roles.amount,
        columns.roles.name, None, source.name, _column_notes(columns, typed),
    )  # fmt: skip
    return _with_order_number(_orders_of(log, today or dt.date.today()), columns.roles.order)


def _typed(source: OrderSource, columns: SourceColumns, zone: ZoneInfo | None) -> "ibis.Table":
    """Return the columns that stay: text, float64, yes or no, and the time without a zone."""
    import ibis

    table, roles = source.table, columns.roles
    cells: dict[str, Any] = {}
    for name in columns.kept:
        cell, kind = table[name], table[name].type()
        if name == roles.time:
            cells[name] = source.in_utc(cell)
        elif name in columns.as_text or kind.is_uuid():
            cells[name] = _as_text(cell)
        elif kind.is_numeric():
            numbers = cell.cast("float64")
            cells[name] = (
                ibis.ifelse(numbers.isnan(), ibis.null("float64"), numbers) if kind.is_floating() else numbers
            )
        else:
            cells[name] = cell.nullif("") if kind.is_string() else cell
    parts = multiplied_columns(roles.amount, list(columns.kept))
    if parts and roles.amount is not None:
        cells[roles.amount] = cells[parts[0]] * cells[parts[1]]
    typed = table.select(**cells)
    if zone is None:
        return typed
    span = typed.aggregate(first=typed[roles.time].min(), last=typed[roles.time].max()).to_pyarrow().to_pylist()[0]
    if span["first"] is None:
        return typed
    offsets = offsets_between(zone, span["first"], span["last"])
    return typed.mutate(**{roles.time: in_business_time(typed[roles.time], offsets)})


def _as_text(cell: "ibis.Value") -> "ibis.Value":
    """Return ids as text: a number without decimal places that are all zero."""
    kind = cell.type()
    if kind.is_floating() or kind.is_decimal():
        whole = cell.cast("int64")
        return (cell == whole).ifelse(whole.cast("string"), cell.cast("string"))
    return (cell if kind.is_string() else cell.cast("string")).nullif("")


def _column_notes(columns: SourceColumns, typed: "ibis.Table") -> tuple[str, ...]:
    amount = columns.roles.amount
    notes = []
    if amount is None:
        notes.append("no column with amounts was found, so there are no features about money; pass --amount")
    elif parts := multiplied_columns(amount, [name for name in typed.columns if name != amount]):
        notes.append(f"the amount of a row is computed: {quote(parts[0])} times {quote(parts[1])}")
    return (columns.roles.sentence, *notes, *exclusion_notes(columns.excluded, "columns"))


@dataclass(frozen=True)
class _Counts:
    """How many rows there are, and how many of them each rule applies to."""

    rows: int
    without_customer: int
    without_date: int
    taken_back: int
    late: int
    zero: int
    negative: int
    unknown_amount: int
    has_clock: bool


def _orders_of(log: OrderTable, today: dt.date) -> OrderTable:
    """Leave out rows that are no orders, and note how many and why."""
    rows, notes = log.rows, list(log.notes)
    midnight = dt.datetime.combine(today + dt.timedelta(days=1), dt.time())
    without_customer, without_date, taken_back, late = _rules(log, midnight)
    counts = _count(log, without_customer, without_date, taken_back, late)
    if not counts.rows or counts.rows <= max(counts.without_customer, counts.without_date):
        raise InputError(f"{log.source}: no row has both a customer and a date; check the columns")
    drops = [
        (without_customer, counts.without_customer, "without a customer"),
        (without_date, counts.without_date, "without a date"),
        (taken_back, counts.taken_back, "taken back at no price"),
    ]
    if counts.late <= _MISTAKES * counts.rows:
        drops.append((late, counts.late, f"dated after today ({today})"))
    else:
        notes.append(f"dated after today ({today}) and kept: {count_noun(counts.late, 'row')}; check the dates")
    for wrong, number, what in drops:
        if number:
            rows = rows.filter(~wrong)
            share = f" ({number / counts.rows:.0%})" if number >= 0.01 * counts.rows else ""
            notes.append(f"{count_noun(number, 'row')} {what} left out{share}")
    rows, repeat_notes = _without_repeats(log, rows, has_clock=counts.has_clock)
    amount_notes = {
        "an amount of 0 counts as an order": counts.zero,
        "a negative amount is a refund: it lowers the total spent and counts as no order": counts.negative,
        "a missing amount counts as an order": counts.unknown_amount,
    }
    notes += repeat_notes
    if log.amount is not None:
        notes += [f"{what} ({count_noun(number, 'row')})" for what, number in amount_notes.items() if number]
    return OrderTable(
        rows, log.names, log.customer, log.time, log.amount, log.name, None, log.source, tuple(notes)
    )


def _rules(log: OrderTable, midnight: dt.datetime) -> tuple[Any, Any, Any, Any]:
    """Return which rows are without a customer, without a date, taken back at no price, and dated after today."""
    import ibis

    customer, time = log.column(log.customer), log.column(log.time)
    without_customer = customer.isnull() | customer.isin(sorted(BLANK_WORDS))
    taken_back = ibis.literal(False)
    others = [name for name in log.names if name != log.amount]
    if parts := multiplied_columns(log.amount, others):
        quantity, price = (log.column(part) for part in parts)
        taken_back = ibis.coalesce((quantity < 0) & (price == 0), ibis.literal(False))
    late = ibis.coalesce(time >= ibis.timestamp(midnight), ibis.literal(False))
    return ibis.coalesce(without_customer, ibis.literal(False)), time.isnull(), taken_back, late


def _count(log: OrderTable, without_customer: Any, without_date: Any, taken_back: Any, late: Any) -> _Counts:
    """Count the rows of each rule, a row once: by the first rule that applies to it."""
    import ibis

    time = log.column(log.time)
    is_order = ~(without_customer | without_date | taken_back)

    def number(condition: Any) -> Any:
        return ibis.coalesce(condition, ibis.literal(False)).cast("int32").sum()

    aggregates = {
        "rows": log.rows.count(),
        "without_customer": number(without_customer),
        "without_date": number(~without_customer & without_date),
        "taken_back": number(~without_customer & ~without_date & taken_back),
        "late": number(is_order & late),
        "has_clock": number(is_order & (time != time.truncate("D"))),
    }
    if log.amount is not None:
        amount = log.column(log.amount)
        aggregates |= {
            "zero": number(is_order & (amount == 0)),
            "negative": number(is_order & (amount < 0)),
            "unknown_amount": number(is_order & amount.isnull()),
        }
    row = log.rows.aggregate(**aggregates).to_pyarrow().to_pylist()[0]
    counts = {name: int(row.get(name) or 0) for name in _Counts.__annotations__ if name != "has_clock"}
    return _Counts(**counts, has_clock=bool(row["has_clock"]))


def _without_repeats(log: OrderTable, rows: "ibis.Table", *, has_clock: bool) -> tuple["ibis.Table", list[str]]:
    """Leave out rows written twice, if times carry a clock; rows of one customer and moment are compared."""
    names = dict(zip(log.names, rows.columns, strict=True))
    customer, time = names[log.customer], names[log.time]
    moments = rows.group_by(customer, time).agg(times=rows.count())
    repeated = moments.filter(moments["times"] > 1).drop("times")
    suspects = rows.semi_join(repeated, [customer, time])
    different = suspects.distinct()
    number = suspects.count().to_pyarrow().as_py() - different.count().to_pyarrow().as_py()
    if not number:
        return rows, []
    if not has_clock:
        return rows, [
            f"{count_noun(number, 'row')} equal to another one kept: "
            "dates have no clock time, so these may be further orders of the day"
        ]
    kept = rows.anti_join(repeated, [customer, time]).union(different)
    return kept, [f"{count_noun(number, 'row')} written twice (the same moment and all else) left out"]


def _with_order_number(log: OrderTable, order: str | None) -> OrderTable:
    """Return the log with the column of the order number, if several rows have one, and a note about it."""
    if order is None:
        return log
    numbered = log.rows.select(customer=log.column(log.customer), order=log.column(order))
    numbered = numbered.filter(numbered["order"].notnull())
    pairs = numbered.group_by("customer", "order").agg(lines=numbered.count())
    counted = pairs.aggregate(orders=pairs.count(), lines=pairs["lines"].sum()).to_pyarrow().to_pylist()[0]
    orders, lines = int(counted["orders"] or 0), int(counted["lines"] or 0)
    if orders == lines:
        return log
    merged = f"rows with the same {quote(order)} are one order"
    note = f"{merged}: {count_noun(lines, 'row')} are {count_noun(orders, 'order')}"
    return OrderTable(
        log.rows, log.names, log.customer, log.time, log.amount, log.name, order, log.source, (*log.notes, note)
    )
