"""Parse a column of dates, or raise an error that names the first cell that cannot be read in one way only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.errors import InputError
from retention.tabular.columns import BLANK_WORDS
from retention.tabular.date_styles import AMBIGUOUS, EXCEL, layout_of, patterns_of, to_plain_form
from retention.tabular.day_order import ADVICE, day_or_month_first
from retention.tabular.locations import ColumnLocation
from retention.tabular.number_formats import to_mask
from retention.tabular.time_zones import one_clock
from retention.wording.text import count_noun, quote, quote_cell

_ZONE = r" ?(?:Z|UTC|[+-]\d{2}:?\d{2})"
_ISO = r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?: ?(?:Z|UTC|[+-]\d{2}:?\d{2}))?)?"
_ZONED = r".*(?:Z|UTC|:.*[+-]\d{2}:?\d{2})"

_EPOCHS: dict[str, Literal["s", "ms"]] = {r"\d{10}(?:\.0)?": "s", r"\d{13}(?:\.0)?": "ms"}
_ZEROS = r"0{1,4}[-/.]0{1,2}[-/.]0{1,4}(?:[ T][0:.]*)?"
_BLANK = BLANK_WORDS | {"NaT"}
_ADVICE = ADVICE
_NO_DAY = "is not a day of the calendar"


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
    """Parse a column of dates.

    Known styles: ISO 8601 with or without a time and a zone, ``YYYYMMDD``, the year first with ``/``, ``-`` or
    ``.``, day or month first with these and a year of four digits or two, and English month names, with or
    without a weekday and a clock time before or behind. Several styles may stand in one column, as long as each
    cell has one meaning only; the whole column decides whether the day or the month comes first. Times stay local
    where one zone stands throughout, else they become UTC.

    Parameters
    ----------
    cells
        n cells of text, missing for blanks.
    location
        Where the cells stand, for messages.
    epochs
        Read ten digits as seconds since 1970, thirteen as milliseconds, and five as Excel's day numbers; only for
        a column known to hold times.

    Raises
    ------
    InputError
        If a cell is no date, or if day and month could be either way round. The message names the first such
        cell.

    Examples
    --------
    >>> location = ColumnLocation("orders.csv", "date", np.array([2, 3]))
    >>> parse_dates(pd.Series(["30/06/2025", "01/07/2025"], dtype="str"), location).values.astype(str).tolist()
    ['2025-06-30T00:00:00.000000', '2025-07-01T00:00:00.000000']
    """
    codes, distinct = pd.factorize(cells.mask(cells.isin(_BLANK) | cells.str.fullmatch(_ZEROS).fillna(False)))
    if not len(distinct):
        raise InputError(f"{location.source}: column {quote(location.name)} is blank; {_ADVICE}")
    column = _Column(pd.Series(distinct, dtype="str"), codes, location)
    if epochs and (unit := epoch_unit(column.distinct)):
        return _since_1970(column, unit)
    return _in_iso(column) if column.distinct.str.fullmatch(_ISO).all() else _in_styles(column, excel=epochs)


def looks_like_dates(cells: pd.Series) -> bool:
    """Whether the first cells of a text column are dates.

    >>> looks_like_dates(pd.Series(["2025-06-30", None, "2025-07-01"])), looks_like_dates(pd.Series(["Pizza"]))
    (True, False)
    """
    import pyarrow as pa

    sample = pa.array(cells.dropna().head(100).astype("str"), pa.large_string())
    styles = [frozenset(patterns_of(plain)) - AMBIGUOUS for plain in to_plain_form(sample)[0].unique().to_pylist()]
    return bool(styles) and all(styles)


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
            quoted = quote(text) if _patterns_of(text, excel=True) else quote_cell(text)
            hidden = "" if quoted == quote(text) else " (letters and digits are hidden here)"
            raise self.location.error(position, f"{quoted} {fault}{hidden}; {_ADVICE}")

    def note(self, sentence: str) -> str:
        """Return a note about the column."""
        return f"column {quote(self.location.name)}: {sentence}"

    def times_of_all(self, values: NDArray[np.datetime64], notes: tuple[str, ...]) -> Dates:
        """Return the time of every cell from the times of the distinct cells."""
        times = np.append(values.astype("datetime64[us]"), np.datetime64("NaT"))
        return Dates(times[self.codes], notes)


def _patterns_of(text: str, *, excel: bool = False) -> list[str]:
    """Return the patterns that a cell fits once it is in its plain form."""
    import pyarrow as pa

    return patterns_of(to_plain_form(pa.array([text]))[0][0].as_py(), excel=excel)


def _since_1970(column: _Column, unit: Literal["s", "ms"]) -> Dates:
    digits = column.distinct.str.removesuffix(".0").astype(np.int64)
    words = "seconds" if unit == "s" else "milliseconds"
    note = column.note(f"digits are read as {words} since 1970, so days begin at midnight UTC")
    return column.times_of_all(pd.to_datetime(digits, unit=unit).to_numpy("datetime64[us]"), (note,))


def _in_iso(column: _Column) -> Dates:
    """Read cells that are all ISO 8601, most of which have a zone or none has."""
    zoned = column.distinct.str.fullmatch(_ZONED).to_numpy(bool)
    if not zoned.any():
        values = pd.to_datetime(column.distinct, format="ISO8601", errors="coerce")
        column.refuse(values.isna().to_numpy(), _NO_DAY)
        return column.times_of_all(values.to_numpy("datetime64[us]"), ())
    column.refuse(~zoned, "has no time zone while other cells have one")
    zones = column.distinct.str.extract(rf"({_ZONE})$", expand=False).str.strip()
    text = column.distinct.str.replace(rf"{_ZONE}$", "", regex=True)
    values = pd.to_datetime(text, format="ISO8601", errors="coerce")
    column.refuse(values.isna().to_numpy(), _NO_DAY)
    times, notes = _on_one_clock(column, values.to_numpy("datetime64[us]"), zones)
    return column.times_of_all(times, notes)


def _on_one_clock(
    column: _Column, times: NDArray[np.datetime64], zones: pd.Series
) -> tuple[NDArray[np.datetime64], tuple[str, ...]]:
    """Return local times where all have one zone, else times in UTC, and the note about it."""
    if not zones.notna().any():
        return times, ()
    column.refuse(zones.isna().to_numpy(), "has no time zone while other cells have one")
    codes, names = pd.factorize(zones)
    moments = one_clock(times, codes, tuple(map(str, names)))
    if moments is None:
        column.refuse(codes != 0, f"has another zone than {quote(names[0])}, which letters do not tell apart")
        raise AssertionError("two zones at least")
    return moments[0], (column.note(moments[1]),)


def _in_styles(column: _Column, *, excel: bool) -> Dates:
    """Read cells in one style or several, each of which has one meaning only."""
    import pyarrow as pa
    import pyarrow.compute as pc

    raw = pa.chunked_array([pa.array(column.distinct, pa.large_string())])
    first_patterns = patterns_of(str(column.distinct.iloc[0]), excel=excel)
    whole = [p for p in first_patterns if pc.all(pc.match_substring_regex(raw, f"^(?:{p})$")).as_py()]
    plain, zones = (raw, None) if whole else to_plain_form(raw)
    texts = pd.Series(plain.to_pandas(), dtype="str")
    unread = np.ones(len(texts), dtype=bool)
    styles: dict[str, NDArray[np.bool_]] = {}
    while unread.any():
        first = int(np.argmax(unread))
        fitting = {
            pattern: unread & to_mask(pc.match_substring_regex(plain, f"^(?:{pattern})$"))
            for pattern in whole[:1] or patterns_of(texts.iloc[first], excel=excel)
        }
        if not fitting:
            like = f"written like {quote(column.distinct.iloc[0])}" if styles else "that can be read"
            column.refuse(np.arange(len(texts)) == first, f"is not a date {like}")
        best = max(fitting, key=lambda pattern: int(fitting[pattern].sum()))
        styles[best] = fitting[best]
        unread &= ~fitting[best]
    order = day_or_month_first(texts, styles, column.distinct, column.location)
    values = np.full(len(texts), np.datetime64("NaT"), dtype="datetime64[us]")
    for pattern, rows in styles.items():
        values[rows] = _read(texts[rows], order.layout(layout_of(pattern)))
    column.refuse(np.isnat(values), _NO_DAY)
    zone_notes: tuple[str, ...] = ()
    if zones is not None:
        values, zone_notes = _on_one_clock(column, values, pd.Series(zones.to_pandas(), dtype="str"))
    return column.times_of_all(values, (*_style_notes(column, styles, texts), *order.notes, *zone_notes))


def _read(texts: pd.Series, layout: str) -> NDArray[np.datetime64]:
    """Return the times of plain forms in one layout; NaT for a day that the calendar lacks."""
    if layout != EXCEL:
        return pd.to_datetime(texts, format=layout, errors="coerce").to_numpy("datetime64[us]")
    seconds = (texts.astype(np.float64) * 86_400).round().astype(np.int64)
    times: NDArray[np.datetime64] = np.datetime64("1899-12-30", "us") + seconds.to_numpy().astype("timedelta64[s]")
    return times


def _style_notes(column: _Column, styles: Mapping[str, NDArray[np.bool_]], texts: pd.Series) -> tuple[str, ...]:
    """Return notes that cells are Excel's day numbers, and that several styles stand in one column."""
    examples = {pattern: column.distinct.iloc[int(np.argmax(rows))] for pattern, rows in styles.items()}
    notes = []
    for pattern, example in examples.items():
        if layout_of(pattern) == EXCEL:
            day = str(_read(pd.Series([example], dtype="str"), EXCEL)[0].astype("datetime64[D]"))
            notes.append(column.note(f"numbers are read as Excel's day numbers, {quote(example)} as {day}"))
    if len(styles) > 1:
        counts = [int(np.append(rows, False)[column.codes].sum()) for rows in styles.values()]
        ways = " and ".join(
            f"{quote(example)} ({count_noun(count, 'cell')})"
            for example, count in zip(examples.values(), counts, strict=True)
        )
        notes.append(column.note(f"dates are written in {len(styles)} ways, like {ways}"))
    return tuple(notes)
