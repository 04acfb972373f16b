"""Which customer gets which offer within a budget: a multiple-choice knapsack.

Each customer gets one offer at the most, for the highest expected profit in total, under a cap on the expected
spend and on the number of contacts. With a price λ on each unit of spend, the best offer for a customer is the
one with the highest ``profit − λ·spend``, whatever the others get, and the cap on contacts keeps the best of
them. Bisection finds the lowest price that stays within the budget. The budget that is then left is spent on
customers whose best offer changes at that price. The price bounds the optimum from above, so the gap is known.

Source: the Lagrangian relaxation of Kellerer, Pferschy and Pisinger, Knapsack Problems (2004), chapters 6 and 11.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from retention.errors import InputError
from retention.profit.catalogue import Offer
from retention.profit.economics import Economics, checked_values
from retention.profit.effects import Effects

NO_OFFER = -1
_BISECTIONS = 60
_CLOSE_ENOUGH = 1e-7
_SAME_PRICE = 1e-6  # a budget may be used up exactly at many prices; the lowest is that of the next unit
_FILLING_ROUNDS = 50
_ROUNDING = 1e-12

Choice = NDArray[np.int8]
Amounts = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Allocation:
    """Which customer gets which offer.

    Attributes
    ----------
    offer
        Position of each customer's offer in the catalogue, (n,); -1 where none is sent.
    expected_profit, expected_spend
        Of each customer's offer, (n,), currency; 0 where none is sent.
    profit, spend
        Their sums.
    bound
        No allocation within the limits can have a higher expected profit than this (currency).
    budget_price
        What the next unit of currency of budget would earn; 0 where the budget does not bind.
    next_thousand
        What 1,000 more of budget would earn if all offers were allocated again; 0 where the budget does not bind.
    contact_price
        What one contact more would earn; 0 where the cap on contacts does not bind.
    """

    offer: Choice = field(repr=False)
    expected_profit: Amounts = field(repr=False)
    expected_spend: Amounts = field(repr=False)
    profit: float
    spend: float
    bound: float
    budget_price: float
    next_thousand: float
    contact_price: float

    @property
    def contacted(self) -> int:
        """Customers who get an offer."""
        return int(np.count_nonzero(self.offer != NO_OFFER))


def allocate_offers(
    probability: ArrayLike,
    value: ArrayLike | None,
    offers: Sequence[Offer],
    economics: Economics,
    *,
    budget: float | None = None,
    max_contacts: int | None = None,
    effects: Effects | None = None,
) -> Allocation:
    """Give each customer one offer at the most, for the highest expected profit within the limits.

    An offer that would earn exactly nothing is not sent, because it might use up budget that another one needs.

    Parameters
    ----------
    probability
        Calibrated churn probability, (n,), in [0, 1].
    value
        Margin kept if they stay, (n,), currency; None for the economics' value.
    offers
        The offers to choose from, 1 to 100; each has its own cost, and may have its own save rate.
    economics
        All other money inputs.
    budget
        Cap on the expected spend, which is the contacts and the redeemed offers (currency, >= 0). None for no cap.
    max_contacts
        Cap on the customers contacted (>= 0); None for no cap.
    effects
        What each offer changes about each customer, (n, offers); None for what follows from the economics.

    Returns
    -------
    Targeting
        Optimal without a budget. With a budget it is within one customer's profit of the optimum, or within
        that of two customers where both limits bind.

    Raises
    ------
    InputError
        If an input is outside its bounds.
    """
    p = np.asarray(probability, dtype=np.float64)
    values = None if value is None else checked_values(value)
    if p.ndim != 1 or (values is not None and values.shape != p.shape):
        raise InputError("probability and value: must be two columns of equal length; give one of each a customer")
    if not 1 <= len(offers) <= 100:
        raise InputError(f"offers: must be 1 to 100, got {len(offers)}; change the catalogue")
    if budget is not None and not budget >= 0:
        raise InputError(f"budget: must be 0 or more, got {budget}; raise it or leave it out")
    if max_contacts is not None and not max_contacts >= 0:
        raise InputError(f"max_contacts: must be 0 or more, got {max_contacts}; raise it or leave it out")
    if effects is not None and effects.kept.shape != (len(p), len(offers)):
        raise InputError(
            f"effects: have shape {effects.kept.shape}, expected {(len(p), len(offers))}; give all of them"
        )
    profit, spend = np.empty((len(offers), len(p))), np.empty((len(offers), len(p)))
    if effects is not None:
        profit[:], spend[:] = effects.profit(offers, economics, values).T, effects.spend(offers, economics).T
    else:
        for row, offer in enumerate(offers):
            offer_economics = offer.economics(economics)
            profit[row] = offer_economics.expected_profit(p, values)
            spend[row] = offer_economics.expected_spend(p)
    cap = len(p) if max_contacts is None else min(int(max_contacts), len(p))
    # Sums of fractions have rounding errors, and an allocation that costs exactly the budget must fit.
    limit = np.inf if budget is None else float(budget) * (1 + _ROUNDING)
    problem = _Problem(profit, spend, limit, cap)
    allocation = _solve(problem)
    if allocation.budget_price == 0:
        return allocation
    # The price holds for the next unit alone, as each further unit of spend earns less.
    larger = _solve(problem._replace(budget=limit + 1000))
    return replace(allocation, next_thousand=max(larger.profit - allocation.profit, 0.0))


class _Problem(NamedTuple):
    profit: Amounts  # (offers, n)
    spend: Amounts  # (offers, n)
    budget: float
    cap: int


class _PricedChoice(NamedTuple):
    """The best offer for each customer at one price of spend."""

    choice: Choice
    spent: float
    contact_price: float
    bound: float


def _solve(problem: _Problem) -> Allocation:
    low, high = 0.0, 0.0
    over_budget = within_budget = _choose_at_price(problem, 0.0)
    bound = over_budget.bound
    if over_budget.spent > problem.budget:
        paid = (problem.spend > 0) & (problem.profit > 0)
        best_ratio = np.max(problem.profit / np.where(paid, problem.spend, np.inf), initial=0.0)
        high = float(best_ratio) * (1 + 1e-9)  # at this price nothing that costs is worth it, rounding included
        within_budget = _choose_at_price(problem, high)
        for _ in range(_BISECTIONS):
            used_up = problem.budget - within_budget.spent <= _CLOSE_ENOUGH * problem.budget
            if used_up and high - low <= _SAME_PRICE * high:
                break
            middle = (low + high) / 2
            at_middle = _choose_at_price(problem, middle)
            bound = min(bound, at_middle.bound)
            if at_middle.spent > problem.budget:
                low, over_budget = middle, at_middle
            else:
                high, within_budget = middle, at_middle
        bound = min(bound, within_budget.bound)
    choice = within_budget.choice
    if high > 0:
        _spend_remaining_budget(problem, choice, over_budget.choice, problem.budget - within_budget.spent)
    profit, spend = _amounts_of_choice(problem.profit, choice), _amounts_of_choice(problem.spend, choice)
    return Allocation(
        offer=choice,
        expected_profit=profit,
        expected_spend=spend,
        profit=float(profit.sum()),
        spend=float(spend.sum()),
        bound=bound,
        budget_price=high,
        next_thousand=0.0,
        contact_price=within_budget.contact_price,
    )


def _choose_at_price(problem: _Problem, price: float) -> _PricedChoice:
    """Choose the offer with the highest profit − price · spend for each customer, within the cap on contacts."""
    n = problem.profit.shape[1]
    best = np.zeros(n)  # sending nothing
    choice = np.full(n, NO_OFFER, dtype=np.int8)
    for row in range(len(problem.profit)):
        net = problem.profit[row] - price * problem.spend[row]
        better = net > best
        np.copyto(best, net, where=better)
        np.copyto(choice, np.int8(row), where=better)
    contact_price = 0.0
    with_offer = np.flatnonzero(choice != NO_OFFER)
    if len(with_offer) > problem.cap:
        order = np.argpartition(-best[with_offer], problem.cap)
        contact_price = float(best[with_offer[order[problem.cap]]])
        choice[with_offer[order[problem.cap :]]] = NO_OFFER
        best[with_offer[order[problem.cap :]]] = 0.0
    allowance = price * problem.budget if price > 0 else 0.0
    return _PricedChoice(
        choice,
        float(_amounts_of_choice(problem.spend, choice).sum()),
        contact_price,
        float(best.sum()) + allowance,
    )


def _spend_remaining_budget(
    problem: _Problem, choice: Choice, at_lower_price: Choice, remaining_budget: float
) -> None:
    """Move customers, in place, to their best offer at the lower price, while budget and contacts last.

    At the price where the budget is used up, all these moves earn the same per unit of spend. So the one move
    that does not fit any more costs less than one customer's profit.
    """
    earns = _amounts_of_choice(problem.profit, at_lower_price) - _amounts_of_choice(problem.profit, choice)
    costs = _amounts_of_choice(problem.spend, at_lower_price) - _amounts_of_choice(problem.spend, choice)
    moves = np.flatnonzero(choice != at_lower_price)
    moves = moves[np.argsort(costs[moves])]
    dropped = moves[at_lower_price[moves] == NO_OFFER]
    joined = moves[at_lower_price[moves] != NO_OFFER]
    added = joined[choice[joined] == NO_OFFER]
    # Where the cap on contacts binds, each customer who is dropped makes room for one who is added.
    added = added[len(added) - len(dropped) :]
    earns[added] += earns[dropped]
    costs[added] += costs[dropped]
    makes_room = np.full(len(choice), NO_OFFER, dtype=np.int64)
    makes_room[added] = dropped

    waiting = joined[earns[joined] > 0]
    waiting = waiting[np.argsort(-earns[waiting] / np.maximum(costs[waiting], np.finfo(float).tiny))]
    for _ in range(_FILLING_ROUNDS):
        waiting = waiting[costs[waiting] <= remaining_budget]
        if len(waiting) == 0:
            break
        affordable = max(1, int(np.argmax(np.append(np.cumsum(costs[waiting]) > remaining_budget, True))))
        moved, waiting = waiting[:affordable], waiting[affordable:]
        remaining_budget -= float(costs[moved].sum())
        choice[moved] = at_lower_price[moved]
        replaced = makes_room[moved]
        choice[replaced[replaced != NO_OFFER]] = NO_OFFER


def _amounts_of_choice(table: Amounts, choice: Choice) -> Amounts:
    """Return each customer's entry of a table (offers, n) for the offer they get, (n,); 0 where they get none."""
    amounts: Amounts = np.where(choice == NO_OFFER, 0.0, table[choice, np.arange(len(choice))])
    return amounts
