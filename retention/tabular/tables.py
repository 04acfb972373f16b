"""A file or a frame -> a table of typed columns. What each column is for, others decide."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.errors import InputError
from retention.tabular.arrays import as_arrow
from retention.tabular.columns import ColumnLocation, parse_column
from retention.tabular.delimited import open_delimited
from retention.tabular.files import Limits, open_file
from retention.tabular.parquet import open_parquet
from retention.tabular.shape import Rows, TableSource, check_cells, check_names, check_rows
from retention.tabular.text import inspect_text

TextColumns = Collection[str] | Callable[[Sequence[str]], Collection[str]]


@dataclass(frozen=True)
class Table:
    """What a file held.

    Attributes
    ----------
    frame
        n rows; numbers are float64 with NaN, everything else pandas ``str`` with missing values.
    source
        The file's name without its folder, for messages.
    row_numbers
        The row a person sees in a spreadsheet for each row of the frame, length n; the header is row 1.
    file_notes
        Sentences about the file as a whole.
    column_notes
        Column -> a sentence about what was repaired in it, where something was.
    """

    frame: pd.DataFrame
    source: str
    row_numbers: NDArray[np.int64]
    file_notes: tuple[str, ...] = ()
    column_notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def notes(self) -> tuple[str, ...]:
        """All sentences about what was assumed or repaired."""
        return (*self.file_notes, *self.column_notes.values())

    def locate(self, column: str) -> ColumnLocation:
        """Return where a column stands, for messages about single cells."""
        return ColumnLocation(self.source, column, self.row_numbers)


def read_table(
    source: str | Path, *, limits: Limits, text_columns: TextColumns = (), text_if_mixed: TextColumns = ()
) -> Table:
    """Read CSV, TSV, semicolon- or pipe-separated text, or Parquet, plain or packed with gzip.

    Parameters
    ----------
    source
        The file; what it is, its content says and not its name.
    limits
        How large it may be.
    text_columns
        Columns that stay text whatever they look like (ids, labels); names the file does not have
        are ignored. A function gets the header and returns them.
    text_if_mixed
        Columns that become text, with a note, where a few words stray among numbers; so named.

    Raises
    ------
    InputError
        If the file cannot be used; the message names the row and the column where there is one.
    """
    opened = open_table(source, limits=limits)
    return _typed(
        opened.read_all(), opened.name, notes=opened.notes, text_columns=text_columns, forgiving=text_if_mixed
    )


def open_table(source: str | Path, *, limits: Limits) -> TableSource:
    """Open a file of any of those kinds, to read it some rows at a time; nothing is typed yet.

    Raises
    ------
    InputError
        If it cannot be used, as far as its header tells; the rest turns out when the rows are read.
    """
    file = open_file(Path(source), limits)
    if next(file.chunks(), b"").startswith(b"PAR1"):
        return open_parquet(file.seekable(), file.name, limits)
    return open_delimited(inspect_text(file), limits)


def table_from_frame(
    frame: pd.DataFrame,
    *,
    source: str,
    limits: Limits,
    text_columns: TextColumns = (),
    text_if_mixed: TextColumns = (),
) -> Table:
    """Type the columns of a frame in memory as :func:`read_table` types those of a file.

    Raises
    ------
    InputError
        As :func:`read_table`; row 2 is the frame's first.
    """
    import pyarrow as pa

    names = check_names([str(name) for name in frame.columns], source, limits)
    check_rows(len(frame), source, limits)
    check_cells(len(frame), len(names), source, limits)
    cells = pa.table([as_arrow(frame.iloc[:, position]) for position in range(len(names))], names=names)
    rows = Rows(cells, np.arange(2, len(frame) + 2))
    return _typed(rows, source, notes=(), text_columns=text_columns, forgiving=text_if_mixed)


def name_columns(
    columns: Sequence[str], nameless: Mapping[int, Any], source: str
) -> tuple[dict[str, int], tuple[str, ...]]:
    """Find a name for every column that holds anything.

    Parameters
    ----------
    columns
        Names as the file has them.
    nameless
        Position -> all cells, for each column with a blank name.
    source
        The file, for messages.

    Returns
    -------
    named, notes
        Name -> position in the file, and a sentence for each column that is left out.

    Raises
    ------
    InputError
        If a column has values and no name, unless it only numbers the rows.
    """
    notes, named = [], {}
    for position, name in enumerate(columns):
        if name:
            named[name] = position
            continue
        cells = nameless[position]
        if cells.null_count == len(cells):
            notes.append(f"column {position + 1} has no name and no values, and is left out")
        elif position == 0 and _counts_up(cells) and "Unnamed: 0" not in columns:
            named["Unnamed: 0"] = position
        else:
            raise InputError(f"{source}: column {position + 1} has values but no name in the header; name it")
    return named, tuple(notes)


def _typed(
    rows: Rows, source: str, *, notes: tuple[str, ...], text_columns: TextColumns, forgiving: TextColumns
) -> Table:
    """Type each column in turn."""
    columns_there = rows.cells.column_names
    nameless = {place: rows.cells.column(place) for place, name in enumerate(columns_there) if not name}
    named, about_names = name_columns(columns_there, nameless, source)
    header = list(named)
    as_text, kept = (frozenset(asked(header) if callable(asked) else asked) for asked in (text_columns, forgiving))
    columns: dict[str, Any] = {}
    about_columns: dict[str, str] = {}
    for name, position in named.items():
        cells, place = rows.cells.column(position), ColumnLocation(source, name, rows.numbers)
        made = parse_column(cells, place, as_text=name in as_text, text_if_mixed=name in kept)
        columns[name] = made.values
        if made.note:
            about_columns[name] = made.note
    return Table(pd.DataFrame(columns, copy=False), source, rows.numbers, (*notes, *about_names), about_columns)


def _counts_up(column: Any) -> bool:
    """Whether the cells are 0, 1, 2, ... or 1, 2, 3, ..., as an index that was written along."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        numbers = pc.cast(column, pa.int64()).to_numpy()
    except pa.ArrowInvalid:
        return False
    return bool(numbers[0] in {0, 1} and (np.diff(numbers) == 1).all())
