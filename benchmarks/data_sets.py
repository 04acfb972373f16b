"""Data sets of the benchmarks: real ones that packages of ``requirements-bench.txt`` ship, and the simulator's.

The data sets of a package that is not installed are skipped. Any labelled CSV file can be added by its path.
"""

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from retention.customers.intake import read_customers
from retention.customers.table import Customers
from retention.orders.order_log import read_orders
from retention.orders.snapshot import take_snapshot
from retention.pipeline.customers import simulate_customers


def data_sets(paths: list[Path], *, rows: int) -> Iterator[tuple[str, Customers]]:
    """Yield names and labelled customers, at most ``rows`` of each (drawn at random)."""
    for path in paths:
        yield path.name.split(".")[0], thinned(read_customers(path), rows)
    yield "simulated market", thinned(simulate_customers(8000).past, rows)
    for name, customers in packaged():
        yield name, thinned(customers, rows)


def thinned(customers: Customers, rows: int) -> Customers:
    """Return a random sample of at most ``rows`` customers."""
    if len(customers) <= rows:
        return customers
    return customers.take(np.sort(np.random.default_rng(0).choice(len(customers), rows, replace=False)))


def packaged() -> Iterator[tuple[str, Customers]]:
    """Yield the real data sets of the packages that are installed."""
    if folder := shipped("evalml", "demos/data"):
        yield "telecom", read_customers(folder / "churn.csv", id="customerID", label="Churn")
    if folder := shipped("lifetimes", "datasets"):
        yield "CDNOW", cdnow(folder / "CDNOW_master.txt")
    if folder := shipped("empulse", "datasets/data"):
        costs = ("C_FP", "C_FN", "C_TP", "C_TN")
        yield "TV churn", read_customers(table(folder / "churn_tv_subscriptions.csv.gz"), id="id", label="target",
                                         exclude=costs)  # fmt: skip
        bank = table(folder / "bankmarketing.csv.gz", sep=";")
        yield (
            "bank calls",
            read_customers(bank, id="id", label="y", exclude=("duration",)),
        )  # known only after a call
        loans = table(folder / "creditscoring1.csv.gz")
        yield "credit", read_customers(loans, id="id", label="SeriousDlqin2yrs")
        after_outcome = (
            "Days_late",
            "Expected_loss",
            "Expected_profit",
            "Test_set1",
            "Test_set2",
            "Test_set3",
            "V8",
        )
        yield "VUB loans", read_customers(table(folder / "vub_credit_scoring.csv.gz"), id="id",
                                             label="Default_45", exclude=after_outcome)  # fmt: skip


def shipped(package: str, folder: str) -> Path | None:
    """Return a folder of a package, without importing it; None if it is not installed."""
    spec = importlib.util.find_spec(package)
    return None if spec is None or spec.origin is None else Path(spec.origin).parent / folder


def table(path: Path, *, sep: str = ",") -> pd.DataFrame:
    """Read a file, with a number for each row as its id."""
    frame = pd.read_csv(path, sep=sep)
    frame = frame.drop(columns=[column for column in frame.columns if column.lower() == "id"])
    frame.insert(0, "id", [f"R{row}" for row in range(len(frame))])
    return frame


def cdnow(path: Path) -> Customers:
    """Return CDNOW's customers who bought in the last 90 days of 1997, and whether they did in the next 90."""
    orders = pd.read_csv(path, sep=r"\s+", header=0, names=["customer_id", "date", "discs", "amount"], dtype=str)
    orders["date"] = pd.to_datetime(orders["date"], format="%Y%m%d").dt.strftime("%Y-%m-%d")
    return take_snapshot(read_orders(orders), cutoff="1997-12-31", horizon_days=90, active_days=90)
