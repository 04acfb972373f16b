"""The durable record of who was sent which message: one row a customer and run, written once and never changed.

Messages that a person still reads and changes are kept beside it as drafts, until they are approved.
The file is local SQLite, belongs to the owner, and holds customers' ids and the messages as sent. It commits on a
thread of its own, many rows at a time, so that a slow disk delays no deadline.
"""

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields

from retention.messages.ledger_campaigns import CampaignLedger
from retention.tabular.ids import spellings

_DAY_S = 86_400.0
_ROWS_PER_FETCH = 1_000

# A second process may write to the same customer, or hold them out, after our query, so the statement checks.
_APPROVE = f"""
INSERT OR IGNORE INTO messages SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 WHERE NOT EXISTS
    (SELECT 1 FROM messages WHERE customer = ?2 AND run <> ?1 AND sealed_at > ?12)
AND NOT EXISTS
    (SELECT 1 FROM messages JOIN temp.spellings ON stored = customer
     WHERE id = ?2 AND (sealed_at > ?12 OR run = ?1))
AND NOT EXISTS
    (SELECT 1 FROM assignments JOIN campaigns ON campaigns.name = campaign
     WHERE customer IN (SELECT ?2 UNION ALL SELECT stored FROM temp.spellings WHERE id = ?2)
       AND arm = 'control' AND ends_at > ?11)
AND {CampaignLedger.NOBODY_STANDING}
"""  # noqa: S608  constant text
_MERGE = f"INSERT OR IGNORE INTO messages VALUES ({', '.join('?' * 11)})"  # noqa: S608  question marks
_SAVE_DRAFT = f"INSERT OR REPLACE INTO drafts VALUES ({', '.join('?' * 10)})"  # noqa: S608  question marks
_DROP_DRAFTS = "DELETE FROM drafts WHERE run = ?"


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


class Ledger(CampaignLedger):
    """A ledger file, created if it does not exist; close it, or use it in a ``with`` block.

    It opens and fails as :class:`retention.messages.ledger_file.LedgerFile` says. No message is approved for
    anybody whom a campaign holds out (:mod:`retention.messages.ledger_campaigns`), nor for anybody in the standing
    control group (:mod:`retention.messages.ledger_standing`).
    """

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
        rows = self._run(lambda: self._db.execute(query, (run, since)).fetchall())
        return {customer: sealed_at for stored, sealed_at in rows for customer in spellings(stored)}

    def approve(self, run: str, entries: Iterable[LedgerEntry], *, cool_down_days: float) -> None:
        """Record entries for good; returns at once, and :meth:`flush` waits for the disk.

        Nothing changes for a customer for whom the run has an entry already, or whom another run messaged within
        the cool-down, or whom a campaign holds out that has not ended, or who is in the standing control group of
        the quarter. The entries of one call become durable together.
        """
        now = self._now()
        since = now - cool_down_days * _DAY_S
        approvals = [(_APPROVE, (run, *astuple(entry), now, since)) for entry in entries]
        self._queue([*self._note_standing_groups(), *approvals])

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

    def messages_sent(self) -> tuple[tuple[str, str, float], ...]:
        """Return customer, offer and time of approval (epoch seconds) of every message, the oldest first."""
        query = "SELECT customer, offer, sealed_at FROM messages ORDER BY sealed_at, run, customer"
        return tuple(self._select(query))

    def merge(self, records: Iterable[LedgerRecord]) -> int:
        """Add the records of another copy of the ledger, and return how many were new.

        A record that is here already, by run and customer, stays as it is. Cool-downs do not apply, because
        these messages have gone out. Durable when it returns.
        """
        before = self._run(self._message_count)
        self._queue((_MERGE, (record.run, *astuple(record.entry), record.sealed_at)) for record in records)
        self.flush()
        self._note_spellings()
        return self._run(self._message_count) - before

    def _read_entries(self, table: str, run: str) -> dict[str, LedgerEntry]:
        query = f"SELECT {_COLUMNS} FROM {table} WHERE run = ?"  # noqa: S608  constant names
        rows = self._select(query, (run,))
        return {customer: LedgerEntry(*row) for row in rows for customer in spellings(row[0])}

    def _message_count(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM messages").fetchone()[0])
