"""Tables on screen and files to download."""

import secrets
import tempfile
from pathlib import Path

import pandas as pd

from retention.customers.export import write_csv

#: Rows shown of any table; the file to download has them all.
ROWS_SHOWN = 200


def csv(frame: pd.DataFrame, name: str) -> str:
    """Write a CSV to download and return its path; see :func:`private_folder`."""
    path = private_folder() / name
    write_csv(frame, path)
    return str(path)


def text(content: str, name: str) -> str:
    """Write a text file to download and return its path; see :func:`private_folder`."""
    path = private_folder() / name
    path.write_text(content, encoding="utf-8")
    return str(path)


def private_folder() -> Path:
    """Make a folder with a random name: gradio serves a file to anyone who knows its path."""
    return Path(tempfile.mkdtemp(prefix=secrets.token_urlsafe(16)))


def preview(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the first rows with numbers a person can read."""
    shown = frame.head(ROWS_SHOWN).copy()
    for column in shown.select_dtypes("float"):
        shown[column] = shown[column].round(3)
    return shown
