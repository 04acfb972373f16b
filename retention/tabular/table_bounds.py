"""Where a table stands among other lines: titles above its header, totals and remarks below its last row."""

import re
from collections.abc import Sequence

_MOST_ABOVE = 20
_MOST_BELOW = 8
_ROWS_COMPARED = 10
_NUMBER = re.compile(r"[+\-(]?\W{0,3}\d[\d.,:/\-\s]*\W{0,3}")
_TOTAL = re.compile(
    r"(?i)(?:(?:grand|sub|net|overall)[ -]?)?totals?(?: (?:general|général|geral|generale))?|sum|summe|"
    r"gesamt(?:summe)?|zwischensumme|suma|somme|totale|totaal|toplam|итого|कुल|合计|合計|总计"
)
_REMARK = re.compile(
    r"(?i)\W*(?:end of|report|generated|exported|printed|created|page \d|notes?:|source:|confidential|copyright|"
    r"(?:number of )?(?:rows|records|customers|orders|entries|results)\b|"
    r"\d[\d,. ]* (?:rows?|records?|customers?|orders?|entries|results?)\b)"
)


def header_position(rows: Sequence[Sequence[str]]) -> int:
    """Return which of the first rows is the header; 0 unless the first cannot be and a later one plainly is.

    A header fills as many cells as most rows have, none of them a number, and stands over a column of numbers.

    Examples
    --------
    >>> title, rows = ["Report", "", ""], [["a", "5", "x"], ["b", "6", "y"], ["c", "7", "z"]]
    >>> header_position([title, ["id", "spend", "city"], *rows]), header_position([["id", "spend", "city"], *rows])
    (1, 0)
    """
    widths = [len(row) for row in rows if any(row)]
    if len(widths) < 3:
        return 0
    usual = max(set(widths), key=widths.count)
    first = rows[0]
    ragged = len(first) != usual
    if usual < 2 or not (ragged or 2 * _filled(first) <= usual):
        return 0
    for position, row in enumerate(rows[: _MOST_ABOVE + 1]):
        below = [other for other in rows[position + 1 : position + 1 + _ROWS_COMPARED] if len(other) == usual]
        named = len(row) == usual and _filled(row) == usual and not any(map(_is_number, row))
        if named and len(below) >= 2 and any(map(_is_number_column, zip(*below, strict=True))):
            return position
    return 0


def rows_below(rows: Sequence[Sequence[str]], width: int) -> int:
    """Return how many of the last rows belong to no customer: a total, or a remark with fewer cells.

    Parameters
    ----------
    rows
        The last rows of the file.
    width
        How many cells a row of the table has.

    Examples
    --------
    >>> rows_below([["a", "5"], ["Grand Total", "5"], ["1 row"]], 2), rows_below([["a", "5"], ["b", "6"]], 2)
    (2, 0)
    """
    count = below_blank = 0
    for number, row in enumerate(reversed(rows[-_MOST_BELOW:]), start=1):
        if not any(row):
            below_blank = number
        elif _is_total(row) or (len(row) != width and _is_remark(row)):
            count = number
        elif len(row) == width or _filled(row) != 1 or any(map(_is_number, row)):
            break
    else:
        return count
    return max(count, below_blank - 1) if _all_short(rows, below_blank, width) else count


def _all_short(rows: Sequence[Sequence[str]], below_blank: int, width: int) -> bool:
    """Whether all lines after the last blank one have another number of cells than the table."""
    after = rows[len(rows) - below_blank + 1 :] if below_blank else []
    return bool(after) and all(len(row) != width for row in after)


def _is_remark(row: Sequence[str]) -> bool:
    """Whether a line with too few cells speaks of the table; another one may be a row that was cut off."""
    return _filled(row) <= 2 and _REMARK.match(" ".join(row).strip()) is not None


def _is_total(row: Sequence[str]) -> bool:
    """Whether the first word of a row says that its numbers are a total."""
    word = next((cell for cell in row if cell), "")
    return _TOTAL.fullmatch(word.strip().rstrip(":").strip()) is not None


def _filled(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


def _is_number(cell: str) -> bool:
    return _NUMBER.fullmatch(cell.strip()) is not None


def _is_number_column(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    return bool(filled) and all(map(_is_number, filled))
