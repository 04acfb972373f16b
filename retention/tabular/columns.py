"""One column as it was written -> numbers with NaN, or text with missing values, and what was repaired.

Every rule looks at the whole column, never at one cell alone: a column is numeric when all of its
cells are numbers written in one way, or blanks. A few strays among numbers are refused with their
row; a repair leaves a sentence. ``pa`` is Apache Arrow, whose strings stay out of Python's hands.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.errors import InputError
from retention.tabular.arrays import temporal_to_text
from retention.tabular.formulas import unescape
from retention.tabular.number_formats import ParsedNumbers, parse_numbers, to_mask
from retention.wording.text import count_noun, quote, quote_cell

BLANK_WORDS = frozenset(
    {"NA", "N/A", "n/a", "na", "#N/A", "<NA>", "-", "--", "–", "—", "?", "??", ".", "null", "NULL", "Null", "nil"}
    | {"NaN", "nan", "NAN", "-nan", "#NULL!", "None", "none", "NONE", "missing", "Missing", "unknown", "Unknown"}
    | {"#DIV/0!", "#VALUE!", "#REF!", "(blank)", "not available", "N.A.", "n.a."}
)
"""Words that mean "no number here" in a column that is otherwise numeric; in a text column they are values."""

_MOST_STRAYS = 0.05
_HEAD_ROWS = 1000
_BARE_NUMBER = r"^[+\-]?[\d.]+(?:[eE][+\-]?\d+)?$"
_OPEN_ENDED = r"^(?:\d{1,9}\s*\+|[<>≤≥]=?\s*\d{1,9})$"
_CODE = r"^(?:0\d+|\+\d{8,})$"
_LONG_CODE = r"^(?:0\d+|\+\d{8,}|[+\-]?\d{16,})$"
_EXACT = 2.0**53  # whole numbers up to here survive as float64


@dataclass(frozen=True)
class ParsedColumn:
    """A column made ready.

    Attributes
    ----------
    values
        float64 with NaN for blanks, or pandas ``str`` with missing for blanks; length n.
    note
        One sentence about what was repaired, if anything was.
    cellwise
        Whether every cell could be read by itself, so that some rows alone would have given the same.
    """

    values: NDArray[np.float64] | pd.Series
    note: str | None = None
    cellwise: bool = False

    @property
    def is_numeric(self) -> bool:
        """Whether the column became numbers."""
        return isinstance(self.values, np.ndarray)


@dataclass(frozen=True)
class ColumnLocation:
    """Where a column stands, for messages: the file, the column, and the row number of each cell."""

    source: str
    name: str
    row_numbers: NDArray[np.int64]

    def error(self, position: int, sentence: str) -> InputError:
        """Return an error that points at one cell."""
        return InputError(
            f"{self.source}: column {quote(self.name)}, row {self.row_numbers[position]:,}: {sentence}"
        )


def parse_column(
    cells: Any, location: ColumnLocation, *, as_text: bool = False, text_if_mixed: bool = False
) -> ParsedColumn:
    """Turn an Arrow column of any type into numbers or text.

    Parameters
    ----------
    cells
        A ``pyarrow.ChunkedArray`` of length n.
    location
        Where it stands, for messages.
    as_text
        Keep it text whatever it looks like (ids, labels, names).
    text_if_mixed
        Keep it text, with a note, where a few cells of a numeric column are no numbers.

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
        return _to_text(cells, location, plain=True) if as_text else _from_text(cells, location, text_if_mixed)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _whole_text(cells) if as_text else _from_numbers(cells, location)
    if pa.types.is_boolean(kind):
        return _from_numbers(cells.cast(pa.int8()), location)
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind) or pa.types.is_time(kind):
        return _to_text(temporal_to_text(cells), location)
    raise InputError(
        f"{location.source}: column {quote(location.name)} holds {kind}, not numbers or text; "
        "leave it out of the file"
    )


