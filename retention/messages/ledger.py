"""The durable record of who was told what: one row a customer and run, written once and never changed.

Messages that a person still reads and changes are kept beside it as drafts, until they are sealed.
The file is the owner's own, local SQLite, and holds customers' ids and the messages as sent. It commits on a
thread of its own, many rows at a time, so that a slow disk delays nobody's deadline.
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

_APPLICATION = 0x0FFE2  # marks the file as a ledger of ours
_DAY_S = 86_400.0
_AT_ONCE = 1_000

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
    f"PRAGMA application_id = {_APPLICATION}",
)
# A second process may seal the same customer between our look and our write, so the rules stand in the statement.
_SEAL = """
INSERT OR IGNORE INTO messages SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 WHERE NOT EXISTS
    (SELECT 1 FROM messages WHERE customer = ?2 AND run <> ?1 AND sealed_at > ?12)
"""
_MERGE = f"INSERT OR IGNORE INTO messages VALUES ({', '.join('?' * 11)})"  # noqa: S608  question marks
_DRAFT = f"INSERT OR REPLACE INTO drafts VALUES ({', '.join('?' * 10)})"  # noqa: S608  question marks
_DROP = "DELETE FROM drafts WHERE run = ?"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """What one customer was told in one run.

    Attributes
    ----------
    customer
        Their id.
    input
        Hash of everything the message was made from.
    line, message
        The line with its slots and the message as sent.
    tier
        ``"backup"``, ``"model"`` or ``"person"``.
    source
        What ``message_source`` says: the model's name, or the tier.
    note
        What ``message_note`` says.
    offer
        Id of the offer.
    cost
        What the offer costs when redeemed (currency).
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
    """An entry as the ledger holds it.

    Attributes
    ----------
    run
        The run that wrote it.
    entry
        What was said to whom.
    sealed_at
        When it was written down (seconds since the epoch).
    """

    run: str
    entry: LedgerEntry
    sealed_at: float


_COLUMNS = ", ".join(field.name for field in fields(LedgerEntry))


class Ledger:
    """A ledger file, made if it is not there; close it, or use it in a ``with`` block.

    Parameters
    ----------
    path
        The SQLite file. Its folder must exist.
    now
        Seconds since the epoch.

    Raises
    ------
    OfferError
        If the file cannot be opened, is no ledger, or cannot be written to (also from every method).
    """

    def __init__(self, path: str | Path, *, now: Callable[[], float] = time.time) -> None:
        self._path = Path(path)
        self._now = now
        self._waiting: list[tuple[str, tuple[object, ...]]] = []
        self._closed = False
        self._lock = threading.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ledger")
        try:
            self._db = self._do(self._open)
        except OfferError:
            self._thread.shutdown()
            raise

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def entries(self, run: str) -> dict[str, LedgerEntry]:
        """Return what a run has sealed so far, by customer."""
        return self._entries("messages", run)

    def drafts(self, run: str) -> dict[str, LedgerEntry]:
        """Return what a run has kept and not sealed, by customer."""
        return self._entries("drafts", run)

    def recently_messaged(self, run: str, days: float) -> dict[str, float]:
        """Return the customers whom other runs messaged in the last ``days`` days, and when (epoch seconds)."""
        query = "SELECT customer, max(sealed_at) FROM messages WHERE run <> ? AND sealed_at > ? GROUP BY customer"
        since = self._now() - days * _DAY_S
        return dict(self._do(lambda: self._db.execute(query, (run, since)).fetchall()))

    def approve(self, run: str, entries: Iterable[LedgerEntry], *, cool_down_days: float) -> None:
        """Write entries down for good; returns at once, and :meth:`flush` waits for the disk.

        A customer the run has an entry for already, or whom another run messaged within the
        cool-down, keeps what is there. The entries of one call become durable together.
        """
        now = self._now()
        since = now - cool_down_days * _DAY_S
        self._write_soon((_SEAL, (run, *astuple(entry), now, since)) for entry in entries)

    def save_drafts(self, run: str, entries: Iterable[LedgerEntry]) -> None:
        """Keep entries as drafts, in place of the customers' earlier ones; returns at once."""
        self._write_soon((_DRAFT, (run, *astuple(entry))) for entry in entries)

    def drop_drafts(self, run: str) -> None:
        """Forget the drafts of a run; returns at once."""
        self._write_soon([(_DROP, (run,))])

    def records(self) -> Iterator[LedgerRecord]:
        """Yield everything sealed, the oldest first, a thousand rows at a time."""
        query = f"SELECT run, sealed_at, {_COLUMNS} FROM messages ORDER BY sealed_at, run, customer"  # noqa: S608
        cursor = self._do(lambda: self._db.execute(query))
        while rows := self._do(lambda: cursor.fetchmany(_AT_ONCE)):
            yield from (LedgerRecord(run, LedgerEntry(*cells), sealed_at) for run, sealed_at, *cells in rows)

    def merge(self, records: Iterable[LedgerRecord]) -> int:
        """Take over what another copy of the ledger sealed, and return how many rows were new.

        A row that is here already, by run and customer, stays as it is; cool-downs play no part, because
        these messages have gone out. Durable when it returns.
        """
        before = self._do(self._count)
        self._write_soon((_MERGE, (r.run, *astuple(r.entry), r.sealed_at)) for r in records)
        self.flush()
        return self._do(self._count) - before

    def flush(self) -> None:
        """Wait until everything sealed so far is on the disk."""
        self._do(self._write)

    def close(self) -> None:
        """Write what is waiting, and close the file; a second time does nothing."""
        if not self._closed:
            self._closed = True
            try:
                self.flush()
            finally:
                self._do(self._db.close)
                self._thread.shutdown()

    def _entries(self, table: str, run: str) -> dict[str, LedgerEntry]:
        query = f"SELECT {_COLUMNS} FROM {table} WHERE run = ?"  # noqa: S608  names of ours
        rows = self._do(lambda: self._db.execute(query, (run,)).fetchall())
        return {row[0]: LedgerEntry(*row) for row in rows}

    def _count(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM messages").fetchone()[0])

    def _write_soon(self, statements: Iterable[tuple[str, tuple[object, ...]]]) -> None:
        with self._lock:
            self._waiting += statements
        self._thread.submit(self._write)

    def _do(self, work: Callable[[], T]) -> T:
        try:
            return self._thread.submit(work).result()
        except sqlite3.Error as error:
            raise OfferError(
                f"{self._path.name}: cannot be used as a ledger ({error}); free the disk or pass another file"
            ) from None

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._path, timeout=30, isolation_level=None)
        try:
            kind = database.execute("PRAGMA application_id").fetchone()[0]
            if kind != _APPLICATION and database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                raise sqlite3.DatabaseError("it holds something else")
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

    def _write(self) -> None:
        with self._lock:
            waiting = self._waiting[:]
        if waiting:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                for statement, group in groupby(waiting, key=lambda pair: pair[0]):
                    self._db.executemany(statement, [cells for _, cells in group])
                self._db.execute("COMMIT")
            except sqlite3.Error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            with self._lock:
                del self._waiting[: len(waiting)]
