"""``simulate``, ``snapshot`` and ``audit``: the customers."""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retention.cli.command import (
    AddCommand,
    CommandResult,
    add_customer_flags,
    add_market_flags,
    join_lines,
    number,
    read_customers_from,
    show_progress,
    whole_number,
)
from retention.errors import InputError
from retention.wording.money import in_currency

if TYPE_CHECKING:
    from retention.pipeline.sources import LogColumns


def add(command: AddCommand) -> None:
    """Add the three commands."""
    simulate = command(
        "simulate", _simulate, "simulate a food-delivery market: an order log, and the truth behind it"
    )
    add_market_flags(simulate)
    simulate.add_argument("--out", type=Path, required=True, help="order log (CSV) to write")
    simulate.add_argument(
        "--truth",
        type=Path,
        help="also write each customer's probability to be retained, with and without an offer; with --play, what "
        "the campaign's offers do to each of its customers",
    )
    simulate.add_argument(
        "--truth-today", type=Path, metavar="FILE", help="also write the truth of the 30 days after the log ends"
    )
    simulate.add_argument(
        "--campaign", type=Path, metavar="FILE", help="also write the past randomised campaign: who got which arm"
    )
    simulate.add_argument(
        "--play",
        type=Path,
        metavar="CAMPAIGN",
        help="continue the market through this campaign (zip), drawn from the log of the same market",
    )

    snapshot = command(
        "snapshot",
        _snapshot,
        "turn an order log into one row a customer: features before the cutoff, label after",
    )
    snapshot.add_argument(
        "orders",
        help="order log: CSV or Parquet, one row an order; a pattern of Parquet files; or an address such as "
        "postgres://user@host/database, s3://bucket/orders/*.parquet, spark:, env:NAME",
    )
    snapshot.add_argument("--out", type=Path, help="customers to write: .csv or .parquet")
    snapshot.add_argument("--table", metavar="NAME", help="the table of an address that holds the orders")
    snapshot.add_argument(
        "--timezone", metavar="ZONE", help="time zone of the business, such as Asia/Kolkata; times are in UTC"
    )
    snapshot.add_argument(
        "--out-table", metavar="NAME", help="leave the customers there as a table, in place of a file"
    )
    snapshot.add_argument("--replace", action="store_true", help="let --out-table take the place of a table")
    snapshot.add_argument("--sql", action="store_true", help="print the query of the snapshot, and do not run it")
    for role in ("customer", "time", "amount"):
        snapshot.add_argument(
            f"--{role}", metavar="COLUMN", help=f"column with the {role}; found by its name and what it holds"
        )
    snapshot.add_argument(
        "--status",
        metavar="COLUMN",
        help="column that says what became of an order; it is kept out of the features",
    )
    snapshot.add_argument("--order", metavar="COLUMN", help="column with the number of the order")
    snapshot.add_argument("--exclude", metavar="A,B", default="", help="columns that must not be used")
    snapshot.add_argument("--cutoff", help="last day that counts as past (YYYY-MM-DD), the newest of several")
    snapshot.add_argument(
        "--horizon-days",
        type=whole_number,
        help="days after the cutoff that decide who churned; default: the first of 30, "
        "60, 90 and 180 in which a typical customer orders again",
    )
    snapshot.add_argument(
        "--active-days", type=whole_number, help="include customers who ordered in this many days up to the cutoff"
    )
    snapshot.add_argument(
        "--periods",
        type=whole_number,
        metavar="N",
        help="stack N cutoffs, a horizon apart, to train on all of them; default: up to 4, as far as the log "
        "reaches and training stays short",
    )
    snapshot.add_argument(
        "--quiet-gaps", type=number, metavar="K", help="churned means: silent for K times one's own mean gap"
    )
    snapshot.add_argument("--today", action="store_true", help="no label, one cutoff: the whole log is past")

    audit = command("audit", _audit, "what looks wrong in a customer file")
    add_customer_flags(audit)


def _simulate(options: argparse.Namespace) -> CommandResult:
    from retention.pipeline.customers import simulate, truth_today, write_csv

    if options.play:
        if options.campaign or options.truth_today:
            flag = "--campaign" if options.campaign else "--truth-today"
            raise InputError(f"{flag}: is of the market before --play continues it; leave one of the two out")
        return _play(options)
    market = simulate(options.customers, seed=options.seed)
    tables = {options.out: market.orders, options.truth: market.truth, options.campaign: market.campaign}
    if options.truth_today:
        tables[options.truth_today] = truth_today(options.customers, seed=options.seed)
    written = {path: table for path, table in tables.items() if path}
    for path, table in written.items():
        write_csv(table, path)
    files = [str(path) for path in written]
    result = {"customers": options.customers, "orders": len(market.orders), "files": files}
    return result, f"{len(market.orders):,} orders of {options.customers:,} customers in {options.out}"


