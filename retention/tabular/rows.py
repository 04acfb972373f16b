"""Rows of a table that is read in batches, and the checks of its size and of its column names."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.errors import InputError
from retention.tabular.files import Limits
from retention.tabular.formulas import unescape
from retention.wording.text import quote

_LONGEST_NAME = 500


@dataclass(frozen=True)
class Rows:
    """Consecutive rows of a table.

    Attributes
    ----------
    cells
        A ``pyarrow.Table``, its columns as the file has them.
    numbers
        The row number that a spreadsheet shows for each, (n,); the header is row 1 if it is the first line.
    share
        Share of the file that has been read up to these rows, 0 to 1.
    """

    cells: Any
    numbers: NDArray[np.int64]
    share: float = 1.0

    def __len__(self) -> int:
        return len(self.numbers)

    def slice(self, start: int, stop: int) -> "Rows":
        """Return the rows from ``start`` to before ``stop``."""
        return Rows(self.cells.slice(start, stop - start), self.numbers[start:stop], self.share)

    def filter(self, keep: NDArray[np.bool_]) -> "Rows":
        """Return the rows where the mask is true."""
        return self if keep.all() else Rows(self.cells.filter(keep), self.numbers[keep], self.share)

    def select(self, positions: Sequence[int]) -> "Rows":
        """Return these columns only, in this order."""
        return Rows(self.cells.select(positions), self.numbers, self.share)


def concat_rows(batches: Sequence[Rows]) -> Rows:
    """Concatenate rows of the same columns."""
    import pyarrow as pa

    cells = pa.concat_tables([rows.cells for rows in batches])
    return Rows(cells, np.concatenate([rows.numbers for rows in batches]), batches[-1].share)


@dataclass(frozen=True)
class TableSource:
    """A file whose columns are known and whose rows can be read several times, in batches.

    Attributes
    ----------
    name
        The file's name without its folder, for messages.
    columns
        The column names; a blank name stays blank.
    read_rows
        Yields the rows from the start. It raises InputError at the first row that cannot be used, and after the
        last one if there was no row or a quote was not closed.
    limits
        How many cells may be read at once.
    notes
        Sentences about what was assumed about the file.
    """

    name: str
    columns: Sequence[str]
    read_rows: Callable[[], Iterator[Rows]]
    limits: Limits
    notes: tuple[str, ...] = ()

    def read_all(self, positions: Sequence[int] | None = None) -> Rows:
        """Read all rows of these columns at once; of every column if None.

        Raises
        ------
        InputError
            If they have more cells than the limit; reading stops there.
        """
        batches: list[Rows] = []
        count, width = 0, len(self.columns if positions is None else positions)
        for rows in self.read_rows():
            count += len(rows)
            check_cells(count, width, self.name, self.limits)
            batches.append(rows if positions is None else rows.select(positions))
        return concat_rows(batches)

    def read_batches(self, positions: Sequence[int], size: int) -> Iterator[Rows]:
        """Yield these columns in batches of ``size`` rows; the last batch may have fewer."""
        pending: list[Rows] = []
        for rows in self.read_rows():
            pending.append(rows.select(positions))
            if sum(map(len, pending)) >= size:
                ready = concat_rows(pending)
                end = len(ready) - len(ready) % size
                yield from (ready.slice(start, start + size) for start in range(0, end, size))
                pending = [ready.slice(end, len(ready))]
        if sum(map(len, pending)):
            yield concat_rows(pending)


def check_names(fields: Sequence[str], source: str, limits: Limits) -> list[str]:
    """Return the column names without white space around them; a blank one stays blank.

    Raises
    ------
    InputError
        If there are too many, if two are the same, or if one is very long.
    """
    import pyarrow as pa

    if len(fields) > limits.columns:
        raise too_many_columns(f"{len(fields):,}", source, limits)
    names: list[str] = unescape(pa.array([field.strip() for field in fields], pa.string())).to_pylist()
    first_position: dict[str, int] = {}
    for position, name in enumerate(names, start=1):
        if len(name) > _LONGEST_NAME:
            raise InputError(f"{source}: the name of column {position} is very long; is row 1 a header?")
        if name and name in first_position:
            raise InputError(
                f"{source}: columns {first_position[name]} and {position} are both called {quote(name)}; "
                "rename one of them"
            )
        first_position[name] = position
    return names


def check_rows(count: int, source: str, limits: Limits) -> None:
    """Raise InputError for a table without rows or with too many."""
    if count == 0:
        raise InputError(f"{source}: has a header but no rows under it; add one row a customer")
    if count > limits.rows:
        raise InputError(
            f"{source}: has more rows than the limit of {limits.rows:,}; "
            "keep all rows of fewer customers, or raise RETENTION_MAX_ROWS where you run this yourself"
        )


def check_cells(rows: int, columns: int, source: str, limits: Limits) -> None:
    """Raise InputError for more cells than may be in memory at once."""
    if rows * columns > limits.cells:
        raise InputError(
            f"{source}: has more than the limit of {limits.cells:,} cells (rows times columns); leave columns "
            "out, keep all rows of fewer customers, or raise RETENTION_MAX_CELLS where you run this yourself"
        )


def too_many_columns(count: str, source: str, limits: Limits) -> InputError:
    """Return the error for a header with too many columns; ``count`` is their number in words."""
    return InputError(
        f"{source}: has {count} columns, more than the limit of {limits.columns:,}; "
        "leave some out, or raise RETENTION_MAX_COLUMNS where you run this yourself"
    )