def _trim(cells: Any) -> Any:
    """Strip white space at both ends; what is empty then is missing."""
    import pyarrow.compute as pc

    cells = pc.utf8_trim_whitespace(cells)
    empty = pc.equal(pc.binary_length(cells), 0)
    return pc.if_else(empty, None, cells) if pc.any(empty).as_py() else cells


def _to_text(cells: Any, place: ColumnLocation, note: str | None = None, *, plain: bool = False) -> ParsedColumn:
    return ParsedColumn(unescape(cells).to_pandas().rename(place.name), note, plain)


def _whole_text(cells: Any) -> ParsedColumn:
    """Write numbers as ids: 7.0 (a whole column turned float by one blank) is the id 7."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_floating(cells.type):
        cells = pc.if_else(pc.is_nan(cells), None, cells)
        if pc.all(pc.equal(pc.trunc(cells), cells)).as_py() is not False:
            cells = cells.cast(pa.int64(), safe=False)
        return ParsedColumn(cells.cast(pa.string()).to_pandas())
    return ParsedColumn(cells.cast(pa.string()).to_pandas(), cellwise=pa.types.is_integer(cells.type))


def _from_numbers(cells: Any, place: ColumnLocation) -> ParsedColumn:
    """Numbers of any width -> float64; whole numbers too long for it keep every digit as text."""
    import pyarrow as pa

    values = cells.cast(pa.float64(), safe=False).to_numpy().astype(np.float64, copy=True)
    if not pa.types.is_floating(cells.type) and _beyond_exact(values):
        return _to_text(cells.cast(pa.string()), place, _kept(place, "its numbers are too long to count with"))
    _refuse_infinite(values, place)
    return ParsedColumn(values, cellwise=True)


def _from_text(cells: Any, place: ColumnLocation, forgiving: bool) -> ParsedColumn:
    """Decide whether a text column is numbers, and read them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    bare = cells
    values = _cast(cells)
    if values is None:
        bare = pc.if_else(pc.is_in(cells, value_set=pa.array(sorted(BLANK_WORDS))), None, cells)
        if bare.null_count == len(bare):
            return _to_text(cells, place)
        values = _cast(bare)
    if values is None:
        return _from_dressed(cells, bare, place, forgiving)
    at = _code(bare, values)
    if at is not None:
        why = f"{quote_cell(cells[at])} in row {place.row_numbers[at]:,} is a code, not a number"
        return _to_text(cells, place, _kept(place, why))
    _refuse_infinite(values, place)
    return ParsedColumn(values, _blank_note(np.isnan(values), cells, place), cellwise=not _beyond_exact(values))


