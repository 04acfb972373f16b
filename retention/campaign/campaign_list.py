"""The campaigns of a ledger, each with its day and its registered reading, and what they did together."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from retention.campaign.design import Design
from retention.campaign.intervals import Interval
from retention.campaign.programme import Programme, ProgrammeTotal, add_up
from retention.messages.ledger import Ledger
from retention.wording.dates import day_in_words, utc_day
from retention.wording.money import in_currency
from retention.wording.text import count_noun


@dataclass(frozen=True, kw_only=True)
class ListedCampaign:
    """A campaign in a ledger.

    Attributes
    ----------
    name, design
        Its name in this ledger, and what was registered.
    drawn_on
        The day of the draw (UTC).
    days_left
        Days until it can be read; 0 from that day on.
    arms
        Customers by arm, control first.
    reading
        The registered reading, as :meth:`retention.campaign.reading.Reading.as_dict` gave it; None before that.
    """

    name: str
    design: Design
    drawn_on: dt.date
    days_left: int
    arms: Mapping[str, int]
    reading: Mapping[str, Any] | None

    @property
    def verdict(self) -> str | None:
        """The verdict of the registered reading; None before it is read."""
        return None if self.reading is None else str(self.reading["verdict"])

    @property
    def sentence(self) -> str:
        """Say where the campaign stands."""
        if self.reading is not None:
            return str(self.reading["sentence"])
        arms = ", ".join(f"{arm} {count:,}" for arm, count in self.arms.items())
        day = day_in_words(self.design.read_on)
        when = (
            f"can be read on {day}, in {count_noun(self.days_left, 'day')}"
            if self.days_left
            else f"could be read from {day} on, and was not: measure it"
        )
        return f"{self.name} {when} ({arms})."

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        reading = self.reading or {}
        return {
            "name": self.name,
            "design": self.design.kind,
            "drawn_on": self.drawn_on.isoformat(),
            "sent_on": self.design.sent_on.isoformat(),
            "read_on": self.design.read_on.isoformat(),
            "days_left": self.days_left,
            "arms": dict(self.arms),
            "verdict": self.verdict,
            "kept": reading.get("kept"),
            "profit": reading.get("profit"),
            "sentence": self.sentence,
        }


@dataclass(frozen=True, kw_only=True)
class CampaignList:
    """The campaigns of a ledger in the order of their draws, and their programme."""

    campaigns: tuple[ListedCampaign, ...]
    programme: Programme

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "campaigns": [campaign.as_dict() for campaign in self.campaigns],
            "programme": self.programme.as_dict(),
            "words": list(self.in_words()),
        }

    def in_words(self) -> tuple[str, ...]:
        """Return a sentence for each campaign, and one for all of them."""
        if not self.campaigns:
            return ("the ledger holds no campaign yet; draw one with holdout",)
        return (*(campaign.sentence for campaign in self.campaigns), programme_sentence(self.programme))


def list_campaigns(ledger: Ledger, *, today: dt.date) -> CampaignList:
    """Return the campaigns of a ledger as they stand on a day.

    Raises
    ------
    OfferError
        If the ledger cannot be read.
    """
    readings: dict[str, Mapping[str, Any]] = {}
    for record in ledger.readings():
        readings.setdefault(record.campaign, json.loads(record.reading))
    campaigns = []
    for campaign in ledger.campaigns():
        design = Design.from_dict(json.loads(campaign.design), source="ledger")
        counts = ledger.arm_counts(campaign.name)
        campaigns.append(
            ListedCampaign(
                name=campaign.name,
                design=design,
                drawn_on=utc_day(campaign.drawn_at),
                days_left=max(0, (design.read_on - today).days),
                arms={arm: counts.get(arm, 0) for arm in design.arms},
                reading=readings.get(campaign.name),
            )
        )
    names = {campaign.name for campaign in campaigns}
    return CampaignList(
        campaigns=tuple(campaigns),
        programme=add_up([reading for name, reading in readings.items() if name in names]),
    )


def programme_sentence(programme: Programme) -> str:
    """Say what all campaigns did together."""
    left_out = "".join(f"; {name} does not count ({why})" for name, why in programme.left_out.items())
    total = programme.total
    if total is None:
        return f"Programme: nothing to add up yet{left_out}."
    times = count_noun(total.campaigns, "campaign")
    words = f"Programme: {times} kept {_number(total.kept)}"
    if total.profit is not None and programme.currency is not None:
        words += f" and earned {_money(total, programme.currency)}"
    return f"{words}{left_out}. These 90% intervals may be watched: they hold after every campaign at once."


def _number(kept: Interval) -> str:
    value, low, high = (f"{end:,.0f}".replace("-", "−") for end in (kept.value, kept.low, kept.high))
    return f"{value} more customers ({low} to {high})"


def _money(total: ProgrammeTotal, currency: str) -> str:
    assert total.profit is not None  # noqa: S101  checked by the caller
    value, low, high = (
        in_currency(end, currency) for end in (total.profit.value, total.profit.low, total.profit.high)
    )
    return f"{value} ({low} to {high})"
