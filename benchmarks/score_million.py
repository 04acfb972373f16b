"""Prove that scoring a million customers from CSV to CSV costs little more than parsing, predicting and writing.

Prints CPU and wall time as ratios to that floor (parse, encode, predict, reasons, write, measured in the same run
on the whole table in memory), and the peak memory of streaming and of the whole table, each in a process of its
own. Run it from the project's folder: ``make bench-score``, or ``python -m benchmarks.score_million [CUSTOMERS]``.
"""

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv

from retention.churn.candidates import XGBoost
from retention.churn.model import ChurnModel
from retention.churn.schema import encode
from retention.customers.intake import read_customers
from retention.customers.table import Customers, Roles
from retention.tabular.csv_export import write_csv
from retention.targeting import SendPolicy, score, score_file, scoring_kinds

CANDIDATES = ("xgboost", "logistic regression")


def simulated(customers: int, *, seed: int) -> pd.DataFrame:
    """Return simulated customers: an id, five categories, nine numbers with a few blanks, and a label."""
    draw = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "customer_id": [f"C{number:08d}" for number in range(customers)],
            "tenure_days": draw.integers(1, 900, customers),
            "recency": draw.exponential(20, customers).astype(int),
            "orders_90d": draw.poisson(3, customers),
            "spend_90d": draw.gamma(2, 250, customers).round(2),
            "rating": np.where(draw.random(customers) < 0.05, np.nan, draw.uniform(1, 5, customers).round(1)),
            "late_share": draw.beta(1, 8, customers).round(3),
            "sessions": draw.poisson(8, customers),
            "discount_share": draw.beta(2, 6, customers).round(3),
            "support_calls": draw.poisson(0.4, customers),
            "city": draw.choice(["Delhi", "Mumbai", "Pune", "Bengaluru", "Chennai"], customers),
            "plan": draw.choice(["Basic", "Plus", "None"], customers, p=[0.6, 0.3, 0.1]),
            "device": draw.choice(["android", "ios", "web"], customers),
            "cuisine": draw.choice(["pizza", "biryani", "momos", "sushi"], customers),
            "payment": draw.choice(["upi", "card", "cash"], customers),
        }
    )
    risk = 0.03 * table["recency"] - 0.001 * table["tenure_days"] - 0.2 * table["orders_90d"] - 1.2
    risk += 0.8 * (table["plan"] == "Basic") + 2 * table["late_share"] + 0.4 * table["support_calls"]
    table["churn"] = (draw.random(customers) < 1 / (1 + np.exp(-risk))).astype(int)
    return table


def timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """Return the result of the work, its CPU seconds (all threads) and its wall seconds."""
    cpu, wall = time.process_time(), time.perf_counter()
    result = work()
    return result, time.process_time() - cpu, time.perf_counter() - wall


def parse(path: Path, columns: Mapping[str, Any]) -> pd.DataFrame:
    """Parse a CSV with known types and nothing else: no check, no repair."""
    options = arrow_csv.ConvertOptions(column_types=columns)
    frame: pd.DataFrame = pa.Table.from_batches(arrow_csv.open_csv(path, convert_options=options)).to_pandas()
    return frame


def naive(path: Path, model: ChurnModel, out: Path) -> None:
    """Score with plain pandas: ``read_csv``, ``to_csv``."""
    customers = Customers(pd.read_csv(path), Roles("customer_id"))
    rows = customers.frame[["customer_id"]].assign(churn_probability=model.predict(customers))
    rows.join(model.top_reasons(customers)).to_csv(out, index=False)


def as_whole(path: Path, model: ChurnModel, out: Path) -> None:
    """Score the whole table at once."""
    customers = read_customers(path, ignore_label=True, kinds=scoring_kinds(model))
    write_csv(score(customers, model, SendPolicy()).send_list, out)


def peak(way: str, path: Path, model: Path, out: Path) -> float:
    """Return the peak memory (MiB) of a process of its own that scores the file."""
    command = [sys.executable, "-m", "benchmarks.score_million", way, path, model, out]
    process = subprocess.run([*map(str, command)], capture_output=True, check=True, text=True)
    return int(process.stdout) / 1024


def child(way: str, path: str, model: str, out: str) -> None:
    """Score a file one way and print the peak memory in KiB."""
    loaded = ChurnModel.load(model)
    if way == "stream":
        score_file(path, Path(out), loaded, SendPolicy())
    else:
        as_whole(Path(path), loaded, Path(out))
    peak_kib = re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text())
    assert peak_kib
    print(peak_kib[1])


