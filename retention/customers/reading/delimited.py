"""CSV and its relatives -> columns of text with a row number each, parsed by Apache Arrow.

The header is found, counted and checked before anything behind it is parsed, and parsing stops at
the first row too many: neither a million columns nor a billion rows get as far as memory.
"""

import csv
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.customers.reading.files import Limits
from retention.customers.reading.shape import check_names, check_rows, too_many_columns
from retention.customers.wording import counted
from retention.errors import InputError

_SEPARATORS = ",;\t|"
_LONGEST_HEADER = 1 << 20
_BLOCK = 1 << 22  # bytes; no row may be longer
_LOOK_AHEAD = 1 << 16
_MOST_BLANK_CELLS = 10_000_000  # a blank line becomes a whole row of missing cells


def parse(data: bytes, source: str, limits: Limits) -> tuple[Any, NDArray[np.int64]]:
    """Parse delimited text.

    Parameters
    ----------
    data
        UTF-8 text, not empty.
    source
        The file's name, for messages.
    limits
        Most rows and columns.

    Returns
    -------
    cells : pyarrow.Table
        Text columns, missing where a cell is empty; rows without any cell are left out.
    row_numbers : array of int, shape (n,)
        The row a spreadsheet shows for each; the header is row 1 when nothing stands above it.

    Raises
    ------
    InputError
        For a header that cannot be used, a row with another number of cells, or a quote never closed.
    """
    start, end = _first_record(data, source, limits)
    head = data[start:end].decode()
    separator = _separator(head, data[end : end + _LOOK_AHEAD])
    names = check_names(_fields(head, separator, source), source, limits)
    blank_lines = 2 * sum(data.count(pair, end) for pair in (b"\n\n", b"\n\r\n", b"\r\r"))
    if blank_lines * len(names) > _MOST_BLANK_CELLS:
        raise InputError(f"{source}: has about {counted(blank_lines, 'blank line')}; remove them")
    if end == len(data):
        check_rows(0, source, limits)
    header_row = 1 + len(data[:start].splitlines())
    cells = _body(data, end, separator, width=len(names), header_row=header_row, source=source, limits=limits)
    row_numbers = np.arange(header_row + 1, header_row + 1 + len(cells))
    if data.count(b'"', end) % 2 and _runs_on(cells):
        raise InputError(
            f"{source}: row {row_numbers[-1]:,} has a cell that does not end; look for a quote that is not closed"
        )
    filled = _filled(cells)
    if not filled.all():
        cells, row_numbers = cells.filter(filled), row_numbers[filled]
    check_rows(len(cells), source, limits)
    return cells.rename_columns(names), row_numbers


def _body(
    data: bytes, start: int, separator: str, *, width: int, header_row: int, source: str, limits: Limits
) -> Any:
    """Parse the rows under the header, a block at a time, and stop at the first one too many."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    bad: list[tuple[int, int]] = []

    def ragged(row: Any) -> str:
        bad.append((header_row + row.number, row.actual_columns))
        return "error"

    keys = [str(position) for position in range(width)]
    batches, count = [], 0
    try:
        reader = arrow_csv.open_csv(
            pa.BufferReader(pa.py_buffer(data).slice(start)),
            read_options=arrow_csv.ReadOptions(use_threads=False, block_size=_BLOCK, column_names=keys),
            parse_options=arrow_csv.ParseOptions(
                delimiter=separator, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=ragged
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(keys, pa.string()),
                strings_can_be_null=True,
                null_values=[""],
                check_utf8=False,  # the text was decoded before
            ),
        )
        for batch in reader:
            count += len(batch)
            check_rows(max(count, 1), source, limits)
            batches.append(batch)
    except pa.ArrowInvalid as error:
        if bad:
            row, found = bad[0]
            raise InputError(
                f"{source}: row {row:,} has {counted(found, 'cell')} and the header {width:,}; "
                "correct that row, or put quotes around cells that hold the separator"
            ) from None
        what = "a cell does not end" if "straddling" in str(error) else "the text cannot be split into cells"
        raise InputError(
            f"{source}: after row {header_row + count:,} {what}; look for a quote that is not closed"
        ) from None
    return pa.Table.from_batches(batches, schema=pa.schema([(key, pa.string()) for key in keys]))


def _runs_on(cells: Any) -> bool:
    """Whether the very last cell goes over lines: the parser closes an open quote where the file ends."""
    last = cells.column(cells.num_columns - 1)[-1].as_py() if len(cells) else None
    return last is not None and ("\n" in last or "\r" in last)


def _filled(cells: Any) -> NDArray[np.bool_]:
    """Which rows have at least one cell that is not empty, shape (n,)."""
    filled = np.zeros(len(cells), dtype=bool)
    for column in cells.columns:
        filled |= column.is_valid().to_numpy()
        if filled.all():
            break
    return filled


def _first_record(data: bytes, source: str, limits: Limits) -> tuple[int, int]:
    """Return where the header starts and ends; a quoted name may go over several lines."""
    start = 0
    while data[start : start + 1] in {b"\r", b"\n"}:
        start += 1
    window = data[start : start + _LONGEST_HEADER]
    newline = b"\n" if b"\n" in window else b"\r"
    end, quotes = 0, 0
    while (found := window.find(newline, end)) >= 0:
        quotes += window.count(b'"', end, found)
        end = found + 1
        if quotes % 2 == 0:
            return start, start + end
    if len(window) < _LONGEST_HEADER:
        return start, len(data)
    if quotes:
        raise InputError(f"{source}: its header does not end; look for a quote that is not closed")
    line = data.find(b"\n", start)
    count = max(data.count(char.encode(), start, line if line >= 0 else len(data)) for char in _SEPARATORS) + 1
    if count > limits.columns:
        raise too_many_columns(f"about {count:,}", source, limits)
    raise InputError(f"{source}: its first line is over 1 MB long; start it with a row of column names")


def _separator(head: str, following: bytes) -> str:
    """Choose the separator that splits the header, and the lines after it into as many cells."""
    lines = following.decode(errors="ignore").splitlines()[:20]
    whole = lines[: max(1, len(lines) - 1)]  # the last may be cut off

    def merit(separator: str) -> tuple[float, int]:
        try:
            widths = [len(row) for row in csv.reader([head, *whole], delimiter=separator) if row]
        except csv.Error:
            return 0.0, 0
        if widths[0] < 2:
            return 0.0, 0
        return sum(width == widths[0] for width in widths) / len(widths), widths[0]

    return max(_SEPARATORS, key=merit)


def _fields(head: str, separator: str, source: str) -> list[str]:
    try:
        return next(csv.reader([head], delimiter=separator))
    except (csv.Error, StopIteration):
        raise InputError(f"{source}: its header cannot be read; put one short name over each column") from None
