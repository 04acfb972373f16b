"""Reads a column of yes and no, in the ways people write them."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.tabular.columns import BLANK_WORDS
from retention.tabular.locations import ColumnLocation
from retention.wording.text import quote_cell

YES_NO = {
    **dict.fromkeys(("yes", "y", "true", "t", "1", "1.0"), 1.0),
    **dict.fromkeys(("no", "n", "false", "f", "0", "0.0"), 0.0),
}
"""Meaning of the words for yes and no, in lower case."""


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
    values = np.array(text.map(YES_NO), dtype=np.float64)
    wrong = np.isnan(values) & ~blank
    if wrong.any():
        at = int(np.argmax(wrong))
        raise location.error(
            at, f"{quote_cell(cells.iloc[at])} is neither yes nor no; write yes or no (or 1 or 0)"
        )
    values[blank] = np.nan
    return values


def one_spelling(texts: pd.Series) -> pd.Series:
    """Return a column of yes and no in which each has one spelling, its most frequent; other columns as they are.

    >>> one_spelling(pd.Series(["Yes", "yes", "No", "Yes"], dtype="str")).tolist()
    ['Yes', 'Yes', 'No', 'Yes']
    """
    counts = texts.value_counts()
    meanings = [YES_NO.get(str(word).strip().casefold()) for word in counts.index]
    if not len(counts) or None in meanings or len(set(meanings)) == len(meanings):
        return texts
    spelling: dict[float | None, str] = {}
    for word, meaning in zip(counts.index, meanings, strict=True):
        spelling.setdefault(meaning, str(word))
    return texts.map({word: spelling[meaning] for word, meaning in zip(counts.index, meanings, strict=True)})
