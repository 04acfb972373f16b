"""Customers from a file of any length, in batches, after a check of the whole file that parses it once.

The checks are those of a table that is read at once. Columns are read as a model knows them, so that every batch
gives a column the same type. A column whose cells cannot be read one by one (numbers with currency signs, a cell
that is no number, an id that may stand there twice) is read as a whole; the others are never held in memory.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.customers.file_columns import FileColumns, columns_of
from retention.customers.key_columns import check_ids, check_value, read_cutoffs
from retention.customers.privacy import find_contact_columns
from retention.customers.repeated_ids import RepeatedIds
from retention.customers.roles import (
    ID_NAMES,
    ColumnKinds,
    find_text_columns,
    find_unfit_ids,
    guess_roles,
    id_candidates,
)
from retention.customers.table import CUTOFF, Customers, Roles
from retention.customers.whole_files import decimals_of, find_left_out
from retention.errors import InputError
from retention.progress import Progress, silent
from retention.tabular.files import Limits
from retention.tabular.notation import needs_notation
from retention.tabular.rows import Rows
from retention.tabular.spool import ColumnSpool
from retention.tabular.table_files import open_table
from retention.wording.column_names import normalize_name
from retention.wording.text import count_noun

ROWS_AT_ONCE = 1 << 15
"""Customers in a batch: more need more memory, fewer need more time."""


@dataclass(frozen=True)
class CustomerStream:
    """The customers of a file that was checked; each iteration starts at the first of them again.

    Attributes
    ----------
    source
        What messages call the file, or the files.
    roles
        The role of each column; a label is excluded.
    customers
        How many there are.
    customers_by_file
        How many of them each file has.
    notes
        Sentences about guesses that did not hold.
    """

    source: str
    roles: Roles
    customers: int
    customers_by_file: tuple[int, ...]
    notes: tuple[str, ...]
    _names: Sequence[str] = field(repr=False)
    _spool: ColumnSpool = field(repr=False)
    _whole: Mapping[str, pd.Series] = field(repr=False)
    _rows_kept: NDArray[np.bool_] | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return self.customers

    def __iter__(self) -> Iterator[Customers]:
        """Yield all customers in file order with the model's columns; the index runs on from batch to batch."""
        start = customers_before = 0
        read_in_batches = [name for name in self._names if name not in self._whole]
        for rows, columns in self._spool.read(read_in_batches):
            index = pd.RangeIndex(start, start + rows)
            start = index.stop
            cells = {
                name: columns[name] if name in columns else self._whole[name].array[index.start : index.stop]
                for name in self._names
            }
            frame = pd.DataFrame({name: getattr(values, "array", values) for name, values in cells.items()}, index)
            if self._rows_kept is not None:
                frame = frame[self._rows_kept[index.start : index.stop]]
                frame.index = pd.RangeIndex(customers_before, customers_before + len(frame))
            customers_before += len(frame)
            if frame.empty:
                continue
            yield Customers(frame, self.roles, self.source)


