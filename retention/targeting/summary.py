"""Sum up a send list in a few numbers and sentences."""

import math
from dataclasses import dataclass, field
from typing import Any

from retention.churn.drift import Drift
from retention.customers.table import Roles
from retention.profit.evidence import ASSUMED, MEASURED, in_brackets
from retention.profit.rates_json import shown_rates
from retention.profit.rates_text import rates_in_words
from retention.targeting.send_decision import SendDecision
from retention.targeting.send_policy import SendPolicy
from retention.wording.money import in_currency

_SPENDING = ("budget", "budget_spent", "shadow_price", "next_thousand", "contact_price")


@dataclass(frozen=True)
class Spending:
    """What the offers sent are expected to cost, and what a looser limit would earn.

    Attributes
    ----------
    spent
        Contacts and redemptions (currency), expected.
    budget, max_contacts
        The limits that were set; None for none.
    budget_price
        The budget's shadow price: what its next unit of currency would earn; 0 where it does not bind.
    next_thousand
        What 1,000 more of budget would earn (currency); 0 where it does not bind.
    contact_price
        What one contact more would earn (currency); 0 where the cap on contacts does not bind.
    evidence
        What these amounts rest on.
    """

    spent: float
    budget: float | None = None
    max_contacts: int | None = None
    budget_price: float = 0.0
    next_thousand: float = 0.0
    contact_price: float = 0.0
    evidence: tuple[str, ...] = (ASSUMED,)

    def amounts(self) -> dict[str, float | None]:
        """Return every amount under the name that files use."""
        amounts = (self.budget, self.spent, self.budget_price, self.next_thousand, self.contact_price)
        return dict(zip(_SPENDING, amounts, strict=True))

    def at_the_margin(self, currency: str) -> list[str]:
        """Return one sentence for each limit that was set, on what a looser one would earn."""
        sentences = []
        if self.budget is not None:
            sentences.append(
                f"the next {in_currency(1000, currency)} of budget would earn "
                f"{in_currency(self.next_thousand, currency)} {in_brackets(self.evidence)}"
                if self.budget_price > 0
                else "the budget does not bind: more of it would earn nothing more"
            )
        if self.max_contacts is not None:
            sentences.append(
                f"one contact more would earn {in_currency(round(self.contact_price, 2), currency, exactly=True)} "
                f"{in_brackets(self.evidence)}"
                if self.contact_price > 0
                else "the cap on contacts does not bind: more contacts would earn nothing more"
            )
        return sentences


@dataclass(frozen=True)
class Summary:
    """A send list, summed up.

    Attributes
    ----------
    customers, contacted
        How many were scored, and how many of them get an offer.
    mean_probability
        Mean churn probability.
    drift
        How these customers differ from those the model was trained on.
    threshold
        The churn probability from which on an offer is sent; None where each customer has their own.
    expected_profit
        What the offers sent are expected to earn against doing nothing (currency).
    spending
        What they are expected to cost; None where a threshold decided.
    currency
        Sign of the amounts.
    warnings
        Sentences to read before sending.
    evidence
        What the expected profit rests on.
    policy
        The send policy that decided, whose rates are shown; None shows none.
    roles
        Which column was taken as what; None says nothing about it.
    """

    customers: int
    contacted: int
    mean_probability: float
    drift: Drift
    threshold: float | None
    expected_profit: float
    spending: Spending | None
    currency: str
    warnings: tuple[str, ...] = ()
    evidence: tuple[str, ...] = (ASSUMED,)
    policy: SendPolicy | None = field(default=None, repr=False)
    roles: Roles | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return plain values as JSON takes them; ``evidence`` says what each amount rests on."""
        evidence = {"budget": [ASSUMED]}
        rates: dict[str, Any] = {}
        if self.policy is not None and self.policy.rates is not None:
            rates["rates"] = shown_rates(self.policy.offers, self.policy.economics, self.policy.rates)
        amounts: dict[str, float | None] = {"expected_profit": self.expected_profit}
        amounts |= dict.fromkeys(_SPENDING) if self.spending is None else self.spending.amounts()
        return {
            "customers": self.customers,
            "contacted": self.contacted,
            "mean_probability": self.mean_probability,
            "threshold": None if self.threshold in {None, math.inf} else self.threshold,
            "max_contacts": None if self.spending is None else self.spending.max_contacts,
            **amounts,
            "warnings": list(self.warnings),
            **({} if self.roles is None else {"roles": self.roles.as_dict()}),
            "drift": self.drift.as_dict(),
            **rates,
            "evidence": {
                **{
                    name: evidence.get(name, list(self.evidence))
                    for name, amount in amounts.items()
                    if amount is not None
                },
                **{name: [MEASURED] for name in rates},
            },
        }

    def in_words(self) -> list[str]:
        """Return sentences for a person, the money first."""
        earned = in_currency(self.expected_profit, self.currency)
        sentences = [f"expected profit of sending {earned} {in_brackets(self.evidence)}"]
        spending = self.spending
        if spending is not None:
            cost = f"the offers are expected to cost {in_currency(spending.spent, self.currency)}"
            limit = (
                ""
                if spending.budget is None
                else f" of a budget of {in_currency(spending.budget, self.currency, exactly=True)}"
            )
            sentences.append(f"{cost}{limit} {in_brackets(self.evidence)}")
            sentences += spending.at_the_margin(self.currency)
        if self.policy is not None and self.policy.rates is not None:
            sentences += rates_in_words(self.policy.offers, self.policy.economics, self.policy.rates)
        sentences += self.warnings
        if self.roles is not None:
            columns = {"id": self.roles.id, "value": self.roles.value, "name": self.roles.name}
            sentences.append(", ".join(f"{role}: {column}" for role, column in columns.items() if column))
        return [*sentences, f"mean churn probability {self.mean_probability:.1%}", *self.drift.reasons]


def spending_of(
    policy: SendPolicy, decision: SendDecision, spent: float, evidence: tuple[str, ...] | None = None
) -> Spending | None:
    """Return what a decision by a policy is expected to spend; None where a threshold decided.

    Parameters
    ----------
    policy, decision
        The policy, and its decision about all customers or about the last of them.
    spent
        What the offers to all of them are expected to cost (currency).
    evidence
        What that rests on; that of ``decision`` if None.
    """
    if not policy.choice:
        return None
    return Spending(
        spent,
        policy.budget,
        policy.most_contacts,
        decision.budget_price,
        decision.next_thousand,
        decision.contact_price,
        decision.evidence if evidence is None else evidence,
    )
