"""Opens an order log where it is, as a table of an engine that computes the features.

A frame and Parquet files are tables of DuckDB inside this process. What is computed from them is an Ibis
expression, so that it is the same on any other engine that Ibis speaks to.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pandas as pd

from retention.errors import InputError
from retention.settings import settings
from retention.tabular.arrays import as_arrow

if TYPE_CHECKING:  # ibis takes half a second to load, which the first page of the app does not wait for
    import ibis

OUT_OF_MEMORY = (
    "the orders need more memory or disk than there is here; nothing was written; raise RETENTION_MEMORY, or let "
    "TMPDIR name a folder on a larger disk"
)
"""What is wrong, and what to do, where DuckDB inside this process has too little room."""

_TABLE = "orders"


@dataclass(frozen=True, eq=False)
class OrderSource:
    """An order log as a table of an engine; one row an order, or one row a line of an order.

    Attributes
    ----------
    connection
        The Ibis backend; it stays open as long as somebody holds it.
    table
        The rows. Treat them as read-only.
    name
        What messages call the log: a file's name without its folder, never a password.
    """

    connection: Any
    table: "ibis.Table"
    name: str

    def close(self) -> None:
        """End the connection; nothing can be read from the table afterwards."""
        self.connection.disconnect()

    def in_utc(self, times: "ibis.Value") -> "ibis.Value":
        """Return times or days as times in UTC without a zone; times without a zone stay as they are."""
        return times.cast("timestamp(6)")

    def kept(self, rows: "ibis.Table") -> "ibis.Table":
        """Return rows from where they are read again and again: here, from where they are."""
        return rows

    @contextmanager
    def failures(self) -> Iterator[None]:
        """Say in a sentence what the engine cannot do for lack of memory and disk; other errors go through.

        Raises
        ------
        InputError
            In place of that error.
        """
        import duckdb

        try:
            yield
        except duckdb.OutOfMemoryException:
            raise InputError(f"{self.name}: {OUT_OF_MEMORY}") from None


def open_frame(frame: pd.DataFrame, *, name: str = "orders") -> OrderSource:
    """Open a frame: NaN and None are missing.

    It is read on one thread, so that the last bit of a sum does not depend on which thread came first; and the
    engine can open no file and no address, because what it reads may be a stranger's upload.

    Parameters
    ----------
    frame
        Typed columns, times as ``datetime64[us]`` without a zone.
    name
        What messages call the log.
    """
    import pyarrow as pa

    columns = {
        str(column): pa.Array.from_pandas(values)
        if pd.api.types.is_datetime64_any_dtype(values)
        else as_arrow(values)
        for column, values in frame.items()
    }
    connection = connect_duckdb(threads=1, enable_external_access=False)
    connection.con.register(_TABLE, pa.table(columns))
    return OrderSource(connection, connection.table(_TABLE), name)


def open_parquet(pattern: str | Path) -> OrderSource:
    """Open a Parquet file, or all those that a pattern such as ``orders/*.parquet`` names, as one table.

    Columns are matched by name; one that a file lacks is missing in its rows.

    Raises
    ------
    InputError
        If there is no such file, or one of them is no Parquet file.
    """
    import duckdb

    name = Path(pattern).name
    connection = connect_duckdb()
    path = str(pattern).replace("'", "''")  # a view takes no parameters
    try:
        connection.con.execute(
            f"CREATE VIEW {_TABLE} AS SELECT * FROM read_parquet('{path}', union_by_name = true)"  # noqa: S608
        )
    except duckdb.IOException:
        connection.disconnect()
        raise InputError(f"{name}: there is no such Parquet file; check the path") from None
    except duckdb.Error:
        connection.disconnect()
        raise InputError(f"{name}: is no Parquet file, or a damaged one; write or copy it again") from None
    return OrderSource(connection, connection.table(_TABLE), name)


def connect_duckdb(**options: object) -> Any:
    """Return an Ibis backend of a DuckDB of its own, in memory.

    It keeps to the memory in the settings and writes the rest to the folder for temporary files. It installs no
    extensions, its time zone is UTC, and its configuration cannot be changed afterwards.

    Parameters
    ----------
    options
        Further settings of DuckDB, numbers or truth values.
    """
    import duckdb
    import ibis

    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": settings().memory,
            "temp_directory": str(Path(tempfile.gettempdir()) / f"retention-orders-{uuid4().hex}"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "preserve_insertion_order": False,
        },
    )
    backend = ibis.duckdb.from_connection(connection)
    for option, setting in {**options, "lock_configuration": True}.items():  # after the folder, which they lock
        connection.execute(f"SET {option} = {setting}")
    return backend
