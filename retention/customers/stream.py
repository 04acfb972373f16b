"""Customers from a file of any length, in batches, after a check of the whole file that parses it once.

The checks are those of a table that is read at once. Columns are read as a model knows them, so that every batch
gives a column the same type. A column whose cells cannot be read one by one (numbers with currency signs, a cell
that is no number, an id that may stand there twice) is read as a whole; the others are never held in memory.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from retention.customers.key_columns import check_ids, check_value, read_cutoffs
from retention.customers.privacy import find_contact_columns
from retention.customers.repeated_ids import RepeatedIds
from retention.customers.roles import ColumnKinds, find_text_columns, guess_roles
from retention.customers.table import CUTOFF, Customers, Roles
from retention.errors import InputError
from retention.progress import Progress, silent
from retention.tabular.columns import ParsedColumn, parse_column
from retention.tabular.files import Limits
from retention.tabular.locations import ColumnLocation
from retention.tabular.rows import Rows, TableSource
from retention.tabular.spool import ColumnSpool
from retention.tabular.tables import Table, name_columns, open_table

ROWS_AT_ONCE = 1 << 15
"""Customers in a batch: more need more memory, fewer need more time."""


@dataclass(frozen=True)
class CustomerStream:
    """The customers of a file that was checked; each iteration starts at the first of them again.

    Attributes
    ----------
    source
        The file's name, for messages.
    roles
        The role of each column; a label is excluded.
    customers
        How many there are.
    notes
        Sentences about guesses that did not hold.
    """

    source: str
    roles: Roles
    customers: int
    notes: tuple[str, ...]
    _names: Sequence[str] = field(repr=False)
    _spool: ColumnSpool = field(repr=False)
    _whole: Mapping[str, pd.Series] = field(repr=False)

    def __len__(self) -> int:
        return self.customers

    def __iter__(self) -> Iterator[Customers]:
        """Yield all customers in file order with the model's columns; the index runs on from batch to batch."""
        start = 0
        read_in_batches = [name for name in self._names if name not in self._whole]
        for rows, columns in self._spool.read(read_in_batches):
            index = pd.RangeIndex(start, start + rows)
            start = index.stop
            cells = {
                name: columns[name] if name in columns else self._whole[name].array[index.start : index.stop]
                for name in self._names
            }
            frame = pd.DataFrame({name: getattr(values, "array", values) for name, values in cells.items()}, index)
            yield Customers(frame, self.roles, self.source)


def open_customers(
    path: str | Path,
    *,
    kinds: ColumnKinds,
    id: str | None = None,
    label: str | None = None,
    value: str | None = None,
    exclude: Sequence[str] = (),
    limits: Limits | None = None,
    rows_at_once: int = ROWS_AT_ONCE,
    progress: Progress = silent,
) -> CustomerStream:
    """Check a file of customers to score, reading it once.

    Parameters
    ----------
    path
        A CSV or Parquet file, as :func:`retention.customers.intake.read_customers` takes it.
    kinds
        The model's features and their kinds. Only they, the id, the name and the value are read.
    id, label, value, exclude, limits
        As for :func:`~retention.customers.intake.read_customers`; a label is excluded unread.
    rows_at_once
        Customers in a batch.
    progress
        Called after each batch; may raise Cancelled.

    Raises
    ------
    InputError
        As :func:`~retention.customers.intake.read_customers`, for the columns that are read.
    """
    opened = open_table(path, limits=limits or Limits.from_settings())
    positions = _positions_by_name(opened)
    header, passed_label = list(positions), label if label in positions else None
    guess = guess_roles(header, opened.name, id=id, label=passed_label, value=value, exclude=exclude)
    guess = guess if guess.roles.label is None else guess.without_label("not needed here")
    roles = guess.roles
    may_be_panel = CUTOFF in positions and CUTOFF not in roles.non_features() | {roles.value}
    needed = {roles.id, roles.name, roles.value, *kinds(header), *([CUTOFF] if may_be_panel else [])}
    columns = _Columns(
        opened,
        {name: position for name, position in positions.items() if name in needed},
        find_text_columns(header, roles, kinds),
        rows_at_once,
    )
    check = _StreamCheck(columns, roles)
    for rows in columns.read_batches():
        check.add(rows)
        progress(rows.share, f"Checking {opened.name}: {check.customers:,} customers so far")
    whole = columns.read_whole(check.columns_to_read_whole() | ({roles.id, CUTOFF} if may_be_panel else set()))
    if may_be_panel and (days := read_cutoffs(whole, CUTOFF)) is not None:
        whole.frame[CUTOFF] = days
        guess = guess.with_cutoff(CUTOFF)
    if roles.id in whole.frame:
        check_ids(whole, roles.id, cutoff=guess.roles.cutoff)
    value_note = None
    if (
        roles.value is not None
        and roles.value in whole.frame
        and (value_note := check_value(whole, roles.value, passed=value is not None))
    ):
        guess = guess.without_value()
    guess = guess.with_excluded(check.contact_columns, "personal data")
    columns_read_whole = {str(name): whole.frame[name] for name in whole.frame}
    notes = (value_note,) if value_note else ()
    return CustomerStream(
        opened.name, guess.roles, check.customers, notes, list(columns.positions), check.spool, columns_read_whole
    )


