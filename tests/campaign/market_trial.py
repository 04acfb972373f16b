"""Campaigns in the simulated market: drawn, played and read from the order log, beside their truth."""

import datetime as dt
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from retention.campaign.assignment import draw
from retention.campaign.campaign_file import Campaign
from retention.campaign.comparison import Comparison
from retention.campaign.design import CONTROL, Design
from retention.campaign.outcomes import outcomes_from_orders
from retention.orders.order_log import read_orders
from retention.pipeline.play import PlayedCampaign, play_campaign
from retention.profit.catalogue import Offer
from retention.profit.economics import Economics
from tests.campaign.outcome_model import measured

SENT_ON = dt.date(2025, 7, 31)  # the day after the simulated log ends
VALUE = 500.0
OFFER = Offer("cash_50", gives={"en": "₹50 off"}, cost=50.0, valid_days=7)


class TrueEffect(NamedTuple):
    """Expected effect of the campaign on its customers, per customer: percentage points, and currency."""

    points: float
    profit_per_head: float


class MarketTrial:
    """A simulated market, and campaigns among those of its customers at some risk."""

    def __init__(self, *, customers: int, seed: int) -> None:
        self._customers, self._seed = customers, seed

    @cached_property
    def _truth(self) -> pd.DataFrame:
        """The truth of everyone, had nobody been treated, with a blurred churn probability as the score."""
        ids = [f"C{number + 1:07d}" for number in range(self._customers)]
        everyone = pd.DataFrame({"customer": ids, "probability": 0.5, "value": VALUE, "offer": OFFER.id})
        truth = play_campaign(
            self._drawn(everyone, salt=b"0" * 16, held_out=0.5), customers=self._customers, seed=self._seed
        ).truth
        p = truth["churn_probability"].clip(0.001, 0.999)
        noise = np.random.default_rng(self._seed).normal(0.0, 0.5, len(truth))
        truth["score"] = 1 / (1 + np.exp(-np.log(p / (1 - p)) - noise))
        return truth[truth["score"].between(0.15, 0.9)].reset_index(drop=True)

    def play(self, *, draw: int) -> tuple[Campaign, PlayedCampaign]:
        """Draw a campaign, and continue the market through it."""
        people = pd.DataFrame(
            {
                "customer": self._truth["customer_id"],
                "probability": self._truth["score"],
                "value": VALUE,
                "offer": OFFER.id,
            }
        )
        campaign = self._drawn(people, salt=draw.to_bytes(16, "big"), held_out=0.3)
        return campaign, play_campaign(campaign, customers=self._customers, seed=self._seed)

    def measure(self, *, draw: int) -> tuple[Comparison, TrueEffect]:
        """Return what one draw is measured to have done, by the order log alone, and what it does on average."""
        campaign, played = self.play(draw=draw)
        effect = float(played.truth[f"effect_{OFFER.id}"].mean())
        profit = float(played.truth[f"profit_{OFFER.id}"].mean())
        return measured(campaign, outcomes_in(campaign, played)), TrueEffect(100 * effect, profit)

    @staticmethod
    def _drawn(people: pd.DataFrame, *, salt: bytes, held_out: float) -> Campaign:
        design = Design(
            name="market",
            holdout_share=held_out,
            sent_on=SENT_ON,
            arms=(CONTROL, OFFER.id),
            economics=Economics(value=VALUE, offer_cost=OFFER.cost, save_rate=0.3, contact_cost=1.0),
            offers=(OFFER,),
            eligible=len(people),
        )
        return Campaign(design, draw(people, design, salt=salt))


def outcomes_in(campaign: Campaign, played: PlayedCampaign) -> pd.DataFrame:
    """Return the outcomes that the order log holds on the day the campaign is read."""
    return outcomes_from_orders(campaign, read_orders(played.orders), as_of=campaign.design.read_on)
