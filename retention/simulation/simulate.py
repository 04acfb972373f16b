"""Simulates a food-delivery market with known truth: order log, past campaign, and who would be retained.

The model is BG/CNBD-k with churn that depends on how orders went; see :mod:`retention.simulation.population`,
:mod:`retention.simulation.purchases` and :mod:`retention.simulation.experiment`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.errors import InputError
from retention.progress import Progress, silent
from retention.simulation import experiment, population, purchases
from retention.simulation.experiment import retention_probabilities
from retention.simulation.truth import truth_table

BLOCK_SIZE = 1000  # each block of people has its own random stream, so a larger market contains the smaller one


@dataclass(frozen=True)
class Market:
    """The data of a simulated market.

    Attributes
    ----------
    orders
        The order log, by time: ``customer_id, ordered_at, amount`` (₹), ``city, cuisine, payment,
        delivery_minutes, late_minutes, rating`` (1 to 5, missing where none was given),
        ``complaint`` and ``coupon`` (yes/no).
    campaign
        The past randomised campaign: ``customer_id, date, arm`` (``control`` or an offer) and
        ``redeemed`` (yes/no), one row for each customer who took part.
    customers
        ``customer_id, name, city, membership, joined``, one row a customer.
    truth
        One row a customer: the probabilities to be retained over the 30 days after the cutoff,
        ``p_stay_no_offer`` and ``p_stay_<offer>`` for each offer, ``segment``, ``p_still_customer``, and the
        traits ``rate_per_day, regularity, dropout_per_order, price_sensitivity, touchiness``.
    cutoff
        The cutoff date of the truth: the latest that leaves a full 30-day horizon in the log.
    """

    orders: pd.DataFrame
    campaign: pd.DataFrame
    customers: pd.DataFrame
    truth: pd.DataFrame
    cutoff: pd.Timestamp


def simulate(customers: int, *, seed: int = 7, progress: Progress = silent) -> Market:
    """Simulate a year and a month of a food-delivery market.

    The same seed gives the same market, and the first n people of a larger market are the market of n.

    Parameters
    ----------
    customers
        How many people join over the year, at least 1.
    seed
        Any whole number from 0.
    progress
        Called before each thousand people.

    Raises
    ------
    InputError
        If ``customers`` or ``seed`` is out of range.

    Examples
    --------
    >>> small = simulate(50, seed=1)
    >>> small.cutoff.date().isoformat(), len(small.truth)
    ('2025-06-30', 50)
    >>> bool((small.truth["p_stay_no_offer"] <= 1).all())
    True
    """
    clock = population.market_clock()
    parts = [
        block.first_people(
            block.orders,
            _campaign(block.ids, block.played),
            _profiles(block.ids, block.people, clock),
            truth_table(block.ids, block.people, retention_probabilities(block.people, block.played, clock=clock)),
        )
        for block in simulate_blocks(customers, seed=seed, progress=progress)
    ]
    orders, campaign, people, truth = (pd.concat(frames, ignore_index=True) for frames in zip(*parts, strict=True))
    orders = orders.sort_values("ordered_at", kind="stable", ignore_index=True)
    return Market(orders, campaign, people, truth, _date(population.HISTORY_DAYS - 1))


def truth_today(customers: int, *, seed: int = 7) -> pd.DataFrame:
    """Return the truth of the market that :func:`simulate` writes, for the 30 days after the log ends.

    The columns are those of ``Market.truth``; who has not churned is judged by the whole log.
    """
    clock = population.market_clock(population.DAYS + population.HORIZON_DAYS)
    parts = [
        block.first_people(
            truth_table(
                block.ids,
                block.people,
                retention_probabilities(block.people, block.played, clock=clock, cutoff_day=population.DAYS),
            )
        )[0]
        for block in simulate_blocks(customers, seed=seed)
    ]
    return pd.concat(parts, ignore_index=True)


@dataclass(frozen=True)
class Block:
    """A thousand people of a market: their traits, plans and order log, of which the first ``keep`` people count.

    Attributes
    ----------
    number, ids
        Position of the block, and the ids of its people.
    people, played
        Their traits, and their planned orders after the past campaign.
    orders
        The order log, grouped by person.
    """

    number: int
    ids: NDArray[np.str_]
    people: population.People
    played: experiment.PlayedPlan
    orders: pd.DataFrame
    keep: int

    def first_people(self, *frames: pd.DataFrame) -> tuple[pd.DataFrame, ...]:
        """Return the rows of the people who count, of frames with a ``customer_id``."""
        last = self.ids[self.keep - 1]
        return tuple(frame[(frame["customer_id"] <= last).to_numpy()] for frame in frames)


def simulate_blocks(customers: int, *, seed: int, progress: Progress = silent) -> Iterator[Block]:
    """Yield the blocks of a market; each is drawn whole, whatever of it counts.

    Raises
    ------
    InputError
        If ``customers`` or ``seed`` is out of range.
    """
    if customers < 1:
        raise InputError(f"a market needs at least 1 customer, not {customers}; ask for a few thousand")
    if seed < 0:
        raise InputError(f"seed {seed} is negative; use a whole number from 0")
    clock = population.market_clock()
    for first in range(0, customers, BLOCK_SIZE):
        progress(first / customers, f"simulating customers from {first + 1}")
        number = first // BLOCK_SIZE
        rng = block_generator(seed, number)
        people = population.draw_people(rng, BLOCK_SIZE)
        plan = purchases.plan_orders(rng, people, end=float(clock[-1]))
        played = experiment.play_campaign(rng, people, plan, clock=clock)
        ids = np.array([f"C{person + 1:07d}" for person in range(first, first + BLOCK_SIZE)])
        orders = order_log(rng, ids, people, played.plan, np.flatnonzero(played.placed), clock=clock)
        yield Block(number, ids, people, played, orders, min(BLOCK_SIZE, customers - first))


def block_generator(seed: int, *spawn_key: int) -> np.random.Generator:
    """Return the generator of one purpose of one block."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=spawn_key))


