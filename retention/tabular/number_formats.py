"""Parse numbers as people write them: with decimal commas, grouped thousands, currencies and percent signs.

A whole column is read in one format or not at all: ``1,234`` alone could be a thousand or little more than one,
but beside ``1,23,456.50`` only one reading is left, be it in the same column or in another one of the file.
"""

import re
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from retention.tabular.currency_signs import CURRENCY_OF

Decimal = Literal["point", "comma"]
"""The mark between whole and part."""

_SIGN = r"[+\-−]?"
_SPACE = r"[\s\x{00a0}\x{2009}\x{202f}]"
_UNIT = "(?i:" + "|".join(re.escape(sign) for sign in sorted(CURRENCY_OF, key=len, reverse=True)) + "|%)"
_FORMATTED = (
    rf"^(?P<sign>{_SIGN}){_SPACE}*(?P<before>{_UNIT}?){_SPACE}*(?P<inner>{_SIGN}){_SPACE}*"
    rf"(?P<body>[\d.,'’\s\x{{00a0}}\x{{2009}}\x{{202f}}]*\d[\d.,]*(?:[eE][+\-]?\d+)?)"
    rf"{_SPACE}*(?P<after>{_UNIT}?)(?:/[\-=])?(?P<end>[\-−]?)$"
)
_PARTS = ("sign", "before", "inner", "body", "after", "end")
_REWRITINGS = (
    ("(", rf"^({_UNIT}?){_SPACE}*\({_SPACE}*([^()]*\d[^()]*?){_SPACE}*\)$", r"-\1\2"),  # accountants' minus
    ("-", rf"^({_UNIT}){_SPACE}*-$", r"\10"),  # and their zero
)
_THREES = r"[1-9]\d{{0,2}}(?:{mark}\d{{3}})+"
_INDIAN = r"[1-9]\d?(?:,\d{2})*,\d{3}"
_SPACED = _THREES.format(mark=r"['’\s\x{00a0}\x{2009}\x{202f}]")
_OPEN_ENDED = r"^(?:\d{1,9}\s*\+|[<>≤≥]=?\s*\d{1,9})$"
_EXPONENT = r"(?:[eE][+\-]?\d+)?"
_FORMATS: dict[Decimal, str] = {
    "point": rf"^(?:\d*\.?\d+|\d+\.|(?:{_THREES.format(mark=',')}|{_INDIAN}|{_SPACED})(?:\.\d+)?){_EXPONENT}$",
    "comma": rf"^(?:\d*,?\d+|(?:{_THREES.format(mark='[.]')}|{_SPACED})(?:,\d+)?){_EXPONENT}$",
}
_WRITTEN_WITH_POINT = frozenset({"INR", "USD", "GBP"})
_WRITTEN_WITH_COMMA = frozenset({"BRL"})
_GROUPED = r"^[1-9]\d{0,2}(?:,\d{3})+$"
_BARE = r"^\d+$"
_ENOUGH_GROUPED = 50  # cells with three digits after each comma, where decimals would have fewer now and then


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
    decimal
        The decimal mark, where the cells show it.
    """

    values: NDArray[np.float64]
    fits: NDArray[np.bool_]
    fits_some_format: NDArray[np.bool_]
    ambiguity: str | None
    decimal: Decimal | None = None


def parse_numbers(cells: Any, decimal: Decimal | None = None) -> ParsedNumbers:
    """Parse an Arrow column of text as numbers that all have one format.

    Parameters
    ----------
    cells
        A ``pyarrow.ChunkedArray`` of length n.
    decimal
        The decimal mark of the file, for a column that can be read with either.

    Examples
    --------
    >>> import pyarrow as pa
    >>> parse_numbers(pa.chunked_array([["1.234,50", "12,5", None]])).values.tolist()
    [1234.5, 12.5, nan]
    >>> parse_numbers(pa.chunked_array([["(45.50)", "45.50-", "$-"]])).values.tolist()
    [-45.5, -45.5, 0.0]
    >>> parse_numbers(pa.chunked_array([["1,234", "5,678"]])).ambiguity
    'a comma or point in it can be read in two ways'
    >>> parse_numbers(pa.chunked_array([["1,234", "5,678"]]), "comma").values.tolist()
    [1.234, 5.678]
    >>> parse_numbers(pa.chunked_array([["₹1,234", "$50"]])).ambiguity
    'its cells carry different units'
    """
    import pyarrow.compute as pc

    cells = _without_accounting(cells)
    # Matching is many times faster than extracting groups, and most columns of text have no match.
    candidates = pc.if_else(pc.match_substring_regex(cells, _FORMATTED), cells, None)
    if candidates.null_count == len(cells):
        none = np.zeros(len(cells), dtype=bool)
        return ParsedNumbers(np.full(len(cells), np.nan), none, none, None)
    parts = pc.extract_regex(candidates, _FORMATTED)
    part = {name: pc.struct_field(parts, name) for name in _PARTS}
    fits = {name: to_mask(pc.match_substring_regex(part["body"], _FORMATS[name])) for name in _FORMATS}
    best: Decimal = max(fits, key=lambda name: int(fits[name].sum()))
    units = _units(part)
    marked = to_mask(pc.match_substring_regex(part["body"], "[.,]"))
    ambiguity, shown = None, None
    if units is None:
        ambiguity = "its cells carry different units"
    elif int(fits["point"].sum()) != int(fits["comma"].sum()):
        shown = best
    elif (marked & fits[best]).any():
        usual = _usual_decimal(units) or _decimal_of_groups(part["body"]) or decimal
        best, shown = usual or best, usual if usual != decimal else None
        ambiguity = None if usual else AMBIGUOUS
    values = _values(part, best, fits[best])
    return ParsedNumbers(values, fits[best], fits["point"] | fits["comma"], ambiguity, shown)


AMBIGUOUS = "a comma or point in it can be read in two ways"
"""The ambiguity of a column that another column of the file can settle."""


def decimal_of_plain(cells: Any) -> tuple[bool, bool]:
    """Return whether plain numbers show a decimal point, and whether a decimal comma would group their thousands.

    >>> import pyarrow as pa
    >>> decimal_of_plain(pa.chunked_array([["1.5", "1.234"]]))
    (True, False)
    >>> decimal_of_plain(pa.chunked_array([["1.234", "7"]]))
    (False, True)
    """
    import pyarrow.compute as pc

    pointed = pc.if_else(pc.match_substring(cells, "."), cells, None)
    if pointed.null_count == len(pointed):
        return False, False
    grouped = pc.all(pc.match_substring_regex(pointed, _POINT_GROUPS)).as_py()
    return not grouped, bool(grouped)


_POINT_GROUPS = rf"^{_SIGN}[1-9]\d{{0,2}}(?:\.\d{{3}})+$"


def _without_accounting(cells: Any) -> Any:
    """Write the minus and the zero of accountants, ``(45.50)`` and ``$-``, as plain ones."""
    import pyarrow.compute as pc

    for mark, pattern, replacement in _REWRITINGS:
        if pc.any(pc.match_substring(cells, mark)).as_py():
            cells = pc.replace_substring_regex(cells, pattern, replacement)
    return cells


def _usual_decimal(units: frozenset[str]) -> Decimal | None:
    """Return the decimal mark that goes with a currency."""
    if units & _WRITTEN_WITH_POINT:
        return "point"
    return "comma" if units & _WRITTEN_WITH_COMMA else None


def _decimal_of_groups(body: Any) -> Decimal | None:
    """Return point where many cells have three digits after a comma, none has another number, and small ones none.

    Decimals would be shorter now and then, and with three decimals throughout, no cell would lack a comma.
    """
    import pyarrow.compute as pc

    grouped, bare = (int(pc.sum(pc.match_substring_regex(body, form)).as_py() or 0) for form in (_GROUPED, _BARE))
    filled = len(body) - body.null_count
    return "point" if grouped >= _ENOUGH_GROUPED and bare > 0 and grouped + bare == filled else None


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
    codes = {CURRENCY_OF.get(sign.casefold(), sign) for sign in distinct - {""}}
    return None if len(codes) > 1 or ("%" in codes and "" in distinct) else frozenset(codes)


def _values(part: dict[str, Any], decimal: Decimal, fits: NDArray[np.bool_]) -> NDArray[np.float64]:
    import pyarrow as pa
    import pyarrow.compute as pc

    body = pc.if_else(pa.chunked_array([pa.array(fits)]), part["body"], None)
    groups = r"['’\s\x{00a0}\x{2009}\x{202f}" + ("," if decimal == "point" else ".") + "]"
    body = pc.replace_substring_regex(body, groups, "")
    body = pc.replace_substring(body, ",", ".")
    values: NDArray[np.float64] = pc.cast(body, pa.float64()).to_numpy().astype(np.float64, copy=True)
    minus = pa.array(["-", "−"])
    for sign in ("sign", "inner", "end"):
        values[to_mask(pc.is_in(part[sign], value_set=minus))] *= -1
    return values
