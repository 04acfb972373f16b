"""Read JSON Lines, one object a row, as a table."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from retention.errors import InputError
from retention.tabular.files import File, Limits
from retention.tabular.rows import Rows, TableSource, check_cells, check_names, check_rows

_BLOCK = 1 << 24


def is_json_lines(head: bytes) -> bool:
    """Whether a text begins with one JSON object on its first line.

    >>> is_json_lines(b'{"id": 1}' + bytes([10]) + b'{"id": 2}'), is_json_lines(b'[{"id": 1}]')
    (True, False)
    """
    line = head.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")[0]
    if not line.startswith(b"{"):
        return False
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def open_json_lines(file: File, limits: Limits) -> TableSource:
    """Read a JSON Lines file.

    Returns
    -------
    TableSource
        Its cells have the types of the file; rows are numbered from 1, as the lines are.

    Raises
    ------
    InputError
        If a line is no object, or a name holds cells of several kinds.
    """
    import pyarrow as pa
    from pyarrow import json as arrow_json

    content = b"".join(file.chunks())
    options = arrow_json.ReadOptions(block_size=max(_BLOCK, len(content) + 1))
    parsing = arrow_json.ParseOptions(newlines_in_values=False)
    try:
        cells: Any = arrow_json.read_json(pa.BufferReader(content), options, parsing)
    except pa.ArrowInvalid as error:
        reason = str(error).partition(":")[2].strip().splitlines()[0][:80] or "it cannot be parsed"
        raise InputError(
            f"{file.name}: is JSON Lines with a fault ({reason}); write one flat object a line, each name with "
            "cells of one kind"
        ) from None
    names = check_names(cells.column_names, file.name, limits)
    check_rows(len(cells), file.name, limits)
    check_cells(len(cells), len(names), file.name, limits)
    rows = Rows(_without_times(cells).rename_columns(names), np.arange(1, len(cells) + 1))

    def read() -> Iterator[Rows]:
        yield rows

    return TableSource(file.name, names, read, limits)


def _without_times(cells: Any) -> Any:
    """Write times as text again, which Arrow recognises among the strings of JSON."""
    import pyarrow as pa

    from retention.tabular.arrays import temporal_to_text

    for position, column in enumerate(cells.columns):
        if pa.types.is_temporal(column.type):
            cells = cells.set_column(position, cells.column_names[position], temporal_to_text(column))
    return cells
