"""The statistics of a campaign, proved on campaigns whose truth is known: false verdicts, coverage, bias, power.

Draws hundreds of campaigns of 500 to 5,000 customers with the program's own draw, decides by a known model what
happens to each customer, measures, and prints a table of goals with standard errors of the simulation. After that:
broken splits, campaigns in the simulated market, known answers of real experiments, and a million customers.
It exits with 1 if a goal was missed. Run it by ``make bench-campaign``.
"""

import argparse
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from benchmarks.randomised_sets import FOLDER, known_answers
from retention.campaign.health import check_split
from retention.campaign.holdout_size import plan_holdout
from retention.campaign.intervals import Interval, Z
from retention.campaign.measurement import measure
from retention.campaign.outcomes import outcomes_from_table
from tests.campaign.market_trial import MarketTrial
from tests.campaign.outcome_model import NO_EFFECT, OFFER, RISK_A, RISK_B, VALUE, TrialRun, trial_run

SIZES = (500, 1000, 2000, 5000)
HOLDOUT_SHARE = 0.2
SPLITS = 20_000
MILLION = 1_000_000
MOST_DRAW_S, MOST_DRAW_MB, MOST_MEASURE_S = 5.0, 1024.0, 10.0

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Finding:
    """One line of the table."""

    what: str
    goal: str
    measured: str
    reached: bool

    def __str__(self) -> str:
        return f"| {self.what} | {self.goal} | {self.measured} | {'yes' if self.reached else 'NO'} |"


@dataclass(frozen=True)
class Measured:
    """What one campaign was measured to have done, and the truth, in points or currency a head."""

    interval: Interval
    truth: float

    @property
    def standard_error(self) -> float:
        """Half the width of the interval, over 1.645."""
        return (self.interval.high - self.interval.low) / (2 * Z)

    @property
    def covered(self) -> bool:
        """Whether the interval holds the truth."""
        return self.interval.low <= self.truth <= self.interval.high


@dataclass(frozen=True)
class Trial:
    """One draw, measured without an effect of the offer and with one."""

    false_verdict: str
    verdict: str
    kept: Measured
    money: Measured


def run_trial(seed: int, *, customers: int) -> Trial:
    """Draw a campaign and measure it with an offer that does and costs nothing (A/A), and with a real one."""
    run = trial_run(customers, seed=seed, holdout_share=HOLDOUT_SHARE)
    comparison = run.measure(OFFER)
    assert comparison.kept is not None
    assert comparison.money is not None
    p = run.probability
    return Trial(
        false_verdict=run.measure(NO_EFFECT).verdict,
        verdict=comparison.verdict,
        kept=Measured(comparison.kept, 100 * float(OFFER.effect(p).mean())),
        money=Measured(comparison.money, float(OFFER.profit(p).mean())),
    )


def trials(seeds: int, *, sizes: Iterable[int] = SIZES, workers: int = 2) -> Iterator[tuple[int, list[Trial]]]:
    """Yield each size with its trials."""
    with ProcessPoolExecutor(workers) as pool:
        for customers in sizes:
            yield customers, list(pool.map(partial(run_trial, customers=customers), range(seeds), chunksize=20))


def findings_of(customers: int, runs: list[Trial]) -> Iterator[Finding]:
    """Yield the goals of one size."""
    of = f"{customers:,} customers"
    for verdict in ("earned", "lost"):
        share, error = share_of([run.false_verdict == verdict for run in runs])
        yield Finding(f"A/A says {verdict!r}, {of}", "<= 7%", percent(share, error), share <= 0.07)
    for name in ("kept", "money"):
        measured: list[Measured] = [getattr(run, name) for run in runs]
        share, error = share_of([effect.covered for effect in measured])
        yield Finding(f"coverage of the 90% interval, {name}, {of}", "87% to 93%", percent(share, error),
                      0.87 <= share <= 0.93)  # fmt: skip
        bias, error = bias_of(measured)
        yield Finding(
            f"bias, {name}, {of}", "within ± 0.1 SE", f"{bias:+.3f} SE (± {error:.3f})", abs(bias) <= 0.1
        )
    for name, power in expected_power(customers).items():
        above_zero = [getattr(run, name).interval.low > 0 for run in runs]
        share, error = share_of(above_zero)
        yield Finding(f"power, {name}, {of}", f"{power:.1%} by the formula, ± 5 points", percent(share, error),
                      abs(share - power) <= 0.05)  # fmt: skip


def share_of(flags: list[bool]) -> tuple[float, float]:
    """Return how often something held, and the standard error of that."""
    share = float(np.mean(flags))
    return share, float(np.sqrt(share * (1 - share) / len(flags)))


def bias_of(measured: list[Measured]) -> tuple[float, float]:
    """Return the mean error in standard errors of one measurement, and its own standard error in the same unit."""
    errors = np.array([effect.interval.value - effect.truth for effect in measured])
    unit = float(np.mean([effect.standard_error for effect in measured]))
    return float(errors.mean() / unit), float(errors.std() / np.sqrt(len(errors)) / unit)


def expected_power(customers: int, *, share: float = HOLDOUT_SHARE) -> dict[str, float]:
    """Return the power for kept and for money that planning the holdout promises, if all its inputs are true.

    The score is calibrated, so the variance that it explains is Var(p)/(p̄(1 − p̄)), which is 1/(a + b + 1) where p
    follows a beta distribution.
    """
    p = stats.beta.ppf((np.arange(customers) + 0.5) / customers, RISK_A, RISK_B)
    plan = plan_holdout(
        p,
        np.full(customers, VALUE),
        OFFER.economics,
        share=share,
        explained_variance=1 / (RISK_A + RISK_B + 1),
    )
    return {"kept": plan.power_save_rate, "money": plan.power_profit}


