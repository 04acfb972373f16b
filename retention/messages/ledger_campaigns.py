"""Campaigns in the ledger: what was registered, who is in which arm, and what was read; all of it written once."""

import datetime as dt
from collections.abc import Collection
from dataclasses import astuple, fields

import pandas as pd

from retention.errors import OfferError
from retention.messages.campaign_records import (
    AssignmentRecord,
    AssignmentRow,
    CampaignRecord,
    ReadingRecord,
    RegisteredDesign,
    assignment_records,
    drawn_already,
)
from retention.messages.ledger_standing import StandingLedger
from retention.messages.standing_group import Quarter
from retention.tabular.ids import normalize_id, spellings
from retention.wording.dates import day_and_month, utc_day

HeldOut = dict[str, tuple[str, dt.date]]
"""Customer -> the campaign that holds them out, and the day on which it ends."""


_INSERT_CAMPAIGN = "INSERT INTO campaigns VALUES (?, ?, ?, ?, ?, ?)"
_INSERT_ASSIGNMENT = "INSERT INTO assignments VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_ASSIGNMENT_COLUMNS = ", ".join(field.name for field in fields(AssignmentRecord))
_HELD_OUT = """
SELECT customer, campaign, ends_at FROM assignments JOIN campaigns ON campaigns.name = campaign
WHERE arm = 'control' AND ends_at > ? ORDER BY ends_at
"""
_MESSAGED = "SELECT DISTINCT customer FROM messages WHERE sealed_at > ?"
_DAY_S = 86_400.0


