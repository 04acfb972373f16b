"""Select customers one by one and within limits, and add up cost and profit over today's customers."""

from dataclasses import dataclass, replace

import numpy as np

from retention.targeting import SendDecision, SendPolicy, Spending, decide, spending_of
from retention.targeting.send_policy import DRIFTED
from retention.ui.send_choice import FIRST, SLIDER, SendChoice
from retention.ui.session import Session


@dataclass(frozen=True)
class OfferTotal:
    """Cost and profit of one offer over all customers who get it.

    Attributes
    ----------
    offer
        Its id.
    gives
        What it gives, in English.
    customers
        How many get it.
    cost, profit
        What that is expected to cost, and to earn against doing nothing (currency).
    """

    offer: str
    gives: str
    customers: int
    cost: float
    profit: float


@dataclass(frozen=True)
class Outcome:
    """The cost and profit of a send policy.

    Attributes
    ----------
    customers
        All, with an offer or without.
    offers
        A total for every offer of the choice.
    spending
        What the offers sent are expected to cost, and what looser limits would earn.
    caution
        A sentence on why the choice between the offers means nothing; None where it does mean something.
    """

    customers: int
    offers: tuple[OfferTotal, ...]
    spending: Spending
    caution: str | None = None

    @property
    def contacted(self) -> int:
        """How many get an offer."""
        return sum(total.customers for total in self.offers)

    @property
    def profit(self) -> float:
        """What the offers are expected to earn against doing nothing (currency)."""
        return sum(total.profit for total in self.offers)


def choose(session: Session, how: str, *, budget: float | None, max_contacts: float | None) -> Session:
    """Select customers in another way; the slider knows no limits, so it drops them. Earlier messages go as well.

    Raises
    ------
    InputError
        If a limit cannot be used.
    """
    if how == SLIDER:
        budget = max_contacts = None
    return _with(session, SendChoice(how, budget, max_contacts))  # type: ignore[arg-type]  # it checks for itself


def limit(session: Session, how: str, *, budget: float | None, max_contacts: float | None) -> Session:
    """Set limits; they need customers ranked, so the first offer customer by customer replaces the slider.

    Raises
    ------
    InputError
        If a limit cannot be used.
    """
    limited = budget is not None or max_contacts is not None
    return choose(session, FIRST if how == SLIDER and limited else how, budget=budget, max_contacts=max_contacts)


def outcome(session: Session) -> Outcome | None:
    """Return cost and profit of the session's choice; None where the slider decides, or nothing is scored yet."""
    customers = session.recipients
    if session.send_choice.how == SLIDER or session.model is None or customers is None:
        return None
    policy, drifted = session.send_policy(), False
    if policy.rates is not None and any(policy.rates.of(offer) for offer in policy.candidates):
        drift = session.scores.drift_of(session.model, customers)
        policy, drifted = policy.after(drift), drift.level == "severe"
    scores = session.scores.of(session.model, customers)
    result = outcome_of(policy, decide(customers, session.model, policy, scores))
    return replace(result, caution=f"the rates count as assumed again, because {DRIFTED}") if drifted else result


def outcome_of(policy: SendPolicy, decision: SendDecision) -> Outcome:
    """Add up a decision about n customers, offer by offer.

    Parameters
    ----------
    policy
        A policy that weighs customer by customer.
    decision
        The decision by it.
    """
    offers, sent = policy.choice, decision.send
    counts, costs, profits = (
        np.bincount(decision.offer[sent], weights=weights, minlength=len(offers))
        for weights in (None, decision.spend[sent], decision.expected_profit[sent])
    )
    spending = spending_of(policy, decision, float(decision.spend.sum()))
    assert spending is not None  # noqa: S101 - there is a choice
    totals = tuple(
        OfferTotal(offer.id, offer.gives["en"], int(customers), float(cost), float(profit))
        for offer, customers, cost, profit in zip(offers, counts, costs, profits, strict=True)
    )
    return Outcome(len(sent), totals, spending, policy.caution)


def _with(session: Session, choice: SendChoice) -> Session:
    if choice == session.send_choice:
        return session
    return replace(session, chosen=choice, scored=None, message_run=None)