def _cast(cells: Any) -> NDArray[np.float64] | None:
    """Plain numbers -> float64; None when some cell is no plain number."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        pc.cast(cells.slice(0, _HEAD_ROWS), pa.float64())  # a million failures take their time
        return pc.cast(cells, pa.float64()).to_numpy().astype(np.float64, copy=True)  # type: ignore[no-any-return]
    except pa.ArrowInvalid:
        return None


def _code(cells: Any, values: NDArray[np.float64]) -> int | None:
    """Position of the first cell that is written in digits but would lose some as a number."""
    import pyarrow.compute as pc

    suspects, code = pc.or_(pc.starts_with(cells, "0"), pc.starts_with(cells, "+")), _CODE
    if _beyond_exact(values):
        suspects, code = pc.or_(suspects, pc.greater(pc.binary_length(cells), 15)), _LONG_CODE
    if not pc.any(suspects).as_py():
        return None
    return _first(to_mask(pc.match_substring_regex(cells, code)))


def _beyond_exact(values: NDArray[np.float64]) -> bool:
    return bool(np.nanmax(np.abs(values), initial=0.0) >= _EXACT) if len(values) else False


def _refuse_infinite(values: NDArray[np.float64], place: ColumnLocation) -> None:
    if (at := _first(np.isinf(values))) is not None:
        raise place.error(at, "the number is infinite; correct the cell or leave it blank")


def _from_dressed(cells: Any, bare: Any, place: ColumnLocation, forgiving: bool) -> ParsedColumn:
    """Read numbers that carry marks, refuse a few strays among numbers, or keep the column as text.

    Parameters
    ----------
    cells, bare
        The column as written, and without the words that stand for a blank.
    place, forgiving
        As for :func:`parse_column`.
    """
    import pyarrow.compute as pc

    filled = to_mask(pc.is_valid(bare))
    found = parse_numbers(bare)
    strays = filled & ~found.fits
    if strays.any():
        return _with_strays(cells, strays, found, place, forgiving)
    if found.ambiguity:
        at = int(np.argmax(filled))
        return _to_text(
            cells,
            place,
            _kept(place, f"{found.ambiguity} ({quote_cell(cells[at])} in row {place.row_numbers[at]:,})"),
        )
    _refuse_infinite(found.values, place)
    at = int(np.argmax(filled & ~to_mask(pc.match_substring_regex(bare, _BARE_NUMBER))))
    read = f"{quote_cell(cells[at])} in row {place.row_numbers[at]:,} as {found.values[at]:.15g}"
    note = f"column {quote(place.name)}: numbers are read without their marks, {read}"
    blank = _blank_note(np.isnan(found.values), cells, place)
    return ParsedColumn(found.values, f"{note}; {blank}" if blank else note)


def _with_strays(
    cells: Any, strays: NDArray[np.bool_], found: ParsedNumbers, place: ColumnLocation, forgiving: bool
) -> ParsedColumn:
    """Read open ends such as ``4+``, or refuse a few strays; else the column is text, told if half numbers."""
    count, numbers = int(strays.sum()), int(found.fits.sum())
    at = int(np.argmax(strays))
    if numbers >= count and not found.ambiguity and (ends := _open_ended(cells, strays)) is not None:
        values = np.where(strays, ends, found.values)
        _refuse_infinite(values, place)
        example = f"{quote_cell(cells[at])} in row {place.row_numbers[at]:,} as {ends[at]:.15g}"
        cells_read = count_noun(count, "open-ended cell")
        note = f"column {quote(place.name)}: {cells_read} read as the number in it, {example}"
        blank = _blank_note(np.isnan(values), cells, place)
        return ParsedColumn(values, f"{note}; {blank}" if blank else note)
    if not forgiving and numbers >= 3 and count <= max(1.0, _MOST_STRAYS * (count + numbers)):
        others = f" (and {count_noun(count - 1, 'more cell')})" if count > 1 else ""
        raise place.error(
            at,
            f"{quote_cell(cells[at])}{others} is not a number, as the rest is; correct it, or exclude the column",
        )
    half_numbers = 2 * int(found.fits_some_format.sum()) > count + numbers
    why = f"{quote_cell(cells[at])} in row {place.row_numbers[at]:,} is not written like the other numbers"
    return _to_text(cells, place, _kept(place, why) if half_numbers else None)


def _open_ended(cells: Any, strays: NDArray[np.bool_]) -> NDArray[np.float64] | None:
    """Return the number in each cell such as ``4+`` or ``>90``, NaN elsewhere; None if some stray is not so."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = pc.if_else(pa.chunked_array([pa.array(strays)]), cells, None)
    if not to_mask(pc.match_substring_regex(found, _OPEN_ENDED))[strays].all():
        return None
    digits = pc.replace_substring_regex(found, r"[^\d]", "")
    return pc.cast(digits, pa.float64()).to_numpy().astype(np.float64)  # type: ignore[no-any-return]


def _blank_note(blank: NDArray[np.bool_], cells: Any, place: ColumnLocation) -> str | None:
    at = _first(blank)
    if at is None:
        return None
    what = quote_cell(cells[at]) if cells[at].is_valid else "blank"
    return (
        f"column {quote(place.name)}: {int(blank.sum()):,} of {count_noun(len(blank), 'cell')} hold no number "
        f"(first in row {place.row_numbers[at]:,}: {what}) and count as missing"
    )


def _kept(place: ColumnLocation, why: str) -> str:
    return f"column {quote(place.name)} is kept as text: {why}"


def _first(mask: NDArray[np.bool_]) -> int | None:
    return int(np.argmax(mask)) if mask.any() else None
