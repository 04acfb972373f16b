"""Reads an order log from a file or a frame, and notes in a sentence whatever was repaired or left out."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.customers.codes import digits_as_text
from retention.customers.intake import Limits, Table, read_table, table_from_frame
from retention.errors import InputError
from retention.orders.amount_column import multiplied_columns, other_numbers
from retention.orders.excluded_columns import excluded_columns, exclusion_notes
from retention.orders.order_columns import ChosenColumns, OrderRoles, find_roles
from retention.orders.order_table import OrderTable, table_of_frame
from retention.tabular.dates import Dates, is_date_column, parse_dates
from retention.tabular.ids import normalize_ids
from retention.wording.text import count_noun, join_names, quote, quote_cell

_DAY = 86_400_000_000  # microseconds
_MISTAKES = 0.01  # largest share of future dates that can be typing mistakes


@dataclass(frozen=True)
class Orders:
    """An order log of m rows, one row an order; treat the frame as read-only.

    Attributes
    ----------
    frame
        Columns under the names of the file: the customer as text, the time as ``datetime64[us]``
        without a zone, the amount as float64 (NaN for blanks), others float64 or text.
    customer, time
        Names of those columns.
    amount
        Name of the column with the money; None where there is none.
    name
        Column with the customer's name, for a message; None where there is no such column.
    order
        Column with the order number, where several rows are lines of one order; else None.
    source
        The name of the file, for notes and errors.
    notes
        Which column was taken as what, and sentences about what was repaired or left out while reading.
    roles
        The columns by their roles, with the reasons; None for a log that was not read from a file or a frame.
    """

    frame: pd.DataFrame
    customer: str
    time: str
    amount: str | None = None
    name: str | None = None
    order: str | None = None
    source: str = "orders"
    notes: tuple[str, ...] = ()
    roles: OrderRoles | None = None

    def __len__(self) -> int:
        return len(self.frame)

    @cached_property
    def table(self) -> OrderTable:
        """The same log as a table of DuckDB, which computes the features."""
        return table_of_frame(
            self.frame,
            customer=self.customer,
            time=self.time,
            amount=self.amount,
            name=self.name,
            order=self.order,
            source=self.source,
            notes=self.notes,
        )

    @property
    def columns_by_role(self) -> dict[str, str | None]:
        """The column of each role, as JSON takes it."""
        roles = self.roles or OrderRoles(self.customer, self.time, self.amount, self.name, self.order)
        return roles.as_dict()

    @property
    def days(self) -> NDArray[np.datetime64]:
        """Day of each order, ``datetime64[D]``, length m."""
        return self.frame[self.time].to_numpy("datetime64[D]")


def read_orders(
    source: str | Path | pd.DataFrame,
    *,
    customer: str | None = None,
    time: str | None = None,
    amount: str | None = None,
    status: str | None = None,
    order: str | None = None,
    exclude: Sequence[str] = (),
    limits: Limits | None = None,
    today: dt.date | None = None,
) -> Orders:
    """Read an order log from a file or a frame.

    Rows may be in any order. Rows without a customer or a date are left out. Two equal rows are one
    order written twice when times carry a clock; with dates alone they may be two orders of one day,
    and both stay. Rows with the same order number are lines of one order. Amounts of 0 are orders;
    negative amounts are refunds. Where there is no amount but a quantity and a price, it is their product.

    Parameters
    ----------
    source
        A CSV or Parquet file (see :func:`retention.tabular.tables.read_table`), or a frame.
    customer, time, amount, status, order
        Columns by name; found by names and values where None. The amount may be missing altogether, or be two
        columns to multiply: ``"quantity * unit_price"``. The status says which orders were cancelled and so on.
    exclude
        Columns that must not be used.
    limits
        How large the log may be; if None, the limits in the settings.
    today
        Orders dated after this day are taken for mistakes; the current date if None.

    Raises
    ------
    InputError
        If the file, a column or a date cannot be used; one sentence with the row where there is one.

    Examples
    --------
    >>> log = pd.DataFrame({"user_id": [7, 7], "date": ["2025-06-01", "2025-06-09"], "total": [250, 310]})
    >>> orders = read_orders(log)
    >>> orders.customer, orders.time, orders.amount, len(orders)
    ('user_id', 'date', 'total', 2)
    """
    chosen = ChosenColumns(customer, time, amount, status, order, tuple(exclude))
    table, times = _read(source, chosen, limits or Limits.from_settings())
    roles = find_roles(table.frame, table.source, chosen)
    times = times or parse_dates(digits_as_text(table.frame[roles.time]), table.locate(roles.time), epochs=True)
    frame, amount_notes = _with_amount(table, roles)
    used = (roles.time, roles.amount, roles.name, roles.order, roles.status)
    excluded = excluded_columns(frame, id=roles.customer, used=used, exclude=chosen.exclude)
    ids = normalize_ids(digits_as_text(frame[roles.customer]), table.locate(roles.customer))
    frame = (
        frame.drop(columns=list(excluded))
        .assign(**{roles.time: times.values})
        .assign(**{roles.customer: ids.values})
    )
    frame, row_notes = _keep_orders(frame, roles, table, today=today or dt.date.today())
    order, order_notes = _order_number(frame, roles)
    notes = (
        roles.sentence,
        *table.notes,
        *amount_notes,
        *ids.notes,
        *times.notes,
        *exclusion_notes(excluded, "columns"),
        *row_notes,
        *order_notes,
        *_amount_notes(frame, roles.amount),
    )
    return Orders(frame, roles.customer, roles.time, roles.amount, roles.name, order, table.source, notes, roles)


def _read(source: str | Path | pd.DataFrame, chosen: ChosenColumns, limits: Limits) -> tuple[Table, Dates | None]:
    """Read the table with ids and dates as text; a frame's own times are taken as they are."""
    if not isinstance(source, pd.DataFrame):
        table = read_table(
            source, limits=limits, text_columns=chosen.text_columns, text_if_mixed=lambda columns: columns
        )
        return table, None
    frame, times = source, None
    time = chosen.time_column([str(column) for column in frame.columns])
    dated = [column for column in frame.columns if is_date_column(frame[column])]
    if (
        time in frame.columns
        and pd.api.types.is_datetime64_any_dtype(frame[time])
        and (chosen.time or dated == [time])
    ):
        times = _own_times(frame[time])
        frame = frame.assign(**{str(time): "read separately"})
    table = table_from_frame(
        frame,
        source="orders",
        limits=limits,
        text_columns=chosen.text_columns,
        text_if_mixed=lambda columns: columns,
    )
    return table, times


