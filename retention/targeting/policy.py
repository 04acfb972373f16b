"""Whom to send which offer: from a churn probability on, or as the choice that earns most within limits."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.churn.model import ChurnModel
from retention.errors import InputError, ModelError
from retention.profit.catalogue import Offer, open_catalogue, packaged, read_catalogue
from retention.profit.curve import ProfitCurve, profit_curve
from retention.profit.economics import Economics
from retention.profit.knapsack import NO_OFFER, choose

Amounts = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Decision:
    """Who of n customers gets which offer.

    Attributes
    ----------
    send
        Whether an offer is sent, (n,).
    offer
        Position in the catalogue of the offer that the customer is priced with, (n,): the one that is
        sent, and the first for those who get none.
    expected_profit
        What sending that offer would earn, (n,), currency.
    spend
        What it is expected to cost, the contact included, (n,), currency; 0 where none is sent.
    budget_price
        What the next unit of currency of budget would earn; 0 where the budget is no limit.
    next_thousand
        What 1,000 more of budget would earn (currency), everyone chosen for anew; 0 where the budget is no limit.
    contact_price
        What one contact more would earn (currency); 0 where contacts are no limit.
    """

    send: NDArray[np.bool_] = field(repr=False)
    offer: NDArray[np.int8] = field(repr=False)
    expected_profit: Amounts = field(repr=False)
    spend: Amounts = field(repr=False)
    budget_price: float = 0.0
    next_thousand: float = 0.0
    contact_price: float = 0.0

    def part(self, start: int, stop: int) -> "Decision":
        """Return what was decided about those from ``start`` to before ``stop``."""
        rows = slice(start, stop)
        return replace(
            self,
            send=self.send[rows],
            offer=self.offer[rows],
            expected_profit=self.expected_profit[rows],
            spend=self.spend[rows],
        )


@dataclass(frozen=True)
class Policy:
    """How it is decided who gets what. Make it with :func:`policy_for`.

    Attributes
    ----------
    economics
        The money inputs.
    offers
        The catalogue.
    threshold
        Send from this churn probability on; None where each customer's own profit decides.
    most
        Send to this many at the most.
    choice
        The offers to choose from, customer by customer, the first of the catalogue among them; empty where
        that one goes to everyone above the threshold.
    budget
        Cap on what the offers sent are expected to cost (currency).
    """

    economics: Economics
    offers: tuple[Offer, ...]
    threshold: float | None = None
    most: int | None = None
    choice: tuple[Offer, ...] = ()
    budget: float | None = None

    @property
    def one_by_one(self) -> bool:
        """Whether a customer's offer depends on nobody else."""
        return self.most is None and self.budget is None

    @property
    def caution(self) -> str | None:
        """One sentence on what makes the choice between the offers an empty one, if anything does."""
        rates = {offer.economics(self.economics).save_rate for offer in self.choice}
        if len(self.choice) < 2 or len(rates) > 1:
            return None
        return (
            f"every offer is assumed to keep {rates.pop():.0%} of leavers, so the cheapest always earns most; "
            "give each its own save_rate in the catalogue"
        )

    def decide(self, probability: Amounts, value: Amounts | None) -> Decision:
        """Decide about n customers with these churn probabilities and values (None: the economics' one number).

        Exactly at their break-even customers are contacted, as in the profit that is measured; where offers or
        limits are weighed they are not, because an offer that earns nothing may take the place of one that does.
        """
        weighed = len(self.choice) > 1 or (self.choice and not self.one_by_one)
        return self._choose(probability, value) if weighed else self._cut(probability, value)

    def _cut(self, probability: Amounts, value: Amounts | None) -> Decision:
        money = self.choice[0].economics(self.economics) if self.choice else self.economics
        expected = money.expected_profit(probability, value)
        least = money.break_even(value) if self.threshold is None else self.threshold
        send = probability >= least
        if self.most is not None and send.sum() > self.most:
            ranked = np.argsort(-np.where(send, expected, -np.inf), kind="stable")
            send = np.zeros(len(probability), dtype=bool)
            send[ranked[: self.most]] = True
        spend = np.where(send, money.expected_spend(probability), 0.0)
        return Decision(send, np.zeros(len(send), dtype=np.int8), expected, spend)

    def _choose(self, probability: Amounts, value: Amounts | None) -> Decision:
        chosen = choose(
            probability, value, self.choice, self.economics, budget=self.budget, max_contacts=self.most
        )
        send = chosen.offer != NO_OFFER
        first = self.choice[0].economics(self.economics).expected_profit(probability, value)
        return Decision(
            send,
            np.where(send, chosen.offer, 0).astype(np.int8),
            np.where(send, chosen.expected_profit, first),
            chosen.expected_spend,
            budget_price=chosen.budget_price,
            next_thousand=chosen.next_thousand,
            contact_price=chosen.contact_price,
        )


