"""Profit at every threshold for a million customers, against sorting them and against the usual ways.

Prints CPU time as a ratio to one ``np.sort`` of the same scores in single precision, in this run.
Run it from the project's folder: ``.venv/bin/python -m benchmarks.profit_curve [customers]``.
"""

import importlib.util
import sys
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix

from retention.profit.band import along_curve, resampled_money
from retention.profit.curve import profit_curve
from retention.profit.economics import PRESETS, Economics
from retention.profit.optimum import best_thresholds
from retention.profit.ranking import rank

Numbers = NDArray[np.float64]


def cpu(work: Callable[[], object], *, times: int = 7) -> float:
    """Return the least CPU seconds of a few runs, the first of which warms up."""
    spent = []
    for _ in range(times + 1):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return min(spent[1:])


def sorted_optimum(score: Numbers, gain: Numbers) -> float:
    """Return the best profit by sorting everyone, tied scores together."""
    order = np.argsort(-score)
    ranked = score[order]
    running = np.cumsum(gain[order])
    return float(max(running[np.append(ranked[1:] != ranked[:-1], True)].max(), 0.0))


def looped_optimum(score: Numbers, gain: Numbers) -> float:
    """Return the best profit among 101 thresholds, one pass each."""
    return max(float(gain[score >= cut].sum()) for cut in np.linspace(0, 1, 101))


def main(customers: int) -> None:
    """Measure and print."""
    generator = np.random.default_rng(0)
    score = generator.beta(1.2, 4.0, customers)
    single = score.astype(np.float32)
    label = (generator.random(customers) < score).astype(np.int8)
    value = generator.gamma(2.0, 250.0, customers)
    two_folds = (np.arange(customers) == 0).astype(np.int8)
    five_folds = (np.arange(customers) % 5).astype(np.int8)
    money = Economics()
    gain = np.where(label == 1, money.per_head(value).saved, money.per_head(value).wasted)

    unit = cpu(lambda: np.sort(single))
    print(f"{customers:,} customers; np.sort of float32 scores = 1.00 ({unit * 1000:.0f} ms CPU here)")

    def line(name: str, work: Callable[[], object], *, times: int = 7) -> None:
        print(f"  {cpu(work, times=times) / unit:9.3f}  {name}")

    found = best_thresholds(rank(score, label, fold=two_folds, value=value), money).best
    assert np.isclose(gain[score >= found].sum(), sorted_optimum(score, gain))

    print("exact optimum, from scratch")
    line("one value", lambda: best_thresholds(rank(score, label, fold=two_folds), money))
    line(
        "values of each customer", lambda: best_thresholds(rank(score, label, fold=two_folds, value=value), money)
    )
    line(
        "five folds: six optima", lambda: best_thresholds(rank(score, label, fold=five_folds, value=value), money)
    )
    line("argsort, cumulative sum, ties", lambda: sorted_optimum(score, gain), times=3)
    line("loop over 101 thresholds (not exact)", lambda: looped_optimum(score, gain), times=2)
    one_matrix = cpu(lambda: confusion_matrix(label, score >= 0.1), times=2)
    print(f"  {101 * one_matrix / unit:9.3f}  101 confusion matrices of scikit-learn (one measured; not exact)")
    if importlib.util.find_spec("empulse"):
        from empulse.metrics import empc_score

        line("empulse empc_score (classes' mean value)", lambda: empc_score(label, score, clv=500), times=1)

    print("the rest")
    curve = profit_curve(score, label, fold=five_folds, value=value)
    counted = curve.ranking
    contacted = counted.grid
    line("whole curve with bands, from scratch", lambda: profit_curve(score, label, fold=five_folds, value=value))
    line("whole curve at other economics", lambda: curve.reprice(PRESETS["realistic"]))
    analytic = cpu(lambda: along_curve(contacted, customers, money))
    groups = counted.group((score >= found).astype(np.int32), 2)
    drawn = cpu(lambda: resampled_money(groups, money, seed=0))
    print(f"  {analytic * 1e6:9.0f}  µs: band along 1,001 thresholds, closed form")
    print(f"  {drawn * 1e6:9.0f}  µs: 2,000 bootstrap draws of the profit")
    line_1001 = cpu(lambda: [curve.matrix(step / 1000) for step in range(1001)]) / 1001
    print(f"  {line_1001 * 1e6:9.1f}  µs: business matrix at a slider threshold")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
