"""What thresholds earn on customers they were not picked on: real sets, ours against the usual ways of picking.

Every way gets the same held-out scores, picks a threshold on the customers of all folds but one, and is paid for
the fold that it did not see. Prints profit per 1,000 customers at the original card (450 saved, 50 wasted) and at
the realistic preset, with the paired standard error of ours minus theirs. Ends with 1 if a goal was missed.

Run it from the project's folder: ``make bench-realised``; ``.venv/bench/bin/python -m benchmarks.profit_realised
[FILE...] [--rows N]`` takes labelled CSVs of your own besides.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.data_sets import data_sets
from benchmarks.profit_curve import Scored
from retention.churn.evaluation import OutOfFold
from retention.pipeline.churn import train_model
from retention.profit.curve import ProfitCurve, profit_curve
from retention.profit.economics import PRESETS, Economics

TELECOM_CUSTOMERS, TELECOM_AT_LEAST = 7043, 93_000  # the whole set; per 1,000 customers (currency)

Numbers = NDArray[np.float64]
Pick = Callable[[Numbers, NDArray[np.int8], Economics], float]


def tuned(score: Numbers, label: NDArray[np.int8], money: Economics) -> float:
    """scikit-learn's ``TunedThresholdClassifierCV`` on 100 thresholds."""
    from sklearn.metrics import make_scorer
    from sklearn.model_selection import TunedThresholdClassifierCV

    def earned(true: NDArray[np.int8], sent: NDArray[np.int8]) -> float:
        return float(gains(true, money)[sent == 1].sum())

    tuner = TunedThresholdClassifierCV(Scored(), scoring=make_scorer(earned), cv="prefit", refit=False)
    return float(tuner.fit(score[:, None], label).best_threshold_)


def empulse(score: Numbers, label: NDArray[np.int8], money: Economics) -> float:
    """Return the exact optimum of empulse's maximum profit."""
    from empulse.metrics import CostMatrix, MaxProfit, Metric
    from sympy import Symbol

    matrix = CostMatrix().add_tp_benefit(Symbol("gain")).add_fp_cost(Symbol("burn"))
    amounts = money.amounts_per_customer()
    metric = Metric(matrix, MaxProfit())
    return float(metric.optimal_threshold(label, score, gain=amounts.saved, burn=-amounts.wasted))


def break_even(score: Numbers, label: NDArray[np.int8], money: Economics) -> float:
    """Return the closed form: right if the probabilities are, and blind to whether they are."""
    return money.break_even()


def half(score: Numbers, label: NDArray[np.int8], money: Economics) -> float:
    """Return the cut that comes with every classifier."""
    return 0.5


WAYS: dict[str, Pick] = {
    "TunedThreshold": tuned, "empulse": empulse, "closed form": break_even, "0.5": half,
}  # fmt: skip


def gains(label: NDArray[np.int8], money: Economics) -> Numbers:
    """Return what an offer to each brings (currency)."""
    amounts = money.amounts_per_customer()
    each: Numbers = np.where(label == 1, amounts.saved, amounts.wasted)
    return each


def realised(rows: OutOfFold, threshold: Numbers, money: Economics) -> Numbers:
    """Return what each customer brought under the threshold of their own fold (currency)."""
    each: Numbers = np.where(rows.score >= threshold[rows.fold], gains(rows.label, money), 0.0)
    return each


def compare(name: str, rows: OutOfFold, money: Economics) -> ProfitCurve:
    """Print one line, and return our curve."""
    curve = profit_curve(rows.score, rows.label, fold=rows.fold, economics=money)
    ours = realised(rows, curve.fold_thresholds, money)
    line = f"  {name:18}{len(ours):>8,}{1000 * ours.mean():>11,.0f}"
    for pick in WAYS.values():
        folds = range(int(rows.fold.max()) + 1)
        found = [pick(rows.score[rows.fold != fold], rows.label[rows.fold != fold], money) for fold in folds]
        more = ours - realised(rows, np.array(found), money)
        line += f"{1000 * more.mean():>+10,.0f} ± {1000 * more.std() / np.sqrt(len(more)):>5,.0f}"
    print(line)
    return curve


def verdict(at_defaults: dict[str, ProfitCurve]) -> int:
    """Print the goals against what was found at the original card; 1 if one was missed."""
    found = []
    telecom, shop = at_defaults.get("telecom"), at_defaults.get("CDNOW")
    if telecom is not None and telecom.customers == TELECOM_CUSTOMERS:
        found.append((f"telecom earns {TELECOM_AT_LEAST:,} or more", telecom.profit_best >= TELECOM_AT_LEAST))
    if shop is not None:
        found.append(("CDNOW has no headroom, and it is said", not shop.headroom))
    for goal, reached in found:
        print(f"goal: {goal}:", "reached" if reached else "missed")
    if not found:
        print("goal: not checked, as neither set is here whole")
    return int(not all(reached for _, reached in found))


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--rows", type=int, default=20_000)
    options = parser.parse_args()
    held_out = {}
    for name, customers in data_sets(options.files, rows=options.rows):
        rows = train_model(customers).out_of_fold
        assert rows is not None
        held_out[name] = rows
    curves: dict[tuple[str, str], ProfitCurve] = {}
    for preset, money in PRESETS.items():
        print(f"{preset}: per 1,000 customers, ours, and by how much it is more than\n"
              f"  {'':18}{'rows':>8}{'ours':>11}" + "".join(f"{way:>18}" for way in WAYS))  # fmt: skip
        for name, rows in held_out.items():
            curves[preset, name] = compare(name, rows, money)
    return verdict({name: curve for (preset, name), curve in curves.items() if preset == "original"})


if __name__ == "__main__":
    raise SystemExit(main())
