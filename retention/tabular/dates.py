"""Parse a column of dates, all in one layout, or raise an error that names the first cell that does not fit."""

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.errors import InputError
from retention.tabular.columns import BLANK_WORDS
from retention.tabular.locations import ColumnLocation
from retention.wording.text import quote, quote_cell

_ISO = r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?: ?(?:Z|UTC|[+-]\d{2}:?\d{2}))?)?"
_ZONED = r".*(?:Z|UTC|:.*[+-]\d{2}:?\d{2})"
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
    r"\d{1,2}-[A-Za-z]{3}-\d{4}": "%d-%b-%Y",
    r"\d{1,2}-[A-Za-z]{3}-\d{2}": "%d-%b-%y",
    r"[A-Za-z]{3} \d{1,2}, \d{4}": "%b %d, %Y",
    r"\d{1,2} [A-Za-z]{3,9} \d{4}": "%d %B %Y",
    r"[A-Za-z]{3,9} \d{1,2}, \d{4}": "%B %d, %Y",
}
_CLOCKS = {
    "": "",
    r" \d{1,2}:\d{2}": " %H:%M",
    r" \d{1,2}:\d{2}:\d{2}": " %H:%M:%S",
    r" \d{1,2}:\d{2} [AaPp][Mm]": " %I:%M %p",
    r" \d{1,2}:\d{2}:\d{2} [AaPp][Mm]": " %I:%M:%S %p",
    r" \d{1,2}:\d{2}[AaPp][Mm]": " %I:%M%p",
    r" \d{1,2}:\d{2}:\d{2}[AaPp][Mm]": " %I:%M:%S%p",
}
_LAYOUTS = {_ISO: "ISO8601"} | {day + clock: _DAYS[day] + _CLOCKS[clock] for day in _DAYS for clock in _CLOCKS}
_AMBIGUOUS = frozenset(
    {r"\d{1,2}-\d{1,2}-\d{2}", r"\d{1,2}\.\d{1,2}\.\d{2}"}
)  # codes and version numbers look like this, too
_EPOCHS: dict[str, Literal["s", "ms"]] = {r"\d{10}": "s", r"\d{13}": "ms"}
_BLANK = BLANK_WORDS | {"NaT"}
_ADVICE = "write dates as YYYY-MM-DD or YYYY-MM-DD HH:MM"


@dataclass(frozen=True)
class Dates:
    """The times in a column.

    Attributes
    ----------
    values
        ``datetime64[us]`` without a time zone, (n,); NaT for blanks.
    notes
        Sentences about the order of day and month, and about time zones.
    """

    values: NDArray[np.datetime64]
    notes: tuple[str, ...] = ()


def parse_dates(cells: pd.Series, location: ColumnLocation, *, epochs: bool = False) -> Dates:
    """Parse a column of dates that all have one layout.

    Known layouts: ISO 8601 with or without a time and a zone, ``YYYYMMDD``, the year first with ``/``, ``-`` or
    ``.``, day or month first with these and a year of four digits or two, and English month names, with or
    without a clock time. The whole column decides whether the day or the month comes first. Times with a zone
    become UTC.

    Parameters
    ----------
    cells
        n cells of text, missing for blanks.
    location
        Where the cells stand, for messages.
    epochs
        Read ten digits as seconds since 1970 and thirteen as milliseconds; only for a column known to hold times.

    Raises
    ------
    InputError
        If a cell is no date or has another layout, or if day and month could be either way round. The message
        names the first such cell.

    Examples
    --------
    >>> location = ColumnLocation("orders.csv", "date", np.array([2, 3]))
    >>> parse_dates(pd.Series(["30/06/2025", "01/07/2025"], dtype="str"), location).values.astype(str).tolist()
    ['2025-06-30T00:00:00.000000', '2025-07-01T00:00:00.000000']
    """
    codes, distinct = pd.factorize(cells.mask(cells.isin(_BLANK)))
    if not len(distinct):
        raise InputError(f"{location.source}: column {quote(location.name)} is blank; {_ADVICE}")
    column = _Column(pd.Series(distinct, dtype="str"), codes, location)
    if epochs and (unit := epoch_unit(column.distinct)):
        values, notes = _since_1970(column, unit)
        return column.times_of_all(values, notes)
    layout = _main_layout(column)
    if layout == "ISO8601":
        values, notes = _iso(column)
    else:
        layout, notes = _day_or_month_first(column, layout)
        values = pd.to_datetime(column.distinct, format=layout, errors="coerce")
    column.refuse(values.isna().to_numpy(), "is not a day of the calendar")
    return column.times_of_all(values, notes)


def looks_like_dates(cells: pd.Series) -> bool:
    """Whether the first cells of a text column are dates.

    >>> looks_like_dates(pd.Series(["2025-06-30", None, "2025-07-01"])), looks_like_dates(pd.Series(["Pizza"]))
    (True, False)
    """
    sample = cells.dropna().head(100).astype("str")
    patterns = (
        [pattern for pattern in _layouts_of(sample.iloc[0]) if pattern not in _AMBIGUOUS] if len(sample) else []
    )
    return any(sample.str.fullmatch(pattern).all() for pattern in patterns)


def epoch_unit(cells: pd.Series) -> Literal["s", "ms"] | None:
    """Return ``s`` or ``ms`` where every cell has the digits of seconds or milliseconds since 1970, else None.

    >>> epoch_unit(pd.Series(["1704270360", None])), epoch_unit(pd.Series(["1704270360", "2024-01-03"]))
    ('s', None)
    """
    texts = cells.dropna().astype("str")
    return next(
        (unit for pattern, unit in _EPOCHS.items() if len(texts) and texts.str.fullmatch(pattern).all()), None
    )


