"""Read a file or a frame into a table with parsed columns. The rooms above decide what each column is for."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.errors import InputError
from retention.tabular.arrays import as_arrow
from retention.tabular.columns import parse_column
from retention.tabular.files import Limits
from retention.tabular.locations import ColumnLocation
from retention.tabular.notation import judge_notation, needs_notation
from retention.tabular.number_formats import Decimal
from retention.tabular.parsed_column import ParsedColumn
from retention.tabular.rows import Rows, check_cells, check_names, check_rows
from retention.tabular.table_files import open_table
from retention.wording.text import merge_notes

TextColumns = Collection[str] | Callable[[Sequence[str]], Collection[str]]


@dataclass(frozen=True)
class Table:
    """The contents of a file.

    Attributes
    ----------
    frame
        n rows; numbers are float64 with NaN, everything else is pandas ``str`` with missing values.
    source
        The file's name without its folder, for messages.
    row_numbers
        The row number that a spreadsheet shows for each row of the frame, (n,); the header is row 1.
    file_notes
        Sentences about the file as a whole.
    column_notes
        A sentence about the repairs in each repaired column, by its name.
    first_wrong
        Position of the first cell that keeps a column of text from being numbers, by the column's name.
    """

    frame: pd.DataFrame
    source: str
    row_numbers: NDArray[np.int64]
    file_notes: tuple[str, ...] = ()
    column_notes: Mapping[str, str] = field(default_factory=dict)
    first_wrong: Mapping[str, int] = field(default_factory=dict)

    @property
    def notes(self) -> tuple[str, ...]:
        """All sentences about what was assumed or repaired."""
        return (*self.file_notes, *merge_notes(self.column_notes.values()))

    def locate(self, column: str) -> ColumnLocation:
        """Return where the cells of a column stand, for messages about one of them."""
        return ColumnLocation(self.source, column, self.row_numbers)

    def take(self, rows: NDArray[np.bool_]) -> "Table":
        """Return the rows where the mask is true."""
        frame = self.frame[rows].reset_index(drop=True)
        return replace(self, frame=frame, row_numbers=self.row_numbers[rows], first_wrong={})


def read_table(
    source: str | Path, *, limits: Limits, text_columns: TextColumns = (), text_if_mixed: TextColumns = ()
) -> Table:
    """Read a table from delimited text, Parquet, a workbook or JSON Lines, plain, with gzip or in a zip.

    Parameters
    ----------
    source
        The file. Its content says of which kind it is, not its name.
    limits
        How large it may be.
    text_columns
        Columns to read as text whatever they look like (ids, labels), or a function that returns them for the
        names in the file. Names that the file does not have are ignored.
    text_if_mixed
        Columns to read as text, with a note, where a few cells among numbers are none; given likewise.

    Raises
    ------
    InputError
        If the file cannot be used; the message names the row and the column where it can.
    """
    opened = open_table(source, limits=limits)
    return _parse_columns(
        opened.read_all(), opened.name, notes=opened.notes, text_columns=text_columns, text_if_mixed=text_if_mixed
    )


def table_from_frame(
    frame: pd.DataFrame,
    *,
    source: str,
    limits: Limits,
    text_columns: TextColumns = (),
    text_if_mixed: TextColumns = (),
) -> Table:
    """Parse the columns of a frame in memory as :func:`read_table` parses those of a file.

    Raises
    ------
    InputError
        As :func:`read_table`; the first row of the frame is row 2.
    """
    import pyarrow as pa

    names = check_names([str(name) for name in frame.columns], source, limits)
    check_rows(len(frame), source, limits)
    check_cells(len(frame), len(names), source, limits)
    cells = pa.table([as_arrow(frame.iloc[:, position]) for position in range(len(names))], names=names)
    rows = Rows(cells, np.arange(2, len(frame) + 2))
    return _parse_columns(rows, source, notes=(), text_columns=text_columns, text_if_mixed=text_if_mixed)


def name_columns(
    columns: Sequence[str], nameless: Mapping[int, Any], source: str
) -> tuple[dict[str, int], tuple[str, ...]]:
    """Name every column that holds a value.

    Parameters
    ----------
    columns
        Names as the file has them.
    nameless
        All cells of each column with a blank name, by its position.
    source
        The file, for messages.

    Returns
    -------
    named, notes
        The position in the file by name, and a note for each column that is left out.

    Raises
    ------
    InputError
        If a column has values but no name, unless it is the first and only numbers the rows.
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


def _parse_columns(
    rows: Rows, source: str, *, notes: tuple[str, ...], text_columns: TextColumns, text_if_mixed: TextColumns
) -> Table:
    """Parse each column in turn."""
    names = rows.cells.column_names
    nameless = {position: rows.cells.column(position) for position, name in enumerate(names) if not name}
    positions, name_notes = name_columns(names, nameless, source)
    header = list(positions)
    as_text, mixed_as_text = (
        frozenset(chosen(header) if callable(chosen) else chosen) for chosen in (text_columns, text_if_mixed)
    )
    parse = partial(_parse, rows, source, as_text=as_text, text_if_mixed=mixed_as_text)
    parsed = {name: parse(name, position) for name, position in positions.items()}
    if needs_notation(parsed.values()):
        cells = ((rows.cells.column(positions[name]), column) for name, column in parsed.items())
        if (decimal := judge_notation(cells)) is not None:
            parsed = {name: parse(name, position, decimal=decimal) for name, position in positions.items()}
    return Table(
        pd.DataFrame({name: column.values for name, column in parsed.items()}, copy=False),
        source,
        rows.numbers,
        (*notes, *name_notes),
        {name: column.note for name, column in parsed.items() if column.note},
        {name: column.first_wrong for name, column in parsed.items() if column.first_wrong is not None},
    )


def _parse(
    rows: Rows,
    source: str,
    name: str,
    position: int,
    *,
    as_text: Collection[str],
    text_if_mixed: Collection[str],
    decimal: Decimal | None = None,
) -> ParsedColumn:
    """Parse one column of the rows."""
    location = ColumnLocation(source, name, rows.numbers)
    return parse_column(
        rows.cells.column(position),
        location,
        as_text=name in as_text,
        text_if_mixed=name in text_if_mixed,
        decimal=decimal,
    )


def _counts_up(column: Any) -> bool:
    """Whether the cells are 0, 1, 2, ... or 1, 2, 3, ..., as in the index of a frame."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        numbers = pc.cast(column, pa.int64()).to_numpy()
    except pa.ArrowInvalid:
        return False
    return bool(numbers[0] in {0, 1} and (np.diff(numbers) == 1).all())
