"""A frame -> a CSV file that a spreadsheet opens without running any of it, and that reads back the same."""

from pathlib import Path
from typing import Any

import pandas as pd

from retention.artifacts import atomic_file
from retention.customers.reading.arrays import as_arrow
from retention.customers.reading.formulas import escape


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
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    names = _ready(pa.chunked_array([pa.array([str(name) for name in frame.columns], pa.string())]))
    columns = [_ready(as_arrow(frame.iloc[:, place])) for place in range(frame.shape[1])]
    header = ",".join(_quoted(name) for name in names.to_pylist()) + "\n"
    with atomic_file(path) as part, part.open("wb") as file:
        if not all(_ascii(cells) for cells in (names, *columns)):
            file.write(b"\xef\xbb\xbf")
        file.write(header.encode())
        if columns:
            table = pa.table(columns, names=[str(place) for place in range(len(columns))])
            arrow_csv.write_csv(table, file, arrow_csv.WriteOptions(include_header=False, batch_size=16_384))


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
