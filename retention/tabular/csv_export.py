"""Write a CSV file that a spreadsheet opens without running any of it, and that reads back the same."""

import codecs
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd

from retention.artifacts import atomic_file
from retention.tabular.arrays import as_arrow
from retention.tabular.formulas import escape

_ROWS_AT_ONCE = 16_384
_COPIED_AT_ONCE = 1 << 22


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame as CSV in UTF-8, all or nothing.

    Floats get as many digits as it takes to read back the same value. The file starts with a byte
    order mark only when it holds more than ASCII: Excel needs it to show ``₹`` and
    Hindi, and some other programs stumble over it. NUL characters are left out, since no reader accepts them.

    Parameters
    ----------
    frame
        The rows; the index is not written. Column names are escaped like cells.
    path
        Where it goes; folders are made as needed.
    """
    with csv_writer(path) as write:
        write(frame)


@contextmanager
def csv_writer(path: Path) -> Iterator[Callable[[pd.DataFrame], None]]:
    """Yield a function that writes frames of the same columns one after another, as :func:`write_csv` writes one.

    The finished file replaces an old one when the block ends; on an exception the old one stays.
    """
    with atomic_file(path) as part:
        with part.open("wb") as file:
            writer = _Writer(file)
            yield writer.write
        if not (writer.ascii or writer.marked):
            with atomic_file(part) as marked, marked.open("wb") as file, part.open("rb") as body:
                file.write(codecs.BOM_UTF8)
                shutil.copyfileobj(body, file, _COPIED_AT_ONCE)


class _Writer:
    """Writes frames under one header, after a byte order mark (``marked``) if the first frame is not ``ascii``."""

    def __init__(self, file: BinaryIO) -> None:
        self.ascii = True
        self.marked = False
        self._file = file
        self._has_header = False

    def write(self, frame: pd.DataFrame) -> None:
        import pyarrow as pa
        from pyarrow import csv as arrow_csv

        names = _escape_text(pa.chunked_array([pa.array([str(name) for name in frame.columns], pa.string())]))
        columns = [_escape_text(as_arrow(frame.iloc[:, position])) for position in range(frame.shape[1])]
        self.ascii = self.ascii and all(_is_ascii(cells) for cells in (names, *columns))
        if not self._has_header:
            self.marked = not self.ascii
            self._file.write(codecs.BOM_UTF8 if self.marked else b"")
            self._file.write((",".join(_quote_field(name) for name in names.to_pylist()) + "\n").encode())
            self._has_header = True
        if columns:
            table = pa.table(columns, names=[str(position) for position in range(len(columns))])
            arrow_csv.write_csv(
                table, self._file, arrow_csv.WriteOptions(include_header=False, batch_size=_ROWS_AT_ONCE)
            )


def _quote_field(name: str) -> str:
    """Return a column name, in quotes if it holds a character that needs them."""
    return '"' + name.replace('"', '""') + '"' if any(mark in name for mark in ',;|"\t\r\n') else name


def _escape_text(cells: Any) -> Any:
    """Escape the text of a column; numbers stay numbers."""
    import pyarrow.compute as pc

    if not _is_text(cells):
        return cells
    if pc.any(pc.match_substring(cells, "\0")).as_py():
        cells = pc.replace_substring(cells, "\0", "")
    return escape(cells)


def _is_ascii(cells: Any) -> bool:
    import pyarrow.compute as pc

    return not _is_text(cells) or pc.all(pc.string_is_ascii(cells)).as_py() is not False


def _is_text(cells: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type))
