"""The ways in which people and programs write a date: one plain form for each, and the layout that reads it.

Weekdays, commas, ordinals and double spaces add nothing to a date, and a clock may stand before or behind it. So a
cell is first written in one plain form, from which the layout follows.
"""

import re
from typing import Any

_MONTHS = "(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)(?:uary|ruary|ch|il|e|y|ust|t|tember|ober|ember)?"
_WEEKDAY = "(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: [ap]m)?"
_REWRITINGS = (
    (r"^\[(.*)\]$", r"\1"),
    (r"[\s,\x{00a0}\x{2009}\x{202f}]+", " "),
    (r"年|月", "-"),
    (r"日", ""),
    (r" ?\([^)]*\)$", ""),  # a zone in words, as JavaScript writes it
    (rf"(?i)^{_WEEKDAY}\.? ", ""),
    (rf"(?i) {_WEEKDAY}$", ""),
    (r"(?i) (?:at|[-–|]) ", " "),
    (r"(?i)\b(\d{1,2})(?:st|nd|rd|th)\b", r"\1"),
    (r"(?i)(\d) ?([ap])\.?m\.?( |$)", r"\1 \2M\3"),
    (r"(\d)T(\d)", r"\1 \2"),
    (r"^(\d{8}) ?(\d{2})(\d{2})(\d{2})$", r"\1 \2:\3:\4"),
    (r"^(\d{8})\.0$", r"\1"),
    (rf"(?i)\b{_MONTHS}\b\.?", r"\1"),
    (r"(?i)^(\d{1,4})[-/. ]*([a-z]{3})[-/. ]*(\d{1,4})\b", r"\1 \2 \3"),
    (r"(?i)^([a-z]{3})[-/. ]*(\d{1,2})[-/. ]+(\d{2,4})\b", r"\1 \2 \3"),
    (r"(\d{4}):(\d{1,2}:\d{2})", r"\1 \2"),  # web servers put a colon between date and clock
    (r"(?i)^([a-z]{3} \d{1,2}) (\d{1,2}:\d{2}(?::\d{2})?)( [A-Z]{3,4})? (\d{4})$", r"\1 \4 \2\3"),
    (rf"(?i)^({_CLOCK}) (.*\d.*)$", r"\2 \1"),
)  # in the syntax of RE2
_ZONE = rf"(?i)^(?P<time>.*\b{_CLOCK}) ?(?P<zone>Z|(?:UTC|GMT)?[+\-]\d{{2}}:?\d{{2}}|[A-Z]{{3,4}})$"

ISO = r"\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)?"
_DAYS = {
    r"\d{8}": "%Y%m%d",
    r"\d{4}/\d{1,2}/\d{1,2}": "%Y/%m/%d",
    r"\d{4}-\d{1,2}-\d{1,2}": "%Y-%m-%d",
    r"\d{4}\.\d{1,2}\.\d{1,2}": "%Y.%m.%d",
    r"\d{1,2}/\d{1,2}/\d{4}": "%d/%m/%Y",
    r"\d{1,2}-\d{1,2}-\d{4}": "%d-%m-%Y",
    r"\d{1,2}\.\d{1,2}\.\d{4}": "%d.%m.%Y",
    r"\d{1,2}/\d{1,2}/\d{2}": "%d/%m/%y",
    r"\d{1,2}-\d{1,2}-\d{2}": "%d-%m-%y",
    r"\d{1,2}\.\d{1,2}\.\d{2}": "%d.%m.%y",
    r"\d{1,2} [A-Za-z]{3} \d{4}": "%d %b %Y",
    r"\d{1,2} [A-Za-z]{3} \d{2}": "%d %b %y",
    r"\d{4} [A-Za-z]{3} \d{1,2}": "%Y %b %d",
    r"[A-Za-z]{3} \d{1,2} \d{4}": "%b %d %Y",
}
_CLOCKS = {
    "": "",
    r" \d{1,2}:\d{2}": " %H:%M",
    r" \d{1,2}:\d{2}:\d{2}": " %H:%M:%S",
    r" \d{1,2}:\d{2}:\d{2}\.\d{1,9}": " %H:%M:%S.%f",
    r" \d{1,2}:\d{2} [AaPp][Mm]": " %I:%M %p",
    r" \d{1,2}:\d{2}:\d{2} [AaPp][Mm]": " %I:%M:%S %p",
}
_EXCEL_DAY = r"[2-6]\d{4}(?:\.\d{1,15})?"
EXCEL = "excel"
"""The layout of Excel's day numbers, days since 1899-12-30."""

LAYOUTS = {ISO: "ISO8601"} | {day + clock: _DAYS[day] + _CLOCKS[clock] for day in _DAYS for clock in _CLOCKS}
"""Layout of ``pandas.to_datetime`` by the pattern of a plain form; the day is first where it could be either."""

AMBIGUOUS = frozenset({r"\d{1,2}-\d{1,2}-\d{2}", r"\d{1,2}\.\d{1,2}\.\d{2}"})
"""Patterns that codes and version numbers fit, too."""


def to_plain_form(cells: Any) -> tuple[Any, Any]:
    """Write dates in their plain form, apart from their zones.

    Parameters
    ----------
    cells
        An Arrow array of text, (n,).

    Returns
    -------
    plain, zones
        Two Arrow arrays of text, (n,); a zone is missing where there is none.

    Examples
    --------
    >>> import pyarrow as pa
    >>> plain, zones = to_plain_form(pa.array(["Tue, 02 January 2024 08:49:44 GMT", "08:49AM, Jan 2nd 2024"]))
    >>> plain.to_pylist(), zones.to_pylist()
    (['02 Jan 2024 08:49:44', 'Jan 2 2024 08:49 AM'], ['GMT', None])
    """
    import pyarrow.compute as pc

    plain = pc.utf8_trim_whitespace(cells)
    for pattern, replacement in _REWRITINGS:
        plain = pc.replace_substring_regex(plain, pattern, replacement)
    parts = pc.extract_regex(plain, _ZONE)
    zones = pc.struct_field(parts, "zone")
    return pc.coalesce(pc.struct_field(parts, "time"), plain), zones


def patterns_of(plain: str, *, excel: bool = False) -> list[str]:
    """Return the patterns that a plain form fits; ``excel`` adds Excel's day numbers."""
    patterns = [pattern for pattern in LAYOUTS if re.fullmatch(pattern, plain)]
    return [*patterns, _EXCEL_DAY] if excel and re.fullmatch(_EXCEL_DAY, plain) else patterns


def layout_of(pattern: str) -> str:
    """Return the layout that reads the plain forms of a pattern."""
    return EXCEL if pattern == _EXCEL_DAY else LAYOUTS[pattern]
