"""The durable record of who was told what: one row a customer and run, written once and never changed.

It is the owner's own local SQLite file, and holds customers' ids and the messages as sent. It
commits on a thread of its own, many rows at a time, so that a slow disk delays nobody's deadline.
"""

import hashlib
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import TypeVar

import pandas as pd

from retention.errors import OfferError

_APPLICATION = 0x0FFE2  # marks the file as a ledger of ours
_DAY_S = 86_400.0

_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS messages (
        run TEXT NOT NULL, customer TEXT NOT NULL, input TEXT NOT NULL, line TEXT NOT NULL, message TEXT NOT NULL,
        tier TEXT NOT NULL, source TEXT NOT NULL, note TEXT NOT NULL, offer TEXT NOT NULL, cost REAL NOT NULL,
        sealed_at REAL NOT NULL,
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

_INPUTS = (
    "offer", "name", "cuisine", "days_since_order", "reason_1", "reason_2", "reason_3", "churn_probability",
    "value", "expected_profit",
)  # fmt: skip

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Entry:
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
        ``"backup"`` or ``"model"``.
    source
        What ``message_source`` says: ``"backup"`` or the model's name.
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


_COLUMNS = ", ".join(field.name for field in fields(Entry))


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
        self._waiting: list[tuple[object, ...]] = []
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

    def entries(self, run: str) -> dict[str, Entry]:
        """Return what a run has sealed so far, by customer."""
        query = f"SELECT {_COLUMNS} FROM messages WHERE run = ?"  # noqa: S608  the names of a class's fields
        rows = self._do(lambda: self._db.execute(query, (run,)).fetchall())
        return {row[0]: Entry(*row) for row in rows}

    def lately(self, run: str, days: float) -> set[str]:
        """Return the customers whom other runs messaged in the last ``days`` days."""
        query = "SELECT DISTINCT customer FROM messages WHERE run <> ? AND sealed_at > ?"
        since = self._now() - days * _DAY_S
        return {row[0] for row in self._do(lambda: self._db.execute(query, (run, since)).fetchall())}

    def seal(self, run: str, entries: Iterable[Entry], *, cool_down_days: float) -> None:
        """Write entries down for good; returns at once, and :meth:`flush` waits for the disk.

        A customer the run has an entry for already, or whom another run messaged within the
        cool-down, keeps what is there. The entries of one call become durable together.
        """
        now = self._now()
        rows = [(run, *astuple(entry), now, now - cool_down_days * _DAY_S) for entry in entries]
        with self._lock:
            self._waiting += rows
        self._thread.submit(self._write)

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
            rows = self._waiting[:]
        if rows:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._db.executemany(_SEAL, rows)
                self._db.execute("COMMIT")
            except sqlite3.Error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            with self._lock:
                del self._waiting[: len(rows)]


def input_hashes(rows: pd.DataFrame, *, made_of: Sequence[str]) -> list[str]:
    """Return one SHA-256 a row over everything its message is made from.

    Parameters
    ----------
    rows
        The send list, n rows. Numbers count by value, so a file read back hashes as the frame it was.
    made_of
        What else each message is made from (facts, the offer's words), n texts.
    """
    columns = [_as_text(rows[column]) for column in _INPUTS if column in rows]
    return [
        hashlib.sha256("\x1f".join(cells).encode("utf-8", "surrogatepass")).hexdigest()
        for cells in zip(made_of, *columns, strict=True)
    ]


def _as_text(column: pd.Series) -> list[str]:
    if pd.api.types.is_numeric_dtype(column):
        return ["" if pd.isna(value) else repr(float(value)) for value in column]
    return ["" if pd.isna(value) else str(value) for value in column]
