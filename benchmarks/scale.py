"""Measures how describing customers scales: CPU and memory against a bare scan of DuckDB, and against before.

Run it with ``make bench-scale``; ``LINES=100000000`` adds the largest log. It writes a Parquet file of 11 columns
to the folder for temporary files (3 GB for 100 million lines), describes each of its customers at one cutoff, with
a label, into another file, and prints a table. A goal that is missed makes it fail.
"""

import argparse
import datetime as dt
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from retention.settings import settings

CUTOFF = dt.date(2025, 5, 31)
KNOWN_UNTIL = dt.date(2025, 6, 30)
COLUMNS = ("customer_id", "ordered_at", "amount", "city", "cuisine", "payment", "delivery_minutes", "late_minutes",
           "rating", "complaint", "coupon")  # fmt: skip
LINES_PER_CUSTOMER = 25

BEFORE = {1_000_000: (2.6, 0.67), 5_000_000: (15.9, 2.59), 20_000_000: (78.0, 9.46)}
"""CPU seconds and peak gigabytes of the features in numpy, which DuckDB took over from, on the same columns."""

MOST_TIMES_BARE_SCAN = {100_000_000: 10.0}
MOST_OF_BEFORE = {20_000_000: (0.35, 0.30)}
MOST_GIGABYTES_OVER_LIMIT = 0.4

_LOG = """
COPY (
  SELECT
    'C' || lpad(((hash(i, 1) % {customers})::BIGINT)::VARCHAR, 8, '0') AS customer_id,
    TIMESTAMP '2024-07-01' + to_minutes(((hash(i, 2) % 525000)::BIGINT)::INT) AS ordered_at,
    (150 + (hash(i, 3) % 60000)::BIGINT / 100.0)::DOUBLE AS amount,
    ['Pune', 'Delhi', 'Mumbai', 'Chennai', 'Hyderabad', 'Goa'][1 + (hash(i, 4) % 6)::BIGINT] AS city,
    ['Pizza', 'Burgers', 'South Indian', 'Chinese', 'Biryani', 'Desserts', 'Salads', 'Thai']
      [1 + (hash(i, 5) % 8)::BIGINT] AS cuisine,
    ['UPI', 'Card', 'Cash'][1 + (hash(i, 6) % 3)::BIGINT] AS payment,
    20 + (hash(i, 7) % 40)::BIGINT AS delivery_minutes,
    (hash(i, 8) % 15)::BIGINT AS late_minutes,
    CASE WHEN (hash(i, 9) % 10)::BIGINT < 4 THEN 1 + (hash(i, 10) % 5)::BIGINT END AS rating,
    CASE WHEN (hash(i, 11) % 20)::BIGINT = 0 THEN 'yes' ELSE 'no' END AS complaint,
    CASE WHEN (hash(i, 12) % 5)::BIGINT = 0 THEN 'yes' ELSE 'no' END AS coupon
  FROM range({lines}) t(i)
) TO '{path}' (FORMAT parquet)
"""


def write_log(lines: int, path: Path) -> None:
    """Write a log of so many order lines."""
    from retention.orders.source import connect_duckdb

    customers = lines // LINES_PER_CUSTOMER
    connect_duckdb().con.execute(_LOG.format(lines=lines, customers=customers, path=path))


def scan(path: Path) -> int:
    """Read the customers and amounts once and group them: what any answer about customers costs."""
    from retention.orders.source import open_parquet

    table = open_parquet(path).table
    groups = table.group_by("customer_id").agg(
        orders=table.count(), paid=table["amount"].sum(), last=table["ordered_at"].max()
    )
    totals = groups.aggregate(customers=groups.count(), paid=groups["paid"].max(), last=groups["last"].max())
    return int(totals.to_pyarrow()["customers"][0].as_py())