def _own_times(cells: pd.Series) -> Dates:
    if cells.dt.tz is None:
        return Dates(cells.to_numpy("datetime64[us]"))
    note = f"column {quote(cells.name)}: times stay local, as they are in {cells.dt.tz}"
    return Dates(cells.dt.tz_localize(None).to_numpy("datetime64[us]"), (note,))


def _with_amount(table: Table, roles: OrderRoles) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows with their amount, computed where it is a product of two columns, and the notes."""
    frame = table.frame
    if roles.amount is None:
        others = other_numbers(frame, [column for column in frame.columns if column != roles.customer])
        which = f" ({join_names(others)} may be, by what they hold)" if others else ""
        return frame, [
            f"no column with amounts was found, so there are no features about money; pass --amount{which}"
        ]
    parts = multiplied_columns(roles.amount, list(frame.columns))
    for column in parts or [roles.amount]:
        if frame[column].dtype != np.float64:
            raise _no_amount(table, column)
    if parts is None:
        return frame, []
    quantity, price = parts
    return frame.assign(**{roles.amount: frame[quantity] * frame[price]}), [
        f"the amount of a row is computed: {quote(quantity)} times {quote(price)}"
    ]


def _no_amount(table: Table, column: str) -> InputError:
    """Return the error about the first cell that is no amount."""
    position = table.first_wrong.get(column, 0)
    cell = quote_cell(table.frame[column].iloc[position])
    note = table.column_notes.get(column, "")
    reason = f" ({note.partition(': ')[2]})" if "two ways" in note or "units" in note else ""
    return table.locate(column).error(
        position, f"{cell} is no amount that can be read{reason}; write plain numbers such as 1234.50"
    )


def _order_number(frame: pd.DataFrame, roles: OrderRoles) -> tuple[str | None, list[str]]:
    """Return the column with the order number if orders have several rows, and a note about it."""
    if roles.order is None or frame[roles.order].dtype == np.float64:
        return None, []
    numbered = frame[[roles.customer, roles.order]].dropna()
    count = len(numbered.drop_duplicates())
    if count == len(numbered):
        return None, []
    merged = f"rows with the same {quote(roles.order)} are one order"
    return roles.order, [f"{merged}: {count_noun(len(numbered), 'row')} are {count_noun(count, 'order')}"]


def _keep_orders(
    frame: pd.DataFrame, roles: OrderRoles, table: Table, *, today: dt.date
) -> tuple[pd.DataFrame, list[str]]:
    """Leave out rows that are no orders, and note how many and why."""
    notes: list[str] = []
    keep = np.ones(len(frame), dtype=bool)

    def drop(wrong: NDArray[np.bool_], what: str) -> None:
        wrong = wrong & keep
        if wrong.any():
            first = table.row_numbers[int(np.argmax(wrong))]
            share = f"{wrong.mean():.0%}, " if wrong.mean() >= 0.01 else ""
            notes.append(f"{count_noun(int(wrong.sum()), 'row')} {what} left out ({share}first: row {first:,})")
            keep[wrong] = False

    ids = frame[roles.customer]
    drop(ids.isna().to_numpy(), "without a customer")
    drop(frame[roles.time].isna().to_numpy(), "without a date")
    if not keep.any():
        raise InputError(f"{table.source}: no row has both a customer and a date; check the columns")
    if parts := multiplied_columns(roles.amount, [column for column in frame.columns if column != roles.amount]):
        quantity, price = (frame[column].to_numpy(np.float64) for column in parts)
        drop((quantity < 0) & (price == 0), "taken back at no price")
    times = frame[roles.time].to_numpy("datetime64[us]")
    late = times >= np.datetime64(today) + np.timedelta64(1, "D")
    if late.sum() <= _MISTAKES * len(frame):
        drop(late, f"dated after today ({today})")
    else:
        notes.append(
            f"dated after today ({today}) and kept: {count_noun(int(late.sum()), 'row')}; check the dates"
        )
    twice = frame.duplicated([roles.customer, roles.time], keep=False).to_numpy(copy=True)
    twice[twice] = frame[twice].duplicated().to_numpy()  # the full comparison is slow, and few rows need it
    if (times[keep].astype(np.int64) % _DAY).any():
        drop(twice, "written twice (the same moment and all else)")
    elif twice.any():
        notes.append(
            f"{count_noun(int(twice.sum()), 'row')} equal to another one kept: "
            "dates have no clock time, so these may be further orders of the day"
        )
    return (frame if keep.all() else frame[keep].reset_index(drop=True)), notes


def _amount_notes(frame: pd.DataFrame, column: str | None) -> list[str]:
    if column is None:
        return []
    amount = frame[column].to_numpy(np.float64)
    rows_by_note = {
        "an amount of 0 counts as an order": amount == 0,
        "a negative amount is a refund: it lowers the total spent and counts as no order": amount < 0,
        "a missing amount counts as an order": np.isnan(amount),
    }
    return [f"{what} ({count_noun(int(rows.sum()), 'row')})" for what, rows in rows_by_note.items() if rows.any()]


def table_of(orders: Orders | OrderTable) -> OrderTable:
    """Return a log as a table of an engine, wherever it lives."""
    return orders.table if isinstance(orders, Orders) else orders
