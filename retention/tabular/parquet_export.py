"""Write frames as Parquet, a batch at a time, all or nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from retention.artifacts import atomic_file
from retention.tabular.arrays import as_arrow


@contextmanager
def parquet_writer(path: Path) -> Iterator[Callable[[pd.DataFrame], None]]:
    """Yield a function that writes frames of the same columns one after another, each as a row group.

    Numbers stay float64 and text stays text; the index is not written. The finished file replaces an old one when
    the block ends; on an exception the old one stays.
    """
    with atomic_file(path) as part:
        writer = _Writer(part)
        try:
            yield writer.write
        finally:
            writer.close()


class _Writer:
    """Writes frames with the column types of the first."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: Any = None

    def write(self, frame: pd.DataFrame) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        cells = [as_arrow(frame.iloc[:, position]) for position in range(frame.shape[1])]
        table = pa.table([_plain(column) for column in cells], names=[str(name) for name in frame.columns])
        if self._file is None:
            self._file = parquet.ParquetWriter(self._path, table.schema, compression="zstd")
        self._file.write_table(table.cast(self._file.schema))

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def _plain(column: Any) -> Any:
    """Return text as ``string`` even where all of it is blank, so that every batch has the same types."""
    import pyarrow as pa

    text = pa.types.is_large_string(column.type) or pa.types.is_null(column.type)
    return column.cast(pa.string()) if text else column
