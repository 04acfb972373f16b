"""Reads a column of yes and no, in the ways people write them."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.tabular.columns import BLANK_WORDS
from retention.tabular.locations import ColumnLocation
from retention.wording.text import quote_cell

_YES_NO = {
    **dict.fromkeys(("yes", "y", "true", "t", "1", "1.0"), 1.0),
    **dict.fromkeys(("no", "n", "false", "f", "0", "0.0"), 0.0),
}


def parse_yes_no(cells: pd.Series, location: ColumnLocation) -> NDArray[np.float64]:
    """Return 1.0 for yes, 0.0 for no and NaN for a blank cell, shape (n,).

    Parameters
    ----------
    cells
        As text, or as numbers.
    location
        Where they stand, for the message.

    Raises
    ------
    InputError
        If a cell is neither; the message names its row and column.
    """
    text = cells.astype("str").str.strip().str.lower()
    blank = (cells.isna() | cells.isin(BLANK_WORDS) | text.isin(BLANK_WORDS) | (text == "")).to_numpy()
    values = np.array(text.map(_YES_NO), dtype=np.float64)
    wrong = np.isnan(values) & ~blank
    if wrong.any():
        at = int(np.argmax(wrong))
        raise location.error(
            at, f"{quote_cell(cells.iloc[at])} is neither yes nor no; write yes or no (or 1 or 0)"
        )
    values[blank] = np.nan
    return values
