"""A file of any length -> customers some at a time, checked as a whole before the first are handed out.

What holds for a table read at once holds here too. Columns are read as a model knows them, so that no part
of the file can type a column in another way than the rest. Where that takes a look at the whole column
(numbers with marks, a cell that is none, an id that may stand there twice), that column alone is read at once.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.customers.key_columns import check_ids, check_value, read_cutoffs
from retention.customers.privacy import find_contact_columns
from retention.customers.roles import ColumnKinds, find_text_columns, guess_roles
from retention.customers.table import CUTOFF, Customers, Roles
from retention.errors import InputError
from retention.progress import Progress, silent
from retention.tabular.columns import ColumnLocation, ParsedColumn, parse_column
from retention.tabular.files import Limits
from retention.tabular.shape import Rows, TableSource
from retention.tabular.tables import Table, name_columns, open_table

ROWS_AT_ONCE = 1 << 15
"""Customers handed out at a time; more cost memory, fewer cost time."""


@dataclass(frozen=True)
class CustomerStream:
    """Customers of a file that was checked; iterating reads it again from the start, as often as wanted.

    Attributes
    ----------
    source
        The file's name, for messages.
    roles
        What each column is for; a label is set aside.
    customers
        How many there are.
    notes
        What was guessed and does not fit.
    """

    source: str
    roles: Roles
    customers: int
    notes: tuple[str, ...]
    _columns: "_Columns" = field(repr=False)
    _whole: Mapping[str, pd.Series] = field(repr=False)

    def __len__(self) -> int:
        return self.customers

    def __iter__(self) -> Iterator[Customers]:
        """Yield all customers in file order, with the columns that matter; the index counts them through."""
        start = 0
        for rows in self._columns.parts():
            index = pd.RangeIndex(start, start + len(rows))
            start = index.stop
            cells = {
                name: self._whole[name].array[index.start : index.stop]
                if name in self._whole
                else self._columns.typed(rows, name).values
                for name in self._columns.positions
            }
            frame = pd.DataFrame({name: getattr(one, "array", one) for name, one in cells.items()}, index)
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
    """Check a file of customers whose fate is the question, reading it once.

    Parameters
    ----------
    path
        A CSV or Parquet file, as :func:`retention.customers.intake.read_customers` takes it.
    kinds
        The columns that matter beside id, name and value, and their kinds; others are not looked at.
    id, label, value, exclude, limits
        As for :func:`~retention.customers.intake.read_customers`; a label is set aside unread.
    rows_at_once
        Customers handed out at a time.
    progress
        Told after each of these; may raise Cancelled.

    Raises
    ------
    InputError
        As :func:`~retention.customers.intake.read_customers`, for the columns that matter.
    """
    opened = open_table(path, limits=limits or Limits.from_settings())
    named = _named(opened)
    header, asked = list(named), label if label in named else None
    guess = guess_roles(header, opened.name, id=id, label=asked, value=value, exclude=exclude)
    guess = guess if guess.roles.label is None else guess.without_label("not needed here")
    roles = guess.roles
    stacked = CUTOFF in named and CUTOFF not in roles.non_features() | {roles.value}
    wanted = {roles.id, roles.name, roles.value, *kinds(header), *([CUTOFF] if stacked else [])}
    columns = _Columns(
        opened,
        {name: position for name, position in named.items() if name in wanted},
        find_text_columns(header, roles, kinds),
        rows_at_once,
    )
    check = _Check(columns, roles)
    for rows in columns.parts():
        check.look_at(rows)
        progress(rows.share, f"Checking {opened.name}: {check.customers:,} customers so far")
    whole = columns.whole(check.doubtful() | ({roles.id, CUTOFF} if stacked else set()))
    if stacked and (days := read_cutoffs(whole, CUTOFF)) is not None:
        whole.frame[CUTOFF] = days
        guess = guess.with_cutoff(CUTOFF)
    if roles.id in whole.frame:
        check_ids(whole, roles.id, cutoff=guess.roles.cutoff)
    unfit = None
    if (
        roles.value is not None
        and roles.value in whole.frame
        and (unfit := check_value(whole, roles.value, asked=value is not None))
    ):
        guess = guess.without_value()
    guess = guess.with_excluded(check.personal, "personal data")
    held = {str(name): whole.frame[name] for name in whole.frame}
    notes = (unfit,) if unfit else ()
    return CustomerStream(opened.name, guess.roles, check.customers, notes, columns, held)


@dataclass(frozen=True)
class _Columns:
    """The columns that matter: where they stand, and which are text whatever they look like."""

    opened: TableSource
    positions: Mapping[str, int]
    as_text: frozenset[str]
    rows_at_once: int

    def parts(self) -> Iterator[Rows]:
        """Read them some rows at a time."""
        return self.opened.read_batches(list(self.positions.values()), self.rows_at_once)

    def typed(self, rows: Rows, name: str) -> ParsedColumn:
        """Type one of them; the rows have these columns in this order."""
        place = ColumnLocation(self.opened.name, name, rows.numbers)
        at = list(self.positions).index(name)
        return parse_column(rows.cells.column(at), place, as_text=name in self.as_text)

    def whole(self, names: Collection[str]) -> Table:
        """Read some of them from the first row to the last."""
        chosen = _Columns(
            self.opened, {n: at for n, at in self.positions.items() if n in names}, self.as_text, self.rows_at_once
        )
        if not chosen.positions:
            return Table(pd.DataFrame(), self.opened.name, np.array([], dtype=np.int64))
        rows = self.opened.read_all(list(chosen.positions.values()))
        frame = pd.DataFrame({name: chosen.typed(rows, name).values for name in chosen.positions}, copy=False)
        return Table(frame, self.opened.name, rows.numbers)


class _Check:
    """What the rows so far have shown."""

    def __init__(self, columns: _Columns, roles: Roles) -> None:
        self.customers = 0
        self.personal: list[str] = []
        self._columns, self._roles = columns, roles
        self._doubtful: set[str] = set()
        self._settled: set[str] = set()
        self._hashes: list[NDArray[np.uint64]] = []

    def look_at(self, rows: Rows) -> None:
        """Note which columns cannot be read a part at a time, and every id in eight bytes."""
        found: dict[str, Any] = {}
        for name in self._columns.positions.keys() - self._doubtful - self._settled:
            try:
                column = self._columns.typed(rows, name)
            except InputError:  # it is raised again by a look at the whole column, which can count
                self._doubtful.add(name)
                continue
            found[name] = column.values
            if not column.cellwise or self._unfit(name, column.values):
                self._doubtful.add(name)
            elif name in self._columns.as_text and name != self._roles.id:
                self._settled.add(name)  # text is text, whatever the next rows hold
        if not self.customers:
            taken = self._roles.non_features()
            features = [name for name in found if name not in taken]
            self.personal = find_contact_columns(pd.DataFrame(found), features)
        self.customers += len(rows)
        if self._roles.id in found:
            ids = found[self._roles.id].to_numpy(dtype=object)
            self._hashes.append(pd.util.hash_array(ids, categorize=False))

    def doubtful(self) -> set[str]:
        """Return the columns to look at as a whole, the ids among them if two may be the same."""
        hashes = np.sort(np.concatenate(self._hashes)) if self._hashes else np.array([])
        repeated = bool((hashes[1:] == hashes[:-1]).any())
        return self._doubtful | ({self._roles.id} if repeated else set())

    def _unfit(self, name: str, values: Any) -> bool:
        if name == self._roles.id:
            return bool(values.isna().any())
        return name == self._roles.value and not (values.dtype == np.float64 and (values > 0).all())


def _named(opened: TableSource) -> dict[str, int]:
    """Return where each column stands, by name."""
    blank = [position for position, name in enumerate(opened.columns) if not name]
    cells = opened.read_all(blank).cells.columns if blank else []
    return name_columns(opened.columns, dict(zip(blank, cells, strict=True)), opened.name)[0]
