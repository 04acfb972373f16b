"""``simulate``, ``snapshot`` and ``audit``: who the customers are."""

import argparse
from dataclasses import asdict
from pathlib import Path

from retention.cli.command import AddCommand, Outcome, customer_flags, lines, market_flags, read_customers_of
from retention.errors import InputError


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
    from retention.customers.export import write_csv
    from retention.customers.simulate import simulate

    market = simulate(options.customers, seed=options.seed)
    write_csv(market.orders, options.out)
    files = [str(options.out)]
    if options.truth:
        write_csv(market.truth, options.truth)
        files.append(str(options.truth))
    found = {"customers": options.customers, "orders": len(market.orders), "files": files}
    return found, f"{found['orders']:,} orders of {options.customers:,} customers in {options.out}"


def _snapshot(options: argparse.Namespace) -> Outcome:
    from retention.customers.export import write_csv
    from retention.customers.orders import defaults_for, read_orders, snapshot, stack_snapshots

    if options.today and options.periods != 1:
        raise InputError("--today takes customers as they stand at the end of the log; leave out --periods")
    orders = read_orders(options.orders, customer=options.customer, time=options.time, amount=options.amount)
    asked = {"active_days": options.active_days, "quiet_gaps": options.quiet_gaps}
    days = options.horizon_days
    if days is None:
        days = 30 if options.quiet_gaps is None else defaults_for(orders).horizon_for(options.quiet_gaps)
    if options.periods == 1:
        horizon_days = None if options.today else days
        customers = snapshot(orders, cutoff=options.cutoff, horizon_days=horizon_days, **asked)
    else:
        customers = stack_snapshots(
            orders, newest=options.cutoff, periods=options.periods, horizon_days=days, **asked
        )
    write_csv(customers.frame, options.out)
    newest = customers.newest()
    found = {
        "customers": len(newest),
        "churn_rate": None if newest.label is None else float(newest.label.mean()),
        "features": len(customers.feature_names),
        "cutoff": customers.cutoff,
        "cutoffs": list(customers.cutoffs) or [customers.cutoff],
        "rows": len(customers),
    }
    return found, lines(
        f"{len(newest):,} customers in {options.out}"
        + (f" at {customers.cutoff}, {len(customers):,} rows with earlier cutoffs" if customers.cutoffs else ""),
        *customers.notes,
    )


def _audit(options: argparse.Namespace) -> Outcome:
    from retention.customers.audit import audit

    findings = audit(read_customers_of(options))
    found = {"findings": [asdict(finding) for finding in findings]}
    return found, lines(*(f"{f.severity}: {f.sentence}" for f in findings)) or "nothing looks wrong"
