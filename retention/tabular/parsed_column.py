"""A column once it is parsed: numbers or text, with what was repaired."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.tabular.formulas import unescape
from retention.tabular.locations import ColumnLocation
from retention.tabular.number_formats import Decimal


@dataclass(frozen=True)
class ParsedColumn:
    """A column as numbers or text.

    Attributes
    ----------
    values
        float64 with NaN for blanks, or pandas ``str`` with missing values for blanks; (n,).
    note
        A sentence about what was repaired; None if nothing was.
    cellwise
        Whether each cell was parsed by itself, so that a part of the rows would have given the same values.
    decimal
        The decimal mark, where the cells of a formatted column show it.
    ambiguous
        Whether the cells are numbers that another column's decimal mark would settle.
    first_wrong
        Position of the first cell that keeps a column of text from being numbers; None where none does.
    """

    values: NDArray[np.float64] | pd.Series
    note: str | None = None
    cellwise: bool = False
    decimal: Decimal | None = None
    ambiguous: bool = False
    first_wrong: int | None = None


def to_text(
    cells: Any,
    location: ColumnLocation,
    note: str | None = None,
    *,
    cellwise: bool = False,
    ambiguous: bool = False,
    first_wrong: int | None = None,
) -> ParsedColumn:
    """Keep an Arrow column as the text that it was before it was escaped for spreadsheets."""
    values = unescape(cells).to_pandas().rename(location.name)
    return ParsedColumn(values, note, cellwise, ambiguous=ambiguous, first_wrong=first_wrong)


def refuse_infinite(values: NDArray[np.float64], location: ColumnLocation) -> None:
    """Raise InputError about the first infinite number, if there is one."""
    infinite = np.isinf(values)
    if infinite.any():
        raise location.error(
            int(np.argmax(infinite)), "the number is infinite; correct the cell or leave it blank"
        )
