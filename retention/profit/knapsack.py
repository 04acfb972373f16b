"""Which customer gets which offer, within a budget.

At most one offer a customer, the highest expected profit in total, under a cap on the expected spend and
on the number of contacts: a multiple-choice knapsack. With a price λ on each unit of spend every customer
can choose alone, their best ``profit − λ·spend``, and the cap on contacts takes the best of those. The
lowest price that stays within the budget is found by bisection; what is then left over is spent on the
customers who would change at that price. The price bounds the optimum from above, so the gap is known.

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

NO_OFFER = -1
_BISECTIONS = 60
_CLOSE_ENOUGH = 1e-7
_SAME_PRICE = 1e-6  # a budget that fits exactly does so at many prices; the lowest is that of the next unit
_FILLING_ROUNDS = 50
_ROUNDING = 1e-12

Choice = NDArray[np.int8]
Amounts = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Allocation:
    """Who gets what.

    Attributes
    ----------
    offer
        Position of each customer's offer in the catalogue, (n,); -1 where none is sent.
    expected_profit, expected_spend
        Of each customer's choice, (n,), currency; 0 where none is sent.
    profit, spend
        Their sums.
    bound
        No choice within the limits can have a higher expected profit than this.
    budget_price
        What the next unit of currency of budget would earn; 0 when the budget is no limit.
    next_thousand
        What 1,000 more of budget would earn, everyone chosen for anew; 0 when the budget is no limit.
    contact_price
        What one contact more would earn; 0 when contacts are no limit.
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
) -> Allocation:
    """Give each customer at most one offer, for the highest expected profit within the limits.

    An offer that would earn exactly nothing is not sent: it might use up what another could earn with.

    Parameters
    ----------
    probability
        Calibrated churn probability, (n,), in [0, 1].
    value
        Margin kept if they stay, (n,), currency; None for the economics' one number.
    offers
        What can be given, 1 to 100; each brings its own cost, and its save rate where it has one.
    economics
        Everything else about the money.
    budget
        Cap on the expected spend: contacting, and redeeming by those saved and by stayers (currency, >= 0).
        None for no cap.
    max_contacts
        Cap on the customers contacted (>= 0); None for no cap.

    Returns
    -------
    Targeting
        Optimal without a budget; with one, within one customer's profit of the optimum
        (two, when both limits bind).

    Raises
    ------
    InputError
        If an input is outside its bounds.
    """
    p = np.asarray(probability, dtype=np.float64)
    worth = None if value is None else checked_values(value)
    if p.ndim != 1 or (worth is not None and worth.shape != p.shape):
        raise InputError("probability and value: must be two columns of equal length; give one of each a customer")
    if not 1 <= len(offers) <= 100:
        raise InputError(f"offers: must be 1 to 100, got {len(offers)}; change the catalogue")
    if budget is not None and not budget >= 0:
        raise InputError(f"budget: must be 0 or more, got {budget}; raise it or leave it out")
    if max_contacts is not None and not max_contacts >= 0:
        raise InputError(f"max_contacts: must be 0 or more, got {max_contacts}; raise it or leave it out")
    profit, spend = np.empty((len(offers), len(p))), np.empty((len(offers), len(p)))
    for row, offer in enumerate(offers):
        money = offer.economics(economics)
        profit[row] = money.expected_profit(p, worth)
        spend[row] = money.expected_spend(p)
    cap = len(p) if max_contacts is None else min(int(max_contacts), len(p))
    # Sums of fractions are off by as little: what costs the budget exactly is to fit.
    limit = np.inf if budget is None else float(budget) * (1 + _ROUNDING)
    problem = _Problem(profit, spend, limit, cap)
    chosen = _solve(problem)
    if chosen.budget_price == 0:
        return chosen
    # Its price holds for the next unit alone: what is still to be had gets scarcer with every unit spent.
    more = _solve(problem._replace(budget=limit + 1000))
    return replace(chosen, next_thousand=max(more.profit - chosen.profit, 0.0))


class _Problem(NamedTuple):
    profit: Amounts  # (offers, n)
    spend: Amounts  # (offers, n)
    budget: float
    cap: int


class _PricedChoice(NamedTuple):
    """What everyone chooses at one price of spend."""

    choice: Choice
    spent: float
    contact_price: float
    bound: float


