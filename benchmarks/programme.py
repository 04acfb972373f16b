"""A programme of campaigns: how often its watched interval is wrong, and what three rounds do to plan and model.

1. Programmes of twelve campaigns, each measured by the program itself, looked at after each campaign: how often
   some look misses the truth, by the confidence sequence and by a fixed 90% interval.
2. Three rounds in the simulated market, from each preset: what the assumed and the measured plan announce and
   really earn on the same customers, and whether a model trained over the last campaign stays calibrated.

Run it by ``make bench-programme``.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.campaign import Finding, percent, share_of
from retention.campaign.intervals import Z
from retention.campaign.programme import sequence_margin
from retention.churn.left_alone import LeftAloneRows
from retention.churn.model import ChurnModel
from retention.customers.table import Customers
from retention.profit.economics import PRESETS
from tests.campaign.market_rounds import OFFER as SENT
from tests.campaign.market_rounds import ROUNDS, MarketRounds, PlanValue, Predict, learned_rates
from tests.campaign.outcome_model import OFFER, trial_run

LOOKS, CUSTOMERS, HOLDOUT_SHARE = 12, 2_000, 0.2

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Watched:
    """Whether some look at a programme missed the truth, and how wide the sequence was at the last look."""

    sequence_wrong: bool
    fixed_wrong: bool
    times_as_wide: float


def watch(seed: int) -> Watched:
    """Run twelve campaigns, and compare the total after each with the truth of the customers drawn so far."""
    total = truth = variance = 0.0
    sequence_wrong = fixed_wrong = False
    margin = error = 1.0
    for look in range(1, LOOKS + 1):
        run = trial_run(CUSTOMERS, seed=seed * LOOKS + look, holdout_share=HOLDOUT_SHARE)
        money = run.measure(OFFER).money
        assert money is not None
        total += money.value
        truth += float(OFFER.profit(run.probability).mean())
        variance += ((money.high - money.low) / (2 * Z)) ** 2
        error = variance**0.5
        margin = sequence_margin(error, look * CUSTOMERS)
        sequence_wrong |= abs(total - truth) > margin
        fixed_wrong |= abs(total - truth) > Z * error
    return Watched(sequence_wrong, fixed_wrong, margin / (Z * error))


def watched_programmes(programmes: int, *, workers: int = 2) -> Iterator[Finding]:
    """Yield how often a watched programme is wrong."""
    with ProcessPoolExecutor(workers) as pool:
        runs = list(pool.map(watch, range(programmes), chunksize=10))
    share, error = share_of([run.sequence_wrong for run in runs])
    yield Finding("twelve looks, the sequence is wrong at one", "<= 10%", percent(share, error), share <= 0.10)
    share, error = share_of([run.fixed_wrong for run in runs])
    yield Finding("twelve looks, a fixed interval is wrong at one", "> 10%", percent(share, error), share > 0.10)
    width = float(np.mean([run.times_as_wide for run in runs]))
    yield Finding("the sequence, times as wide as a fixed interval", "< 2", f"{width:.2f}", width < 2)


@dataclass(frozen=True)
class Rounds:
    """What three rounds in a market showed.

    Attributes
    ----------
    assumed, measured
        Value of both plans in the second and third round.
    weighted_bias, naive_bias
        Mean predicted less mean true probability of the two fifths at the highest predicted risk, of a model
        trained over the last campaign, with the 1/h weights and without.
    weighted_mean, naive_mean
        The same over all customers.
    """

    assumed: tuple[PlanValue, ...]
    measured: tuple[PlanValue, ...]
    weighted_bias: float
    naive_bias: float
    weighted_mean: float
    naive_mean: float


def train(customers: Customers, rows: LeftAloneRows | None) -> Predict:
    """Train the program's own model."""
    return ChurnModel.fit(customers, left_alone=rows).predict