def floor(model: ChurnModel, path: Path, out: Path) -> tuple[float, float]:
    """Measure and print each part of the floor; return its CPU and wall seconds."""
    kinds = {column.name: pa.float64() if column.kind == "number" else pa.string() for column in model.columns}
    frame, *parsed = timed(lambda: parse(path, {"customer_id": pa.string(), **kinds}))
    customers = Customers(frame, Roles("customer_id"))
    matrix, *encoded = timed(lambda: encode(model.columns, customers))
    _, *predicted = timed(lambda: model.selection.predict_probability(matrix))
    _, *shap = timed(lambda: model.selection.contributions(matrix))
    _, *reasoned = timed(lambda: model.top_reasons(customers, matrix=matrix))
    rows = score(customers.take(np.arange(1000)), model, SendPolicy()).send_list
    rows = pd.concat([rows] * (len(frame) // 1000), ignore_index=True)
    _, *written = timed(lambda: write_csv(rows, out))
    parts = {"parse": parsed, "encode": encoded, "predict": predicted, "reasons": reasoned, "write": written}
    cpu, wall = (sum(part[at] for part in parts.values()) for at in (0, 1))
    print(f"{model.chosen}, {len(frame):,} customers: floor {cpu:.1f} s of CPU, {wall:.1f} s wall")
    shares = ", ".join(f"{name} {part[0] / cpu:.1%}" for name, part in parts.items())
    print(f"  {shares}; bare contributions are {shap[0] / reasoned[0]:.0%} of the reasons")
    return cpu, wall


def against_floor(model: ChurnModel, path: Path, folder: Path) -> None:
    """Print each way of scoring as a ratio to the floor."""
    cpu, wall = floor(model, path, folder / "floor.csv")
    print("  CPU   wall    (floor = 1.00)")
    ways: dict[str, Callable[[], object]] = {
        "stream": lambda: score_file(path, folder / "stream.csv", model, SendPolicy()),
        "stream, --every-offer": lambda: score_file(path, folder / "o.csv", model, SendPolicy(every_offer=True)),
        "stream, --top 10000": lambda: score_file(path, folder / "o.csv", model, SendPolicy(top=10_000)),
        "stream, --every-offer --budget": lambda: score_file(
            path, folder / "o.csv", model, SendPolicy(every_offer=True, budget=1e6)
        ),
        "whole table": lambda: as_whole(path, model, folder / "whole.csv"),
        "pandas in, pandas out": lambda: naive(path, model, folder / "naive.csv"),
    }
    if model.chosen != CANDIDATES[1]:  # the limits cost the same, whatever the reasons cost
        ways = {name: way for name, way in ways.items() if "--" not in name}
    for name, way in ways.items():
        _, *spent = timed(way)
        print(f"  {spent[0] / cpu:.2f}  {spent[1] / wall:.2f}    {name}")
    assert (folder / "stream.csv").read_bytes() == (folder / "whole.csv").read_bytes()


def main(customers: int) -> None:
    """Measure and print."""
    trained = ChurnModel.fit(read_customers(simulated(20_000, seed=1)), jobs=2)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "customers.csv"
        write_csv(simulated(customers, seed=2).drop(columns="churn"), path)
        tuned = trained.selection.get(XGBoost).tuned
        print(f"{path.stat().st_size / 1e6:.0f} MB, 15 columns; {tuned.rounds} trees of depth {tuned.tree.depth}")
        for chosen in CANDIDATES:
            model = replace(trained, selection=replace(trained.selection, chosen=chosen))
            against_floor(model, path, folder)
            model.save(folder / "model")
        print("peak memory (MiB) of a process that imports the program, loads the model and scores")
        for count in (customers // 4, customers // 2, customers):
            part = folder / "part.csv"
            with path.open("rb") as file:
                part.write_bytes(b"".join(file.readline() for _ in range(count + 1)))
            both = [peak(way, part, folder / "model", folder / "out.csv") for way in ("stream", "whole")]
            print(f"  {count:9,} customers: stream {both[0]:5.0f}, whole table {both[1]:5.0f}")


if __name__ == "__main__":
    if len(sys.argv) == 5:
        child(*sys.argv[1:])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
