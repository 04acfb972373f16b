"""Parse numbers as people write them: with decimal commas, grouped thousands, currencies and percent signs.

A whole column is read in one format or not at all: ``1,234`` alone could be a thousand or little more than one,
but beside ``1,23,456.50`` only one reading is left.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_SIGN = r"[+\-−]?"
_UNIT = r"₹|\$|€|£|¥|Rs\.?|INR|USD|EUR|GBP|%"
_FORMATTED = (
    rf"^(?P<sign>{_SIGN})(?P<before>(?:{_UNIT})?)\s*(?P<inner>{_SIGN})"
    rf"(?P<body>[\d.,'’\s]*\d[\d.,]*(?:[eE][+\-]?\d+)?)\s*(?P<after>(?:{_UNIT})?)$"
)
_PARTS = ("sign", "before", "inner", "body", "after")
_THREES = r"[1-9]\d{{0,2}}(?:{mark}\d{{3}})+"
_INDIAN = r"[1-9]\d?(?:,\d{2})*,\d{3}"
_SPACED = _THREES.format(mark=r"['’\s]")
_OPEN_ENDED = r"^(?:\d{1,9}\s*\+|[<>≤≥]=?\s*\d{1,9})$"
_EXPONENT = r"(?:[eE][+\-]?\d+)?"
_FORMATS = {
    "point": rf"^(?:\d*\.?\d+|\d+\.|(?:{_THREES.format(mark=',')}|{_INDIAN}|{_SPACED})(?:\.\d+)?){_EXPONENT}$",
    "comma": rf"^(?:\d*,?\d+|(?:{_THREES.format(mark='[.]')}|{_SPACED})(?:,\d+)?){_EXPONENT}$",
}
_WRITTEN_WITH_POINT = frozenset({"₹", "$", "£", "Rs", "Rs.", "INR", "USD", "GBP"})


@dataclass(frozen=True)
class ParsedNumbers:
    """The numbers in a column of text, in the format that fits most of its cells.

    Attributes
    ----------
    values
        float64, (n,); NaN where ``fits`` is false.
    fits
        Which cells are numbers in that format, (n,).
    fits_some_format
        Which cells are numbers in some format, (n,).
    ambiguity
        Why the column must not be read as these numbers although all cells fit; None if it is unambiguous.
    """

    values: NDArray[np.float64]
    fits: NDArray[np.bool_]
    fits_some_format: NDArray[np.bool_]
    ambiguity: str | None


def parse_numbers(cells: Any) -> ParsedNumbers:
    """Parse an Arrow column of text as numbers that all have one format.

    >>> import pyarrow as pa
    >>> parse_numbers(pa.chunked_array([["1.234,50", "12,5", None]])).values.tolist()
    [1234.5, 12.5, nan]
    >>> parse_numbers(pa.chunked_array([["1,234", "5,678"]])).ambiguity
    'a comma or point in it can be read in two ways'
    >>> parse_numbers(pa.chunked_array([["₹1,234", "Rs 50"]])).ambiguity
    'its cells carry different units'
    """
    import pyarrow.compute as pc

    # Matching is many times faster than extracting groups, and most columns of text have no match.
    candidates = pc.if_else(pc.match_substring_regex(cells, _FORMATTED), cells, None)
    if candidates.null_count == len(cells):
        none = np.zeros(len(cells), dtype=bool)
        return ParsedNumbers(np.full(len(cells), np.nan), none, none, None)
    parts = pc.extract_regex(candidates, _FORMATTED)
    part = {name: pc.struct_field(parts, name) for name in _PARTS}
    fits = {name: to_mask(pc.match_substring_regex(part["body"], _FORMATS[name])) for name in _FORMATS}
    best = max(fits, key=lambda name: int(fits[name].sum()))
    units = _units(part)
    ambiguity = None
    if units is None:
        ambiguity = "its cells carry different units"
    elif not units & _WRITTEN_WITH_POINT and np.array_equal(fits["point"], fits["comma"]):
        has_separator = to_mask(pc.match_substring_regex(part["body"], "[.,]"))
        ambiguity = (
            "a comma or point in it can be read in two ways" if (has_separator & fits[best]).any() else None
        )
    return ParsedNumbers(_values(part, best, fits[best]), fits[best], fits["point"] | fits["comma"], ambiguity)


def read_open_ended(cells: Any, chosen: NDArray[np.bool_]) -> NDArray[np.float64] | None:
    """Return the number in open-ended cells such as ``4+`` or ``>90``.

    Parameters
    ----------
    cells
        An Arrow column of text, (n,).
    chosen
        Which cells to read, (n,).

    Returns
    -------
    array of float64, shape (n,), or None
        NaN in the other cells; None if one of the chosen cells is not open-ended.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    chosen_cells = pc.if_else(pa.chunked_array([pa.array(chosen)]), cells, None)
    if not to_mask(pc.match_substring_regex(chosen_cells, _OPEN_ENDED))[chosen].all():
        return None
    digits = pc.replace_substring_regex(chosen_cells, r"[^\d]", "")
    return pc.cast(digits, pa.float64()).to_numpy().astype(np.float64)  # type: ignore[no-any-return]


def to_mask(cells: Any) -> NDArray[np.bool_]:
    """Convert Arrow booleans to a mask, (n,); missing values become false."""
    import pyarrow.compute as pc

    mask: NDArray[np.bool_] = pc.fill_null(cells, False).to_numpy().astype(bool)
    return mask


def _units(part: dict[str, Any]) -> frozenset[str] | None:
    """Return the one currency or percent sign of the column, or none; None if its cells differ."""
    import pyarrow as pa
    import pyarrow.compute as pc

    nothing = pa.scalar("", part["before"].type)
    joined = pc.binary_join_element_wise(part["before"], part["after"], nothing)
    distinct = set(pc.unique(joined).to_pylist()) - {None}
    signs = frozenset(distinct - {""})
    return None if len(signs) > 1 or ("%" in signs and "" in distinct) else signs


def _values(part: dict[str, Any], format_name: str, fits: NDArray[np.bool_]) -> NDArray[np.float64]:
    import pyarrow as pa
    import pyarrow.compute as pc

    body = pc.if_else(pa.chunked_array([pa.array(fits)]), part["body"], None)
    body = pc.replace_substring_regex(body, r"['’\s,]" if format_name == "point" else r"['’\s.]", "")
    body = pc.replace_substring(body, ",", ".")
    values: NDArray[np.float64] = pc.cast(body, pa.float64()).to_numpy().astype(np.float64, copy=True)
    minus = pa.array(["-", "−"])
    for sign in ("sign", "inner"):
        values[to_mask(pc.is_in(part[sign], value_set=minus))] *= -1
    return values