def describe(path: Path) -> int:
    """Describe every customer of the log at the cutoff, with a label, into a Parquet file."""
    import pyarrow.parquet as pq

    from retention.orders.features import describe_customers
    from retention.orders.labels import label_by_horizon
    from retention.orders.order_table import OrderTable
    from retention.orders.source import open_parquet

    source = open_parquet(path)
    log = OrderTable(source.table, COLUMNS, "customer_id", "ordered_at", "amount")
    customers = label_by_horizon(describe_customers(log, CUTOFF), horizon_days=30, known_until=KNOWN_UNTIL)
    target = path.with_suffix(".customers.parquet")
    statement = source.connection.compile(customers.table(active_days=60))
    source.connection.con.execute(f"COPY ({statement}) TO '{target}' (FORMAT parquet)")
    return int(pq.read_metadata(target).num_rows)


def measured(task: str, path: Path) -> dict[str, float]:
    """Run a task in a process of its own and return what it took."""
    command = [sys.executable, "-m", "benchmarks.scale", "--task", task, "--path", str(path)]
    run = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    figures: dict[str, float] = json.loads(run.stdout.splitlines()[-1])
    return figures


def run_task(task: str, path: Path) -> None:
    """Run a task and print what it took."""
    rows = {"scan": scan, "describe": describe}[task](path)
    used = resource.getrusage(resource.RUSAGE_SELF)
    figures = {"rows": rows, "cpu_s": used.ru_utime + used.ru_stime, "peak_gb": used.ru_maxrss / 1e6}
    print(json.dumps(figures))


def memory_limit_gb() -> float:
    """Return the memory in the settings."""
    number, unit = settings().memory[:-2], settings().memory[-2:]
    return float(number) / (1000 if unit == "MB" else 1)


def compare(lines: int, folder: Path) -> list[str]:
    """Measure one size, print its row, and return the goals that it misses."""
    path = folder / f"orders_{lines}.parquet"
    write_log(lines, path)
    bare, features = measured("scan", path), measured("describe", path)
    path.unlink()
    times = features["cpu_s"] / bare["cpu_s"]
    over = features["peak_gb"] - memory_limit_gb()
    before = BEFORE.get(lines)
    shares = (features["cpu_s"] / before[0], features["peak_gb"] / before[1]) if before else None
    of_before = f"{shares[0]:.2f}, {shares[1]:.2f}" if shares else "refused"
    print(
        f"| {lines:>11,} | {features['rows']:>9,} | {features['cpu_s']:7.1f} | {features['peak_gb']:5.2f} | "
        f"{bare['cpu_s']:6.1f} | {times:5.1f} | {of_before} |",
        flush=True,
    )
    missed = [f"{lines:,} lines: {over:.2f} GB over the limit"] if over > MOST_GIGABYTES_OVER_LIMIT else []
    if times > MOST_TIMES_BARE_SCAN.get(lines, times):
        missed.append(f"{lines:,} lines: {times:.1f} times a bare scan")
    if shares and any(share > most for share, most in zip(shares, MOST_OF_BEFORE.get(lines, shares), strict=True)):
        missed.append(f"{lines:,} lines: {shares[0]:.2f} of the CPU and {shares[1]:.2f} of the memory of before")
    return missed


def main(arguments: list[str] | None = None) -> Any:
    """Measure the sizes and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, nargs="+", default=[5_000_000, 20_000_000])
    parser.add_argument("--task", choices=["scan", "describe"], help="measure one task in this process")
    parser.add_argument("--path", type=Path)
    options = parser.parse_args(arguments)
    if options.task:
        return run_task(options.task, options.path)
    print(f"memory limit {settings().memory}\n")
    print("| order lines | customers | CPU s | peak GB | bare scan CPU s | times | of before: CPU, memory |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        missed = [goal for lines in options.lines for goal in compare(lines, Path(folder))]
    if missed:
        sys.exit("missed: " + "; ".join(missed))
    return None


if __name__ == "__main__":
    main()