def _solve(problem: _Problem) -> Allocation:
    low, high = 0.0, 0.0
    answer = dearer = _choose_at_price(problem, 0.0)
    bound = answer.bound
    if answer.spent > problem.budget:
        paid = (problem.spend > 0) & (problem.profit > 0)
        best_ratio = np.max(problem.profit / np.where(paid, problem.spend, np.inf), initial=0.0)
        high = float(best_ratio) * (1 + 1e-9)  # at this price nothing that costs is worth it, rounding included
        dearer = _choose_at_price(problem, high)
        for _ in range(_BISECTIONS):
            spent = problem.budget - dearer.spent <= _CLOSE_ENOUGH * problem.budget
            if spent and high - low <= _SAME_PRICE * high:
                break
            middle = (low + high) / 2
            tried = _choose_at_price(problem, middle)
            bound = min(bound, tried.bound)
            if tried.spent > problem.budget:
                low, answer = middle, tried
            else:
                high, dearer = middle, tried
        bound = min(bound, dearer.bound)
    choice = dearer.choice
    if high > 0:
        _spend_what_is_left(problem, choice, answer.choice, problem.budget - dearer.spent)
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
        contact_price=dearer.contact_price,
    )


def _choose_at_price(problem: _Problem, price: float) -> _PricedChoice:
    n = problem.profit.shape[1]
    best = np.zeros(n)  # sending nothing
    choice = np.full(n, NO_OFFER, dtype=np.int8)
    for row in range(len(problem.profit)):
        net = problem.profit[row] - price * problem.spend[row]
        better = net > best
        np.copyto(best, net, where=better)
        np.copyto(choice, np.int8(row), where=better)
    contact_price = 0.0
    wanted = np.flatnonzero(choice != NO_OFFER)
    if len(wanted) > problem.cap:
        order = np.argpartition(-best[wanted], problem.cap)
        contact_price = float(best[wanted[order[problem.cap]]])
        choice[wanted[order[problem.cap :]]] = NO_OFFER
        best[wanted[order[problem.cap :]]] = 0.0
    allowance = price * problem.budget if price > 0 else 0.0
    return _PricedChoice(
        choice,
        float(_amounts_of_choice(problem.spend, choice).sum()),
        contact_price,
        float(best.sum()) + allowance,
    )


def _spend_what_is_left(problem: _Problem, choice: Choice, cheaper: Choice, left: float) -> None:
    """Move customers, in place, to what they choose at the cheaper price while money and contacts last.

    At the price where the budget runs out all these moves earn the same per unit of spend, so
    leaving one out costs less than one customer's profit.
    """
    earns = _amounts_of_choice(problem.profit, cheaper) - _amounts_of_choice(problem.profit, choice)
    costs = _amounts_of_choice(problem.spend, cheaper) - _amounts_of_choice(problem.spend, choice)
    moves = np.flatnonzero(choice != cheaper)
    moves = moves[np.argsort(costs[moves])]
    dropped = moves[cheaper[moves] == NO_OFFER]
    joined = moves[cheaper[moves] != NO_OFFER]
    added = joined[choice[joined] == NO_OFFER]
    # On a full list each of the dropped makes room for one of the added, so they move together.
    added = added[len(added) - len(dropped) :]
    earns[added] += earns[dropped]
    costs[added] += costs[dropped]
    makes_room = np.full(len(choice), NO_OFFER, dtype=np.int64)
    makes_room[added] = dropped

    waiting = joined[earns[joined] > 0]
    waiting = waiting[np.argsort(-earns[waiting] / np.maximum(costs[waiting], np.finfo(float).tiny))]
    for _ in range(_FILLING_ROUNDS):
        waiting = waiting[costs[waiting] <= left]
        if len(waiting) == 0:
            break
        fit = max(1, int(np.argmax(np.append(np.cumsum(costs[waiting]) > left, True))))
        taken, waiting = waiting[:fit], waiting[fit:]
        left -= float(costs[taken].sum())
        choice[taken] = cheaper[taken]
        gone = makes_room[taken]
        choice[gone[gone != NO_OFFER]] = NO_OFFER


def _amounts_of_choice(table: Amounts, choice: Choice) -> Amounts:
    picked: Amounts = np.where(choice == NO_OFFER, 0.0, table[choice, np.arange(len(choice))])
    return picked