def policy_for(
    model: ChurnModel,
    economics: Economics,
    *,
    values: bool,
    threshold: float | None = None,
    top: int | None = None,
    catalogue: tuple[Offer, ...] | None = None,
    every_offer: bool = False,
    budget: float | None = None,
    max_contacts: int | None = None,
) -> Policy:
    """Settle how to decide; the parameters are those of :func:`retention.targeting.score`.

    Parameters
    ----------
    values
        Whether each customer has a value of their own.

    Raises
    ------
    InputError
        If a limit cannot be used, or two of them contradict each other.
    ModelError
        If the best threshold is wanted and no out-of-fold row says which it is.
    """
    if threshold is not None and not 0 <= threshold <= 1:
        raise InputError(f"threshold: {threshold} is not a probability; pass a number from 0 to 1")
    if top is not None and top < 1:
        raise InputError(f"top: {top} is too few; pass 1 or more")
    offers = catalogue or offers_at(economics)
    if not (every_offer or budget is not None or max_contacts is not None):
        if threshold is None and not values:
            threshold = profit(model, economics).threshold_best if model.out_of_fold else economics.break_even()
        return Policy(economics, offers, threshold, top)
    if threshold is not None:
        raise InputError(
            "threshold: cannot go together with several offers, a budget or a cap on contacts, which weigh what "
            "each customer would earn; leave it out"
        )
    caps = [cap for cap in (top, max_contacts) if cap is not None]
    policy = Policy(
        economics,
        offers,
        most=min(caps, default=None),
        choice=offers if every_offer else offers[:1],
        budget=budget,
    )
    policy.decide(np.empty(0), None)  # so that a wrong limit is refused before a long file is read
    return policy


def profit(model: ChurnModel, economics: Economics) -> ProfitCurve:
    """Price every threshold on the model's out-of-fold scores.

    Raises
    ------
    ModelError
        If the model came without its out-of-fold rows.
    """
    rows = model.out_of_fold
    if rows is None:
        raise ModelError(
            "this model came without its out-of-fold rows, so no profit can be measured; "
            "train it here, or ask for a copy with evaluation"
        )
    return profit_curve(score=rows.score, label=rows.label, fold=rows.fold, value=rows.value, economics=economics)


def offers_at(economics: Economics, path: Path | None = None) -> tuple[Offer, ...]:
    """Return a catalogue, by default the packaged one, with the first offer as the money inputs say."""
    return (packaged() if path is None else open_catalogue(path)).at(economics)


def currency_of(send_list: pd.DataFrame) -> str | None:
    """Return the currency that a send list was priced in; None where it does not say.

    Raises
    ------
    InputError
        If it names several.
    """
    if "currency" not in send_list:
        return None
    named = send_list["currency"].dropna().astype("str").str.strip()
    found = named[named != ""].unique()
    if len(found) > 1:
        raise InputError(
            f"send list: column 'currency' holds {found[0]!r} and {found[1]!r}; score all with one --currency"
        )
    return str(found[0]) if len(found) else None


def offers_priced(send_list: pd.DataFrame, economics: Economics, path: Path | None = None) -> tuple[Offer, ...]:
    """Return the catalogue at the costs that a send list was priced with, for the messages to its customers.

    The first offer's cost is an input of the scoring, and its name may depend on it, so it is found in the
    rows that have none of the other offers.

    Parameters
    ----------
    send_list
        As :func:`retention.targeting.read_send_list` returns it; without prices, the economics' cost is taken.
    economics
        For the currency, and the first offer's cost where no row tells it.
    path
        The catalogue; by default the packaged one.

    Raises
    ------
    InputError
        If another offer has changed its cost since.
    """
    if not {"offer", "offer_cost"} <= set(send_list.columns):
        return offers_at(economics, path)
    costs = send_list["offer_cost"]
    if costs.dtype != np.float64:
        raise InputError("send list: column 'offer_cost' must hold numbers; score the customers again")
    others = {offer.id: offer.cost for offer in read_catalogue(path, currency=economics.currency)[1:]}
    due = send_list["offer"].astype("str").str.strip().map(others).astype(np.float64)
    changed = due.notna() & (costs != due)
    if changed.any():
        at = int(np.argmax(changed))
        raise InputError(
            f"send list: row {at + 2:,} was priced at {costs.iloc[at]:g} with an offer that costs "
            f"{due.iloc[at]:g} in the catalogue; score the customers again"
        )
    first = costs[due.isna()].dropna()
    return offers_at(replace(economics, offer_cost=float(first.iloc[0])) if len(first) else economics, path)
