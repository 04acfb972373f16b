"""``simulate``, ``snapshot`` and ``audit``: who the customers are."""

import argparse
from dataclasses import asdict
from pathlib import Path

from retention.cli.command import AddCommand, Outcome, customer_flags, lines, market_flags, read_customers_of


def add(command: AddCommand) -> None:
    """Add the three commands."""
    simulate = command(
        "simulate", _simulate, "simulate a food-delivery market: an order log, and the truth behind it"
    )
    market_flags(simulate)
    simulate.add_argument("--out", type=Path, required=True, help="order log (CSV) to write")
    simulate.add_argument("--truth", type=Path, help="write who would have stayed, with and without an offer")

    snapshot = command(
        "snapshot", _snapshot, "order log -> one row a customer: features before the cutoff, label after"
    )
    snapshot.add_argument("orders", type=Path)
    snapshot.add_argument("--out", type=Path, required=True)
    for role in ("customer", "time", "amount"):
        snapshot.add_argument(f"--{role}", metavar="COLUMN", help=f"column with the {role}; guessed by its name")
    snapshot.add_argument("--cutoff", help="last day that counts as past (YYYY-MM-DD)")
    snapshot.add_argument(
        "--horizon-days", type=int, help="days after the cutoff that decide who left; 30 if not given"
    )
    snapshot.add_argument("--active-days", type=int, help="score those who ordered within this many days")
    snapshot.add_argument(
        "--periods", type=int, default=1, metavar="N", help="stack N cutoffs a horizon apart, to train over time"
    )
    snapshot.add_argument(
        "--quiet-gaps", type=float, metavar="K", help="left means: silent for K times one's own mean gap"
    )
    snapshot.add_argument("--today", action="store_true", help="no label: everything in the log is past")

    audit = command("audit", _audit, "what looks wrong in a customer file")
    customer_flags(audit)


def _simulate(options: argparse.Namespace) -> Outcome:
    from retention.simulation.simulate import simulate
    from retention.tabular.csv_export import write_csv

    market = simulate(options.customers, seed=options.seed)
    write_csv(market.orders, options.out)
    files = [str(options.out)]
    if options.truth:
        write_csv(market.truth, options.truth)
        files.append(str(options.truth))
    found = {"customers": options.customers, "orders": len(market.orders), "files": files}
    return found, f"{found['orders']:,} orders of {options.customers:,} customers in {options.out}"


def _snapshot(options: argparse.Namespace) -> Outcome:
    from retention.orders.order_log import read_orders
    from retention.pipeline import customers_from_orders
    from retention.tabular.csv_export import write_csv

    orders = read_orders(options.orders, customer=options.customer, time=options.time, amount=options.amount)
    customers = customers_from_orders(
        orders,
        cutoff=options.cutoff,
        horizon_days=options.horizon_days,
        today=options.today,
        periods=options.periods,
        active_days=options.active_days,
        quiet_gaps=options.quiet_gaps,
    )
    write_csv(customers.frame, options.out)
    found = customers.as_dict()
    return found, lines(
        f"{found['customers']:,} customers in {options.out}"
        + (f" at {customers.cutoff}, {len(customers):,} rows with earlier cutoffs" if customers.cutoffs else ""),
        *customers.notes,
    )


def _audit(options: argparse.Namespace) -> Outcome:
    from retention.customers.audit import audit

    findings = audit(read_customers_of(options))
    found = {"findings": [asdict(finding) for finding in findings]}
    return found, lines(*(f"{f.severity}: {f.sentence}" for f in findings)) or "nothing looks wrong"
