"""Read a sheet of a workbook (``.xlsx``, ``.xlsm``, ``.xlsb``, ``.xls``, ``.ods``) as text, like a CSV of it.

A workbook is a small archive that may unpack to anything, and a reader lays its cells out as one rectangle. So
what it unpacks to, and how far its cells reach, is checked before it is read.
"""

import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from retention.errors import InputError
from retention.tabular.files import Limits
from retention.tabular.rows import Rows, TableSource, check_cells, check_names, check_rows
from retention.tabular.table_bounds import header_position, rows_below
from retention.wording.text import count_noun, join_names, quote

_TIMES_LARGER = 5  # XML takes several times the room of the same cells as CSV
_CHUNK = 1 << 20
_OVERLAP = 64
_CELL = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"')
_REPEATED_ROWS = re.compile(
    rb'number-rows-repeated="(\d{4,})"[^>]*>(?:(?!</table:table-row>).){0,2000}?office:value', re.S
)
_REPEATED_CELLS = re.compile(
    rb'(?:number-columns-repeated="\d{4,}"[^>]*office:value|office:value[^>]*-columns-repeated="\d{4,}")'
)
_ROWS_COMPARED = 40


def open_workbook(content: bytes, source: str, limits: Limits, sheet: str | None = None) -> TableSource:
    """Open a sheet of a workbook.

    Parameters
    ----------
    content
        The bytes of the file.
    source
        Its name, for messages.
    limits
        How large the sheet may be.
    sheet
        The sheet's name; by default the first that holds anything.

    Returns
    -------
    TableSource
        Its cells are text, as the sheet would be in a CSV; dates are ISO 8601. A note says which sheet was read,
        where there are several.

    Raises
    ------
    InputError
        If the workbook is damaged, encrypted or too large, or has no such sheet.
    """
    import python_calamine as calamine

    if content.startswith(b"PK"):
        _check_extent(content, source, limits)
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = [meta.name for meta in book.sheets_metadata if meta.typ == calamine.SheetTypeEnum.WorkSheet]
        chosen, rows = _first_filled(book, _wanted(sheet, names, source), source, limits)
    except InputError:
        raise
    except calamine.PasswordError:
        raise InputError(f"{source}: is protected by a password; save a copy without") from None
    except Exception as error:  # calamine raises what its many parsers raise
        raise InputError(f"{source}: is a damaged workbook ({type(error).__name__}); save it again") from None
    others = [name for name in names if name != chosen]
    notes = []
    if others and sheet is None:
        notes.append(
            f"sheet {quote(chosen)} is read; {count_noun(len(others), 'other sheet')} ({join_names(others)}) can "
            f"be read as {source}#name"
        )
    return _to_source(rows, source, limits, notes)


def _wanted(sheet: str | None, names: list[str], source: str) -> list[str]:
    """Return the sheets to look at: the one that was asked for, or all."""
    if sheet is None:
        return names
    if sheet not in names:
        raise InputError(
            f"{source}: has no sheet {quote(sheet)}; its sheets are {join_names(names, most=8)}, so pass one as "
            f"{source}#{names[0] if names else 'name'}"
        )
    return [sheet]


def _first_filled(book: Any, names: Sequence[str], source: str, limits: Limits) -> tuple[str, list[list[str]]]:
    """Return the first of the sheets that holds a cell, and all of its rows."""
    for name in names:
        sheet = book.get_sheet_by_name(name)
        height, width = int(sheet.total_height) + 1, int(sheet.total_width) + 1
        check_rows(max(height - 1 - _ROWS_COMPARED, 1), source, limits)
        check_cells(height, width, source, limits)
        rows = [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
        if any(map(any, rows)):
            return name, rows
    raise InputError(f"{source}: holds no table; pass a sheet with a header row and one row a customer")


def _to_source(rows: list[list[str]], source: str, limits: Limits, notes: list[str]) -> TableSource:
    """Return the table in the rows of a sheet, without what stands above and below it."""
    import pyarrow as pa

    filled = next(number for number, row in enumerate(rows) if any(row))
    at = [number for number, row in enumerate(rows) if any(row)]
    header = at[header_position([_without_end(rows[number]) for number in at[:_ROWS_COMPARED]])]
    if header > filled:
        above = count_noun(header - filled, "line")
        notes.append(f"the header is in row {header + 1:,}; the {above} above are left out")
    width = max((number + 1 for row in rows[header:] for number, cell in enumerate(row) if cell), default=0)
    names = check_names(rows[header][:width], source, limits)
    numbers = [number for number in at if number > header]
    below = rows_below([rows[number][:width] for number in numbers[-9:]], width)
    below += _short_rows_below([rows[number][:width] for number in numbers[: len(numbers) - below][-9:]])
    if below:
        notes.append("the last lines are totals or remarks, no rows of the table, and are left out")
        numbers = numbers[: len(numbers) - below]
    check_rows(len(numbers), source, limits)
    columns = [
        pa.array([rows[number][position] or None for number in numbers], pa.large_string())
        for position in range(width)
    ]
    cells = pa.Table.from_arrays(columns, names=[str(position) for position in range(width)]).rename_columns(names)
    table = Rows(cells, np.array(numbers, dtype=np.int64) + 1)

    def read() -> Iterator[Rows]:
        yield table

    return TableSource(source, names, read, limits, tuple(notes))


def _short_rows_below(rows: Sequence[Sequence[str]]) -> int:
    """Return how many of the last rows fill their first cell only, beside rows that fill several."""
    return rows_below([_without_end(row) for row in rows], len(rows[0])) if rows else 0


def _without_end(row: Sequence[str]) -> list[str]:
    """Return a row of a sheet without the empty cells at its end, as a title has them."""
    last = max((number for number, cell in enumerate(row) if cell), default=-1)
    return list(row[: last + 1])


def _text(cell: object) -> str:
    """Return a cell as a CSV of the sheet would hold it.

    >>> _text(17.0), _text(0.5), _text(True), _text(dt.datetime(2024, 1, 2, 8, 49)), _text(dt.date(2024, 1, 2))
    ('17', '0.5', 'TRUE', '2024-01-02 08:49:00', '2024-01-02')
    """
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        rounded = cell.replace(microsecond=0) + dt.timedelta(seconds=round(cell.microsecond / 1e6))
        return rounded.isoformat(sep=" ").removesuffix(" 00:00:00")
    return str(cell).strip()


def _check_extent(content: bytes, source: str, limits: Limits) -> None:
    """Unpack a workbook once, piece by piece, to see how much it holds and how far its cells reach."""
    allowed = max(_TIMES_LARGER * limits.bytes, 16_000_000)
    done, columns, last_row = 0, b"", 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for entry in packed.infolist():
                with packed.open(entry) as file:
                    seam = b""
                    while piece := file.read(_CHUNK):
                        done += len(piece)
                        if done > allowed:
                            raise InputError(
                                f"{source}: unpacks far beyond the limit of {limits.megabytes:,} MB; "
                                "keep all rows of fewer customers"
                            )
                        seam = seam[-_OVERLAP:] + piece
                        for letters, row in _CELL.findall(seam):
                            columns = max(columns, letters, key=lambda name: (len(name), name))
                            last_row = max(last_row, int(row))
                        if _REPEATED_ROWS.search(seam) or _REPEATED_CELLS.search(seam):
                            raise InputError(
                                f"{source}: repeats cells thousands of times; save the table alone, as CSV"
                            )
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError):
        raise InputError(f"{source}: is a damaged or encrypted workbook; save it again") from None
    width = 0
    for letter in columns:
        width = 26 * width + letter - 64
    check_cells(last_row, width, source, limits)
