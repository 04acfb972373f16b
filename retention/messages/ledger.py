"""The durable record of who was sent which message: one row a customer and run, written once and never changed.

Messages that a person still reads and changes are kept beside it as drafts, until they are approved.
The file is local SQLite, belongs to the owner, and holds customers' ids and the messages as sent. It commits on a
thread of its own, many rows at a time, so that a slow disk delays no deadline.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass, fields
from itertools import groupby
from pathlib import Path
from typing import TypeVar

from retention.errors import OfferError

_APPLICATION_ID = 0x0FFE2  # marks the file as a ledger
_DAY_S = 86_400.0
_ROWS_PER_FETCH = 1_000

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
# A second process may write to the same customer after our query, so the statement checks by itself.
_APPROVE = """
INSERT OR IGNORE INTO messages SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 WHERE NOT EXISTS
    (SELECT 1 FROM messages WHERE customer = ?2 AND run <> ?1 AND sealed_at > ?12)
"""
_MERGE = f"INSERT OR IGNORE INTO messages VALUES ({', '.join('?' * 11)})"  # noqa: S608  question marks
_SAVE_DRAFT = f"INSERT OR REPLACE INTO drafts VALUES ({', '.join('?' * 10)})"  # noqa: S608  question marks
_DROP_DRAFTS = "DELETE FROM drafts WHERE run = ?"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One customer's message in one run. The fields are the file's columns, in order.

    Attributes
    ----------
    customer
        Their id.
    input
        Hash of everything the message was made from.
    line, message
        The template with its slots, and the message as sent.
    tier
        ``"backup"``, ``"model"`` or ``"person"``.
    source
        The ``message_source``: the model's name, or the tier.
    note
        The ``message_note``.
    offer
        Id of the offer.
    cost
        The offer's cost when redeemed (currency).
    """

    customer: str
    input: str
    line: str
    message: str
    tier: str
    source: str
    note: str
    offer: str
    cost: float


@dataclass(frozen=True, slots=True)
class LedgerRecord:
    """An entry with the run that wrote it and the time.

    Attributes
    ----------
    run
        The run that wrote it.
    entry
        The customer's message.
    sealed_at
        When it was approved (seconds since the epoch).
    """

    run: str
    entry: LedgerEntry
    sealed_at: float


_COLUMNS = ", ".join(field.name for field in fields(LedgerEntry))


class Ledger:
    """A ledger file, created if it does not exist; close it, or use it in a ``with`` block.

    Parameters
    ----------
    path
        The SQLite file. Its folder must exist.
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
            self._db = self._run(self._open)
        except OfferError:
            self._thread.shutdown()
            raise

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def entries(self, run: str) -> dict[str, LedgerEntry]:
        """Return the entries a run has approved so far, by customer."""
        return self._read_entries("messages", run)

    def drafts(self, run: str) -> dict[str, LedgerEntry]:
        """Return the drafts of a run that are not approved yet, by customer."""
        return self._read_entries("drafts", run)

    def recently_messaged(self, run: str, days: float) -> dict[str, float]:
        """Return the customers whom other runs messaged in the last ``days`` days, and when (epoch seconds)."""
        query = "SELECT customer, max(sealed_at) FROM messages WHERE run <> ? AND sealed_at > ? GROUP BY customer"
        since = self._now() - days * _DAY_S
        return dict(self._run(lambda: self._db.execute(query, (run, since)).fetchall()))

    def approve(self, run: str, entries: Iterable[LedgerEntry], *, cool_down_days: float) -> None:
        """Record entries for good; returns at once, and :meth:`flush` waits for the disk.

        Nothing changes for a customer for whom the run has an entry already, or whom another run messaged within
        the cool-down. The entries of one call become durable together.
        """
        now = self._now()
        since = now - cool_down_days * _DAY_S
        self._queue((_APPROVE, (run, *astuple(entry), now, since)) for entry in entries)

    def save_drafts(self, run: str, entries: Iterable[LedgerEntry]) -> None:
        """Save entries as drafts, in place of the customers' earlier ones; returns at once."""
        self._queue((_SAVE_DRAFT, (run, *astuple(entry))) for entry in entries)

    def drop_drafts(self, run: str) -> None:
        """Delete the drafts of a run; returns at once."""
        self._queue([(_DROP_DRAFTS, (run,))])

    def records(self) -> Iterator[LedgerRecord]:
        """Yield everything approved, the oldest first, reading a thousand rows at a time."""
        query = f"SELECT run, sealed_at, {_COLUMNS} FROM messages ORDER BY sealed_at, run, customer"  # noqa: S608
        cursor = self._run(lambda: self._db.execute(query))
        while rows := self._run(lambda: cursor.fetchmany(_ROWS_PER_FETCH)):
            yield from (LedgerRecord(run, LedgerEntry(*cells), sealed_at) for run, sealed_at, *cells in rows)

    def merge(self, records: Iterable[LedgerRecord]) -> int:
        """Add the records of another copy of the ledger, and return how many were new.

        A record that is here already, by run and customer, stays as it is. Cool-downs do not apply, because
        these messages have gone out. Durable when it returns.
        """
        before = self._run(self._message_count)
        self._queue((_MERGE, (record.run, *astuple(record.entry), record.sealed_at)) for record in records)
        self.flush()
        return self._run(self._message_count) - before

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

    def _read_entries(self, table: str, run: str) -> dict[str, LedgerEntry]:
        query = f"SELECT {_COLUMNS} FROM {table} WHERE run = ?"  # noqa: S608  constant names
        rows = self._run(lambda: self._db.execute(query, (run,)).fetchall())
        return {row[0]: LedgerEntry(*row) for row in rows}

    def _message_count(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM messages").fetchone()[0])

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
            for statement in _SCHEMA:
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
