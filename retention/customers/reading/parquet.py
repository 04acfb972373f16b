"""Parquet -> columns with a row number each, within the same limits as text."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.customers.reading.files import Limits
from retention.customers.reading.shape import check_names, check_rows, too_many_columns
from retention.errors import InputError

_BATCH_ROWS = 1 << 16
_MEGABYTE = 1_000_000


def parse(data: bytes, source: str, limits: Limits) -> tuple[Any, NDArray[np.int64]]:
    """Parse a Parquet file.

    The same long text can stand in a million rows and take no room in the file, so text stays
    encoded as a dictionary until its full length is known to be within the limit.

    Returns
    -------
    cells : pyarrow.Table
        Columns as the file types them; text as dictionaries.
    row_numbers : array of int, shape (n,)
        Counted from 2, as a spreadsheet would show the rows under a header.

    Raises
    ------
    InputError
        If the file is damaged or over a limit.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        kept = parquet.ParquetFile(pa.BufferReader(data))
        if kept.metadata.num_columns > limits.columns:
            raise too_many_columns(f"{kept.metadata.num_columns:,}", source, limits)
        check_rows(kept.metadata.num_rows, source, limits)
        groups = (kept.metadata.row_group(place) for place in range(kept.metadata.num_row_groups))
        if sum(group.total_byte_size for group in groups) > limits.megabytes * _MEGABYTE:
            raise _too_large(source, limits)
        names = check_names(kept.schema_arrow.names, source, limits)
        words = [field.name for field in kept.schema_arrow if _of_any_length(field.type)]
        reader = parquet.ParquetFile(pa.BufferReader(data), read_dictionary=words)
        batches, size = [], 0
        for batch in reader.iter_batches(_BATCH_ROWS):
            size += sum(_full_size(column) for column in batch.columns)
            if size > limits.megabytes * _MEGABYTE:
                raise _too_large(source, limits)
            batches.append(batch)
        cells = pa.Table.from_batches(batches, schema=batches[0].schema).rename_columns(names)
    except (pa.ArrowException, OSError, IndexError):
        raise InputError(f"{source}: is a damaged Parquet file; write or copy it again") from None
    check_rows(len(cells), source, limits)
    return cells, np.arange(2, len(cells) + 2)


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


def _too_large(source: str, limits: Limits) -> InputError:
    return InputError(
        f"{source}: unpacks to more than the limit of {limits.megabytes:,} MB; "
        "split it, or raise RETENTION_MAX_UPLOAD_MB where you run this yourself"
    )
