"""Takes in a ledger file that anybody may have made: only a file laid out as this program's own is opened."""

import shutil
import sqlite3
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path

from retention.errors import InputError
from retention.messages.ledger import Ledger

_MAGIC = b"SQLite format 3\0"
_LAYOUT = "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master"


def copy_received_ledger(received: Path, copy: Path) -> None:
    """Copy a ledger, to write to the copy; a trigger, view or table of a stranger's own is never run.

    Parameters
    ----------
    received
        The file, closed by whoever wrote it.
    copy
        Where it goes; no other process may know the place.

    Raises
    ------
    InputError
        If it is no ledger, is laid out in another way, or is damaged.
    """
    no_ledger = InputError(f"{received.name}: is no ledger; pass the file that holdout or offers wrote")
    with received.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise no_ledger
    shutil.copyfile(received, copy)
    try:
        with closing(sqlite3.connect(copy)) as database:
            database.execute("PRAGMA trusted_schema = OFF")
            layout = _layout(database)
            if not layout or not layout <= _own_layout():
                raise no_ledger
            if database.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise sqlite3.DatabaseError("its pages do not fit together")
    except sqlite3.Error as error:
        raise InputError(f"{received.name}: is a damaged ledger ({error}); pass an intact copy") from None


def _layout(database: sqlite3.Connection) -> set[tuple[str, str, str, str]]:
    """Return everything that a file declares, whatever its line breaks."""
    return {(kind, name, table, " ".join(sql.split())) for kind, name, table, sql in database.execute(_LAYOUT)}


@cache
def _own_layout() -> frozenset[tuple[str, str, str, str]]:
    with tempfile.TemporaryDirectory(prefix="ledger-") as folder:
        path = Path(folder) / "new.sqlite"
        Ledger(path).close()
        with closing(sqlite3.connect(path)) as database:
            return frozenset(_layout(database))
