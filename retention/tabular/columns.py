"""Parse one column as it is written: into numbers with NaN, or into text with missing values.

Every rule looks at the whole column, never at one cell alone: a column is numeric when all of its cells are blank
or numbers in one format. A few other cells among numbers are an error that names the row; a repair leaves a note.
Cells stay in Apache Arrow (``pa``), which is many times faster than Python strings.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.errors import InputError
from retention.tabular.arrays import temporal_to_text
from retention.tabular.locations import ColumnLocation
from retention.tabular.number_formats import Decimal, decimal_of_plain, to_mask
from retention.tabular.parsed_column import ParsedColumn, refuse_infinite, to_text
from retention.tabular.written_numbers import parse_written
from retention.wording.text import quote

BLANK_WORDS = frozenset(
    {"NA", "N/A", "n/a", "na", "#N/A", "<NA>", "-", "--", "–", "—", "?", "??", ".", "null", "NULL", "Null", "nil"}
    | {"NaN", "nan", "NAN", "-nan", "#NULL!", "None", "none", "NONE", "missing", "Missing", "unknown", "Unknown"}
    | {"#DIV/0!", "#VALUE!", "#REF!", "(blank)", "not available", "N.A.", "n.a."}
)
"""Words that mean a missing number in a column that is otherwise numeric; in a text column they are values."""

_HEAD_ROWS = 1000
_CODE = r"^(?:0\d+|\+\d{8,})$"
_LONG_CODE = r"^(?:0\d+|\+\d{8,}|[+\-]?\d{16,})$"
_LARGEST_EXACT = 2.0**53  # whole numbers up to here are exact as float64


def parse_column(
    cells: Any,
    location: ColumnLocation,
    *,
    as_text: bool = False,
    text_if_mixed: bool = False,
    decimal: Decimal | None = None,
) -> ParsedColumn:
    """Parse an Arrow column of any type into numbers or text.

    Parameters
    ----------
    cells
        A ``pyarrow.ChunkedArray`` of length n.
    location
        Where the cells stand, for messages.
    as_text
        Read the column as text whatever it looks like (ids, labels, names).
    text_if_mixed
        Read the column as text, with a note, where a few cells of a numeric column are no numbers.
    decimal
        The decimal mark of the file, where its columns have been judged together.

    Raises
    ------
    InputError
        If a few cells of a numeric column are no numbers (unless ``text_if_mixed``), or the column holds lists,
        records or bytes.
    """
    import pyarrow as pa

    kind = cells.type
    if pa.types.is_dictionary(kind):
        cells = cells.cast(kind.value_type)
        kind = cells.type
    if pa.types.is_string_view(kind):
        cells = cells.cast(pa.large_string())
    elif as_text and (pa.types.is_null(kind) or pa.types.is_boolean(kind)):
        cells = cells.cast(pa.string())
    kind = cells.type
    if pa.types.is_null(kind):
        return ParsedColumn(np.full(len(cells), np.nan), cellwise=True)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        cells = _trim(cells)
        return (
            to_text(cells, location, cellwise=True)
            if as_text
            else _parse_text(cells, location, text_if_mixed, decimal)
        )
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _ids_parse_numeric(cells) if as_text else _parse_numeric(cells, location)
    if pa.types.is_boolean(kind):
        return _parse_numeric(cells.cast(pa.int8()), location)
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind) or pa.types.is_time(kind):
        return to_text(temporal_to_text(cells), location)
    raise InputError(
        f"{location.source}: column {quote(location.name)} holds {kind}, not numbers or text; "
        "leave it out of the file"
    )


def _trim(cells: Any) -> Any:
    """Strip white space at both ends; cells that are empty then are missing."""
    import pyarrow.compute as pc

    cells = pc.utf8_trim_whitespace(cells)
    empty = pc.equal(pc.binary_length(cells), 0)
    return pc.if_else(empty, None, cells) if pc.any(empty).as_py() else cells


def _ids_parse_numeric(cells: Any) -> ParsedColumn:
    """Write numbers as ids: 7.0 is the id 7, since one blank turns a column of integers into floats."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_floating(cells.type):
        cells = pc.if_else(pc.is_nan(cells), None, cells)
        if pc.all(pc.equal(pc.trunc(cells), cells)).as_py() is not False:
            cells = cells.cast(pa.int64(), safe=False)
        return ParsedColumn(cells.cast(pa.string()).to_pandas())
    return ParsedColumn(cells.cast(pa.string()).to_pandas(), cellwise=pa.types.is_integer(cells.type))


def _parse_numeric(cells: Any, location: ColumnLocation) -> ParsedColumn:
    """Convert numbers of any width to float64; keep integers that float64 cannot hold as text with all digits."""
    import pyarrow as pa

    values = cells.cast(pa.float64(), safe=False).to_numpy().astype(np.float64, copy=True)
    if not pa.types.is_floating(cells.type) and _beyond_exact(values):
        return to_text(
            cells.cast(pa.string()), location, location.kept_as_text("its numbers are too long to compute with")
        )
    refuse_infinite(values, location)
    return ParsedColumn(values, cellwise=True)


def _parse_text(
    cells: Any, location: ColumnLocation, text_if_mixed: bool, decimal: Decimal | None
) -> ParsedColumn:
    """Parse a column of text as numbers if all of its cells are, else keep it as text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    filled_cells = cells
    values = _cast(cells)
    if values is None:
        filled_cells = pc.if_else(pc.is_in(cells, value_set=pa.array(sorted(BLANK_WORDS))), None, cells)
        if filled_cells.null_count == len(filled_cells):
            return to_text(cells, location)
        values = _cast(filled_cells)
    if values is None or (decimal == "comma" and decimal_of_plain(filled_cells)[1]):
        return parse_written(cells, filled_cells, location, text_if_mixed=text_if_mixed, decimal=decimal)
    code = _first_code(filled_cells, values)
    if code is not None:
        reason = f"{location.quote_cell(cells, code)} is a code, not a number"
        return to_text(cells, location, location.kept_as_text(reason))
    refuse_infinite(values, location)
    return ParsedColumn(values, location.blank_note(np.isnan(values), cells), cellwise=not _beyond_exact(values))


def _cast(cells: Any) -> NDArray[np.float64] | None:
    """Convert plain numbers to float64; return None if some cell is no plain number."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        pc.cast(cells.slice(0, _HEAD_ROWS), pa.float64())  # fail early: a million failing cells take long
        return pc.cast(cells, pa.float64()).to_numpy().astype(np.float64, copy=True)  # type: ignore[no-any-return]
    except pa.ArrowInvalid:
        return None


def _first_code(cells: Any, values: NDArray[np.float64]) -> int | None:
    """Return the position of the first cell whose digits a number would not keep, such as ``007``; else None."""
    import pyarrow.compute as pc

    suspects, pattern = pc.or_(pc.starts_with(cells, "0"), pc.starts_with(cells, "+")), _CODE
    if _beyond_exact(values):
        suspects, pattern = pc.or_(suspects, pc.greater(pc.binary_length(cells), 15)), _LONG_CODE
    if not pc.any(suspects).as_py():
        return None
    return _first(to_mask(pc.match_substring_regex(cells, pattern)))


def _beyond_exact(values: NDArray[np.float64]) -> bool:
    """Whether some number is so large that float64 may not hold all of its digits."""
    return bool(np.nanmax(np.abs(values), initial=0.0) >= _LARGEST_EXACT) if len(values) else False


def _first(mask: NDArray[np.bool_]) -> int | None:
    return int(np.argmax(mask)) if mask.any() else None