@dataclass(frozen=True)
class _Columns:
    """The columns to read: their positions in the file, and which are text whatever they look like."""

    opened: TableSource
    positions: Mapping[str, int]
    as_text: frozenset[str]
    rows_at_once: int

    def read_batches(self) -> Iterator[Rows]:
        """Yield the rows in batches, with these columns only."""
        return self.opened.read_batches(list(self.positions.values()), self.rows_at_once)

    def parse(self, rows: Rows, name: str) -> ParsedColumn:
        """Parse one of the columns of some rows; the rows have these columns in this order."""
        location = ColumnLocation(self.opened.name, name, rows.numbers)
        position = list(self.positions).index(name)
        return parse_column(rows.cells.column(position), location, as_text=name in self.as_text)

    def read_whole(self, names: Collection[str]) -> Table:
        """Read some of the columns from the first row to the last."""
        positions = {name: position for name, position in self.positions.items() if name in names}
        chosen = _Columns(self.opened, positions, self.as_text, self.rows_at_once)
        if not chosen.positions:
            return Table(pd.DataFrame(), self.opened.name, np.array([], dtype=np.int64))
        rows = self.opened.read_all(list(chosen.positions.values()))
        frame = pd.DataFrame({name: chosen.parse(rows, name).values for name in chosen.positions}, copy=False)
        return Table(frame, self.opened.name, rows.numbers)


class _StreamCheck:
    """What the rows read so far have shown."""

    def __init__(self, columns: _Columns, roles: Roles) -> None:
        self.customers = 0
        self.contact_columns: list[str] = []
        self.spool = ColumnSpool()
        self._columns, self._roles = columns, roles
        self._read_whole: set[str] = set()
        self._ids = RepeatedIds()

    def add(self, rows: Rows) -> None:
        """Keep what can be read batch by batch, note which columns cannot, and keep a hash of each id."""
        values: dict[str, Any] = {}
        for name in self._columns.positions.keys() - self._read_whole:
            try:
                column = self._columns.parse(rows, name)
            except InputError:  # reading the whole column raises it again and can count the cells
                self._read_whole.add(name)
                continue
            values[name] = column.values
            if not column.cellwise or self._must_be_checked_whole(name, column.values):
                self._read_whole.add(name)
        if not self.customers:
            non_features = self._roles.non_features()
            features = [name for name in values if name not in non_features]
            self.contact_columns = find_contact_columns(pd.DataFrame(values), features)
        self.customers += len(rows)
        if self._roles.id in values:
            self._ids.add(values[self._roles.id])
        self.spool.append(len(rows), values)

    def columns_to_read_whole(self) -> set[str]:
        """Return the columns to read as a whole, the ids among them if two of their hashes are the same."""
        return self._read_whole | ({self._roles.id} if self._ids.any() else set())

    def _must_be_checked_whole(self, name: str, values: Any) -> bool:
        if name == self._roles.id:
            return bool(values.isna().any())
        return name == self._roles.value and not (values.dtype == np.float64 and (values > 0).all())


def _positions_by_name(opened: TableSource) -> dict[str, int]:
    """Return the position in the file by column name."""
    blank = [position for position, name in enumerate(opened.columns) if not name]
    cells = opened.read_all(blank).cells.columns if blank else []
    return name_columns(opened.columns, dict(zip(blank, cells, strict=True)), opened.name)[0]