def splits() -> Iterator[Finding]:
    """Alarms of the check for a sample ratio mismatch among 2,000 customers declared 50:50."""
    rng = np.random.default_rng(3)
    for treated, name, goal in ((0.5, "50:50 as declared", "<= 0.3%"), (0.6, "60:40 for 50:50", ">= 95%")):
        counts, times = np.unique(rng.binomial(2000, treated, SPLITS), return_counts=True)
        alarms = np.array([is_alarm(2000 - int(count), int(count)) for count in counts])
        share, error = share_of(np.repeat(alarms, times).tolist())
        reached = share <= 0.003 if treated == 0.5 else share >= 0.95
        yield Finding(f"split alarms, {name}, 2,000 customers", goal, percent(share, error, digits=2), reached)


def is_alarm(control: int, treated: int) -> bool:
    """Return whether these arms, declared 50:50, are not valid."""
    check = check_split({"control": control, "treated": treated}, {"control": 0.5, "treated": 0.5})
    return check.severity == "not valid"


def simulated_market(markets: int, draws: int) -> Iterator[Finding]:
    """Campaigns in the simulated market, read from the order log that it continues."""
    kept: list[Measured] = []
    money: list[Measured] = []
    for seed in range(1, markets + 1):
        trial = MarketTrial(customers=4000, seed=seed)
        for draw in range(draws):
            comparison, truth = trial.measure(draw=draw)
            assert comparison.kept is not None
            assert comparison.money is not None
            kept.append(Measured(comparison.kept, truth.points))
            money.append(Measured(comparison.money, truth.profit_per_head))
    for name, measured in (("kept", kept), ("money", money)):
        share, error = share_of([effect.covered for effect in measured])
        what = f"coverage, {name}, {markets} simulated markets × {draws} draws"
        yield Finding(what, ">= 85%", percent(share, error), share >= 0.85)


def known() -> Iterator[Finding]:
    """Known answers of real experiments."""
    for answer in known_answers():
        yield Finding(answer.what, answer.known, answer.computed, answer.reached)
    if not list(FOLDER.glob("*.*")):
        print(f"(no real experiments in {FOLDER}: run make bench-campaign)")


def million() -> Iterator[Finding]:
    """Time and memory of a million customers, in a process of its own."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.campaign", "--million"]
    done = subprocess.run(command, capture_output=True, check=True, text=True, cwd=Path(__file__).parents[1])
    draw_s, draw_mb, measure_s = map(float, done.stdout.split())
    yield Finding("a million customers drawn", f"< {MOST_DRAW_S:g} s", f"{draw_s:.1f} s", draw_s < MOST_DRAW_S)
    yield Finding("memory of that process, program included", f"< {MOST_DRAW_MB:g} MB", f"{draw_mb:.0f} MB",
                  draw_mb < MOST_DRAW_MB)  # fmt: skip
    yield Finding("a million customers measured", f"< {MOST_MEASURE_S:g} s", f"{measure_s:.1f} s",
                  measure_s < MOST_MEASURE_S)  # fmt: skip


def print_million() -> None:
    """Draw and measure a million customers; print the seconds of each and the peak memory of the draw (MiB)."""
    run = trial_run(MILLION, seed=1, holdout_share=0.1)
    started = time.perf_counter()
    run = TrialRun(run.redraw(salt=b"1" * 16), run.luck)
    draw_s = time.perf_counter() - started
    peak = re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text())
    assert peak
    table = run.outcomes(OFFER).replace({True: "yes", False: "no"}).reset_index()
    started = time.perf_counter()
    reading = measure(run.campaign, outcomes_from_table(run.campaign, table), as_of=run.campaign.design.read_on)
    measure_s = time.perf_counter() - started
    assert reading.valid
    print(draw_s, int(peak[1]) / 1024, measure_s)


def percent(share: float, error: float, *, digits: int = 1) -> str:
    """Return a share and its standard error in percent."""
    return f"{100 * share:.{digits}f}% (± {100 * error:.{digits}f})"


def everything(seeds: int, *, markets: int, draws: int) -> Iterator[Finding]:
    """Yield the lines of the whole table."""
    for customers, runs in trials(seeds):
        yield from findings_of(customers, runs)
    yield from splits()
    yield from simulated_market(markets, draws)
    yield from known()
    yield from million()


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=1000, help="campaigns of each size")
    parser.add_argument("--markets", type=int, default=10, help="simulated markets")
    parser.add_argument("--draws", type=int, default=6, help="draws in each of them")
    parser.add_argument("--million", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.million:
        print_million()
        return 0
    started = time.monotonic()
    print(
        f"{options.seeds:,} campaigns of each size, {HOLDOUT_SHARE:.0%} held out; in brackets the simulation's SE"
    )
    print("\n| what | goal | measured | reached |\n|---|---|---|---|")
    findings = []
    for finding in everything(options.seeds, markets=options.markets, draws=options.draws):
        findings.append(finding)
        print(finding, flush=True)
    missed = sum(not finding.reached for finding in findings)
    print(f"\n{len(findings) - missed} of {len(findings)} goals reached in {time.monotonic() - started:.0f} s")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
