"""A file or a frame -> a table of typed columns. What each column is for, others decide."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.customers.reading import delimited, parquet
from retention.customers.reading.arrays import as_arrow
from retention.customers.reading.columns import Place, type_column
from retention.customers.reading.files import Limits, load
from retention.customers.reading.shape import check_names, check_rows
from retention.errors import InputError

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
    about_file
        Sentences about the file as a whole.
    about_columns
        Column -> a sentence about what was repaired in it, where something was.
    """

    frame: pd.DataFrame
    source: str
    row_numbers: NDArray[np.int64]
    about_file: tuple[str, ...] = ()
    about_columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def notes(self) -> tuple[str, ...]:
        """All sentences about what was assumed or repaired."""
        return (*self.about_file, *self.about_columns.values())

    def place(self, column: str) -> Place:
        """Return where a column stands, for messages about single cells."""
        return Place(self.source, column, self.row_numbers)


def read_table(source: str | Path, *, limits: Limits, text_columns: TextColumns = ()) -> Table:
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

    Raises
    ------
    InputError
        If the file cannot be used; the message names the row and the column where there is one.
    """
    path = Path(source)
    cells, row_numbers, notes = _parsed(path, limits)
    return _typed(cells, row_numbers, path.name, notes=notes, text_columns=text_columns)


def table_of(frame: pd.DataFrame, *, source: str, limits: Limits, text_columns: TextColumns = ()) -> Table:
    """Type the columns of a frame in memory as :func:`read_table` types those of a file.

    Raises
    ------
    InputError
        As :func:`read_table`; row 2 is the frame's first.
    """
    import pyarrow as pa

    names = check_names([str(name) for name in frame.columns], source, limits)
    check_rows(len(frame), source, limits)
    cells = pa.table([as_arrow(frame.iloc[:, position]) for position in range(len(names))], names=names)
    return _typed(cells, np.arange(2, len(frame) + 2), source, notes=(), text_columns=text_columns)


def _parsed(path: Path, limits: Limits) -> tuple[Any, NDArray[np.int64], tuple[str, ...]]:
    """Read and parse; the file's bytes are gone from memory when this returns."""
    content = load(path, limits)
    parse = parquet.parse if content.parquet else delimited.parse
    return *parse(content.data, path.name, limits), content.notes


def _typed(
    cells: Any, row_numbers: NDArray[np.int64], source: str, *, notes: tuple[str, ...], text_columns: TextColumns
) -> Table:
    """Type each column in turn."""
    about_file, about_columns = list(notes), {}
    named: list[tuple[str, Any]] = []
    for position, (name, column) in enumerate(zip(cells.column_names, cells.columns, strict=True)):
        if name:
            named.append((name, column))
        elif column.null_count == len(column):
            about_file.append(f"column {position + 1} has no name and no values, and is left out")
        elif position == 0 and _counts_up(column) and "Unnamed: 0" not in cells.column_names:
            named.append(("Unnamed: 0", column))
        else:
            raise InputError(f"{source}: column {position + 1} has values but no name in the header; name it")
    header = [name for name, _ in named]
    as_text = frozenset(text_columns(header) if callable(text_columns) else text_columns)
    columns: dict[str, Any] = {}
    for name, column in named:
        made = type_column(column, Place(source, name, row_numbers), as_text=name in as_text)
        columns[name] = made.values
        if made.note:
            about_columns[name] = made.note
    return Table(pd.DataFrame(columns, copy=False), source, row_numbers, tuple(about_file), about_columns)


def _counts_up(column: Any) -> bool:
    """Whether the cells are 0, 1, 2, ... or 1, 2, 3, ..., as an index that was written along."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        numbers = pc.cast(column, pa.int64()).to_numpy()
    except pa.ArrowInvalid:
        return False
    return bool(numbers[0] in {0, 1} and (np.diff(numbers) == 1).all())
