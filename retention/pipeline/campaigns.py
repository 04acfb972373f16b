"""Between campaigns: which there are, where each stands, and what they did together."""

import datetime as dt
from pathlib import Path

from retention.campaign.campaign_list import CampaignList, list_campaigns
from retention.errors import InputError
from retention.messages.ledger import Ledger

__all__ = ["CampaignList", "campaigns_in"]


def campaigns_in(ledger: Path, *, today: dt.date | None = None) -> CampaignList:
    """Return the campaigns of a ledger as they stand on a day, by default today (UTC).

    Raises
    ------
    InputError
        If there is no such ledger.
    OfferError
        If the file cannot be used as one.
    """
    if not ledger.is_file():
        raise InputError(f"{ledger.name}: there is no such ledger; pass the one that campaigns were drawn with")
    with Ledger(ledger) as opened:
        return list_campaigns(opened, today=today or dt.datetime.now(dt.UTC).date())