def open_customers(
    paths: Sequence[str | Path],
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
    """Check a file of customers to score, or several of the same columns, reading each once.

    Parameters
    ----------
    paths
        CSV or Parquet files, as :func:`retention.customers.intake.read_customers` takes one; one or more.
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
    limits = limits or Limits.from_settings()
    all_columns = columns_of([open_table(path, limits=limits) for path in paths])
    source, header = all_columns.source, all_columns.names
    passed_label = label if label in header else None
    named_ids = id_candidates(header)
    unfit_ids: Sequence[str] = ()
    if id is None and len(named_ids) > 1 and normalize_name(named_ids[0]) not in ID_NAMES:  # contacts only
        unfit_ids = find_unfit_ids(all_columns.only(named_ids).read_whole().frame)
    guess = guess_roles(
        header, source, id=id, label=passed_label, value=value, exclude=exclude, unfit_ids=unfit_ids
    )
    guess = guess if guess.roles.label is None else guess.without_label("not needed here")
    roles = guess.roles
    may_be_panel = CUTOFF in header and CUTOFF not in roles.non_features() | {roles.value}
    roles_read = {name for name in (roles.id, roles.name, roles.value) if name is not None}
    needed = {*roles_read, *kinds(header), *([CUTOFF] if may_be_panel else [])}
    all_columns = replace(
        all_columns, as_text=find_text_columns(header, roles, kinds), rows_at_once=rows_at_once, id=roles.id
    )
    columns, notes = all_columns.only(needed), list(dict.fromkeys(all_columns.notes))
    check = _check(columns, roles, progress)
    if check.may_hold_rows_to_leave_out and not may_be_panel:
        left_out = find_left_out(all_columns, roles.id)
        notes += left_out.notes
        columns = replace(columns, left_out=left_out.by_file if left_out.notes else ())
    if check.needs_notation:
        columns = replace(columns, decimals=decimals_of(all_columns))
    if columns.left_out or any(columns.decimals):
        check = _check(columns, roles, progress)
    to_read_whole = check.columns_to_read_whole() | ({roles.id, CUTOFF} if may_be_panel else set())
    whole, rows_kept = columns.only(to_read_whole).read_whole(), None
    if may_be_panel and (days := read_cutoffs(whole, CUTOFF)) is not None:
        whole.frame[CUTOFF] = days
        guess = guess.with_cutoff(CUTOFF)
        rows_kept, note = _at_newest_cutoff(days)
        notes += note
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
    by_file = check.customers_by_file
    if rows_kept is not None:
        by_file = [int(part.sum()) for part in np.split(rows_kept, np.cumsum(by_file)[:-1])]
    columns_read_whole = {str(name): whole.frame[name] for name in whole.frame}
    notes += [value_note] if value_note else []
    return CustomerStream(
        source,
        guess.roles,
        sum(by_file),
        tuple(by_file),
        tuple(notes),
        columns.names,
        check.spool,
        columns_read_whole,
        rows_kept,
    )


def _at_newest_cutoff(cutoffs: pd.Series) -> tuple[NDArray[np.bool_] | None, list[str]]:
    """Return which rows of a panel are of its newest cutoff, (n,), with a note; None if all are.

    Who has no row there was no longer active by then, and an older row says what they were like long before.
    """
    newest = str(cutoffs.max())
    is_newest = (cutoffs == newest).to_numpy(dtype=bool)
    if is_newest.all():
        return None, []
    return is_newest, [
        f"the rows are of {cutoffs.nunique()} cutoff dates; only the {count_noun(int(is_newest.sum()), 'row')} of "
        f"the newest, {newest}, are scored; for who is active today, describe the orders with snapshot --today"
    ]


def _check(columns: FileColumns, roles: Roles, progress: Progress) -> "_StreamCheck":
    """Read the files once, batch by batch."""
    check = _StreamCheck(columns, roles)
    for file, rows in columns.read_batches():
        check.add(file, rows)
        share = (file + rows.share) / len(columns.files)
        progress(share, f"Checking {columns.files[file].name}: {check.customers:,} customers so far")
    return check


class _StreamCheck:
    """What the rows read so far have shown."""

    def __init__(self, columns: FileColumns, roles: Roles) -> None:
        self.customers_by_file = [0] * len(columns.files)
        self.contact_columns: list[str] = []
        self.spool = ColumnSpool()
        self.needs_notation = False
        self._columns, self._roles = columns, roles
        self._read_whole: set[str] = set()
        self._ids = RepeatedIds()

    @property
    def customers(self) -> int:
        """How many customers there are so far."""
        return sum(self.customers_by_file)

    def add(self, file: int, rows: Rows) -> None:
        """Keep what can be read batch by batch, note which columns cannot, and keep a hash of each id."""
        values: dict[str, Any] = {}
        for name in [name for name in self._columns.names if name not in self._read_whole]:
            try:
                column = self._columns.parse(file, rows, name)
            except InputError:  # reading the whole column raises it again and can count the cells
                self._read_whole.add(name)
                continue
            values[name] = column.values
            self.needs_notation |= needs_notation([column])
            if not column.cellwise or self._must_be_checked_whole(name, column.values):
                self._read_whole.add(name)
        if not self.customers:
            non_features = self._roles.non_features()
            features = [name for name in values if name not in non_features]
            self.contact_columns = find_contact_columns(pd.DataFrame(values), features)
        self.customers_by_file[file] += len(rows)
        if self._roles.id in values:
            self._ids.add(values[self._roles.id])
        self.spool.append(len(rows), values)

    @property
    def may_hold_rows_to_leave_out(self) -> bool:
        """Whether an id is blank or may stand twice."""
        return self._roles.id in self.columns_to_read_whole()

    def columns_to_read_whole(self) -> set[str]:
        """Return the columns to read as a whole, the ids among them if two of their hashes are the same."""
        return self._read_whole | ({self._roles.id} if self._ids.any() else set())

    def _must_be_checked_whole(self, name: str, values: Any) -> bool:
        if name == self._roles.id:
            return bool(values.isna().any())
        return name == self._roles.value and not (values.dtype == np.float64 and (values > 0).all())
