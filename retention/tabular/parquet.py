"""Read Parquet in batches, with a row number for each row, within the same limits as text."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.errors import InputError
from retention.tabular.files import Limits
from retention.tabular.rows import Rows, TableSource, check_names, check_rows, too_many_columns

_BATCH_ROWS = 1 << 16


def open_parquet(file: Any, source: str, limits: Limits) -> TableSource:
    """Open a Parquet file and check its size and its column names.

    A long text that stands in a million rows takes little room in the file, so text stays encoded as a dictionary
    until its full length is known to be within the limit.

    Parameters
    ----------
    file
        Its bytes, or an Arrow file with random access.
    source
        Its name, for messages.
    limits
        How large it may be once every cell is written out.

    Returns
    -------
    Source
        Its cells have the types of the file, and text is a dictionary. Rows are numbered from 2, as a spreadsheet
        would number them under a header.

    Raises
    ------
    InputError
        If the file is damaged or over a limit. Text that is too long is found only while the rows are read.
    """
    import pyarrow as pa
    from pyarrow import parquet

    file = pa.BufferReader(file) if isinstance(file, bytes) else file
    try:
        parquet_file = parquet.ParquetFile(file)
        if parquet_file.metadata.num_columns > limits.columns:
            raise too_many_columns(f"{parquet_file.metadata.num_columns:,}", source, limits)
        check_rows(parquet_file.metadata.num_rows, source, limits)
        groups = (
            parquet_file.metadata.row_group(number) for number in range(parquet_file.metadata.num_row_groups)
        )
        if sum(group.total_byte_size for group in groups) > limits.bytes:
            raise _too_large(source, limits)
        names = check_names(parquet_file.schema_arrow.names, source, limits)
        text_names = [field.name for field in parquet_file.schema_arrow if _of_any_length(field.type)]
        reader = parquet.ParquetFile(file, read_dictionary=text_names, buffer_size=1 << 20, pre_buffer=False)
    except (pa.ArrowException, OSError, IndexError):
        raise _damaged(source) from None
    return TableSource(source, names, lambda: _rows(reader, names, source, limits), limits)


def parse_parquet(data: bytes, source: str, limits: Limits) -> tuple[Any, NDArray[np.int64]]:
    """Parse a whole Parquet file; see :func:`open_parquet` for the errors.

    Returns
    -------
    cells : pyarrow.Table
        Columns with the types of the file; text is a dictionary.
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
    """Whether cells of this type vary in length, so that the file may store one of them for many rows."""
    from pyarrow import types

    tests = (types.is_string, types.is_large_string, types.is_string_view, types.is_binary, types.is_large_binary)
    return any(test(kind) for test in tests)


def _full_size(column: Any) -> int:
    """Return the bytes that a column takes once every cell is written out."""
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
        "keep all rows of fewer customers, or raise RETENTION_MAX_UPLOAD_MB where you run this yourself"
    )
