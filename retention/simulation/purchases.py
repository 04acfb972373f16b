"""Draws the orders of the simulated customers, how each order went, and after which order they churn.

Two effects known from food delivery are added to BG/CNBD-k (see :mod:`retention.simulation.population`):

* problems with an order (late, complaint, a bad meal, a full price for a price-sensitive customer) multiply
  the hazard to churn after it; without problems the probability is the model's own ``dropout``;
* from some order on, which nobody observes, a person cools down: gaps stretch, and the hazard is multiplied again.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from retention.simulation.population import People

COOLING_STRETCH, COOLING_HAZARD = 2.2, 6.0
FIRST_ORDER_HAZARD = 8.0
LATE_HAZARD, COMPLAINT_HAZARD, BAD_MEAL_HAZARD = 2.5, 6.0, 2.0
PRICE_HAZARD = 2.0  # of a fully price-sensitive customer who pays the full price
PROMISED_MINUTES = 40.0
CITY_MINUTES = (28.0, 27.0, 29.0, 24.0, 24.0, 22.0, 23.0)  # without the queue; in the order of CITIES


@dataclass(frozen=True)
class Plan:
    """Every order people would place if nobody ever churned: m rows, grouped by person, in order of time.

    Attributes
    ----------
    person, index
        Position of the person, and the number of the order, 0 for the first.
    start, count
        The first row of each person and how many rows, shape (n,).
    when
        Market time; every person's orders continue past the end of the market.
    minutes, late
        Delivery time, and the part of it beyond ``PROMISED_MINUTES``.
    feeling
        How satisfied the person is with the order, about 1 to 6; ratings round it.
    complaint, coupon
        Whether the person complained, and whether a coupon was used.
    hazard
        Probability to churn after this order.
    churns
        Whether the person churns after this order.
    """

    person: NDArray[np.int64]
    index: NDArray[np.int64]
    start: NDArray[np.int64]
    count: NDArray[np.int64]
    when: NDArray[np.float64]
    minutes: NDArray[np.float64]
    late: NDArray[np.float64]
    feeling: NDArray[np.float64]
    complaint: NDArray[np.bool_]
    coupon: NDArray[np.bool_]
    hazard: NDArray[np.float64]
    churns: NDArray[np.bool_]

    def first_order(self, flag: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return each person's first order number where ``flag`` holds, a huge one where it never does."""
        return np.minimum.reduceat(np.where(flag, self.index, np.int64(1 << 40)), self.start)

    def count_orders(self, flag: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return how many of each person's orders have the ``flag``, shape (n,)."""
        return np.add.reduceat(flag.astype(np.int64), self.start)


def plan_orders(rng: np.random.Generator, people: People, *, end: float) -> Plan:
    """Draw the orders of all people up to market time ``end`` and beyond."""
    return _draw_orders(rng, people, first_index=np.zeros(len(people), np.int64), begin=people.joined, end=end)


def extend_orders(rng: np.random.Generator, people: People, plan: Plan, *, end: float) -> Plan:
    """Return the plan with more orders after each person's last one, up to market time ``end`` and beyond."""
    more = _draw_orders(rng, people, first_index=plan.count, begin=plan.when[plan.start + plan.count - 1], end=end)
    order = np.argsort(np.concatenate([plan.person, more.person]), kind="stable")
    count = plan.count + more.count
    return Plan(
        start=np.cumsum(count) - count,
        count=count,
        **{
            item.name: np.concatenate([getattr(plan, item.name), getattr(more, item.name)])[order]
            for item in fields(Plan)
            if item.name not in {"start", "count"}
        },
    )


def _draw_orders(
    rng: np.random.Generator,
    people: People,
    *,
    first_index: NDArray[np.int64],
    begin: NDArray[np.float64],
    end: float,
) -> Plan:
    """Draw each person's orders from number ``first_index`` on.

    Number 0 is placed at market time ``begin``; a higher number a gap after ``begin``.
    """
    expected = people.rate * np.maximum(end - begin, 0.0)
    count = np.ceil(expected + 6 * np.sqrt(expected) + 12).astype(np.int64)
    start = np.cumsum(count) - count
    person = np.repeat(np.arange(len(people)), count)
    m = len(person)
    index = np.arange(m) - start[person] + first_index[person]

    shape = people.regularity[person]
    cool = index >= people.cooling_order[person]
    gap = rng.standard_gamma(shape) / (shape * people.rate[person]) * np.where(cool, COOLING_STRETCH, 1.0)
    first_gap = np.where(first_index == 0, 0.0, gap[start])
    gap[start] = 0.0
    since = np.cumsum(gap)
    when = (begin + first_gap)[person] + since - since[start][person]

    queue = 9.0 * people.delay[person] * rng.standard_gamma(1.3, m)
    minutes = np.asarray(CITY_MINUTES)[people.city][person] + queue
    late = np.maximum(0.0, minutes - PROMISED_MINUTES)
    complaint = rng.random(m) < 0.015 + 0.2 * (late > 15)
    feeling = 4.5 + 0.55 * rng.standard_normal(m) - 0.05 * late - 1.3 * complaint
    coupon = rng.random(m) < 0.08 + 0.4 * people.price_sensitivity[person]
    multiplier = (
        np.where(late > 10, LATE_HAZARD, 1.0)
        * np.where(complaint, COMPLAINT_HAZARD, 1.0)
        * np.where(feeling < 3.5, BAD_MEAL_HAZARD, 1.0)
        * np.where(coupon, 1.0, PRICE_HAZARD ** people.price_sensitivity[person])
        * np.where(cool, COOLING_HAZARD, 1.0)
        * np.where(index == 0, FIRST_ORDER_HAZARD, 1.0)
    )
    hazard = churn_hazard(people.dropout[person], multiplier)
    churns = rng.random(m) < hazard
    return Plan(person, index, start, count, when, minutes, late, feeling, complaint, coupon, hazard, churns)


def churn_hazard(dropout: NDArray[np.float64], multiplier: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probability to churn after an order: ``1 − (1 − dropout)^multiplier``, always in [0, 1].

    Examples
    --------
    >>> churn_hazard(np.array([0.1, 0.1]), np.array([1.0, 2.0])).round(3).tolist()
    [0.1, 0.19]
    """
    return 1.0 - (1.0 - dropout) ** multiplier


def silence_probability(
    people: People, orders: NDArray[np.int64], silence: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the probability that an active customer places no order for ``silence`` market days.

    It is the survival function of the Erlang-k gap: ``exp(−y) Σ_{j<k} y^j / j!`` with ``y = k·rate·silence``.

    Parameters
    ----------
    people
        n people.
    orders
        How many orders each has placed so far, shape (n,); it decides who has cooled down.
    silence
        Market days since the last order, shape (n,); negative counts as 0.
    """
    stretch = np.where(orders >= people.cooling_order, COOLING_STRETCH, 1.0)
    y = people.regularity * people.rate / stretch * np.maximum(silence, 0.0)
    term = np.exp(-y)
    total = term.copy()
    for j in range(1, int(people.regularity.max())):
        term = term * y / j
        total += np.where(people.regularity > j, term, 0.0)
    return total
