"""The SQLite file of the ledger: its schema, its migration, and a thread of its own that reads and writes it."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from typing import Any, Self, TypeVar

from retention.errors import OfferError

SCHEMA_VERSION = 1
"""``user_version`` of a ledger that this program writes; 0 knew no campaigns."""

_APPLICATION_ID = 0x0FFE2  # marks the file as a ledger

_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS messages (
        run TEXT NOT NULL, customer TEXT NOT NULL, input TEXT NOT NULL, line TEXT NOT NULL, message TEXT NOT NULL,
        tier TEXT NOT NULL, source TEXT NOT NULL, note TEXT NOT NULL, offer TEXT NOT NULL, cost REAL NOT NULL,
        sealed_at REAL NOT NULL,
        PRIMARY KEY (run, customer)
    ) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS drafts (
        run TEXT NOT NULL, customer TEXT NOT NULL, input TEXT NOT NULL, line TEXT NOT NULL, message TEXT NOT NULL,
        tier TEXT NOT NULL, source TEXT NOT NULL, note TEXT NOT NULL, offer TEXT NOT NULL, cost REAL NOT NULL,
        PRIMARY KEY (run, customer)
    ) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS messages_by_customer ON messages (customer, sealed_at)",
    f"PRAGMA application_id = {_APPLICATION_ID}",
)
_CAMPAIGN_TABLES = ("campaigns", "assignments", "readings", "standing")
# Version 1 adds these; nothing in them is ever changed.
_SCHEMA_1 = (
    """CREATE TABLE campaigns (
        name TEXT NOT NULL PRIMARY KEY, design TEXT NOT NULL, design_sha256 TEXT NOT NULL, salt BLOB NOT NULL,
        drawn_at REAL NOT NULL, ends_at REAL NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE assignments (
        campaign TEXT NOT NULL, customer TEXT NOT NULL, arm TEXT NOT NULL, stratum TEXT NOT NULL,
        lot TEXT NOT NULL, chances TEXT NOT NULL, probability REAL NOT NULL, value REAL NOT NULL,
        PRIMARY KEY (campaign, customer)
    ) WITHOUT ROWID""",
    """CREATE TABLE readings (
        campaign TEXT NOT NULL, read_at REAL NOT NULL, input_sha256 TEXT NOT NULL, reading TEXT NOT NULL,
        PRIMARY KEY (campaign, read_at)
    ) WITHOUT ROWID""",
    "CREATE TABLE standing (salt BLOB NOT NULL PRIMARY KEY) WITHOUT ROWID",
    "CREATE INDEX held_out_by_customer ON assignments (customer) WHERE arm = 'control'",
    *(
        f"CREATE TRIGGER {table}_{change} BEFORE {change} ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'campaigns are never changed'); END"
        for table in _CAMPAIGN_TABLES
        for change in ("UPDATE", "DELETE")
    ),
    f"PRAGMA user_version = {SCHEMA_VERSION}",
)

T = TypeVar("T")


class LedgerFile:
    """An open ledger file, created or migrated if need be; close it, or use it in a ``with`` block.

    Parameters
    ----------
    path
        The SQLite file. Its folder is made if need be.
    now
        Seconds since the epoch.

    Raises
    ------
    OfferError
        If the file cannot be opened, is no ledger, or cannot be written to. Every method may raise it, too.
    """

    def __init__(self, path: str | Path, *, now: Callable[[], float] = time.time) -> None:
        self._path = Path(path)
        self._now = now
        self._queued: list[tuple[str, tuple[object, ...]]] = []
        self._closed = False
        self._lock = threading.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ledger")
        try:
            self._prepare_place()
            self._db = self._run(self._open)
        except OfferError:
            self._thread.shutdown()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def flush(self) -> None:
        """Wait until everything recorded so far is on the disk."""
        self._run(self._write_queued)

    def close(self) -> None:
        """Write what is queued, and close the file; a second time does nothing."""
        if not self._closed:
            self._closed = True
            try:
                self.flush()
            finally:
                self._run(self._db.close)
                self._thread.shutdown()

    def _select(self, query: str, cells: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        return self._run(lambda: self._db.execute(query, cells).fetchall())

    def _queue(self, statements: Iterable[tuple[str, tuple[object, ...]]]) -> None:
        with self._lock:
            self._queued += statements
        self._thread.submit(self._write_queued)

    def _run(self, work: Callable[[], T]) -> T:
        try:
            return self._thread.submit(work).result()
        except sqlite3.Error as error:
            raise OfferError(
                f"{self._path.name}: cannot be used as a ledger ({error}); free the disk or pass another file"
            ) from None

    def _in_transaction(self, work: Callable[[], T]) -> T:
        """Run work on the ledger's thread while no other process writes; all of it is written, or nothing."""

        def transaction() -> T:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                result = work()
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            return result

        return self._run(transaction)

    def _prepare_place(self) -> None:
        """Make the folder, and refuse what is no regular file, such as a device or a pipe."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OfferError(
                f"{self._path}: cannot be used as a ledger, its folder cannot be made ({error.strerror}); "
                "pass another file"
            ) from None
        if self._path.exists() and not self._path.is_file():
            raise OfferError(f"{self._path}: cannot be used as a ledger, it is no file; pass another one")

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._path, timeout=30, isolation_level=None)
        try:
            application_id = database.execute("PRAGMA application_id").fetchone()[0]
            if (
                application_id != _APPLICATION_ID
                and database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            ):
                raise sqlite3.DatabaseError("it holds other data")
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = FULL")
            database.execute("BEGIN IMMEDIATE")
            version = database.execute("PRAGMA user_version").fetchone()[0]
            if version > SCHEMA_VERSION:
                raise sqlite3.DatabaseError(f"a newer program made it, with schema version {version}")
            for statement in (*_SCHEMA, *(_SCHEMA_1 if version < 1 else ())):
                database.execute(statement)
            database.execute("COMMIT")
        except sqlite3.Error:
            database.close()
            raise
        return database

    def _write_queued(self) -> None:
        with self._lock:
            queued = self._queued[:]
        if queued:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                for statement, group in groupby(queued, key=lambda pair: pair[0]):
                    self._db.executemany(statement, [cells for _, cells in group])
                self._db.execute("COMMIT")
            except sqlite3.Error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            with self._lock:
                del self._queued[: len(queued)]
