"""A drawn campaign, played in the simulated market whose truth is known."""

from retention.campaign.campaign_file import Campaign
from retention.progress import Progress, silent
from retention.simulation.play import PlayedCampaign, play
from retention.simulation.potential_outcomes import OfferTerms

__all__ = ["Campaign", "PlayedCampaign", "play_campaign"]


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
        terms={offer.id: OfferTerms(cost=offer.cost, valid_days=offer.valid_days) for offer in design.offers},
        contact_cost=design.economics.contact_cost,
        progress=progress,
    )
