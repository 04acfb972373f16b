"""Compare models of one cutoff with models of as many as are taken by default, on fresh customers.

Prints rows, seconds on one processor and the AUC on the customers of another market, as means over markets, and
the gain with its standard error. Run it by ``make bench-cutoffs``; ``python -m benchmarks.cutoffs [MARKETS]`` sets
how many markets, by default 5.
"""

import math
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from sklearn.metrics import roc_auc_score

from retention.churn.model import ChurnModel
from retention.pipeline.customers import customers_from_orders, read_orders, simulate

_SIZES = (1500, 4000)
_FRESH, _FRESH_SEED = 6000, 10_000


def measured(customers: int, seed: int, periods: int | None) -> tuple[int, float, float]:
    """Return the rows of a market, the CPU seconds of a training on them and the AUC on fresh customers."""
    past = customers_from_orders(read_orders(simulate(customers, seed=seed).orders), periods=periods)
    fresh = customers_from_orders(read_orders(simulate(_FRESH, seed=_FRESH_SEED).orders), periods=1)
    assert fresh.label is not None
    started = time.process_time()
    model = ChurnModel.fit(past)
    return len(past), time.process_time() - started, float(roc_auc_score(fresh.label, model.predict(fresh)))


def standard_error(values: list[float]) -> float:
    """Return the standard error of the mean."""
    return statistics.stdev(values) / math.sqrt(len(values))


def main() -> None:
    """Print the table."""
    markets = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print("| customers in the log | cutoff dates | rows | seconds | AUC | gain |")
    print("| --- | --- | --- | --- | --- | --- |")
    with ProcessPoolExecutor(2) as pool:
        for size in _SIZES:
            single: list[float] = []
            for name, periods in (("1", 1), ("default", None)):
                rows, seconds, aucs = zip(
                    *pool.map(measured, [size] * markets, range(markets), [periods] * markets), strict=True
                )
                single = single or list(aucs)
                gains = [auc - before for auc, before in zip(aucs, single, strict=True)]
                gain = "–" if periods else f"{statistics.mean(gains):+.4f} ± {standard_error(gains):.4f}"
                print(
                    f"| {size:,} | {name} | {statistics.mean(rows):,.0f} | {statistics.mean(seconds):.0f} "
                    f"| {statistics.mean(aucs):.4f} ± {standard_error(list(aucs)):.4f} | {gain} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
