"""Campaigns whose truth is known: customers of calibrated risk, and what an offer does to them.

A customer who would churn is kept with probability γ; one who would be retained is driven away with probability s
or redeems with probability ρ. This is the model of the plan's own formula, and quick to draw.
"""

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.campaign.assignment import draw
from retention.campaign.campaign_file import Campaign
from retention.campaign.comparison import Comparison
from retention.campaign.design import CONTROL, Design
from retention.campaign.measurement import measure
from retention.profit.catalogue import Offer
from retention.profit.economics import Economics

VALUE, OFFER_COST = 500.0, 50.0
RISK_A, RISK_B = 1.3, 1.87  # beta: churn probabilities, 0.41 on average
SENT_ON = dt.date(2026, 6, 1)
READ_ON = SENT_ON + dt.timedelta(days=30)


@dataclass(frozen=True)
class TrueRates:
    """What an offer really does.

    Attributes
    ----------
    save_rate, harm, redemption
        γ, s and ρ.
    contact_cost
        c (currency).
    """

    save_rate: float = 0.0
    harm: float = 0.0
    redemption: float = 0.0
    contact_cost: float = 0.0

    @property
    def economics(self) -> Economics:
        """The money inputs of somebody who knows the truth."""
        return Economics(
            value=VALUE,
            offer_cost=OFFER_COST,
            save_rate=self.save_rate,
            stayer_redemption=self.redemption,
            harm_rate=self.harm,
            contact_cost=self.contact_cost,
        )

    def effect(self, p: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the change of the probability to be retained, τ = pγ − (1 − p)s, shape (n,)."""
        return np.asarray(p * self.save_rate - (1 - p) * self.harm)

    def profit(self, p: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the expected incremental profit V·τ − d·r − c with r = pγ + (1 − p)ρ, shape (n,)."""
        redeemed = p * self.save_rate + (1 - p) * self.redemption
        return np.asarray(VALUE * self.effect(p) - OFFER_COST * redeemed - self.contact_cost)


NO_EFFECT = TrueRates()
OFFER = TrueRates(save_rate=0.2, harm=0.02, redemption=0.3, contact_cost=1.0)


@dataclass(frozen=True, eq=False)
class TrialRun:
    """A drawn campaign, and the uniform random numbers that decide what happens to each customer, shape (n, 3)."""

    campaign: Campaign
    luck: NDArray[np.float64]

    @property
    def probability(self) -> NDArray[np.float64]:
        """The churn probability of each customer if left alone, shape (n,)."""
        return self.campaign.assignments["probability"].to_numpy(np.float64)

    def redraw(self, *, salt: bytes) -> Campaign:
        """Draw the same customers again."""
        people = self.campaign.assignments[["customer", "probability", "value", "offer"]]
        return Campaign(self.campaign.design, draw(people, self.campaign.design, salt=salt))

    def measure(self, rates: TrueRates) -> Comparison:
        """Measure the campaign after the offer has done this to its customers."""
        design = self.campaign.design
        economics = replace(design.economics, contact_cost=rates.contact_cost)
        campaign = replace(self.campaign, design=replace(design, economics=economics))
        return measured(campaign, self.outcomes(rates))

    def outcomes(self, rates: TrueRates) -> pd.DataFrame:
        """Return the outcomes, ``kept`` and ``redeemed``, indexed by customer."""
        treated = (self.campaign.assignments["arm"] != CONTROL).to_numpy()
        retained = self.luck[:, 0] >= self.probability
        saved = treated & ~retained & (self.luck[:, 1] < rates.save_rate)
        driven_away = treated & retained & (self.luck[:, 1] < rates.harm)
        redeems = treated & retained & (self.luck[:, 2] < rates.redemption / (1 - rates.harm)) & ~driven_away
        kept, redeemed = (retained | saved) & ~driven_away, saved | redeems
        customers = pd.Index(self.campaign.assignments["customer"])
        return pd.DataFrame({"kept": kept, "redeemed": redeemed}, index=customers)


def trial_run(customers: int, *, seed: int, holdout_share: float) -> TrialRun:
    """Draw the arms of so many customers, stratified, with everything else at random as well."""
    rng = np.random.default_rng([seed, customers])
    candidates = pd.DataFrame(
        {
            "customer": [f"C{number:07d}" for number in range(customers)],
            "probability": rng.beta(RISK_A, RISK_B, customers),
            "value": VALUE,
            "offer": "cash_50",
        }
    )
    economics = Economics(
        value=VALUE,
        offer_cost=OFFER_COST,
        save_rate=0.3,
        stayer_redemption=0.6,
    )
    design = Design(
        name="trial",
        holdout_share=holdout_share,
        sent_on=SENT_ON,
        arms=(CONTROL, "cash_50"),
        economics=economics,
        offers=(Offer("cash_50", gives={"en": "₹50 off"}, cost=OFFER_COST),),
        eligible=customers,
    )
    assignments = draw(candidates, design, salt=rng.bytes(16))
    return TrialRun(Campaign(design, assignments), rng.random((customers, 3)))


def measured(campaign: Campaign, outcomes: pd.DataFrame) -> Comparison:
    """Return all treated against control, on the day the campaign is to be read."""
    return measure(campaign, outcomes, as_of=campaign.design.read_on).overall
