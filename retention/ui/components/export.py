"""Tables on screen and files to download."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from retention.tabular.csv_export import write_csv
from retention.tabular.workbook import write_workbook

#: Rows shown of any table; the file to download has them all.
ROWS_SHOWN = 200


@dataclass(frozen=True)
class Download:
    """A file somebody asked for, not written yet.

    Attributes
    ----------
    name
        What it is called on their machine.
    write
        Writes it to a path.
    """

    name: str
    write: Callable[[Path], object]


def csv(frame: pd.DataFrame, name: str) -> Download:
    """Return a table as a CSV file, by its name without a suffix."""
    return Download(f"{name}.csv", partial(write_csv, frame))


def workbook(frame: pd.DataFrame, name: str) -> Download:
    """Return a table as an Excel workbook, by its name without a suffix."""
    return Download(f"{name}.xlsx", partial(write_workbook, frame, sheet=name))


def text(content: str, name: str) -> Download:
    """Return a text as a file."""
    return Download(name, lambda path: path.write_text(content, encoding="utf-8"))


def preview(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the first rows with numbers a person can read."""
    shown = frame.head(ROWS_SHOWN).copy()
    for column in shown.select_dtypes("float"):
        shown[column] = shown[column].round(3)
    return shown
