"""Convert pandas columns to Apache Arrow arrays, from which columns are parsed and written."""

from typing import Any

import pandas as pd

_ARROW_KINDS = "biufMOU"  # other kinds (complex numbers, time spans) become text


def as_arrow(column: pd.Series) -> Any:
    """Convert a pandas column to an Arrow one: NaN is missing; mixed objects, times and categories are text."""
    import pyarrow as pa

    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    if column.dtype.kind not in _ARROW_KINDS:
        column = column.map(str, na_action="ignore")
    try:
        cells = pa.Array.from_pandas(column)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        cells = pa.Array.from_pandas(column.map(str, na_action="ignore"))
    if isinstance(cells.type, pa.BaseExtensionType):
        cells = pa.Array.from_pandas(column.map(str, na_action="ignore"))
    cells = cells if isinstance(cells, pa.ChunkedArray) else pa.chunked_array([cells])
    return temporal_to_text(cells) if pa.types.is_temporal(cells.type) else cells


def temporal_to_text(cells: Any) -> Any:
    """Convert an Arrow column of dates and times to ISO text, without the time of day if all are midnight.

    >>> import pandas as pd
    >>> as_arrow(pd.Series(pd.to_datetime(["2025-06-30", "2025-07-01"]))).to_pylist()
    ['2025-06-30', '2025-07-01']
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    text = pc.replace_substring_regex(cells.cast(pa.string()), r"\.0+(Z|[+\-]\d\d:?\d\d)?$", r"\1")
    days = pc.replace_substring_regex(text, r" 00:00:00Z?$", "")
    return days if pc.all(pc.less_equal(pc.binary_length(days), 10)).as_py() else text
