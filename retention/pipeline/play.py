"""Drawn campaigns, played in the simulated market whose truth is known."""

import datetime as dt
from collections.abc import Sequence

from retention.campaign.campaign_file import Campaign
from retention.progress import Progress, silent
from retention.simulation.play import (
    CampaignToPlay,
    PlayedCampaign,
    PlayedCampaigns,
    play,
    play_in_sequence,
)
from retention.simulation.potential_outcomes import OfferTerms

__all__ = ["Campaign", "PlayedCampaign", "PlayedCampaigns", "play_campaign", "play_campaigns"]


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
