"""What the ledger keeps of a campaign: its design, everybody's arm, and its readings."""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from retention.errors import OfferError
from retention.wording.dates import utc_day

AssignmentRow = tuple[str, str, str, str, str, str, float, float]


class RegisteredDesign(Protocol):
    """What the ledger needs to know of a campaign's design."""

    @property
    def name(self) -> str:
        """The campaign's name."""

    @property
    def sha256(self) -> str:
        """SHA-256 of the canonical JSON."""

    @property
    def read_on(self) -> dt.date:
        """The day on which the campaign ends."""

    def as_json(self) -> str:
        """Return the canonical JSON; its ``sent_on`` and ``standing`` say which standing group is protected."""


@dataclass(frozen=True, slots=True)
class CampaignRecord:
    """A registered campaign. The fields are the table's columns, in order.

    Attributes
    ----------
    name
        Its name.
    design, design_sha256
        The canonical JSON of the design, and its hash.
    salt
        The 128 random bits from which the lots were made.
    drawn_at, ends_at
        When it was drawn, and the start of the day (UTC) from which its held-out customers may be written to
        again, in seconds since the epoch.
    """

    name: str
    design: str
    design_sha256: str
    salt: bytes
    drawn_at: float
    ends_at: float

    @property
    def ends_on(self) -> dt.date:
        """The day on which it ends."""
        return utc_day(self.ends_at)


@dataclass(frozen=True, slots=True)
class AssignmentRecord:
    """One customer's arm. The fields are the table's columns, in order.

    Attributes
    ----------
    campaign, customer
        The campaign's name, and the customer's id.
    arm, stratum, lot
        The arm, the stratum, and the lot in 16 hexadecimal digits.
    chances
        Arm -> chance, as JSON.
    probability, value
        Churn probability and V (currency) at the draw.
    """

    campaign: str
    customer: str
    arm: str
    stratum: str
    lot: str
    chances: str
    probability: float
    value: float


@dataclass(frozen=True, slots=True)
class ReadingRecord:
    """A reading of a campaign. The fields are the table's columns, in order.

    Attributes
    ----------
    campaign
        The campaign's name.
    read_at
        When it was read (seconds since the epoch).
    input_sha256
        Hash of the outcomes.
    reading
        The reading, as JSON.
    """

    campaign: str
    read_at: float
    input_sha256: str
    reading: str


def assignment_records(campaign: str, assignments: pd.DataFrame) -> list[AssignmentRow]:
    """Return the assignments of a draw as rows of the ledger, cells as in :class:`AssignmentRecord`."""
    chances = assignments.filter(regex="^chance_")
    arms = [str(name).removeprefix("chance_") for name in chances]
    unique = {
        cells: json.dumps(dict(zip(arms, cells, strict=True)), sort_keys=True)
        for cells in set(map(tuple, chances.drop_duplicates().to_numpy().tolist()))
    }
    columns = [assignments[name].tolist() for name in ("customer", "arm", "stratum", "lot")]
    texts = [unique[cells] for cells in map(tuple, chances.to_numpy().tolist())]
    numbers = [assignments[name].tolist() for name in ("probability", "value")]
    return [(campaign, *cells) for cells in zip(*columns, texts, *numbers, strict=True)]


def drawn_already(name: str) -> OfferError:
    """Return the error of a second, different draw under a campaign's name."""
    return OfferError(
        f"campaign {name!r}: was drawn already, from another list or with other settings; give this one another "
        "name"
    )