def play_rounds(seed: int, *, preset: str, customers: int) -> Rounds:
    """Train, plan, send and measure three times, each time with all that was measured before."""
    assumed = measured = PRESETS[preset]
    send_from = 1.0
    values: list[tuple[PlanValue, PlanValue]] = []
    with tempfile.TemporaryDirectory() as folder:
        market = MarketRounds(customers=customers, seed=seed, train=train, folder=Path(folder))
        for number in range(ROUNDS):
            people = market.active(number)
            probability = market.next_model(number)(people)
            if number:
                rates = learned_rates([(market.campaigns[k], market.outcomes(k)) for k in range(number)])
                measured, of_offer = rates.economics(SENT, assumed), rates.of(SENT)
                send_from = 1.0 if of_offer is None or of_offer.send_from is None else of_offer.send_from
                before = market.value_of(number, people, probability, assumed)
                values.append((before, market.value_of(number, people, probability, measured, send_from)))
            market.send(number, people, probability, measured, send_from)
        weighted, naive = (market.calibration(ROUNDS - 1, left_alone=choice) for choice in (True, False))
    return Rounds(
        assumed=tuple(pair[0] for pair in values),
        measured=tuple(pair[1] for pair in values),
        weighted_bias=weighted.bias,
        naive_bias=naive.bias,
        weighted_mean=float((weighted.predicted - weighted.true).mean()),
        naive_mean=float((naive.predicted - naive.true).mean()),
    )


def simulated_rounds(seeds: int, *, customers: int, workers: int = 2) -> Iterator[Finding]:
    """Yield what three rounds do, from each preset."""
    for preset in ("original", "realistic") if seeds else ():
        with ProcessPoolExecutor(workers) as pool:
            runs = list(pool.map(partial(play_rounds, preset=preset, customers=customers), range(seeds)))
        gain = np.array([
            np.mean([after.true - before.true for before, after in zip(run.assumed, run.measured, strict=True)])
            for run in runs
        ])  # fmt: skip
        of = f"from {preset!r}, per 1,000"
        yield Finding(
            f"the measured plan really earns more than the assumed one, {of}", ">= 0", plus_minus(gain),
            bool(gain.mean() >= 0),
        )  # fmt: skip
        for name, plans in (
            ("assumed", [plan for run in runs for plan in run.assumed]),
            ("measured", [plan for run in runs for plan in run.measured]),
        ):
            announced = np.array([plan.expected for plan in plans])
            true = np.array([plan.true for plan in plans])
            words = f"{announced.mean():,.0f} announced, {true.mean():,.0f} earned"
            yield Finding(f"the {name} plan, {of}", "-", words, True)
        for what, weighted, naive in (
            ("all customers", [run.weighted_mean for run in runs], [run.naive_mean for run in runs]),
            ("the riskier two fifths", [run.weighted_bias for run in runs], [run.naive_bias for run in runs]),
        ):
            points = 100 * np.array(weighted)
            yield Finding(
                f"p of {what} with 1/h weights, points off, from {preset!r}", "within 3", plus_minus(points),
                bool(abs(points.mean()) <= 3),
            )  # fmt: skip
            yield Finding(
                f"p of {what} without, points off, from {preset!r}", "-", plus_minus(100 * np.array(naive)), True
            )


def plus_minus(numbers: Floats) -> str:
    """Write a mean with its standard error."""
    error = numbers.std(ddof=1) / np.sqrt(len(numbers)) if len(numbers) > 1 else float("nan")
    return f"{numbers.mean():,.1f} (± {error:,.1f})"


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programmes", type=int, default=1000, help="watched programmes of twelve campaigns")
    parser.add_argument("--seeds", type=int, default=8, help="simulated markets for each preset")
    parser.add_argument("--customers", type=int, default=16_000, help="people in each market")
    options = parser.parse_args()
    started = time.monotonic()
    print("| what | goal | measured | reached |\n|---|---|---|---|")
    missed = 0
    for findings in (
        watched_programmes(options.programmes),
        simulated_rounds(options.seeds, customers=options.customers),
    ):
        for finding in findings:
            missed += not finding.reached
            print(finding, flush=True)
    print(f"\n{missed} goals missed, in {time.monotonic() - started:.0f} s")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
