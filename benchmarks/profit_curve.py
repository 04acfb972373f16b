"""Prove that the profit at every threshold of a million customers costs about as much as sorting them.

Prints CPU times as ratios to one ``np.sort`` of the same scores in single precision in the same run, and compares
them with scikit-learn's threshold tuner, a loop in numpy and empulse, whose results must be equal where they are
exact. Run it from the project's folder: ``make bench-profit``, or ``python -m benchmarks.profit_curve
[customers]``.
"""

import importlib.util
import sys
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.metrics import confusion_matrix

from retention.profit.bootstrap import band_along_curve
from retention.profit.curve import profit_curve
from retention.profit.economics import PRESETS, Economics
from retention.profit.empc import expected_maximum_profit
from retention.profit.optimum import best_thresholds
from retention.profit.ranking import rank_customers
from retention.profit.resampling import Resamples

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
    """Return the best profit by sorting all customers, tied scores together."""
    order = np.argsort(-score)
    ranked = score[order]
    running = np.cumsum(gain[order])
    return float(max(running[np.append(ranked[1:] != ranked[:-1], True)].max(), 0.0))


def looped_optimum(score: Numbers, gain: Numbers) -> float:
    """Return the best profit among 101 thresholds, one pass each."""
    return max(float(gain[score >= cut].sum()) for cut in np.linspace(0, 1, 101))


def against_peers(score: Numbers, label: NDArray[np.int8], value: Numbers) -> None:
    """Print how many times faster the optimum is than with scikit-learn's tuner and empulse, run in turn."""
    from sklearn.metrics import make_scorer
    from sklearn.model_selection import TunedThresholdClassifierCV

    economics, folds = Economics(), (np.arange(len(score)) == 0).astype(np.int8)
    gain = np.where(
        label == 1, economics.amounts_per_customer(value).saved, economics.amounts_per_customer(value).wasted
    )

    def total(true: NDArray[np.int8], sent: NDArray[np.int8]) -> float:
        (_, wasted), (_, saved) = confusion_matrix(true, sent, labels=[0, 1])  # as scikit-learn's guide does it
        return float(450.0 * saved - 50.0 * wasted)

    def tuned() -> object:
        tuner = TunedThresholdClassifierCV(Scored(), scoring=make_scorer(total), cv="prefit", refit=False)
        return tuner.fit(score[:, None], label)

    print("against peers, CPU time, run in turn")

    def ours() -> object:
        return best_thresholds(rank_customers(score, label, fold=folds), economics)

    fast, slow = in_turn(ours, tuned, times=1)
    print(f"  {slow / fast:9.1f} times faster than TunedThresholdClassifierCV (100 thresholds, not exact)")
    fast, slow = in_turn(ours, lambda: looped_optimum(score, gain), times=2)
    print(f"  {slow / fast:9.1f} times faster than a numpy loop over 101 thresholds (not exact)")
    if not importlib.util.find_spec("empulse"):
        return
    from empulse.metrics import CostMatrix, EmpiricalMaxProfit, Metric, empc_score
    from sympy import Symbol

    metric = Metric(CostMatrix().add_tp_benefit(Symbol("gain")).add_fp_cost(Symbol("burn")), EmpiricalMaxProfit())
    ranking = rank_customers(score, label, fold=folds, value=value)
    best_threshold = best_thresholds(ranking, economics).best
    theirs = metric(label, score, gain=value - 50, burn=50.0) * len(score)
    assert np.isclose(gain[score >= best_threshold].sum(), theirs)
    fast, slow = in_turn(
        lambda: best_thresholds(rank_customers(score, label, fold=folds, value=value), economics),
        lambda: metric(label, score, gain=value - 50, burn=50.0),
        times=9,
    )
    print(f"  {slow / fast:9.1f} times faster than empulse's EmpiricalMaxProfit, each customer's own value, equal")
    part = slice(0, 20_000)
    curve = profit_curve(score[part], label[part], fold=np.arange(20_000) % 5, economics=Economics(contact_cost=1))
    ours_mean = expected_maximum_profit(curve.ranking, curve.economics).profit / 1000
    their_mean = empc_score(label[part], score[part], clv=500, incentive_cost=50, contact_cost=1)
    print(f"  EMPC of {len(score[part]):,}: {ours_mean:.6f} here, {their_mean:.6f} in empulse")
    assert np.isclose(ours_mean, their_mean, rtol=1e-6)


