"""Draws the customers of the simulated food-delivery market, and defines its clock.

The traits are those of the BG/NBD model of Fader, Hardie and Lee [1]_ with the two extensions of
Reutterer, Platzer and Schröder [2]_ (BG/CNBD-k): gaps are Erlang-k, so that people can be regular,
and a customer may churn right after the first order. Rates are gamma-distributed over people, the
probabilities to churn after an order beta-distributed. Orders are drawn in
:mod:`retention.simulation.purchases`, the effects of offers in :mod:`retention.simulation.experiment`.

References
----------
.. [1] Fader, P. S., Hardie, B. G. S., Lee, K. L. (2005). "Counting Your Customers" the Easy Way: An
   Alternative to the Pareto/NBD Model. Marketing Science 24(2), 275-284.
.. [2] Reutterer, T., Platzer, M., Schröder, N. (2021). Leveraging purchase regularity for predicting
   customer behavior the easy way. International Journal of Research in Marketing 38(1), 194-215.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FIRST_DAY = pd.Timestamp("2024-07-01")
HISTORY_DAYS = 365  # up to and including the cutoff day
HORIZON_DAYS = 30
DAYS = HISTORY_DAYS + HORIZON_DAYS
LAST_JOIN_DAY = 335

RATE_SHAPE, RATE_MEAN = 1.8, 0.15  # gamma: orders a market day, before membership
DROPOUT_A, DROPOUT_B = 0.9, 200.0  # beta: probability to churn after an order without problems
REGULARITY = {1: 0.4, 2: 0.3, 4: 0.3}  # Erlang k: share of the people
COOLING_CHANCE = 0.018  # per order; geometric

CITIES = ("Mumbai", "Delhi", "Bengaluru", "Hyderabad", "Chennai", "Pune", "Kolkata")
CITY_SHARES = (0.22, 0.2, 0.2, 0.12, 0.1, 0.1, 0.06)
MEMBERSHIPS = ("None", "Silver", "Gold")
MEMBERSHIP_SHARES = (0.62, 0.26, 0.12)
MEMBERSHIP_PACE = (0.85, 1.15, 1.5)  # times the gamma-distributed rate
CUISINES = ("North Indian", "South Indian", "Biryani", "Chinese", "Pizza", "Burgers", "Desserts", "Healthy")
CUISINE_SHARES = (0.2, 0.16, 0.18, 0.14, 0.12, 0.1, 0.05, 0.05)
PAYMENTS = ("UPI", "Card", "Cash", "Wallet")
PAYMENT_SHARES = (0.52, 0.2, 0.18, 0.1)
WEEKDAY_PACE = (0.85, 0.84, 0.88, 0.93, 1.12, 1.24, 1.14)  # Monday to Sunday
FIRST_NAMES = (
    "Aarav", "Aditi", "Akash", "Amit", "Ananya", "Anil", "Anjali", "Arjun", "Asha", "Bhavna", "Deepak",
    "Deepika", "Devika", "Divya", "Farhan", "Fatima", "Gaurav", "Geeta", "Harish", "Imran", "Isha", "Jaya",
    "Karan", "Kavita", "Kiran", "Lakshmi", "Mahesh", "Manish", "Meera", "Mohan", "Naina", "Naveen", "Neha",
    "Nikhil", "Nisha", "Pooja", "Pradeep", "Priya", "Rahul", "Rajesh", "Ramesh", "Ravi", "Rekha", "Rohan",
    "Sandeep", "Sanjay", "Sara", "Shreya", "Sneha", "Sunita", "Suresh", "Tara", "Uma", "Varun", "Vidya",
    "Vikram", "Vivek", "Yash", "Zara", "Zoya",
)  # fmt: skip


def market_clock(days: int = DAYS) -> NDArray[np.float64]:
    """Return market time at the start of each day and at the end of the last, shape ``(days + 1,)``.

    In market time the length of a day is how busy it is: its weekday times its season (the monsoon and
    the festive weeks of October and November are busier), scaled to a mean of 1 over the first ``DAYS``. So
    weekdays and seasons shape the calendar without changing any formula. A longer clock starts as a shorter one.

    Examples
    --------
    >>> clock = market_clock()
    >>> float(clock[0]), round(float(clock[-1]), 6) == DAYS
    (0.0, True)
    """
    day = np.arange(days)
    weekday = np.asarray(WEEKDAY_PACE)[(day + FIRST_DAY.weekday()) % 7]
    monsoon = 0.08 * np.cos(2 * np.pi * (day - 30) / 365.25)
    festive = 0.10 * np.exp(-(((day - 120) / 12.0) ** 2)) + 0.10 * np.exp(-(((day - 485) / 12.0) ** 2))
    pace = weekday * (1.0 + monsoon + festive)
    return np.concatenate([[0.0], np.cumsum(pace / pace[:DAYS].mean())])


@dataclass(frozen=True)
class People:
    """Traits of n people; every array has shape (n,), and codes index the tuples of this module.

    Attributes
    ----------
    joined
        Market time of the first order.
    rate
        Orders per market day while a customer and not cooling.
    regularity
        k of the Erlang-k gaps: 1 comes at random as in BG/NBD, 4 is near clockwork.
    dropout
        Probability to churn after an order without problems.
    cooling_order
        Number of the order (0 is the first) from which on the person has cooled down.
    price_sensitivity
        0 (indifferent) to 1 (bargain hunter).
    touchiness
        Probability that an unrequested offer drives away a person who would have been retained; mostly 0.
    basket
        Typical order before discounts (₹).
    delay
        Factor by which deliveries to the person are slower than the market's.
    lunch_share
        Share of orders placed around noon instead of in the evening.
    name, city, membership, cuisine, payment
        Codes; ``cuisine`` and ``payment`` are the favourites.
    """

    joined: NDArray[np.float64]
    rate: NDArray[np.float64]
    regularity: NDArray[np.int64]
    dropout: NDArray[np.float64]
    cooling_order: NDArray[np.int64]
    price_sensitivity: NDArray[np.float64]
    touchiness: NDArray[np.float64]
    basket: NDArray[np.float64]
    delay: NDArray[np.float64]
    lunch_share: NDArray[np.float64]
    name: NDArray[np.int64]
    city: NDArray[np.int64]
    membership: NDArray[np.int64]
    cuisine: NDArray[np.int64]
    payment: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rate)


def draw_people(rng: np.random.Generator, n: int) -> People:
    """Draw n people who all join between the first day and ``LAST_JOIN_DAY``, more of them early."""
    day = LAST_JOIN_DAY * rng.random(n) ** 1.6
    membership = rng.choice(len(MEMBERSHIPS), n, p=MEMBERSHIP_SHARES)
    return People(
        joined=np.interp(day, np.arange(DAYS + 1), market_clock()),
        rate=rng.gamma(RATE_SHAPE, RATE_MEAN / RATE_SHAPE, n) * np.asarray(MEMBERSHIP_PACE)[membership],
        regularity=rng.choice(list(REGULARITY), n, p=list(REGULARITY.values())),
        dropout=rng.beta(DROPOUT_A, DROPOUT_B, n),
        cooling_order=rng.geometric(COOLING_CHANCE, n),
        price_sensitivity=rng.beta(2.0, 2.0, n),
        touchiness=np.where(rng.random(n) < 0.1, rng.uniform(0.1, 0.3, n), 0.0),
        basket=rng.lognormal(np.log(380.0), 0.35, n),
        delay=rng.lognormal(0.0, 0.35, n),
        lunch_share=rng.beta(2.0, 4.0, n),
        name=rng.integers(len(FIRST_NAMES), size=n),
        city=rng.choice(len(CITIES), n, p=CITY_SHARES),
        membership=membership,
        cuisine=rng.choice(len(CUISINES), n, p=CUISINE_SHARES),
        payment=rng.choice(len(PAYMENTS), n, p=PAYMENT_SHARES),
    )
