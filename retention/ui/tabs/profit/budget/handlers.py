"""Deciding customer by customer and within limits, and what that comes to for today's customers."""

from dataclasses import dataclass, replace

import numpy as np

from retention.targeting import Decision, Policy, Spending, policy_for, spending_of
from retention.ui.choosing import FIRST, SLIDER, Choosing
from retention.ui.session import Session


@dataclass(frozen=True)
class Given:
    """What becomes of one offer.

    Attributes
    ----------
    offer
        Its id.
    gives
        Its words.
    customers
        How many get it.
    cost, profit
        What that is expected to cost and to earn against doing nothing (currency).
    """

    offer: str
    gives: str
    customers: int
    cost: float
    profit: float


@dataclass(frozen=True)
class Outcome:
    """What a choice comes to.

    Attributes
    ----------
    customers
        All, with an offer or without.
    given
        Every offer there was to choose from.
    spending
        What the offers sent are expected to cost, and what looser limits would earn.
    caution
        A sentence on what makes the choice an empty one; None where it is not.
    """

    customers: int
    given: tuple[Given, ...]
    spending: Spending
    caution: str | None = None

    @property
    def contacted(self) -> int:
        """How many get an offer."""
        return sum(one.customers for one in self.given)

    @property
    def profit(self) -> float:
        """What the offers are expected to earn against doing nothing (currency)."""
        return sum(one.profit for one in self.given)


def choose(session: Session, how: str, *, budget: float | None, max_contacts: float | None) -> Session:
    """Let it be decided in another way; the slider knows no limits, so they go. Messages of before are dropped.

    Raises
    ------
    InputError
        If a limit cannot be used.
    """
    if how == SLIDER:
        budget = max_contacts = None
    return _with(session, Choosing(how, budget, max_contacts))  # type: ignore[arg-type]  # it checks for itself


def limit(session: Session, how: str, *, budget: float | None, max_contacts: float | None) -> Session:
    """Set limits; they need customers ranked, so the slider gives way to the first offer customer by customer.

    Raises
    ------
    InputError
        If a limit cannot be used.
    """
    limited = budget is not None or max_contacts is not None
    return choose(session, FIRST if how == SLIDER and limited else how, budget=budget, max_contacts=max_contacts)


def outcome(session: Session) -> Outcome | None:
    """Return what the session's choice comes to; None where the slider decides, or nothing can be scored yet."""
    people = session.recipients
    if session.choosing.how == SLIDER or session.model is None or people is None:
        return None
    policy = policy_for(
        session.model,
        session.economics,
        values=people.roles.value is not None,
        **session.choosing.terms(1.0, session.offers),
    )
    return outcome_of(policy, policy.decide(session.scores.of(session.model, people), people.value))


def outcome_of(policy: Policy, decision: Decision) -> Outcome:
    """Add up a decision about n customers, offer by offer.

    Parameters
    ----------
    policy
        One that chooses customer by customer.
    decision
        Its own.
    """
    offers, sent = policy.choice, decision.send
    counts, costs, profits = (
        np.bincount(decision.offer[sent], weights=weights, minlength=len(offers))
        for weights in (None, decision.spend[sent], decision.expected_profit[sent])
    )
    spending = spending_of(policy, decision, float(decision.spend.sum()))
    assert spending is not None  # noqa: S101 - there is a choice
    given = tuple(
        Given(offer.id, offer.gives["en"], int(customers), float(cost), float(profit))
        for offer, customers, cost, profit in zip(offers, counts, costs, profits, strict=True)
    )
    return Outcome(len(sent), given, spending, policy.caution)


def _with(session: Session, choosing: Choosing) -> Session:
    if choosing == session.choosing:
        return session
    return replace(session, chosen=choosing, scored=None, message_run=None)
