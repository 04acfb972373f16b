"""The rows of a log up to a cutoff, typed and in turn: what all features aggregate.

A row has the columns ``customer``, ``moment`` and ``day``, ``amount`` if the log has one, ``c0, c1, …``: each
further column as its plan reads it, and ``n0, n1, …``: the numbers of yes and no. In turn means by moment; rows of
one moment are ordered by all of their other columns, the last one first, so that nothing depends on the order of
rows in a file.
"""

from collections.abc import Collection

import ibis

from retention.orders.column_plans import LogPlan
from retention.orders.days import days_of
from retention.orders.order_table import OrderTable

AMOUNT = "amount"
"""The column with the money of an order."""


def read_rows(log: OrderTable, past: "ibis.Table", plan: LogPlan) -> "ibis.Table":
    """Return the rows that are no refunds, with their columns as the plans read them."""
    rows = past.filter(~log.is_refund(past)) if plan.has_refunds else past
    moment = log.column(log.time, rows)
    columns = {"customer": log.column(log.customer, rows), "moment": moment, "day": days_of(moment)}
    for position, (name, column_plan) in enumerate(plan.columns.items()):
        cells = columns[key_of(position)] = column_plan.read(log.column(name, rows))
        if column_plan.summary == "yes/no":
            columns[number_key_of(position)] = column_plan.as_number(cells)
    if log.amount is not None:
        columns[AMOUNT] = columns[key_of(list(plan.columns).index(log.amount))]
    return rows.select(**columns)


def key_of(position: int) -> str:
    """Return what a further column is called among the rows, by its position in the plan."""
    return f"c{position}"


def number_key_of(position: int) -> str:
    """Return what the numbers of a column of yes and no are called."""
    return f"n{position}"


def merge_lines(rows: "ibis.Table", plan: LogPlan, order: str, *, has_amount: bool) -> "ibis.Table":
    """Return one row for each order: its first line, with the amount of all of them.

    Rows with the same customer and number are one order; a row without a number is an order by itself.
    """
    number = key_of(list(plan.columns).index(order))
    lines = ibis.window(group_by=["customer", number])
    first = ibis.window(group_by=["customer", number], order_by=_turn(rows, plan))
    is_alone = rows[number].isnull()
    added = {"place": ibis.row_number().over(first)}
    if has_amount:
        added[AMOUNT] = ibis.ifelse(
            is_alone, rows[AMOUNT], rows[AMOUNT].sum().over(lines).cast(rows[AMOUNT].type())
        )
    merged = rows.mutate(**added)
    return merged.filter((merged["place"] == 0) | merged[number].isnull())


def in_turn(rows: "ibis.Table", plan: LogPlan, *, valued: Collection[str]) -> "ibis.Table":
    """Add what depends on the row before and on the rows after it.

    Added are ``number`` (0 for a customer's first row), ``step`` (days since the row before, missing for the
    first), and for each of the ``valued`` columns with blanks ``left_…``: how many known values are left from this
    row on, which is 1 at the last known one. ``is_last`` marks a customer's last row.
    """
    turn = _turn(rows, plan)
    window = ibis.window(group_by="customer", order_by=turn)
    rest = ibis.window(group_by="customer", order_by=turn, preceding=0, following=None)
    return rows.mutate(
        number=ibis.row_number().over(window),
        step=rows["day"] - rows["day"].lag().over(window),
        is_last=rows["day"].lead().over(window).isnull(),
        **{f"left_{key}": rows[key].count().over(rest) for key in valued},
    )


def last_known(rows: "ibis.Table", key: str) -> "ibis.Value":
    """Return the aggregate that is a customer's last known value of a column of rows in turn."""
    left = f"left_{key}"
    is_last = rows[left] == 1 if left in rows.columns else rows["is_last"]
    return ibis.ifelse(is_last & rows[key].notnull(), rows[key], ibis.null(rows[key].type())).max()


def _turn(rows: "ibis.Table", plan: LogPlan) -> list["ibis.Value"]:
    """Return what rows are sorted by: the moment, then all other columns from the last to the first."""
    keys = [key_of(position) for position in reversed(range(len(plan.columns)))]
    return [rows["moment"], *(ibis.asc(rows[key], nulls_first=True) for key in keys)]
