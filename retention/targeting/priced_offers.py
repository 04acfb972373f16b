"""Decide about customers at the rates of each offer: from a probability on, or what earns most within limits."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retention.profit.economics import Economics
from retention.profit.effects import Effects, effects_of, inside_range, with_learned
from retention.profit.knapsack import NO_OFFER, allocate_offers
from retention.profit.measured_rates import Rates
from retention.profit.offer import Offer
from retention.targeting.send_decision import Amounts, SendDecision


@dataclass(frozen=True)
class PricedOffers:
    """The offers of which one may be sent to a customer, with all that prices them.

    Attributes
    ----------
    offers
        The k offers, 1 or more.
    economics
        The money inputs as they are assumed.
    first_economics
        Those of the first offer, its measured rates over the assumed ones.
    rates
        What was measured; None for nothing.
    """

    offers: tuple[Offer, ...]
    economics: Economics
    first_economics: Economics
    rates: Rates | None

    def cut(
        self,
        probability: Amounts,
        value: Amounts | None,
        learned: Effects | None,
        *,
        send_from: float | None,
        most: int | None,
    ) -> SendDecision:
        """Send the first offer from a probability on, and of these to the most profitable within a cap.

        Parameters
        ----------
        probability, value, learned
            As for :meth:`retention.targeting.SendPolicy.decide`.
        send_from
            The probability; None for each customer's own break-even, or profit where effects were learned.
        most
            The cap; None for none.
        """
        economics = self.first_economics
        if learned is None:
            expected, spend = economics.expected_profit(probability, value), economics.expected_spend(probability)
            send = probability >= (economics.break_even(value) if send_from is None else send_from)
        else:
            effects = self._effects(probability, learned)
            expected = effects.profit(self.offers, economics, value)[:, 0]
            spend = effects.spend(self.offers, economics)[:, 0]
            send = expected >= 0 if send_from is None else probability >= send_from
        if most is not None and send.sum() > most:
            ranked = np.argsort(-np.where(send, expected, -np.inf), kind="stable")
            send = np.zeros(len(probability), dtype=bool)
            send[ranked[:most]] = True
        first = np.zeros(len(send), dtype=np.int8)
        return SendDecision(
            send=send,
            offer=first,
            expected_profit=expected,
            spend=np.where(send, spend, 0.0),
            measured=self._is_measured(probability, first),
        )

    def weigh(
        self,
        probability: Amounts,
        value: Amounts | None,
        learned: Effects | None,
        *,
        budget: float | None,
        max_contacts: int | None,
    ) -> SendDecision:
        """Choose the offers that earn most together within the limits; see :func:`allocate_offers`."""
        effects = None if self.rates is None else self._effects(probability, learned)
        chosen = allocate_offers(
            probability,
            value,
            self.offers,
            self.economics,
            budget=budget,
            max_contacts=max_contacts,
            effects=effects,
        )
        send = chosen.offer != NO_OFFER
        offer = np.where(send, chosen.offer, 0).astype(np.int8)
        first = (
            self.first_economics.expected_profit(probability, value)
            if effects is None
            else effects.profit(self.offers, self.economics, value)[:, 0]
        )
        return SendDecision(
            send=send,
            offer=offer,
            expected_profit=np.where(send, chosen.expected_profit, first),
            spend=chosen.expected_spend,
            budget_price=chosen.budget_price,
            next_thousand=chosen.next_thousand,
            contact_price=chosen.contact_price,
            measured=self._is_measured(probability, offer),
        )

    def _effects(self, probability: Amounts, learned: Effects | None) -> Effects:
        """Return the effects by the rates, and the learned ones where they count, (n, k)."""
        by_rates = effects_of(probability, self.offers, self.economics, self.rates)
        if learned is None or self.rates is None:
            return by_rates
        return with_learned(learned, by_rates, probability, self.offers, self.rates)

    def _is_measured(self, probability: Amounts, offer: NDArray[np.int8]) -> NDArray[np.bool_]:
        """Return whether each customer's offer has measured rates, and such scores were randomised, (n,)."""
        if self.rates is None:
            return np.zeros(len(probability), dtype=np.bool_)
        in_force = np.array([self.rates.of(candidate) is not None for candidate in self.offers])
        measured: NDArray[np.bool_] = in_force[offer] & inside_range(probability, self.rates)
        return measured
