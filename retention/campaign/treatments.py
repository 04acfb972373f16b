"""Finds in a ledger which training rows show customers left alone; held-out ones stand for those treated.

A customer we wrote to no longer shows what happens when left alone. So a row whose label window overlaps a
treatment drops out. Dropping alone would leave too few customers at risk, since those are written to; therefore
each held-out customer of the same campaign weighs 1/h, h their chance of being held out, and stands for the
treated ones as well (Horvitz & Thompson 1952). A window runs from the day after the cutoff to the last day of the
horizon; a treatment lasts while its offer can be redeemed.
"""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.campaign.design import CONTROL, Design
from retention.churn.left_alone import LeftAloneRows
from retention.customers.table import Customers
from retention.errors import InputError
from retention.messages.campaign_records import CampaignRecord
from retention.messages.ledger import Ledger
from retention.tabular.ids import normalize_id
from retention.wording.text import quote

_USUAL_VALID_DAYS = 7  # of an offer whose terms the ledger does not hold

Days = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class _Treatment:
    """A campaign as far as it matters to training: its days since 1970, and its customers' arms and chances."""

    drawn_on: int
    read_on: int
    first_day: int
    valid_days: int
    customers: pd.Index
    is_treated: NDArray[np.bool_]
    control_chance: NDArray[np.float64]

    def overlaps(self, start: Days, end: Days) -> NDArray[np.bool_]:
        """Return whether its offers could be redeemed on some day of each window, (n,)."""
        return np.asarray((self.first_day <= end) & (self.first_day + self.valid_days - 1 >= start))


def rows_left_alone(
    customers: Customers, ledger: Ledger, *, cutoff: str | None = None, horizon_days: int | None = None
) -> LeftAloneRows:
    """Return which rows show customers who were left alone, and how many customers each stands for.

    Parameters
    ----------
    customers
        The training customers; with several cutoffs each row has a window of its own.
    ledger
        The messages and campaigns. Whoever was drawn to be treated counts as treated from the send day on, whether
        or not this ledger holds the message.
    cutoff
        The last day that counts as past (ISO 8601); None where the customers have a cutoff column.
    horizon_days
        Days after the cutoff that decide the label.

    Raises
    ------
    InputError
        If the windows are not known, or ``cutoff`` is passed although the rows have their own.
    OfferError
        If the ledger cannot be read.
    """
    start, end = _windows(customers, cutoff, horizon_days)
    ids = pd.Index(customers.ids.astype("str"))
    campaigns = [_treatment(record, ledger) for record in ledger.campaigns()]
    offers = _valid_days_by_offer(ledger)
    others = _messages_without_campaign(ledger, campaigns)
    treated, written_to = np.zeros(len(ids), dtype=bool), np.zeros(len(ids), dtype=bool)
    weight, counted = np.ones(len(ids)), 0
    for campaign in campaigns:
        at = campaign.customers.get_indexer(ids)
        rows = np.flatnonzero((at >= 0) & campaign.overlaps(start, end))
        counted += bool(len(rows))
        is_treated = campaign.is_treated[at[rows]]
        treated[rows[is_treated]] = True
        weight[rows[~is_treated]] /= campaign.control_chance[at[rows[~is_treated]]]
    row_of: dict[str, list[int]] = {}
    for row, customer in enumerate(ids):
        row_of.setdefault(customer, []).append(row)
    for customer, offer, day in others:
        for row in row_of.get(customer, ()):
            last_day = day + offers.get(offer, _USUAL_VALID_DAYS) - 1
            written_to[row] |= day <= end[row] and last_day >= start[row]
    return LeftAloneRows.of(treated=treated, written_to=written_to, weight=weight, campaigns=counted)


def _windows(customers: Customers, cutoff: str | None, horizon_days: int | None) -> tuple[Days, Days]:
    """Return the first and the last day of each row's label window, in days since 1970."""
    if customers.cutoffs and cutoff is not None:
        raise InputError(f"{customers.source}: has a cutoff for each row already; leave out cutoff")
    if horizon_days is None or not (customers.cutoffs or cutoff):
        missing = "horizon-days" if customers.cutoffs or cutoff else "cutoff and horizon-days"
        raise InputError(
            f"{customers.source}: does not say which days its labels look at, so no treatment can be matched with "
            f"them; pass {missing} as the snapshot had them"
        )
    if horizon_days < 1:
        raise InputError(f"horizon-days: must be at least 1 day, got {horizon_days}; change it")
    try:
        days = np.array([_day(dt.date.fromisoformat(text)) for text in customers.cutoffs or (cutoff or "",)])
    except ValueError:
        raise InputError(f"cutoff {quote(cutoff)} is no date; write it as YYYY-MM-DD") from None
    start = days[customers.period] + 1
    return start, start + horizon_days - 1


def _treatment(record: CampaignRecord, ledger: Ledger) -> _Treatment:
    design = Design.from_dict(json.loads(record.design), source="ledger")
    assignments = ledger.assignments(record.name)
    chance = {chances: float(json.loads(chances)[CONTROL]) for chances in {row.chances for row in assignments}}
    return _Treatment(
        drawn_on=int(record.drawn_at // 86_400),
        read_on=_day(design.read_on),
        first_day=_day(design.sent_on),
        valid_days=max(offer.valid_days for offer in design.offers),
        customers=pd.Index([normalize_id(row.customer) for row in assignments]),
        is_treated=np.array([row.arm != CONTROL for row in assignments]),
        control_chance=np.array([chance[row.chances] for row in assignments]),
    )


def _messages_without_campaign(ledger: Ledger, campaigns: list[_Treatment]) -> list[tuple[str, str, int]]:
    """Return (customer, offer, day) of each message that no campaign explains.

    A message to a treated customer between the draw and the reading belongs to the campaign.
    """
    others = []
    for stored, offer, sealed_at in ledger.messages_sent():
        customer = normalize_id(stored)
        day = int(sealed_at // 86_400)
        if not any(_explains(campaign, customer, day) for campaign in campaigns):
            others.append((customer, offer, day))
    return others


def _explains(campaign: _Treatment, customer: str, day: int) -> bool:
    if not campaign.drawn_on <= day < campaign.read_on or customer not in campaign.customers:
        return False
    return bool(campaign.is_treated[campaign.customers.get_loc(customer)])


def _valid_days_by_offer(ledger: Ledger) -> Mapping[str, int]:
    """Return how long each offer that some campaign had can be redeemed, by its id."""
    designs = (Design.from_dict(json.loads(record.design), source="ledger") for record in ledger.campaigns())
    return {offer.id: offer.valid_days for design in designs for offer in design.offers}


def _day(date: dt.date) -> int:
    return (date - dt.date(1970, 1, 1)).days
