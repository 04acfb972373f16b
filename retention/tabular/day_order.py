"""Whether the day or the month comes first in dates such as 03/04/2025: the whole column decides."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.errors import InputError
from retention.tabular.date_styles import layout_of
from retention.tabular.locations import ColumnLocation
from retention.wording.text import quote

ADVICE = "write dates as YYYY-MM-DD or YYYY-MM-DD HH:MM"
"""What to do about dates that cannot be read."""

_ENOUGH_TO_SUSPECT = 10  # different days, of which a spreadsheet may have swapped day and month


@dataclass(frozen=True)
class DayOrder:
    """Whether the month stands first where both could, and a note about it."""

    month_first: bool = False
    notes: tuple[str, ...] = ()

    def layout(self, layout: str) -> str:
        """Return a layout with day and month in this order."""
        return re.sub(r"%d([/.-])%m", r"%m\1%d", layout) if self.month_first else layout


def day_or_month_first(
    plain: pd.Series,
    styles: Mapping[str, NDArray[np.bool_]],
    written: pd.Series,
    location: ColumnLocation,
) -> DayOrder:
    """Return the order of day and month that fits the whole column.

    Parameters
    ----------
    plain
        Different cells in their plain form, (n,).
    styles
        Which of them have which pattern, (n,) each.
    written
        The cells as they are written, (n,).
    location
        Where they stand, for messages.

    Raises
    ------
    InputError
        If both orders fit or neither does, if two digits may be the year at either end, or if a spreadsheet seems
        to have swapped day and month in some of the cells.
    """

    def refuse(reason: str) -> InputError:
        return InputError(f"{location.source}: column {quote(location.name)}: {reason}; {ADVICE}")

    either = np.zeros(len(plain), dtype=bool)
    for pattern, rows in styles.items():
        layout = layout_of(pattern)
        if "%y" in layout and _may_begin_with_years(plain[rows]):
            raise refuse(f"{quote(written[rows].iloc[0])} may begin or end with the year")
        if re.match(r"%d[/.-]%m", layout):
            either |= rows
    if not either.any():
        return DayOrder()
    above_12 = plain[either].str.extract(r"^(\d+)\D(\d+)\D").astype(np.int64).to_numpy() > 12
    day_first, month_first = bool(above_12[:, 0].any()), bool(above_12[:, 1].any())
    example = [quote(written[either].iloc[position]) for position in above_12.argmax(axis=0)]
    if day_first and month_first:
        raise refuse(f"{example[0]} has the day first and {example[1]} the month")
    if not (day_first or month_first):
        raise refuse(f"{example[0]} and all others fit both day/month and month/day")
    if above_12.any(axis=1).all() and _days_up_to_12(plain[~either]):
        raise refuse(
            f"days above 12 are written like {example[0 if day_first else 1]} and all others like "
            f"{quote(written[~either].iloc[0])}, so a spreadsheet has swapped day and month in some; export again"
        )
    word, shown = ("day", example[0]) if day_first else ("month", example[1])
    note = f"column {quote(location.name)}: dates are read with the {word} first, as in {shown}"
    return DayOrder(month_first, (note,))


def _days_up_to_12(plain: pd.Series) -> bool:
    """Whether there are several days with the year first, and none after the 12th of a month."""
    days = plain.str.extract(r"^\d{4}[/.-]\d{1,2}[/.-](\d{1,2})")[0].dropna()
    return len(days) >= _ENOUGH_TO_SUSPECT and bool((days.astype(np.int64) <= 12).all())


def _may_begin_with_years(cells: pd.Series) -> bool:
    """Whether two-digit years may come first: the last numbers vary more than the first, and all could be days."""
    first, last = (cells.str.extract(end)[0] for end in (r"^(\d+)\D", r"\D(\d\d)(?: |$)"))
    return last.nunique() > first.nunique() and bool((last.astype(np.int64) <= 31).all())
