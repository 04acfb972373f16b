"""Time a whole training, nested cross-validation and selection included, against one default fit of XGBoost.

Prints ratios to a single ``XGBClassifier().fit`` on the same customers in the same run: CPU time in one process,
and wall time with as many processes as processors (against one fit that has all of them).

Run it from the project's folder: ``make bench-training``; ``python -m benchmarks.training [CUSTOMERS]`` sets how
customers the largest table has, by default a million.
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterator

import pandas as pd
from joblib import cpu_count

from benchmarks.data_sets import packaged
from benchmarks.score_million import simulated
from retention.churn.model import ChurnModel
from retention.customers.intake import read_customers
from retention.customers.table import Customers

_TIMES = 3
_LARGE = 100_000  # measured once from here on


def tables(most: int) -> Iterator[tuple[str, Customers]]:
    """Yield names and labelled customers, small to large."""
    for name, customers in packaged():
        if name in {"telecom", "CDNOW"}:
            yield name, customers
    for count in (_LARGE, most):
        yield "simulated", read_customers(simulated(count, seed=3))


def default_fit(customers: Customers, threads: int) -> Callable[[], object]:
    """Return a function that fits XGBoost with its default settings on numbers and categories."""
    from xgboost import XGBClassifier

    frame = customers.features.copy()
    for column in frame.columns:
        if not pd.api.types.is_numeric_dtype(frame[column]):
            frame[column] = frame[column].astype("category")
    return lambda: XGBClassifier(enable_categorical=True, n_jobs=threads).fit(frame, customers.label)


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return the CPU seconds of this process, and the wall seconds."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - cpu, time.perf_counter() - wall


def compare(name: str, customers: Customers) -> None:
    """Print a row of the table: medians of a few runs in turn."""
    jobs, times = cpu_count(), _TIMES if len(customers) < _LARGE else 1
    fits = [default_fit(customers, threads) for threads in (1, jobs)]
    model = ChurnModel.fit(customers, jobs=jobs)  # starts the worker processes, which a running app already has
    cpu: list[float] = []
    wall: list[float] = []
    seconds: list[float] = []
    for _ in range(times):
        single, spread = (timed(fit_once) for fit_once in fits)
        if len(customers) <= _LARGE:  # in one process, beyond that it takes minutes
            cpu.append(timed(lambda: ChurnModel.fit(customers))[0] / single[0])
        ours = timed(lambda: ChurnModel.fit(customers, jobs=jobs))
        wall.append(ours[1] / spread[1])
        seconds.append(ours[1])
    figures = "".join(f"{statistics.median(run):>9.1f}" if run else f"{'–':>9}" for run in (cpu, wall, seconds))
    print(
        f"  {name:12}{len(customers):>10,}{figures}   {model.chosen}, AUC {model.metrics.roc_auc:.4f}", flush=True
    )


def main() -> None:
    """Measure and print."""
    print(f"nested training of all candidates, one default XGBClassifier.fit = 1; {cpu_count()} processors")
    print(f"  {'':12}{'rows':>10}{'CPU':>9}{'wall':>9}{'seconds':>9}")
    for name, customers in tables(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000):
        compare(name, customers)


if __name__ == "__main__":
    main()
