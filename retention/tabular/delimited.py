"""Read CSV and other delimited text in blocks, parsed by Apache Arrow, with a row number for each row.

The header is checked before any row is parsed, and parsing stops at the first row over the limit, so that neither
a million columns nor a billion rows are ever held in memory.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.errors import InputError
from retention.tabular.files import Limits
from retention.tabular.rows import Rows, TableSource, check_names, check_rows, too_many_columns
from retention.tabular.table_bounds import header_position, rows_below
from retention.tabular.text import TextFile
from retention.wording.text import count_noun

_SEPARATORS = ",;\t|"
_LONGEST_HEADER = 1 << 20
_BLOCK = 1 << 20  # bytes; no row may be longer, and Arrow reads 32 of them ahead
_LOOK_AHEAD = 1 << 16
_RAGGED = re.compile(r"Row #(\d+): Expected \d+ columns, got (\d+)")
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?', re.IGNORECASE)  # Excel's own first line
_RECORDS_COMPARED = 40
_LAST_LINES = 9
_MOST_BLANK_CELLS = 10_000_000  # a blank line becomes a whole row of missing cells


def open_delimited(text: TextFile, limits: Limits) -> TableSource:
    """Read the header of delimited text.

    Returns
    -------
    Source
        Its cells are text, missing where they are empty; rows in which every cell is empty are left out.

    Raises
    ------
    InputError
        If the header cannot be used. While the rows are read: if a row has another number of cells, if there is
        no row or one too many, or if a quote is never closed.
    """
    source = text.file.name
    data = text.open().read(2 * _LONGEST_HEADER + _LOOK_AHEAD)
    start, end = _first_record(data, text, limits)
    separator, notes = None, []
    if (said := _SEPARATOR_LINE.fullmatch(data[start:end].decode().strip())) and end < len(data):
        separator = said[1]
        start, end = _first_record(data, text, limits, after=end)
    separator = separator or _separator(data[start:end].decode(), data[end : end + _LOOK_AHEAD])
    if (header := _header_below(data, start, text, limits)) is not None:
        row = 1 + len(data[: header[0]].splitlines())
        above = count_noun(row - 1 - len(data[:start].splitlines()), "line")
        notes.append(f"the header is in row {row:,}; the {above} above are left out")
        (start, end), separator = header[:2], header[2]
    names = check_names(_fields(data[start:end].decode(), separator, source), source, limits)
    if text.blank_lines * len(names) > _MOST_BLANK_CELLS:
        raise _too_blank(text)
    if (size := _size_below(text, end, separator, len(names))) > 0:
        text = text.without_end(size)
        notes.append("the last lines are totals or remarks, no rows of the table, and are left out")
    body = _Body(text, end, separator, names, 1 + len(data[:start].splitlines()), limits)
    return TableSource(source, names, body.rows, limits, (*text.notes, *notes))


@dataclass(frozen=True)
class _Body:
    """The rows under a header: the byte at which they start, and how to parse them."""

    text: TextFile
    start: int
    separator: str
    names: Sequence[str]
    header_row: int
    limits: Limits

    def rows(self) -> Iterator[Rows]:
        """Yield the rows in blocks."""
        import pyarrow as pa

        source, row_count, next_number, size = self.text.file.name, 0, self.header_row + 1, self.start
        batch = None
        for batch in self._batches():
            cells = pa.Table.from_batches([batch]).rename_columns(self.names)
            numbers = np.arange(next_number, next_number + len(cells))
            next_number += len(cells)
            check_rows(max(next_number - self.header_row - 1, 1), source, self.limits)
            size += cells.nbytes - 3 * cells.num_columns * len(cells)  # offsets of 4 bytes, separators of 1
            filled = _filled(cells)
            if not filled.all():
                cells, numbers = cells.filter(filled), numbers[filled]
            row_count += len(numbers)
            yield Rows(cells, numbers, min(1.0, size / self.text.size))
        self.text.file.check_unchanged()
        if self.text.quotes % 2 and batch is not None and _last_cell_has_line_ends(batch):
            raise InputError(
                f"{source}: row {next_number - 1:,} has a cell that does not end; "
                "look for a quote that is not closed"
            )
        check_rows(row_count, source, self.limits)

    def _batches(self) -> Iterator[Any]:
        """Yield Arrow record batches, one for each block."""
        import pyarrow as pa
        from pyarrow import csv as arrow_csv

        if self.start == self.text.size:
            return
        keys = [str(position) for position in range(len(self.names))]
        count = 0
        try:
            reader = arrow_csv.open_csv(
                self.text.open(self.start),
                read_options=arrow_csv.ReadOptions(use_threads=False, block_size=_BLOCK, column_names=keys),
                parse_options=arrow_csv.ParseOptions(
                    delimiter=self.separator, newlines_in_values=True, ignore_empty_lines=False
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
                yield batch
        except pa.ArrowInvalid as error:
            self.text.file.check_unchanged()
            raise self._parse_error(str(error), self.header_row + count) from None

    def _parse_error(self, arrow_message: str, last_row: int) -> InputError:
        """Return the error for what Arrow could not parse after ``last_row``.

        The row is read from Arrow's message, since a callback for invalid rows would run in Arrow's own thread.
        """
        source = self.text.file.name
        if ragged := _RAGGED.search(arrow_message):
            row, cells = self.header_row + int(ragged[1]), count_noun(int(ragged[2]), "cell")
            return InputError(
                f"{source}: row {row:,} has {cells} and the header {len(self.names):,}; "
                "correct that row, or put quotes around cells that hold the separator"
            )
        fault = "a cell does not end" if "straddling" in arrow_message else "the text cannot be split into cells"
        return InputError(f"{source}: after row {last_row:,} {fault}; look for a quote that is not closed")


def _last_cell_has_line_ends(cells: Any) -> bool:
    """Whether the last cell spans lines, as it does when the parser closes an open quote where the file ends."""
    last = cells.column(cells.num_columns - 1)[-1].as_py() if len(cells) else None
    return last is not None and ("\n" in last or "\r" in last)


def _filled(cells: Any) -> NDArray[np.bool_]:
    """Return which rows have at least one cell that is not empty, (n,)."""
    filled = np.zeros(len(cells), dtype=bool)
    for column in cells.columns:
        filled |= column.is_valid().to_numpy()
        if filled.all():
            break
    return filled


def _first_record(data: bytes, text: TextFile, limits: Limits, after: int = 0) -> tuple[int, int]:
    """Return the first and the last byte of the header; a quoted name may span several lines."""
    source = text.file.name
    start = len(data) - len(data[after:].lstrip(b"\r\n"))
    if start - after > _LONGEST_HEADER:
        raise _too_blank(text)
    window = data[start : start + _LONGEST_HEADER]
    newline = b"\n" if b"\n" in window else b"\r"
    end, quotes = 0, 0
    while (line_end := window.find(newline, end)) >= 0:
        quotes += window.count(b'"', end, line_end)
        end = line_end + 1
        if quotes % 2 == 0:
            return start, start + end
    if len(window) < _LONGEST_HEADER:
        return start, len(data)
    if quotes:
        raise InputError(f"{source}: its header does not end; look for a quote that is not closed")
    count = _columns_at_least(text, start)
    if count > limits.columns:
        raise too_many_columns(f"about {count:,}", source, limits)
    raise InputError(f"{source}: its first line is over 1 MB long; start it with a row of column names")


def _header_below(data: bytes, start: int, text: TextFile, limits: Limits) -> tuple[int, int, str] | None:
    """Return the bytes of a header that stands below other lines, and the separator; None if it is the first line.

    The separator is the one that splits most lines into the same number of cells, since titles may hold none.
    """
    records: list[tuple[int, int]] = []
    end = start
    window = data[: start + _LOOK_AHEAD]
    while len(records) < _RECORDS_COMPARED and end < len(window):
        try:
            records.append(_first_record(window, text, limits, after=end))
        except InputError:
            return None  # reading the rows says what is wrong with them
        end = records[-1][1]
    if end < text.size and records:
        records.pop()  # it may be cut off
    lines = [data[first:last].decode(errors="replace").rstrip("\r\n") for first, last in records]

    def split(separator: str) -> list[list[str]]:
        try:
            return [next(csv.reader([line], delimiter=separator), []) for line in lines]
        except csv.Error:
            return []

    tables = {separator: split(separator) for separator in _SEPARATORS}
    separator = max(tables, key=lambda mark: _common_width(tables[mark]))
    rows = tables[separator]
    position = header_position(rows) if rows else 0
    return (*records[position], separator) if position else None


def _common_width(rows: Sequence[Sequence[str]]) -> tuple[int, int]:
    """Return how many rows have the most frequent number of cells above 1, and that number."""
    widths = [len(row) for row in rows if len(row) > 1]
    if not widths:
        return 0, 0
    usual = max(set(widths), key=widths.count)
    return widths.count(usual), usual


def _size_below(text: TextFile, header_end: int, separator: str, width: int) -> int:
    """Return the size in bytes of the totals and remarks below the table."""
    tail = text.tail[-max(1, text.size - header_end) :] if text.size > header_end else b""
    if width < 2 or not tail or tail.count(b'"') != 2 * (tail.count(b'"') // 2):
        return 0
    lines = tail.splitlines(keepends=True)[-_LAST_LINES:]
    if len(tail) < text.size - header_end and len(lines) < _LAST_LINES:
        lines = lines[1:]  # it may begin in the middle
    try:
        rows = [next(csv.reader([line.decode().rstrip("\r\n")], delimiter=separator), []) for line in lines]
    except (csv.Error, UnicodeDecodeError):
        return 0
    below = rows_below(rows, width)
    return sum(map(len, lines[len(lines) - below :]))


def _columns_at_least(text: TextFile, start: int) -> int:
    """Count the separators up to the end of the first line, however long it is."""
    counts = dict.fromkeys(_SEPARATORS, 0)
    file, line = text.open(start), b""
    while not line.endswith(b"\n") and (piece := file.read(_BLOCK)):
        line = piece[: piece.find(b"\n") + 1] or piece
        for separator in counts:
            counts[separator] += line.count(separator.encode())
    return max(counts.values()) + 1


def _too_blank(text: TextFile) -> InputError:
    return InputError(f"{text.file.name}: has about {count_noun(text.blank_lines, 'blank line')}; remove them")


def _separator(head: str, following: bytes) -> str:
    """Choose the separator that splits the header and the lines after it into the same number of cells."""
    lines = following.decode(errors="ignore").splitlines()[:20]
    whole = lines[: max(1, len(lines) - 1)]  # the last may be cut off

    def fit(separator: str) -> tuple[float, int]:
        try:
            widths = [len(row) for row in csv.reader([head, *whole], delimiter=separator) if row]
        except csv.Error:
            return 0.0, 0
        if widths[0] < 2:
            return 0.0, 0
        return sum(width == widths[0] for width in widths) / len(widths), widths[0]

    return max(_SEPARATORS, key=fit)


def _fields(head: str, separator: str, source: str) -> list[str]:
    try:
        return next(csv.reader([head], delimiter=separator))
    except (csv.Error, StopIteration):
        raise InputError(f"{source}: its header cannot be read; put one short name over each column") from None