def _play(options: argparse.Namespace) -> CommandResult:
    from retention.pipeline.customers import write_csv
    from retention.pipeline.play import Campaign, play_campaign

    campaign = Campaign.load(options.play)
    played = play_campaign(campaign, customers=options.customers, seed=options.seed, progress=show_progress)
    write_csv(played.orders, options.out)
    files = [str(options.out)]
    if options.truth:
        write_csv(played.truth, options.truth)
        files.append(str(options.truth))
    members, profit = len(played.truth), float(played.truth["profit"].sum())
    result = {
        "customers": options.customers,
        "orders": len(played.orders),
        "campaign": campaign.design.name,
        "campaign_customers": members,
        "true_profit": profit,
        "files": files,
        "evidence": {"true_profit": ["assumed"]},
    }
    return result, join_lines(
        f"{len(played.orders):,} orders of {options.customers:,} customers in {options.out}",
        f"{campaign.design.name}: {members:,} customers, of whom the treated really brought "
        f"{in_currency(profit, campaign.design.economics.currency)} more than left alone",
    )


def _snapshot(options: argparse.Namespace) -> CommandResult:
    from retention.pipeline.customers import customers_from_orders, read_orders, split_column_names, write_table
    from retention.pipeline.sources import SnapshotChoices, is_source, opened_orders, snapshot_sql

    _check_destination(options)
    roles: dict[str, str | None] = {}
    if not is_source(options.orders):
        for flag in ("table", "timezone", "out_table", "sql"):
            if getattr(options, flag):
                raise InputError(
                    f"--{flag.replace('_', '-')}: is for orders at an address or a pattern of Parquet files; "
                    f"leave it out for {options.orders}"
                )
        orders = read_orders(
            options.orders,
            customer=options.customer,
            time=options.time,
            amount=options.amount,
            status=options.status,
            order=options.order,
            exclude=split_column_names(options.exclude),
        )
        roles = orders.columns_by_role
        snapshot = customers_from_orders(orders, **_choices_of(options))
    else:
        for flag in ("status", "order", "exclude"):
            if getattr(options, flag):
                raise InputError(
                    f"--{flag}: is for orders in a file; leave it out, or make a view of the orders without it"
                )
        if options.out_table and not options.sql:
            return _left_there(options)
        with opened_orders(options.orders, table=options.table, columns=_columns_of(options)) as (log, source):
            if options.sql:
                sql = snapshot_sql(log, source, SnapshotChoices(**_choices_of(options)), table=options.out_table)
                return {"sql": sql}, f"{sql};"
            roles = {"customer": log.customer, "time": log.time, "amount": log.amount, "order number": log.order}
            snapshot = customers_from_orders(log, **_choices_of(options))
    write_table(snapshot.frame, options.out)
    result = {**snapshot.as_dict(), "roles": roles, "notes": list(snapshot.notes)}
    panel = f" at {snapshot.cutoff}, {len(snapshot):,} rows with earlier cutoffs" if snapshot.cutoffs else ""
    return result, join_lines(f"{result['customers']:,} customers in {options.out}{panel}", *snapshot.notes)


def _left_there(options: argparse.Namespace) -> CommandResult:
    """Leave the snapshot where the orders live."""
    from retention.pipeline.sources import SnapshotChoices, leave_snapshot, opened_orders

    opened = opened_orders(options.orders, table=options.table, columns=_columns_of(options), writes=True)
    with opened as (log, source):
        result, notes = leave_snapshot(
            log,
            source,
            SnapshotChoices(**_choices_of(options)),
            table=options.out_table,
            overwrite=options.replace,
        )
    earlier = result["rows"] - result["customers"]
    panel = f" at {result['cutoff']}, {result['rows']:,} rows with earlier cutoffs" if earlier else ""
    return result, join_lines(f"{result['customers']:,} customers in {options.out_table}{panel}", *notes)


def _check_destination(options: argparse.Namespace) -> None:
    if options.out and options.out_table:
        raise InputError(
            "--out-table: leaves the customers in a table, and --out in a file; leave one of them out"
        )
    if options.replace and not options.out_table:
        raise InputError("--replace: is for --out-table; a file is always replaced")
    if not (options.out or options.out_table or options.sql):
        raise InputError("--out: is missing; pass the file to write, or --out-table, or --sql")


def _columns_of(options: argparse.Namespace) -> "LogColumns":
    from retention.pipeline.sources import LogColumns

    return LogColumns(options.customer, options.time, options.amount, options.timezone)


def _choices_of(options: argparse.Namespace) -> dict[str, Any]:
    names = ("cutoff", "horizon_days", "today", "periods", "active_days", "quiet_gaps")
    return {name: getattr(options, name) for name in names}


def _audit(options: argparse.Namespace) -> CommandResult:
    from retention.pipeline.customers import audit

    customers = read_customers_from(options)
    findings = audit(customers)
    result = {
        "findings": [asdict(finding) for finding in findings],
        "roles": customers.roles.as_dict(),
        "notes": list(customers.notes),
    }
    sentences = [f"{finding.severity}: {finding.sentence}" for finding in findings]
    return result, join_lines(*customers.notes, *(sentences or ["nothing looks wrong"]))
