"""The standing control group in the ledger: its salt, and the guard that no run writes to its customers."""

import datetime as dt
import secrets
import sqlite3

from retention.messages.ledger_file import LedgerFile
from retention.messages.lots import SALT_BYTES
from retention.messages.standing_group import Quarter, StandingGroup
from retention.tabular.ids import normalize_id
from retention.wording.dates import utc_day

_GROUPS = """
SELECT max(json_extract(design, '$.standing')) AS share, salt_of_group, ?1 FROM campaigns,
    (SELECT salt AS salt_of_group FROM standing)
WHERE ends_at > ?2 AND json_extract(design, '$.sent_on') >= ?3 AND json_extract(design, '$.sent_on') < ?4
GROUP BY salt_of_group HAVING share > 0
"""
# The groups of the moment, read in the transaction that approves messages, so that no draw can come between.
_CLEAR_GROUPS = "DELETE FROM temp.standing_now"
_FILL_GROUPS = f"INSERT INTO temp.standing_now {_GROUPS}"
_MAY_BE_SPELLED = """
SELECT DISTINCT customer FROM (SELECT customer FROM messages UNION ALL SELECT customer FROM assignments)
WHERE customer GLOB '*.0' OR customer GLOB '*.00*' OR customer GLOB '*@*' OR customer <> trim(customer)
"""  # only these can have another spelling

Statement = tuple[str, tuple[object, ...]]


class StandingLedger(LedgerFile):
    """The part of a ledger that protects the standing control group.

    The group of a quarter is as large as the largest share (``standing``) of the campaigns that are sent in it.
    """

    NOBODY_STANDING = """NOT EXISTS (SELECT 1 FROM temp.standing_now
        WHERE is_in_standing_group(share, salt, quarter, ?2) OR EXISTS (SELECT 1 FROM temp.spellings
            WHERE id = ?2 AND is_in_standing_group(share, salt, quarter, stored)))"""
    """Condition of a statement whose second parameter is a customer, after :meth:`_note_standing_groups`."""

    def standing_salt(self) -> bytes:
        """Return the ledger's own salt of the standing control group, made at the first call."""

        def salt() -> bytes:
            first = self._db.execute("SELECT min(salt) FROM standing").fetchone()[0]
            if first is None:
                first = secrets.token_bytes(SALT_BYTES)
                self._db.execute("INSERT INTO standing VALUES (?)", (first,))
            return bytes(first)

        return self._in_transaction(salt)

    def standing_salts(self) -> tuple[bytes, ...]:
        """Return the salt of the standing control group, if there is one; several after merging ledgers."""
        return tuple(bytes(row[0]) for row in self._select("SELECT salt FROM standing ORDER BY salt"))

    def standing_groups(self, day: dt.date | None = None) -> tuple[StandingGroup, ...]:
        """Return the standing control group of a day's quarter; today's if None.

        Returns
        -------
        tuple
            Empty if no campaign that is sent in the quarter has one; one for each salt after merging ledgers.
        """
        rows = self._select(_GROUPS, self._group_cells(day))
        return tuple(StandingGroup(share, bytes(salt), quarter) for share, salt, quarter in rows)

    def _note_standing_groups(self) -> list[Statement]:
        """Return the statements that must run before one with :attr:`NOBODY_STANDING`."""
        return [(_CLEAR_GROUPS, ()), (_FILL_GROUPS, self._group_cells(None))]

    def _note_spellings(self) -> None:
        """Note under which other spellings the ledger holds customers, since ids had none of their own before."""
        self._run(lambda: _fill_spellings(self._db))

    def _group_cells(self, day: dt.date | None) -> tuple[object, ...]:
        quarter = Quarter.of(day or utc_day(self._now()))
        first, after = quarter.first_day, quarter.first_day_after
        starts_at = dt.datetime.combine(first, dt.time(), dt.UTC).timestamp()
        return quarter.name, starts_at, first.isoformat(), after.isoformat()

    def _open(self) -> sqlite3.Connection:
        database = super()._open()
        database.execute("CREATE TEMP TABLE standing_now (share REAL, salt BLOB, quarter TEXT)")
        database.execute(
            "CREATE TEMP TABLE spellings (id TEXT, stored TEXT, PRIMARY KEY (id, stored)) WITHOUT ROWID"
        )
        _fill_spellings(database)
        database.create_function("is_in_standing_group", 4, _is_in_standing_group, deterministic=True)
        return database


def _fill_spellings(database: sqlite3.Connection) -> None:
    """Fill the temporary table with the stored ids that are not in their one spelling."""
    stored = (id for (id,) in database.execute(_MAY_BE_SPELLED))
    rows = [(normal, id) for id in stored if (normal := normalize_id(id)) != id]
    database.executemany("INSERT OR IGNORE INTO temp.spellings VALUES (?, ?)", rows)


def _is_in_standing_group(share: float, salt: bytes, quarter: str, customer: str) -> bool:
    return customer in StandingGroup(share, salt, quarter)
