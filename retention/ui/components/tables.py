"""Tables on screen: their first rows, with numbers that a person can read."""

import pandas as pd

#: Rows shown of any table; the file to download has them all.
ROWS_SHOWN = 200


def first_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the first rows of a table, its numbers rounded to three decimals."""
    shown = frame.head(ROWS_SHOWN).copy()
    for column in shown.select_dtypes("float"):
        shown[column] = shown[column].round(3)
    return shown
