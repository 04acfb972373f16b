"""Models of all candidates in a simulated market: what they announce, against what its truth says they earn.

A large market is simulated once. Each customer's true probability to be retained is in it, so any churn rate can
be had with the truth known: the log-odds of all customers are moved by one amount, and their labels drawn anew.
The features are those of the market. Each trial trains on a sample and is judged on all other customers.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from benchmarks.truth_bands import Trial
from retention.churn.model import ChurnModel
from retention.customers.table import Customers
from retention.pipeline.customers import simulate_customers
from retention.pipeline.profit import profit_of_model
from retention.profit.economics import PRESETS

Floats = NDArray[np.float64]
_PEOPLE = 60_000  # who joined; about seven in ten are active
_SEED = 3


def run_ladder(seed: int, *, customers: int, churn_rate: float) -> Trial:
    """Train all candidates on a sample of the market, and compare with the truth of everyone else in it."""
    rng = np.random.default_rng([seed, customers, round(1000 * churn_rate)])
    past, churn = market()
    p = with_churn_rate(churn, churn_rate)
    order = rng.permutation(len(past))
    sample, others = np.sort(order[:customers]), np.sort(order[customers:])
    label = (rng.random(customers) < p[sample]).astype(np.int8)
    model = ChurnModel.fit(relabelled(past.take(sample), label), jobs=1, seed=seed)
    economics = PRESETS["realistic"]
    curve = profit_of_model(model, economics)
    score, earned = model.predict(past.take(others)), 1000 * economics.expected_profit(p[others])
    deployed, picked = (
        float(np.where(score >= threshold, earned, 0.0).mean())
        for threshold in (curve.threshold_deployed, curve.threshold_best)
    )
    band = curve.deployed.band
    return Trial(band.low <= deployed <= band.high, deployed - picked)


@cache
def market() -> tuple[Customers, Floats]:
    """Return the customers of the simulated market, (n,), and their true churn probabilities, (n,)."""
    people = simulate_customers(_PEOPLE, seed=_SEED)
    return people.past, 1 - people.truth()["p_stay_no_offer"].to_numpy(np.float64)


def with_churn_rate(probability: Floats, churn_rate: float) -> Floats:
    """Move the log-odds of all probabilities, (n,), by the amount that makes their mean this rate."""
    odds = np.clip(probability, 1e-6, 1 - 1e-6) / (1 - np.clip(probability, 1e-6, 1 - 1e-6))
    low, high = -12.0, 12.0
    for _ in range(50):  # bisection
        middle = (low + high) / 2
        too_few = float(np.mean(1 - 1 / (1 + odds * np.exp(middle)))) < churn_rate
        low, high = (middle, high) if too_few else (low, middle)
    moved: Floats = 1 - 1 / (1 + odds * np.exp(low))
    return moved


def relabelled(customers: Customers, label: NDArray[np.int8]) -> Customers:
    """Return the same customers with another label, (n,)."""
    assert customers.roles.label is not None
    return Customers(customers.frame.assign(**{customers.roles.label: label}), customers.roles)
