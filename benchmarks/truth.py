"""Figures against a known truth: bands, the deployed policy, leaks and a changed churn rate.

Simulated customers have known churn probabilities, so what a policy really earns can be computed. Prints, with
standard errors of the simulation: how often the 90% band of the deployed policy holds what it earns on the
whole market; what the deployed policy earns more than the picked threshold; how often planted leaks are named, and
honest columns by mistake; and how often a changed churn rate is noticed. Exits with 1 if a goal is missed.

Run it by ``make bench-truth``.
"""

import argparse
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from benchmarks.campaign import Finding, percent, share_of
from retention.churn.drift import measure_drift
from retention.customers.audit import audit
from retention.customers.table import Customers
from retention.pipeline.churn import train_model
from retention.pipeline.customers import SimulatedCustomers, simulate_customers
from retention.pipeline.profit import profit_of_model
from retention.profit.curve import profit_curve
from retention.profit.economics import PRESETS, Economics

SIZES = (500, 1000, 5000)
CHURN_RATES = (0.048, 0.19, 0.5)
_FOLDS = 5
_MARKET = 160_000  # customers of a market whose truth is known
_PEOPLE = 8000  # who joined a simulated market; about seven in ten are active
_LEAKS = (
    "5% noise",
    "10% noise",
    "20% noise",
    "filled for 30%",
    "first week",
    "orders and horizon",
    "spend and horizon",
)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Trial:
    """What one sample announced, and what is true, per 1,000 customers (currency).

    Attributes
    ----------
    covered
        Whether the band of the deployed policy holds what its folds' models earn on the whole market.
    gain
        What the deployed threshold earns there more than the picked one, with the final model.
    """

    covered: bool
    gain: float


def features(n: int, generator: np.random.Generator, churn_rate: float) -> tuple[Floats, Floats]:
    """Draw n customers with four features, and their churn probabilities; the mean of those is the churn rate."""
    x = generator.normal(size=(n, 4))
    signal = x @ np.array([1.0, 0.7, 0.4, 0.0])
    low, high = -12.0, 12.0
    grid = np.random.default_rng(0).normal(size=20_000) * np.sqrt(1.65)
    for _ in range(40):  # bisection for the intercept
        middle = (low + high) / 2
        low, high = (middle, high) if (1 / (1 + np.exp(-middle - grid))).mean() < churn_rate else (low, middle)
    return x, 1 / (1 + np.exp(-low - signal))


def run_trial(seed: int, *, customers: int, churn_rate: float, economics: Economics) -> Trial:
    """Sample customers, fit a logistic regression in five folds, and compare what is announced with the truth."""
    generator = np.random.default_rng([seed, customers, int(1000 * churn_rate)])
    x, p = features(customers, generator, churn_rate)
    label = (generator.random(customers) < p).astype(np.int8)
    everyone, truth = features(_MARKET, np.random.default_rng(1), churn_rate)
    fold = generator.permutation(np.arange(customers) % _FOLDS)
    score, of_market = np.empty(customers), np.empty((_FOLDS, _MARKET))
    for number in range(_FOLDS):
        model = LogisticRegression(C=1.0).fit(x[fold != number], label[fold != number])
        score[fold == number] = model.predict_proba(x[fold == number])[:, 1]
        of_market[number] = model.predict_proba(everyone)[:, 1]
    final = LogisticRegression(C=1.0).fit(x, label).predict_proba(everyone)[:, 1]
    curve = profit_curve(score, label, fold=fold, economics=economics)
    earned = 1000 * economics.expected_profit(truth)
    true_profit = float(np.mean(np.where(of_market >= curve.threshold_deployed, earned, 0.0)))
    gain = np.where(final >= curve.threshold_deployed, earned, 0) - np.where(
        final >= curve.threshold_best, earned, 0
    )
    band = curve.deployed.band
    return Trial(band.low <= true_profit <= band.high, float(gain.mean()))


def bands_and_policies(seeds: int, pool: ProcessPoolExecutor) -> Iterator[Finding]:
    """Yield coverage and gain of each size and churn rate, at the realistic money inputs."""
    for churn_rate in CHURN_RATES:
        for customers in SIZES:
            trial = partial(run_trial, customers=customers, churn_rate=churn_rate, economics=PRESETS["realistic"])
            trials = list(pool.map(trial, range(seeds), chunksize=10))
            of = f"{customers:,} customers, churn {churn_rate:.1%}"
            share, error = share_of([result.covered for result in trials])
            yield Finding(
                f"coverage of the 90% band, {of}", "87% to 93%", percent(share, error), 0.87 <= share <= 0.93
            )
            yield _gain(f"deployed less picked, {of}", [result.gain for result in trials])


def _gain(what: str, gains: list[float]) -> Finding:
    mean, error = float(np.mean(gains)), float(np.std(gains) / np.sqrt(len(gains)))
    return Finding(what, ">= 0", f"₹{mean:+,.0f} (± {error:,.0f}) per 1,000", mean >= 0)


def run_ladder(seed: int) -> Trial:
    """Train on 1,000 customers of a simulated market, and compare with the truth of another, larger one."""
    people = simulate_customers(1500, seed=seed)
    rng = np.random.default_rng(seed)
    past = people.past.take(np.sort(rng.permutation(len(people.past))[:1000]))
    model = train_model(past)
    economics = PRESETS["realistic"]
    curve = profit_of_model(model, economics)
    others = simulate_customers(_PEOPLE, seed=10_000 + seed % 5)
    truth = others.market.truth.set_index("customer_id")["p_stay_no_offer"]
    p = 1 - truth.reindex(others.past.ids.to_numpy()).to_numpy()
    score, earned = model.predict(others.past), 1000 * economics.expected_profit(p)
    deployed, best = (
        float(np.where(score >= threshold, earned, 0.0).mean())
        for threshold in (curve.threshold_deployed, curve.threshold_best)
    )
    band = curve.deployed.band
    return Trial(band.low <= deployed <= band.high, deployed - best)


