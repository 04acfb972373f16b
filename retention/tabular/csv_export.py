"""A frame -> a CSV file that a spreadsheet opens without running any of it, and that reads back the same."""

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

    Floats get as many digits as reading back the same value takes. The file starts with a byte
    order mark only when it holds more than ASCII: that is what makes Excel show ``₹`` and Hindi,
    and a plain file stays plain for every other program. NUL characters are left out, since no
    reader takes them.

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
    """Yield a function that takes frames of the same columns, to be written as one by :func:`write_csv`.

    The file is there, whole, when the block ends; on an exception the old one stays.
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
    """Writes frames under one header; ``marked`` with a byte order mark where the first is not ``ascii``."""

    def __init__(self, file: BinaryIO) -> None:
        self.ascii = True
        self.marked = False
        self._file = file
        self._begun = False

    def write(self, frame: pd.DataFrame) -> None:
        import pyarrow as pa
        from pyarrow import csv as arrow_csv

        names = _ready(pa.chunked_array([pa.array([str(name) for name in frame.columns], pa.string())]))
        columns = [_ready(as_arrow(frame.iloc[:, place])) for place in range(frame.shape[1])]
        self.ascii = self.ascii and all(_ascii(cells) for cells in (names, *columns))
        if not self._begun:
            self.marked = not self.ascii
            self._file.write(codecs.BOM_UTF8 if self.marked else b"")
            self._file.write((",".join(_quoted(name) for name in names.to_pylist()) + "\n").encode())
            self._begun = True
        if columns:
            table = pa.table(columns, names=[str(place) for place in range(len(columns))])
            arrow_csv.write_csv(
                table, self._file, arrow_csv.WriteOptions(include_header=False, batch_size=_ROWS_AT_ONCE)
            )


def _quoted(name: str) -> str:
    """Quote a column name where it takes quotes."""
    return '"' + name.replace('"', '""') + '"' if any(mark in name for mark in ',;|"\t\r\n') else name


def _ready(cells: Any) -> Any:
    """Escape the text of a column; numbers stay numbers."""
    import pyarrow.compute as pc

    if not _text(cells):
        return cells
    if pc.any(pc.match_substring(cells, "\0")).as_py():
        cells = pc.replace_substring(cells, "\0", "")
    return escape(cells)


def _ascii(cells: Any) -> bool:
    import pyarrow.compute as pc

    return not _text(cells) or pc.all(pc.string_is_ascii(cells)).as_py() is not False


def _text(cells: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type))
