"""Drawn campaigns, played in the simulated market whose truth is known."""

import datetime as dt
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from retention.campaign.campaign_file import Campaign
from retention.campaign.design import CONTROL
from retention.campaign.holdout import hold_out
from retention.campaign.holdout_request import HoldoutRequest
from retention.campaign.reading import Reading
from retention.messages.ledger import Ledger
from retention.orders.order_log import read_orders
from retention.pipeline.measure import measure_campaign
from retention.progress import Progress, silent
from retention.simulation.play import (
    CampaignToPlay,
    PlayedCampaign,
    PlayedCampaigns,
    play,
    play_in_sequence,
)
from retention.simulation.population import DAYS, FIRST_DAY
from retention.simulation.potential_outcomes import OfferTerms

__all__ = [
    "SENT_ON",
    "Campaign",
    "PlayedCampaign",
    "PlayedCampaigns",
    "PlayedToTheEnd",
    "TrueEffect",
    "play_campaign",
    "play_campaigns",
    "play_to_the_end",
]

SENT_ON: dt.date = (FIRST_DAY + pd.Timedelta(days=DAYS)).date()
"""The day after the simulated log ends: the first on which a campaign can be sent."""


@dataclass(frozen=True, kw_only=True)
class TrueEffect:
    """What a campaign really did to the treated customers of the send list, as only a simulated market tells.

    Attributes
    ----------
    kept
        How many more were kept than if all had been left alone.
    save_rate
        ``kept`` as a share of those who would have churned; None where nobody would have.
    profit
        What that brought, less what it cost (currency).
    """

    kept: int
    save_rate: float | None
    profit: float


@dataclass(frozen=True, eq=False)
class PlayedToTheEnd:
    """A campaign in a simulated market, drawn, played and measured, and what it really did."""

    campaign: Campaign
    reading: Reading
    truth: TrueEffect


def play_campaign(
    campaign: Campaign, *, customers: int = 5000, seed: int = 7, progress: Progress = silent
) -> PlayedCampaign:
    """Continue the market that ``simulate`` writes through a campaign that was drawn from its order log.

    Parameters
    ----------
    campaign
        The drawn campaign; its costs and values are those of the truth's profits.
    customers, seed
        The market, as for :func:`retention.simulation.simulate.simulate`.
    progress
        Called before each thousand people.

    Raises
    ------
    InputError
        If the campaign's customers, offers or send day are not of this market.
    """
    design = campaign.design
    return play(
        campaign.assignments,
        customers=customers,
        seed=seed,
        sent_on=design.sent_on,
        horizon_days=design.horizon_days,
        terms=_terms(campaign),
        contact_cost=design.economics.contact_cost,
        progress=progress,
    )


def play_campaigns(
    campaigns: Sequence[Campaign],
    *,
    until: dt.date,
    customers: int = 5000,
    seed: int = 7,
    progress: Progress = silent,
) -> PlayedCampaigns:
    """Continue the market through several campaigns; see :func:`retention.simulation.play.play_in_sequence`."""
    played = [
        CampaignToPlay(
            assignments=campaign.assignments,
            sent_on=campaign.design.sent_on,
            horizon_days=campaign.design.horizon_days,
            terms=_terms(campaign),
            contact_cost=campaign.design.economics.contact_cost,
        )
        for campaign in campaigns
    ]
    return play_in_sequence(played, customers=customers, seed=seed, until=until, progress=progress)


def _terms(campaign: Campaign) -> dict[str, OfferTerms]:
    return {offer.id: OfferTerms(cost=offer.cost, valid_days=offer.valid_days) for offer in campaign.design.offers}


def play_to_the_end(
    send_list: pd.DataFrame,
    request: HoldoutRequest,
    *,
    id: str,
    customers: int,
    seed: int,
    salt: bytes | None = None,
) -> PlayedToTheEnd:
    """Draw a send list of a simulated market, play the campaign, and measure it on the registered day.

    It is registered nowhere. The same list, request and salt give the same reading.

    Parameters
    ----------
    send_list, request, id, salt
        As for :func:`retention.campaign.holdout.hold_out`.
    customers, seed
        The market whose customers these are.

    Raises
    ------
    InputError
        As :func:`retention.campaign.holdout.hold_out` and :func:`play_campaign`.
    """
    with tempfile.TemporaryDirectory() as folder, Ledger(Path(folder) / "ledger.sqlite") as ledger:
        campaign = hold_out(send_list, request, id=id, ledger=ledger, salt=salt).campaign
    assert campaign is not None  # noqa: S101  drawn for good
    played = play_campaign(campaign, customers=customers, seed=seed)
    orders = read_orders(played.orders, today=played.orders["ordered_at"].max().date())
    reading = measure_campaign(campaign, orders=orders, as_of=campaign.design.read_on)
    return PlayedToTheEnd(campaign, reading, true_effect(campaign, played))


def true_effect(campaign: Campaign, played: PlayedCampaign) -> TrueEffect:
    """Return what a played campaign really did to the treated customers of the send list."""
    rows = campaign.assignments
    treated = ((rows["arm"] != CONTROL) & rows["listed"]).to_numpy(bool)
    truth = played.truth[treated]
    offered = (
        rows["arm"].where(rows["arm"].isin(campaign.design.offer_ids), rows["offer"])[treated].to_numpy(object)
    )
    alone = (truth["kept_no_offer"] == "yes").to_numpy()
    kept = np.zeros(len(truth), dtype=bool)
    for offer in set(offered):
        at = offered == offer
        kept[at] = (truth[f"kept_{offer}"] == "yes").to_numpy()[at]
    gained, churning = int(kept.sum()) - int(alone.sum()), int((~alone).sum())
    return TrueEffect(
        kept=gained, save_rate=gained / churning if churning else None, profit=float(truth["profit"].sum())
    )
