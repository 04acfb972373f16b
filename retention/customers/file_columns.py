"""The columns of one or several files of the same customers table, some rows at a time or whole."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.errors import InputError
from retention.tabular.columns import parse_column
from retention.tabular.ids import normalize_ids
from retention.tabular.locations import ColumnLocation
from retention.tabular.number_formats import Decimal
from retention.tabular.parsed_column import ParsedColumn
from retention.tabular.rows import Rows, TableSource
from retention.tabular.tables import Table, name_columns
from retention.wording.text import count_noun, quote


@dataclass(frozen=True)
class FileColumns:
    """Some columns of files that are read one after another.

    Attributes
    ----------
    files
        The files, opened.
    positions
        For each file where each column stands in it, by name; all have the same names in the same order.
    as_text
        Columns that are text whatever they look like.
    rows_at_once
        Most rows in a batch; no batch reaches into the next file.
    id
        The id column, whose cells are read in their one spelling.
    left_out
        For each file the numbers of rows that are left out; empty where none are.
    decimals
        For each file its decimal mark; empty where it makes no difference.
    """

    files: Sequence[TableSource]
    positions: Sequence[Mapping[str, int]]
    as_text: frozenset[str] = frozenset()
    rows_at_once: int = 1
    id: str | None = None
    left_out: Sequence[NDArray[np.int64]] = ()
    decimals: Sequence[Decimal | None] = ()

    @property
    def names(self) -> list[str]:
        """The names of the columns."""
        return list(self.positions[0])

    @property
    def notes(self) -> list[str]:
        """Sentences about what was assumed about the files."""
        return [note for file in self.files for note in file.notes]

    @property
    def source(self) -> str:
        """What messages call the files."""
        first, others = self.files[0].name, len(self.files) - 1
        return f"{first} and {count_noun(others, 'other file')}" if others else first

    def only(self, names: Collection[str]) -> "FileColumns":
        """Return these columns only."""
        kept = [{name: at for name, at in columns.items() if name in names} for columns in self.positions]
        return replace(self, positions=kept)

    def read_batches(self) -> Iterator[tuple[int, Rows]]:
        """Yield the rows in batches with these columns, each with the number of its file, from 0."""
        for number, (file, positions) in enumerate(zip(self.files, self.positions, strict=True)):
            for rows in file.read_batches(list(positions.values()), self.rows_at_once):
                yield number, self._kept(number, rows)

    def parse(self, file: int, rows: Rows, name: str) -> ParsedColumn:
        """Parse one of the columns of some rows of a file; the rows have these columns in this order."""
        location = ColumnLocation(self.files[file].name, name, rows.numbers)
        cells = rows.cells.column(self.names.index(name))
        decimal = self.decimals[file] if self.decimals else None
        parsed = parse_column(cells, location, as_text=name in self.as_text, decimal=decimal)
        if name != self.id:
            return parsed
        return replace(parsed, values=normalize_ids(pd.Series(parsed.values, dtype="str"), location).values)

    def read_whole(self) -> Table:
        """Read the columns from the first row to the last; rows of several files are numbered as if in one."""
        if not self.names:
            return Table(pd.DataFrame(), self.source, np.array([], dtype=np.int64))
        parts = [
            self._kept(number, file.read_all(list(positions.values())))
            for number, (file, positions) in enumerate(zip(self.files, self.positions, strict=True))
        ]
        frames = [
            pd.DataFrame({name: self.parse(number, rows, name).values for name in self.names}, copy=False)
            for number, rows in enumerate(parts)
        ]
        frame = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
        numbers = parts[0].numbers if len(parts) == 1 else np.arange(2, len(frame) + 2)
        return Table(frame, self.source, numbers)

    def _kept(self, file: int, rows: Rows) -> Rows:
        return rows.filter(~np.isin(rows.numbers, self.left_out[file])) if self.left_out else rows


def columns_of(files: Sequence[TableSource]) -> FileColumns:
    """Return all columns of files that must have the same ones, in the order of the first.

    Raises
    ------
    InputError
        If a file has another column, or lacks one.
    """
    positions = [_positions_by_name(file) for file in files]
    names = list(positions[0])
    for file, columns in zip(files[1:], positions[1:], strict=True):
        for name in [*names, *columns]:
            if name not in columns or name not in positions[0]:
                has, lacks = (files[0].name, file.name) if name not in columns else (file.name, files[0].name)
                raise InputError(
                    f"{lacks}: has no column {quote(name)}, which {has} has; pass files of the same columns"
                )
    return FileColumns(files, [{name: columns[name] for name in names} for columns in positions])


def _positions_by_name(opened: TableSource) -> dict[str, int]:
    """Return the position in the file by column name."""
    blank = [position for position, name in enumerate(opened.columns) if not name]
    cells = opened.read_all(blank).cells.columns if blank else []
    return name_columns(opened.columns, dict(zip(blank, cells, strict=True)), opened.name)[0]