class CampaignLedger(StandingLedger):
    """The part of a ledger that protects the held-out customers of campaigns."""

    def register_campaign(
        self, design: RegisteredDesign, salt: bytes, assignments: pd.DataFrame, *, cool_down_days: float = 0.0
    ) -> bool:
        """Record a campaign and its arms for good, in one transaction.

        Parameters
        ----------
        design
            What is registered.
        salt
            The salt of the draw.
        assignments
            As the draw returns them: ``customer, arm, stratum, lot, chance_<arm>..., probability, value``.
        cool_down_days
            Nobody of a new campaign may have been messaged within so many days.

        Returns
        -------
        bool
            True if it is new; False if the same campaign was registered before.

        Raises
        ------
        OfferError
            If another campaign has the name, or meanwhile another one holds some of the customers out, or somebody
            has written to some.
        """
        records = assignment_records(design.name, assignments)
        ends_at = dt.datetime.combine(design.read_on, dt.time(), dt.UTC).timestamp()

        def register() -> bool:
            registered = self._db.execute(
                "SELECT design_sha256, salt FROM campaigns WHERE name = ?", (design.name,)
            ).fetchone()
            if registered is not None:
                if registered != (design.sha256, salt) or self._assignment_rows(design.name) != sorted(records):
                    raise drawn_already(design.name)
                return False
            now = self._now()
            held_out = {normalize_id(row[0]) for row in self._db.execute(_HELD_OUT, (now,))}
            if held_elsewhere := sum(normalize_id(record[1]) in held_out for record in records):
                raise OfferError(
                    f"campaign {design.name!r}: another campaign holds out {held_elsewhere:,} of its customers "
                    "meanwhile; draw it again"
                )
            messaged = {
                normalize_id(row[0]) for row in self._db.execute(_MESSAGED, (now - cool_down_days * _DAY_S,))
            }
            if written_to := sum(normalize_id(record[1]) in messaged for record in records):
                raise OfferError(
                    f"campaign {design.name!r}: {written_to:,} of its customers got a message meanwhile; "
                    "draw it again"
                )
            record = CampaignRecord(design.name, design.as_json(), design.sha256, salt, now, ends_at)
            self._db.execute(_INSERT_CAMPAIGN, astuple(record))
            self._db.executemany(_INSERT_ASSIGNMENT, records)
            return True

        return self._in_transaction(register)

    def campaigns(self) -> tuple[CampaignRecord, ...]:
        """Return every campaign, in the order of their draws."""
        return tuple(
            CampaignRecord(*row) for row in self._select("SELECT * FROM campaigns ORDER BY drawn_at, name")
        )

    def campaign(self, name: str) -> CampaignRecord | None:
        """Return a campaign by name; None if there is none."""
        rows = self._select("SELECT * FROM campaigns WHERE name = ?", (name,))
        return CampaignRecord(*rows[0]) if rows else None

    def assignments(self, name: str) -> tuple[AssignmentRecord, ...]:
        """Return the arms of a campaign, by customer."""
        return tuple(AssignmentRecord(*row) for row in self._run(lambda: self._assignment_rows(name)))

    def arm_counts(self, name: str) -> dict[str, int]:
        """Return how many customers of a campaign are in each arm."""
        query = "SELECT arm, count(*) FROM assignments WHERE campaign = ? GROUP BY arm"
        return dict(self._select(query, (name,)))

    def held_out(self, customers: Collection[str] | None = None, at: float | None = None) -> HeldOut:
        """Return who is held out by a campaign that has not ended.

        Parameters
        ----------
        customers
            Whom to look for; everybody if None.
        at
            Seconds since the epoch; now if None.

        Returns
        -------
        dict
            Customer -> name of the campaign that ends last, and the day on which it ends.
        """
        rows = self._select(_HELD_OUT, (self._now() if at is None else at,))
        wanted = None if customers is None else set(customers)
        return {
            customer: (campaign, utc_day(ends_at))
            for stored, campaign, ends_at in rows
            for customer in spellings(stored)
            if wanted is None or customer in wanted
        }

    def protected(self, customers: Collection[str]) -> dict[str, str]:
        """Return to whom of these customers no run may write now.

        Returns
        -------
        dict
            Customer -> why, in words for a person; a campaign's holdout comes before the standing control group.
        """
        today = utc_day(self._now())
        until = day_and_month(Quarter.of(today).first_day_after)
        groups = self.standing_groups(today)
        standing = {
            customer: f"in the standing control group until {until}"
            for customer in customers
            if any(customer in group for group in groups)
        }
        held_out = self.held_out(customers)
        return standing | {
            customer: f"held out of {campaign} until {day_and_month(day)}"
            for customer, (campaign, day) in held_out.items()
        }

    def add_reading(self, campaign: str, input_sha256: str, reading: str) -> bool:
        """Record a reading (JSON) for good; the first one of a campaign is the registered one.

        Returns
        -------
        bool
            True if it is new; False if the same outcomes gave the same reading before.

        Raises
        ------
        OfferError
            If the ledger holds no such campaign.
        """

        def add() -> bool:
            if not self._db.execute("SELECT 1 FROM campaigns WHERE name = ?", (campaign,)).fetchone():
                raise OfferError(
                    f"campaign {campaign!r}: is not in this ledger; pass the ledger that it was drawn with"
                )
            earlier = self._db.execute(
                "SELECT input_sha256, reading FROM readings WHERE campaign = ?", (campaign,)
            ).fetchall()
            if (input_sha256, reading) in earlier:
                return False
            last = self._db.execute("SELECT max(read_at) FROM readings WHERE campaign = ?", (campaign,)).fetchone()
            read_at = self._now() if last[0] is None else max(self._now(), last[0] + 1e-3)
            self._db.execute(
                "INSERT INTO readings VALUES (?, ?, ?, ?)", (campaign, read_at, input_sha256, reading)
            )
            return True

        return self._in_transaction(add)

    def readings(self, campaign: str | None = None) -> tuple[ReadingRecord, ...]:
        """Return the readings of a campaign, or of all, the oldest first."""
        rows = self._select(
            "SELECT * FROM readings WHERE campaign = ?1 OR ?1 IS NULL ORDER BY read_at, campaign", (campaign,)
        )
        return tuple(ReadingRecord(*row) for row in rows)

    def merge_campaign(self, record: CampaignRecord, assignments: Collection[AssignmentRecord]) -> None:
        """Add a campaign of another copy of the ledger, with all its arms.

        Where another campaign has the name here, it is kept beside it under a name of its own, so that the
        held-out customers of both stay protected.
        """

        def merge() -> None:
            name = record.name
            registered = self._db.execute(
                "SELECT design_sha256, salt FROM campaigns WHERE name = ?", (name,)
            ).fetchone()
            if registered is not None and registered != (record.design_sha256, record.salt):
                name = f"{name} ({record.salt.hex()[:8]})"
            if self._db.execute("SELECT 1 FROM campaigns WHERE name = ?", (name,)).fetchone():
                return
            self._db.execute(_INSERT_CAMPAIGN, (name, *astuple(record)[1:]))
            rows = ((name, *astuple(assignment)[1:]) for assignment in assignments)
            self._db.executemany(_INSERT_ASSIGNMENT, rows)

        self._in_transaction(merge)
        self._note_spellings()

    def merge_readings(self, readings: Collection[ReadingRecord], standing_salts: Collection[bytes] = ()) -> None:
        """Add readings, and salts of the standing holdout, of another copy of the ledger."""

        def merge() -> None:
            self._db.executemany("INSERT OR IGNORE INTO readings VALUES (?, ?, ?, ?)", map(astuple, readings))
            salts = [(salt,) for salt in standing_salts]
            self._db.executemany("INSERT OR IGNORE INTO standing VALUES (?)", salts)

        self._in_transaction(merge)

    def _assignment_rows(self, name: str) -> list[AssignmentRow]:
        query = f"SELECT {_ASSIGNMENT_COLUMNS} FROM assignments WHERE campaign = ? ORDER BY customer"  # noqa: S608
        cursor = self._db.execute(query, (name,))
        return cursor.fetchall()