class Scored(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A fitted classifier whose input is the probability."""

    classes_ = np.array([0, 1])

    def fit(self, rows: Numbers, label: NDArray[np.int8]) -> "Scored":
        """Learn nothing."""
        return self

    def predict_proba(self, rows: Numbers) -> Numbers:
        """Return the probabilities handed in."""
        return np.column_stack([1 - rows[:, 0], rows[:, 0]])


def in_turn(ours: Callable[[], object], theirs: Callable[[], object], *, times: int) -> tuple[float, float]:
    """Return the least CPU seconds of two functions, run alternately."""
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(times + 1):
        for work, seconds in zip((ours, theirs), spent, strict=True):
            start = time.process_time()
            work()
            seconds.append(time.process_time() - start)
    return min(spent[0]), min(spent[1])


def main(customers: int) -> None:
    """Measure and print."""
    generator = np.random.default_rng(0)
    score = generator.beta(1.2, 4.0, customers)
    single = score.astype(np.float32)
    label = (generator.random(customers) < score).astype(np.int8)
    value = generator.gamma(2.0, 250.0, customers)
    two_folds = (np.arange(customers) == 0).astype(np.int8)
    five_folds = (np.arange(customers) % 5).astype(np.int8)
    economics = Economics()
    gain = np.where(
        label == 1, economics.amounts_per_customer(value).saved, economics.amounts_per_customer(value).wasted
    )

    unit = cpu(lambda: np.sort(single))
    print(f"{customers:,} customers; np.sort of float32 scores = 1.00 ({unit * 1000:.0f} ms CPU here)")

    def print_ratio(name: str, work: Callable[[], object], *, times: int = 7) -> None:
        print(f"  {cpu(work, times=times) / unit:9.3f}  {name}")

    best_threshold = best_thresholds(rank_customers(score, label, fold=two_folds, value=value), economics).best
    assert np.isclose(gain[score >= best_threshold].sum(), sorted_optimum(score, gain))

    print("exact optimum, from unsorted scores")
    print_ratio("one value", lambda: best_thresholds(rank_customers(score, label, fold=two_folds), economics))
    print_ratio(
        "values of each customer",
        lambda: best_thresholds(rank_customers(score, label, fold=two_folds, value=value), economics),
    )
    print_ratio(
        "five folds: six optima",
        lambda: best_thresholds(rank_customers(score, label, fold=five_folds, value=value), economics),
    )
    print_ratio("argsort, cumulative sum, ties", lambda: sorted_optimum(score, gain), times=3)
    one_matrix = cpu(lambda: confusion_matrix(label, score >= 0.1), times=2)
    print(f"  {101 * one_matrix / unit:9.3f}  101 confusion matrices of scikit-learn (one measured; not exact)")
    against_peers(score, label, value)

    print("curve, bands and business matrix")
    curve = profit_curve(score, label, fold=five_folds, value=value)
    counted = curve.ranking
    contacted = counted.grid
    print_ratio(
        "whole curve with bands, from unsorted scores",
        lambda: profit_curve(score, label, fold=five_folds, value=value).bands,
    )
    print_ratio("whole curve at other economics", lambda: curve.reprice(PRESETS["realistic"]))
    analytic = cpu(lambda: band_along_curve(contacted, customers, economics))
    picked_anew = cpu(lambda: Resamples(counted).bands(economics))
    print(f"  {analytic * 1e6:9.0f}  µs: band along 1,001 thresholds, closed form")
    print(f"  {picked_anew * 1e6:9.0f}  µs: bands with every fold's threshold picked again in each resample")
    per_matrix = cpu(lambda: [curve.matrix(step / 1000) for step in range(1001)]) / 1001
    print(f"  {per_matrix * 1e6:9.1f}  µs: business matrix at a slider threshold")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