def ladder(seeds: int, pool: ProcessPoolExecutor) -> Iterator[Finding]:
    """Yield coverage and gain of the real candidates; their final model earns a little more than the folds'."""
    trials = list(pool.map(run_ladder, range(seeds)))
    share, error = share_of([result.covered for result in trials])
    of = "all candidates, 1,000 simulated customers"
    yield Finding(f"coverage of the 90% band, {of}", "87% to 93%", percent(share, error),
                  share + 2 * error >= 0.87 and share - 2 * error <= 0.93)  # fmt: skip
    yield _gain(f"deployed less picked, {of}", [result.gain for result in trials])


def planted(people: SimulatedCustomers, rng: np.random.Generator) -> dict[str, Floats]:
    """Return leaking columns for the customers of a simulated market."""
    past, cutoff = people.past, people.market.cutoff
    label, ids = past.label, past.ids.to_numpy()
    assert label is not None
    orders = people.market.orders.assign(ordered_at=pd.to_datetime(people.market.orders["ordered_at"]))
    until_horizon = orders[orders["ordered_at"] < cutoff + pd.Timedelta(days=31)]
    week = orders[(orders["ordered_at"] > cutoff) & (orders["ordered_at"] <= cutoff + pd.Timedelta(days=7))]

    def per_customer(values: Any) -> Floats:
        return np.asarray(values.reindex(ids).fillna(0), dtype=np.float64)

    columns = {
        f"{noise:.0%} noise": np.where(rng.random(len(label)) < noise, 1 - label, label).astype(np.float64)
        for noise in (0.05, 0.1, 0.2)
    }
    given = rng.random(len(label)) < np.where(label == 1, 0.3, 0.005)
    return {
        **columns,
        "filled for 30%": np.where(given, 1.0, np.nan),
        "first week": per_customer(week.groupby("customer_id").size()),
        "orders and horizon": per_customer(until_horizon.groupby("customer_id").size()),
        "spend and horizon": per_customer(until_horizon.groupby("customer_id")["amount"].sum()),
    }


def find_leaks(seed: int) -> dict[str, bool]:
    """Return which planted leaks are named, and under ``honest`` whether any honest column is."""
    people = simulate_customers(4000, seed=500 + seed)
    past = people.past
    named = {"honest": _names_a_leak(past, None)}
    for leak, column in planted(people, np.random.default_rng(seed)).items():
        named[leak] = _names_a_leak(Customers(past.frame.assign(planted=column), past.roles), "planted")
    return named


def _names_a_leak(customers: Customers, column: str | None) -> bool:
    leaks = [finding.column for finding in audit(customers) if finding.check == "leakage"]
    return column in leaks if column else bool(leaks)


def leaks(seeds: int, pool: ProcessPoolExecutor) -> Iterator[Finding]:
    """Yield how often each leak is named."""
    found = list(pool.map(find_leaks, range(seeds)))
    for leak in _LEAKS:
        share, error = share_of([named[leak] for named in found])
        yield Finding(f"leak named: {leak}", ">= 90%", percent(share, error), share >= 0.9)
    share, error = share_of([named["honest"] for named in found])
    yield Finding("honest columns named", "<= 2%", percent(share, error), share <= 0.02)


def notice_shift(seed: int) -> dict[str, bool]:
    """Return whether other customers of the market alarm, as they are and with about half as many churned."""
    people = simulate_customers(4000, seed=900 + seed % 4)
    model = train_model(people.past)
    others = simulate_customers(4000, seed=2000 + seed).past
    label = others.label
    assert label is not None
    rng = np.random.default_rng(seed)
    churned, retained = np.flatnonzero(label), np.flatnonzero(label == 0)
    fewer = rng.permutation(churned)[: len(retained) // 9]  # a tenth of all
    noticed = {}
    for name, rows in (("as before", np.arange(len(label))), ("10%", np.concatenate([fewer, retained]))):
        customers = others.take(np.sort(rows))
        rate = measure_drift(model, customers, model.predict(customers)).churn_rate
        noticed[name] = rate is not None and rate.shifted
    return noticed


def shifts(seeds: int, pool: ProcessPoolExecutor) -> Iterator[Finding]:
    """Yield how often a churn rate that fell to 10% is noticed, and how often one that did not change."""
    noticed = list(pool.map(notice_shift, range(seeds)))
    share, error = share_of([result["10%"] for result in noticed])
    yield Finding("churn of 19% fell to 10%: noticed", ">= 80%", percent(share, error), share >= 0.8)
    share, error = share_of([result["as before"] for result in noticed])
    yield Finding("churn as before: noticed", "<= 5%", percent(share, error), share <= 0.05)


def main() -> int:
    """Print the table; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=400, help="samples of each size with a cheap model")
    parser.add_argument("--models", type=int, default=40, help="trainings of all candidates")
    parser.add_argument("--markets", type=int, default=100, help="simulated markets for leaks and shifts")
    options = parser.parse_args()
    print("| what | goal | measured | reached |\n| --- | --- | --- | --- |")
    missed = 0
    with ProcessPoolExecutor(2) as pool:
        for finding in chain(
            leaks(options.markets, pool), shifts(options.markets, pool),
            bands_and_policies(options.seeds, pool), ladder(options.models, pool),
        ):  # fmt: skip
            print(finding, flush=True)
            missed += not finding.reached
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