def is_date_column(cells: pd.Series) -> bool:
    """Whether a column holds dates; digits alone do not count, since they may number something.

    >>> is_date_column(pd.Series(["2025-06-30", None])), is_date_column(pd.Series(["20250630", None]))
    (True, False)
    """
    if pd.api.types.is_datetime64_any_dtype(cells):
        return True
    return not pd.api.types.is_numeric_dtype(cells) and looks_like_dates(cells) and not looks_like_digits(cells)


def looks_like_digits(cells: pd.Series) -> bool:
    """Whether the first cells of a column are digits throughout."""
    return bool(cells.dropna().head(100).astype("str").str.isdecimal().all())


@dataclass(frozen=True)
class _Column:
    """The distinct cells of a column, and the code of each cell."""

    distinct: pd.Series
    codes: NDArray[np.int64]
    location: ColumnLocation

    def refuse(self, wrong: NDArray[np.bool_], fault: str) -> None:
        """Raise an error about the first cell with one of the wrong distinct values, if there is any."""
        if wrong.any():
            position = int(np.argmax(np.append(wrong, False)[self.codes]))
            text = self.distinct[self.codes[position]]
            quoted = quote(text) if _layouts_of(text) else quote_cell(text)
            hidden = "" if quoted == quote(text) else " (letters and digits are hidden here)"
            raise self.location.error(position, f"{quoted} {fault}{hidden}; {_ADVICE}")

    def times_of_all(self, values: pd.Series, notes: tuple[str, ...]) -> Dates:
        """Return the time of every cell from the times of the distinct cells."""
        times = np.append(values.to_numpy("datetime64[us]"), np.datetime64("NaT"))
        return Dates(times[self.codes], notes)


def _main_layout(column: _Column) -> str:
    """Return the layout of most distinct cells, and raise an error about a cell that has another one."""
    first = column.distinct.iloc[0]
    matches = {pattern: column.distinct.str.fullmatch(pattern).to_numpy(bool) for pattern in _layouts_of(first)}
    if not matches:
        column.refuse(np.arange(len(column.distinct)) == 0, "is not a date that can be read")
    best = max(matches, key=lambda pattern: int(matches[pattern].sum()))
    column.refuse(~matches[best], f"is not a date written like {quote(first)}")
    return _LAYOUTS[best]


def _layouts_of(text: str) -> list[str]:
    """Return the patterns of all layouts that a text fits."""
    return [pattern for pattern in _LAYOUTS if re.fullmatch(pattern, text)]


def _since_1970(column: _Column, unit: Literal["s", "ms"]) -> tuple[pd.Series, tuple[str, ...]]:
    values = pd.to_datetime(column.distinct.astype(np.int64), unit=unit)
    words = "seconds" if unit == "s" else "milliseconds"
    name = quote(column.location.name)
    note = f"column {name}: digits are read as {words} since 1970, so days begin at midnight UTC"
    return values, (note,)


def _iso(column: _Column) -> tuple[pd.Series, tuple[str, ...]]:
    zoned = column.distinct.str.fullmatch(_ZONED).to_numpy(bool)
    if not zoned.any():
        return pd.to_datetime(column.distinct, format="ISO8601", errors="coerce"), ()
    column.refuse(~zoned, "has no time zone while other cells have one")
    text = column.distinct.str.replace(r" ?UTC$", "Z", regex=True)
    values = pd.to_datetime(text, format="ISO8601", utc=True, errors="coerce")
    note = f"column {quote(column.location.name)}: times are converted to UTC, so days begin at midnight UTC"
    return values.dt.tz_localize(None), (note,)


def _day_or_month_first(column: _Column, layout: str) -> tuple[str, tuple[str, ...]]:
    """Return the layout with day and month in the order that fits the whole column, and a note about it."""
    location, cells = column.location, column.distinct
    if "%y" in layout and _may_begin_with_years(cells):
        reason = f"{quote(cells.iloc[0])} may begin or end with the year"
        raise InputError(f"{location.source}: column {quote(location.name)}: {reason}; {_ADVICE}")
    if re.match(r"%d.%m", layout) is None:
        return layout, ()
    above_12 = cells.str.extract(r"^(\d+)\D(\d+)\D").astype(np.int64).to_numpy() > 12
    day_first, month_first = bool(above_12[:, 0].any()), bool(above_12[:, 1].any())
    example = [quote(cells.iloc[position]) for position in above_12.argmax(axis=0)]
    if day_first == month_first:
        clash = f"{example[0]} has the day first and {example[1]} the month"
        open_question = f"{example[0]} and all others fit both day/month and month/day"
        reason = clash if day_first else open_question
        raise InputError(f"{location.source}: column {quote(location.name)}: {reason}; {_ADVICE}")
    note = "column {}: dates are read with the {} first, as in {}"
    if day_first:
        return layout, (note.format(quote(location.name), "day", example[0]),)
    swapped = re.sub(r"%d(.)%m", r"%m\1%d", layout)
    return swapped, (note.format(quote(location.name), "month", example[1]),)


def _may_begin_with_years(cells: pd.Series) -> bool:
    """Whether two-digit years may come first: the last numbers vary more than the first, and all could be days."""
    first, last = (cells.str.extract(end)[0] for end in (r"^(\d+)\D", r"\D(\d\d)(?: |$)"))
    return last.nunique() > first.nunique() and bool((last.astype(np.int64) <= 31).all())
