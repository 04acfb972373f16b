"""Numbers as people write them: decimal commas, thousands in groups, currencies and percent signs.

A whole column is read in one notation or not at all: ``1,234`` alone could be a thousand or little
more than one, but beside ``1,23,456.50`` there is one way left.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_SIGN = r"[+\-−]?"
_UNIT = r"₹|\$|€|£|¥|Rs\.?|INR|USD|EUR|GBP|%"
_DRESSED = (
    rf"^(?P<sign>{_SIGN})(?P<before>(?:{_UNIT})?)\s*(?P<inner>{_SIGN})"
    rf"(?P<body>[\d.,'’\s]*\d[\d.,]*(?:[eE][+\-]?\d+)?)\s*(?P<after>(?:{_UNIT})?)$"
)
_PARTS = ("sign", "before", "inner", "body", "after")
_THREES = r"[1-9]\d{{0,2}}(?:{mark}\d{{3}})+"
_INDIAN = r"[1-9]\d?(?:,\d{2})*,\d{3}"
_SPACED = _THREES.format(mark=r"['’\s]")
_EXPONENT = r"(?:[eE][+\-]?\d+)?"
_WAYS = {
    "point": rf"^(?:\d*\.?\d+|\d+\.|(?:{_THREES.format(mark=',')}|{_INDIAN}|{_SPACED})(?:\.\d+)?){_EXPONENT}$",
    "comma": rf"^(?:\d*,?\d+|(?:{_THREES.format(mark='[.]')}|{_SPACED})(?:,\d+)?){_EXPONENT}$",
}
_WRITTEN_WITH_POINT = frozenset({"₹", "$", "£", "Rs", "Rs.", "INR", "USD", "GBP"})


@dataclass(frozen=True)
class ParsedNumbers:
    """What a column of text says in its likeliest notation.

    Attributes
    ----------
    values
        float64, length n; NaN where ``fits`` is false.
    fits
        Which cells are numbers in that notation.
    fits_some_format
        Which cells are numbers in some notation.
    ambiguity
        Why the column must not be read as these numbers although all cells fit; None if it may.
    """

    values: NDArray[np.float64]
    fits: NDArray[np.bool_]
    fits_some_format: NDArray[np.bool_]
    ambiguity: str | None


def parse_numbers(cells: Any) -> ParsedNumbers:
    """Read an Arrow column of text as numbers, all in one notation.

    >>> import pyarrow as pa
    >>> parse_numbers(pa.chunked_array([["1.234,50", "12,5", None]])).values.tolist()
    [1234.5, 12.5, nan]
    >>> parse_numbers(pa.chunked_array([["1,234", "5,678"]])).ambiguity
    'a comma or point in it can be read in two ways'
    >>> parse_numbers(pa.chunked_array([["₹1,234", "Rs 50"]])).ambiguity
    'its cells carry different units'
    """
    import pyarrow.compute as pc

    # Matching is many times quicker than taking apart, and most text matches nowhere.
    candidates = pc.if_else(pc.match_substring_regex(cells, _DRESSED), cells, None)
    if candidates.null_count == len(cells):
        nowhere = np.zeros(len(cells), dtype=bool)
        return ParsedNumbers(np.full(len(cells), np.nan), nowhere, nowhere, None)
    dressed = pc.extract_regex(candidates, _DRESSED)
    part = {name: pc.struct_field(dressed, name) for name in _PARTS}
    fits = {way: to_mask(pc.match_substring_regex(part["body"], _WAYS[way])) for way in _WAYS}
    way = max(fits, key=lambda one: int(fits[one].sum()))
    units = _units(part)
    doubt = None
    if units is None:
        doubt = "its cells carry different units"
    elif not units & _WRITTEN_WITH_POINT and np.array_equal(fits["point"], fits["comma"]):
        marked = to_mask(pc.match_substring_regex(part["body"], "[.,]"))
        doubt = "a comma or point in it can be read in two ways" if (marked & fits[way]).any() else None
    return ParsedNumbers(_values(part, way, fits[way]), fits[way], fits["point"] | fits["comma"], doubt)


def to_mask(cells: Any) -> NDArray[np.bool_]:
    """Arrow booleans as a mask; missing counts as false."""
    import pyarrow.compute as pc

    mask: NDArray[np.bool_] = pc.fill_null(cells, False).to_numpy().astype(bool)
    return mask


def _units(part: dict[str, Any]) -> frozenset[str] | None:
    """Return the currency or percent sign that the column shares; None when its cells differ."""
    import pyarrow as pa
    import pyarrow.compute as pc

    nothing = pa.scalar("", part["before"].type)
    found = set(pc.unique(pc.binary_join_element_wise(part["before"], part["after"], nothing)).to_pylist()) - {
        None
    }
    signs = frozenset(found - {""})
    return None if len(signs) > 1 or ("%" in signs and "" in found) else signs


def _values(part: dict[str, Any], way: str, fits: NDArray[np.bool_]) -> NDArray[np.float64]:
    import pyarrow as pa
    import pyarrow.compute as pc

    body = pc.if_else(pa.chunked_array([pa.array(fits)]), part["body"], None)
    body = pc.replace_substring_regex(body, r"['’\s,]" if way == "point" else r"['’\s.]", "")
    body = pc.replace_substring(body, ",", ".")
    values: NDArray[np.float64] = pc.cast(body, pa.float64()).to_numpy().astype(np.float64, copy=True)
    minus = pa.array(["-", "−"])
    for sign in ("sign", "inner"):
        values[to_mask(pc.is_in(part[sign], value_set=minus))] *= -1
    return values
