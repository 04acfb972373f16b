"""Figures against a known truth: bands, the deployed policy, leaks and a changed churn rate.

Simulated customers have known churn probabilities, so what a policy really earns can be computed. Prints, with
standard errors of the simulation: how often the 90% band of the deployed policy holds what it really earns; what
the deployed policy earns more than the picked threshold; how often planted leaks are named, and honest columns by
mistake; and how often a changed churn rate is noticed. Exits with 1 if a goal is missed.

Run it by ``make bench-truth``.
"""

import argparse
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import chain, product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.campaign import Finding, percent, share_of
from benchmarks.truth_bands import run_trial
from benchmarks.truth_ladder import run_ladder
from retention.churn.drift import measure_drift
from retention.customers.audit import audit
from retention.customers.table import Customers
from retention.pipeline.churn import train_model
from retention.pipeline.customers import SimulatedCustomers, simulate_customers
from retention.profit.economics import PRESETS

SIZES = (500, 1000, 5000)
CHURN_RATES = (0.048, 0.19, 0.5)
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


def bands_and_policies(seeds: int, pool: ProcessPoolExecutor) -> Iterator[Finding]:
    """Yield coverage and gain of each size and churn rate, at the realistic money inputs."""
    for churn_rate, customers in product(CHURN_RATES, SIZES):
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


def ladder(seeds: int, pool: ProcessPoolExecutor) -> Iterator[Finding]:
    """Yield coverage and gain of all candidates' models; the coverage in few trials may be two errors off."""
    for churn_rate, customers in product(CHURN_RATES, SIZES):
        trial = partial(run_ladder, customers=customers, churn_rate=churn_rate)
        trials = list(pool.map(trial, range(seeds)))
        share, error = share_of([result.covered for result in trials])
        of = f"all candidates, {customers:,} customers, churn {churn_rate:.1%}"
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
