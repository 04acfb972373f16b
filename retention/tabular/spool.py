"""Parsed columns in a temporary file, so that a long file is parsed once however often it is read."""

import tempfile
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Values = NDArray[np.float64] | pd.Series


class ColumnSpool:
    """Batches of parsed columns, written one after another and read back in the same order, any number of times.

    The file has no name: it goes as soon as nobody holds the spool, also where the program is killed.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the spool
        self._starts: list[int] = []
        self._rows: list[int] = []

    def append(self, rows: int, columns: Mapping[str, Values]) -> None:
        """Write a batch of columns of so many rows, as :func:`retention.tabular.columns.parse_column` gives them.

        Raises
        ------
        OSError
            If there is no room for them where temporary files go.
        """
        import pyarrow as pa

        cells = [
            pa.array(values) if isinstance(values, np.ndarray) else pa.Array.from_pandas(values)
            for values in columns.values()
        ]
        table = pa.table(cells, names=list(columns))
        self._starts.append(self._file.seek(0, 2))
        self._rows.append(rows)
        options = pa.ipc.IpcWriteOptions()
        with pa.ipc.new_stream(self._file, table.schema, options=options) as writer:
            writer.write_table(table)

    def read(self, names: Collection[str]) -> Iterator[tuple[int, dict[str, Values]]]:
        """Yield how many rows each batch has, in turn, with those of these columns that it was written with."""
        import pyarrow as pa

        for start, rows in zip(self._starts, self._rows, strict=True):
            self._file.seek(start)
            table = pa.ipc.open_stream(self._file).read_all()
            yield rows, {name: _values(table.column(name)) for name in names if name in table.column_names}


def _values(cells: Any) -> Values:
    """Return a column as it was parsed: float64, or pandas ``str``."""
    import pyarrow as pa

    if pa.types.is_floating(cells.type):
        numbers: NDArray[np.float64] = cells.to_numpy()
        return numbers
    return pd.Series(cells, dtype="str")
