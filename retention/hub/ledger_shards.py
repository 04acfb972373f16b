"""The rows of a ledger as shards for JSON, by kind, and how shards become rows again.

A shard is ``{"kind": ..., "rows": [...]}``; those written before there were campaigns are lists of messages.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

from retention.messages.campaign_records import AssignmentRecord, CampaignRecord, ReadingRecord
from retention.messages.ledger import Ledger, LedgerEntry, LedgerRecord

MESSAGES: Final = "messages"
CAMPAIGN: Final = "campaign"
READINGS: Final = "readings"
STANDING: Final = "standing"

RowKey = tuple[str, ...]
"""What identifies a row: its kind, and the cells of its primary key."""


@dataclass(frozen=True)
class Shard:
    """Rows of one kind, ready for JSON.

    Attributes
    ----------
    kind
        ``messages``, ``campaign`` (one campaign with all its assignments), ``readings`` or ``standing``.
    rows
        One object a row.
    """

    kind: str
    rows: list[dict[str, Any]]

    @property
    def keys(self) -> set[RowKey]:
        """What identifies the rows."""
        identify: Callable[[dict[str, Any]], RowKey] = {
            MESSAGES: lambda row: (row["run"], row["entry"]["customer"]),
            CAMPAIGN: lambda row: (row["campaign"]["name"], row["campaign"]["salt"]),
            READINGS: lambda row: (row["campaign"], repr(float(row["read_at"]))),
            STANDING: lambda row: (row["salt"],),
        }[self.kind]
        return {(self.kind, *identify(row)) for row in self.rows}


def new_shards(ledger: Ledger, uploaded: set[RowKey]) -> Iterator[Shard]:
    """Yield the rows of a ledger that are not uploaded yet; a campaign is a shard of its own."""
    everything = [
        Shard(MESSAGES, [asdict(record) for record in ledger.records()]),
        Shard(READINGS, [asdict(record) for record in ledger.readings()]),
        Shard(STANDING, [{"salt": salt.hex()} for salt in ledger.standing_salts()]),
    ]
    for shard in everything:
        rows = [row for row in shard.rows if not Shard(shard.kind, [row]).keys & uploaded]
        if rows:
            yield Shard(shard.kind, rows)
    for record in ledger.campaigns():
        campaign = {**asdict(record), "salt": record.salt.hex()}
        if (CAMPAIGN, record.name, record.salt.hex()) not in uploaded:
            assignments = [asdict(assignment) for assignment in ledger.assignments(record.name)]
            yield Shard(CAMPAIGN, [{"campaign": campaign, "assignments": assignments}])


def shard_of(saved: Any) -> Shard:
    """Return the shard that JSON holds.

    Raises
    ------
    KeyError, TypeError, ValueError
        If it is none.
    """
    shard = Shard(MESSAGES, saved) if isinstance(saved, list) else Shard(saved["kind"], saved["rows"])
    for row in shard.rows:
        _records_of(shard.kind, row)
    shard.keys  # noqa: B018  raises for a kind or a key that is unknown
    return shard


def merge_shards(ledger: Ledger, shards: Iterable[Shard]) -> None:
    """Add the rows of shards to a ledger; rows that are there already stay as they are."""
    rows: dict[str, list[Any]] = {MESSAGES: [], CAMPAIGN: [], READINGS: [], STANDING: []}
    for shard in shards:
        rows[shard.kind] += [_records_of(shard.kind, row) for row in shard.rows]
    ledger.merge(rows[MESSAGES])
    for campaign, assignments in rows[CAMPAIGN]:
        ledger.merge_campaign(campaign, assignments)
    ledger.merge_readings(rows[READINGS], rows[STANDING])


def _records_of(kind: str, row: dict[str, Any]) -> Any:
    """Return what the ledger takes for a row of a shard."""
    if kind == MESSAGES:
        return LedgerRecord(row["run"], LedgerEntry(**row["entry"]), row["sealed_at"])
    if kind == CAMPAIGN:
        campaign = row["campaign"]
        record = CampaignRecord(**{**campaign, "salt": bytes.fromhex(campaign["salt"])})
        return record, [AssignmentRecord(**assignment) for assignment in row["assignments"]]
    if kind == READINGS:
        return ReadingRecord(**row)
    if kind == STANDING:
        return bytes.fromhex(row["salt"])
    raise ValueError(kind)
