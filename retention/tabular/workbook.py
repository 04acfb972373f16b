"""Write an Excel workbook in which no formula runs and ids keep their zeros."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from retention.artifacts import atomic_file
from retention.errors import InputError

MOST_ROWS = 1_048_575
"""Most rows of a sheet below its header, a limit of Excel."""

_MOST_CHARACTERS = 60  # width of a column
_ROWS_MEASURED = 200  # for the width of a column


def write_workbook(frame: pd.DataFrame, path: Path, *, sheet: str) -> None:
    """Write a frame as one sheet of an Excel workbook, all or nothing.

    Numbers are numbers and everything else is text: an id keeps its zeros, and what looks like a formula or
    an address stays text. Missing cells are empty.

    Parameters
    ----------
    frame
        The rows; the index is not written.
    path
        Where it goes; folders are made as needed.
    sheet
        The sheet's name, at most 31 characters.

    Raises
    ------
    InputError
        If there are more rows than a sheet holds.
    """
    import xlsxwriter

    if len(frame) > MOST_ROWS:
        raise InputError(f"{len(frame):,} rows do not fit on an Excel sheet ({MOST_ROWS:,}); take the CSV instead")
    with atomic_file(path) as part:
        as_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        # Rows go straight to the disk, since a large list would take gigabytes in memory.
        with xlsxwriter.Workbook(part, {"constant_memory": True, **as_text}) as book:
            page = book.add_worksheet(sheet)
            page.freeze_panes(1, 1)
            page.autofilter(0, 0, len(frame), max(frame.shape[1] - 1, 0))
            for position, name in enumerate(frame.columns):
                page.set_column(position, position, _width(str(name), frame.iloc[:, position]))
            page.write_row(0, 0, [str(name) for name in frame.columns], book.add_format({"bold": True}))
            columns = [_cells(frame.iloc[:, position]) for position in range(frame.shape[1])]
            for row, cells in enumerate(zip(*columns, strict=True), start=1):
                for position, cell in enumerate(cells):
                    if isinstance(cell, float):
                        page.write_number(row, position, cell)
                    elif cell is not None:
                        page.write_string(row, position, cell)


def _cells(column: "pd.Series[Any]") -> list[float | str | None]:
    """Return the cells of a column: numbers, texts, and None for a missing cell or a number that is not finite."""
    missing = column.isna().to_numpy()
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        numbers = column.to_numpy(np.float64, na_value=np.nan)
        return [float(number) if np.isfinite(number) else None for number in numbers]
    return [None if is_missing else str(cell) for is_missing, cell in zip(missing, column, strict=True)]


def _width(name: str, column: "pd.Series[Any]") -> float:
    """Return the width of a column in characters."""
    longest = max((len(str(cell)) for cell in column.head(_ROWS_MEASURED)), default=0)
    return min(
        max(len(name) + 3, longest + 1), _MOST_CHARACTERS
    )  # 3 more, since the filter's arrow covers the end of a name
