"""Where scoring writes a send list: one file, or a folder with a file for each file of customers."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import pandas as pd

from retention.artifacts import atomic_folder
from retention.errors import InputError
from retention.tabular.csv_export import csv_writer
from retention.tabular.parquet_export import parquet_writer

PARQUET = ".parquet"


@contextmanager
def one_file(out: Path) -> Iterator[Callable[[pd.DataFrame], None]]:
    """Yield a function that writes rows one after another: as Parquet where the name says so, else as CSV."""
    with (parquet_writer if out.suffix == PARQUET else csv_writer)(out) as write:
        yield write


@contextmanager
def a_file_each(
    sources: Sequence[Path], rows: Sequence[int], out: Path
) -> Iterator[Callable[[pd.DataFrame], None]]:
    """Yield a function that writes rows one after another, those of each source into a file of its own.

    The finished folder takes the place of an older one when the block ends; on an exception the old one stays.

    Parameters
    ----------
    sources
        The files of customers. Each gets a file of its name; a Parquet file a Parquet file, any other a CSV.
    rows
        How many customers each has. The rows of one call are those of one source.
    out
        The folder to write.

    Raises
    ------
    InputError
        If ``out`` is a file.
    ModelError
        If the folder holds other files.
    """
    if out.exists() and not out.is_dir():
        raise InputError(f"{out}: is a file; for the send lists of several files pass a new folder")
    names = [name_for(source) for source in sources]
    ends = np.cumsum(rows)
    written, open_for = 0, -1
    with atomic_folder(out, names) as folder, ExitStack() as stack:
        file = stack.enter_context(ExitStack())
        write_rows: Callable[[pd.DataFrame], None] | None = None

        def write(frame: pd.DataFrame) -> None:
            nonlocal written, open_for, write_rows
            number = int(np.searchsorted(ends, written, side="right"))
            if number != open_for or write_rows is None:
                file.close()
                write_rows, open_for = file.enter_context(one_file(folder / names[number])), number
            write_rows(frame)
            written += len(frame)

        yield write


def name_for(source: Path) -> str:
    """Return the name of the send list of a file of customers.

    >>> name_for(Path("day/part-0.parquet")), name_for(Path("today.csv.gz"))
    ('part-0.parquet', 'today.csv')
    """
    return source.name if source.suffix == PARQUET else source.name.split(".")[0] + ".csv"
