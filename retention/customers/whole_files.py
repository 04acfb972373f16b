"""What only all rows of a long file show: rows that are no customer of their own, and the decimal mark."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.customers.file_columns import FileColumns
from retention.customers.left_out_rows import few_blank, left_out_note
from retention.tabular.columns import parse_column
from retention.tabular.locations import ColumnLocation
from retention.tabular.notation import judge_notation
from retention.tabular.number_formats import Decimal


@dataclass(frozen=True)
class LeftOutRows:
    """Rows to leave out.

    Attributes
    ----------
    by_file
        For each file the numbers of its rows.
    notes
        A sentence about each reason.
    """

    by_file: tuple[NDArray[np.int64], ...]
    notes: tuple[str, ...] = ()


def find_left_out(columns: FileColumns, id: str) -> LeftOutRows:
    """Find the rows of files that :func:`retention.customers.left_out_rows.normal_rows` leaves out of a table.

    Parameters
    ----------
    columns
        All columns of the files.
    id
        The id column.

    Raises
    ------
    InputError
        If an id has lost digits.
    """
    keys = [(file, rows, columns.parse(file, rows, id).values) for file, rows in columns.read_batches()]
    numbers = np.concatenate([rows.numbers for _file, rows, _ids in keys])
    files = np.concatenate([np.full(len(rows), file) for file, rows, _ids in keys])
    ids = pd.concat([pd.Series(ids, dtype="str") for _file, _rows, ids in keys], ignore_index=True)
    blank = ids.isna().to_numpy()
    wrong: dict[str, NDArray[np.bool_]] = {}
    if few_blank(blank):
        wrong["without an id"] = blank
    if ids.nunique() > 1 and (repeated := ids.duplicated(keep=False).to_numpy() & ~blank).any():
        wrong["written twice (equal in every cell)"] = _equal_rows(columns, id, repeated)
    wrong = {what: rows for what, rows in wrong.items() if rows.any()}
    any_reason = np.any([np.zeros(len(numbers), dtype=bool), *wrong.values()], axis=0)
    notes = [left_out_note(int(rows.sum()), what, int(numbers[np.argmax(rows)])) for what, rows in wrong.items()]
    by_file = tuple(numbers[any_reason & (files == file)] for file in range(len(columns.files)))
    return LeftOutRows(by_file, tuple(notes))


def decimals_of(columns: FileColumns) -> tuple[Decimal | None, ...]:
    """Return the decimal mark of each file, judged from all of its columns; None where it shows none, or both."""
    shown: list[set[Decimal]] = [set() for _ in columns.files]
    for file, rows in columns.read_batches():
        for name, cells in zip(columns.names, rows.cells.columns, strict=True):
            if name not in columns.as_text:
                location = ColumnLocation(columns.files[file].name, name, rows.numbers)
                mark = judge_notation([(cells, parse_column(cells, location, text_if_mixed=True))])
                shown[file] |= {mark} if mark else set()
    return tuple(marks.pop() if len(marks) == 1 else None for marks in shown)


def _equal_rows(columns: FileColumns, id: str, suspects: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which of some rows equal an earlier one of their file in every column, ids in one spelling, (n,)."""
    import pyarrow as pa

    parts, start, at = [], 0, columns.names.index(id)
    for file, rows in columns.read_batches():
        chosen = rows.filter(suspects[start : start + len(rows)])
        start += len(rows)
        if len(chosen):
            cells = chosen.cells.rename_columns([str(position) for position in range(chosen.cells.num_columns)])
            ids = pa.chunked_array([pa.array(columns.parse(file, chosen, id).values, pa.large_string())])
            parts.append(cells.set_column(at, str(at), ids).to_pandas().assign(file=file))
    equal = np.zeros(len(suspects), dtype=bool)
    equal[suspects] = pd.concat(parts).duplicated().to_numpy()
    return equal