def order_log(
    rng: np.random.Generator,
    ids: NDArray[np.str_],
    people: population.People,
    plan: purchases.Plan,
    rows: NDArray[np.int64],
    *,
    clock: NDArray[np.float64],
) -> pd.DataFrame:
    """Return the order log of these rows of the plan, in their order."""
    person, m = plan.person[rows], len(rows)
    day = np.searchsorted(clock, plan.when[rows], side="right") - 1
    noon = rng.random(m) < people.lunch_share[person]
    hour = np.where(noon, rng.normal(13.2, 0.9, m), rng.normal(20.2, 1.4, m)).clip(8.0, 23.9)
    minute = day * 1440 + np.floor(hour * 60.0).astype(np.int64)
    amount = people.basket[person] * rng.lognormal(0.0, 0.3, m) * np.where(plan.coupon[rows], 0.85, 1.0)
    rated = rng.random(m) < 0.5
    cuisine = np.where(
        rng.random(m) < 0.55,
        people.cuisine[person],
        rng.choice(len(population.CUISINES), m, p=population.CUISINE_SHARES),
    )
    payment = np.where(
        rng.random(m) < 0.8,
        people.payment[person],
        rng.choice(len(population.PAYMENTS), m, p=population.PAYMENT_SHARES),
    )
    return pd.DataFrame(
        {
            "customer_id": ids[person],
            "ordered_at": population.FIRST_DAY + pd.to_timedelta(minute, unit="m"),
            "amount": np.round(amount),
            "city": _names(people.city[person], population.CITIES),
            "cuisine": _names(cuisine, population.CUISINES),
            "payment": _names(payment, population.PAYMENTS),
            "delivery_minutes": np.round(plan.minutes[rows]),
            "late_minutes": np.round(plan.late[rows]),
            "rating": np.where(rated, np.round(plan.feeling[rows]).clip(1.0, 5.0), np.nan),
            "complaint": _yes_no(plan.complaint[rows]),
            "coupon": _yes_no(plan.coupon[rows]),
        }
    )


def _campaign(ids: NDArray[np.str_], played: experiment.PlayedPlan) -> pd.DataFrame:
    contacted = played.contacted
    return pd.DataFrame(
        {
            "customer_id": ids[contacted],
            "date": _date(experiment.CAMPAIGN_DAY),
            "arm": _names(played.arm[contacted], experiment.ARMS),
            "redeemed": _yes_no(played.redeemed[contacted]),
        }
    )


def _profiles(ids: NDArray[np.str_], people: population.People, clock: NDArray[np.float64]) -> pd.DataFrame:
    day = np.searchsorted(clock, people.joined, side="right") - 1
    return pd.DataFrame(
        {
            "customer_id": ids,
            "name": _names(people.name, population.FIRST_NAMES),
            "city": _names(people.city, population.CITIES),
            "membership": _names(people.membership, population.MEMBERSHIPS),
            "joined": population.FIRST_DAY + pd.to_timedelta(day, unit="D"),
        }
    )


def _names(codes: NDArray[np.int64], names: tuple[str, ...]) -> NDArray[np.str_]:
    return np.asarray(names)[codes]


def _yes_no(flag: NDArray[np.bool_]) -> NDArray[np.str_]:
    return np.where(flag, "yes", "no")


def _date(day: int) -> pd.Timestamp:
    return population.FIRST_DAY + pd.Timedelta(days=day)
