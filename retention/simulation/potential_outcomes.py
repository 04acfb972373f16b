"""What happens to each person of a simulated market under every offer of a campaign, and if left alone."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.simulation.experiment import (
    OFFERS,
    RETURN_DAYS,
    Chances,
    PlayedPlan,
    Situation,
    Treatment,
    move_orders,
    redemption_probability,
    retention_probabilities,
    save_rates,
)
from retention.simulation.population import People
from retention.simulation.purchases import Plan

NO_OFFER = -1


@dataclass(frozen=True, kw_only=True)
class OfferTerms:
    """What an offer costs when it is redeemed (currency), and for how many days it can be."""

    cost: float
    valid_days: int


@dataclass(frozen=True, kw_only=True)
class CampaignInMarket:
    """A campaign as the market sees it.

    Attributes
    ----------
    day, horizon_days
        The market's day on which it is sent, the first of the horizon, and the days of that.
    clock
        Market time at the start of each day, to the end of the log.
    terms
        Cost and validity of its offers.
    contact_cost
        c, cost of contacting one customer (currency).
    """

    day: int
    horizon_days: int
    clock: NDArray[np.float64]
    terms: Mapping[str, OfferTerms]
    contact_cost: float

    @property
    def valid_days(self) -> list[int]:
        """How many days each of ``OFFERS`` can be redeemed, at most the horizon."""
        days = [self.terms[offer].valid_days if offer in self.terms else 0 for offer in OFFERS]
        return [min(valid, self.horizon_days) for valid in days]

    @property
    def expired_day(self) -> int:
        """The first day on which no offer is valid any more."""
        return self.day + max(offer.valid_days for offer in self.terms.values())


class PotentialOutcomes:
    """The potential outcomes of n people.

    Attributes
    ----------
    before
        Where they stand in their plan when the campaign is sent.
    kept_alone
        Who orders within the horizon if left alone, shape (n,).
    kept, redeemed
        Who orders within it, and who redeems, with each of the k offers, shape (n, k).
    """

    def __init__(self, people: People, alone: PlayedPlan, chances: Chances, campaign: CampaignInMarket) -> None:
        """Work them out from the planned orders of people who are left alone, and their random numbers."""
        clock, plan = campaign.clock, alone.plan
        self._people, self._alone, self._campaign = people, alone, campaign
        self.before = Situation.at_time(plan, last=alone.last, time=float(clock[campaign.day]))
        at, following = self.before.at, plan.when[self.before.following]
        self._rates = save_rates(people, plan, at, silence=clock[campaign.day] - plan.when[at])
        read = clock[campaign.day + campaign.horizon_days]
        self.kept_alone = self.before.still_customer & (following < read)
        saved = ~self.kept_alone[:, np.newaxis] & (chances.saved[:, np.newaxis] < self._rates)
        loyal = self.kept_alone & (chances.driven_away >= people.touchiness)
        self.kept = saved | loyal[:, np.newaxis]
        return_day = campaign.day + min(RETURN_DAYS, campaign.horizon_days) * chances.returns
        self._returns = np.interp(return_day, np.arange(len(clock)), clock)
        self.redeemed = np.zeros(self.kept.shape, bool)
        for k, valid_days in enumerate(campaign.valid_days):
            in_time = following < clock[campaign.day + valid_days]
            self.redeemed[:, k] = saved[:, k] & (return_day < campaign.day + valid_days)
            self.redeemed[:, k] |= loyal & in_time & chances.redeems_if_retained(people)

    def move_orders(self, received: NDArray[np.int64]) -> tuple[Plan, NDArray[np.int64]]:
        """Return everybody's plan, and the number of their last order, under the offer that each receives.

        ``received`` holds positions in ``OFFERS``, or ``NO_OFFER``, shape (n,).
        """
        kept = self.kept[np.arange(len(received)), received]
        treated = received != NO_OFFER
        return move_orders(
            self._alone.plan,
            self.before,
            saved=treated & ~self.kept_alone & kept,
            driven_away=treated & self.kept_alone & ~kept,
            returns=self._returns,
        )

    def played(self, received: NDArray[np.int64]) -> tuple[PlayedPlan, NDArray[np.int64]]:
        """Return the market after the campaign, and the offer that each row of the plan redeems, −1 for none.

        ``received`` is as for :meth:`move_orders`.
        """
        plan, last = self.move_orders(received)
        n, end = np.arange(len(received)), self._campaign.clock[-1]
        redeems = np.flatnonzero((received >= 0) & self.redeemed[n, received])
        redeemed = np.full(len(plan.person), NO_OFFER)
        redeemed[self.before.following[redeems]] = received[redeems]
        treated = received != NO_OFFER
        treatment = Treatment(
            self._campaign.day,
            self._campaign.horizon_days,
            treated,
            np.where(treated, self._rates[n, received], 0.0),
        )
        after = replace(
            self._alone,
            plan=replace(plan, coupon=plan.coupon | (redeemed >= 0)),
            placed=(plan.index <= last[plan.person]) & (plan.when < end),
            last=last,
            later=(*self._alone.later, treatment),
        )
        return after, redeemed

    def stayed_on(self, received: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return who orders within a horizon once every offer has expired, under the offer that each receives."""
        plan, last = self.move_orders(received)
        day = self._campaign.expired_day
        start, end = self._campaign.clock[[day, day + self._campaign.horizon_days]]
        placed = (plan.index <= last[plan.person]) & (plan.when >= start) & (plan.when < end)
        return plan.count_orders(placed) > 0

    def truth(self, ids: NDArray[np.str_]) -> pd.DataFrame:
        """Return the probabilities and the potential outcomes of each person."""
        people, campaign = self._people, self._campaign

        def retained(days: int) -> NDArray[np.float64]:
            return retention_probabilities(
                people, self._alone, clock=campaign.clock, cutoff_day=campaign.day, horizon_days=days
            ).no_offer

        no_offer = retained(campaign.horizon_days)
        columns: dict[str, NDArray[np.float64]] = {"churn_probability": 1.0 - no_offer}
        for k, (offer, valid_days) in enumerate(zip(OFFERS, campaign.valid_days, strict=True)):
            columns[f"effect_{offer}"] = (1.0 - no_offer) * self._rates[:, k] - no_offer * people.touchiness
            in_time = min(1.0, valid_days / min(RETURN_DAYS, campaign.horizon_days))
            anyway = retained(valid_days) * (1.0 - people.touchiness) * redemption_probability(people)
            columns[f"redemption_{offer}"] = anyway + (1.0 - no_offer) * self._rates[:, k] * in_time
        flags = {"kept_no_offer": self.kept_alone}
        flags |= {f"kept_{offer}": self.kept[:, k] for k, offer in enumerate(OFFERS)}
        flags |= {f"redeemed_{offer}": self.redeemed[:, k] for k, offer in enumerate(OFFERS)}
        for k, name in ((NO_OFFER, "no_offer"), *enumerate(OFFERS)):
            flags[f"stayed_on_{name}"] = self.stayed_on(np.full(len(ids), k))
        yes_no = {name: np.where(flag, "yes", "no") for name, flag in flags.items()}
        return pd.DataFrame({"customer_id": ids, **columns, **yes_no})
