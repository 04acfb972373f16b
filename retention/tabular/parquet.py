"""Parquet -> rows with a number each, some at a time, within the same limits as text."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.errors import InputError
from retention.tabular.files import Limits
from retention.tabular.shape import Rows, TableSource, check_names, check_rows, too_many_columns

_BATCH_ROWS = 1 << 16


def open_parquet(file: Any, source: str, limits: Limits) -> TableSource:
    """Look at a Parquet file.

    The same long text can stand in a million rows and take no room in the file, so text stays
    encoded as a dictionary until its full length is known to be within the limit.

    Parameters
    ----------
    file
        Its bytes, or a file that can be read here and there.
    source
        Its name, for messages.
    limits
        How large it may be, written out.

    Returns
    -------
    Source
        Its cells are as the file types them, text as dictionaries; rows are numbered from 2, as a
        spreadsheet would show them under a header.

    Raises
    ------
    InputError
        If the file is damaged or over a limit; text may turn out to be too long while it is read.
    """
    import pyarrow as pa
    from pyarrow import parquet

    file = pa.BufferReader(file) if isinstance(file, bytes) else file
    try:
        kept = parquet.ParquetFile(file)
        if kept.metadata.num_columns > limits.columns:
            raise too_many_columns(f"{kept.metadata.num_columns:,}", source, limits)
        check_rows(kept.metadata.num_rows, source, limits)
        groups = (kept.metadata.row_group(place) for place in range(kept.metadata.num_row_groups))
        if sum(group.total_byte_size for group in groups) > limits.bytes:
            raise _too_large(source, limits)
        names = check_names(kept.schema_arrow.names, source, limits)
        words = [field.name for field in kept.schema_arrow if _of_any_length(field.type)]
        reader = parquet.ParquetFile(file, read_dictionary=words)
    except (pa.ArrowException, OSError, IndexError):
        raise _damaged(source) from None
    return TableSource(source, names, lambda: _rows(reader, names, source, limits), limits)


def parse_parquet(data: bytes, source: str, limits: Limits) -> tuple[Any, NDArray[np.int64]]:
    """Parse a Parquet file as a whole; see :func:`open_parquet`.

    Returns
    -------
    cells : pyarrow.Table
        Columns as the file types them; text as dictionaries.
    row_numbers : array of int, shape (n,)
        Counted from 2.
    """
    rows = open_parquet(data, source, limits).read_all()
    return rows.cells, rows.numbers


def _rows(reader: Any, names: Sequence[str], source: str, limits: Limits) -> Iterator[Rows]:
    import pyarrow as pa

    done, size, total = 0, 0, reader.metadata.num_rows
    try:
        for batch in reader.iter_batches(_BATCH_ROWS):
            size += sum(_full_size(column) for column in batch.columns)
            if size > limits.bytes:
                raise _too_large(source, limits)
            numbers = np.arange(done + 2, done + 2 + len(batch))
            done += len(batch)
            yield Rows(pa.Table.from_batches([batch]).rename_columns(names), numbers, min(1.0, done / total))
    except (pa.ArrowException, OSError, IndexError):
        raise _damaged(source) from None
    check_rows(done, source, limits)


def _of_any_length(kind: Any) -> bool:
    """Whether cells of this type can be of any length, and so be kept once for many rows."""
    from pyarrow import types

    tests = (types.is_string, types.is_large_string, types.is_string_view, types.is_binary, types.is_large_binary)
    return any(test(kind) for test in tests)


def _full_size(column: Any) -> int:
    """Bytes that a column takes once every cell is written out."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_dictionary(column.type):
        return int(column.nbytes)
    lengths = pc.take(pc.binary_length(column.dictionary), column.indices)
    return int(pc.sum(lengths.cast(pa.int64())).as_py() or 0)


def _damaged(source: str) -> InputError:
    return InputError(f"{source}: is a damaged Parquet file; write or copy it again")


def _too_large(source: str, limits: Limits) -> InputError:
    return InputError(
        f"{source}: unpacks to more than the limit of {limits.megabytes:,} MB; "
        "split it, or raise RETENTION_MAX_UPLOAD_MB where you run this yourself"
    )
