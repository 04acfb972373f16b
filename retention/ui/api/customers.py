"""The steps for customers: simulate a market, take a snapshot of an order log, audit a table."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from retention.errors import InputError
from retention.pipeline.customers import audit as audit_customers
from retention.pipeline.customers import (
    customers_from_orders,
    read_customers,
    read_orders,
    split_column_names,
    write_csv,
)
from retention.pipeline.customers import simulate as simulate_market

MOST_SIMULATED = 100_000


def simulate(*, customers: int = 5000, seed: int = 7, folder: Path) -> tuple[Path, dict[str, Any]]:
    """Simulate a food-delivery market, to have an order log to try the other steps on.

    Parameters
    ----------
    customers
        How many customers join over a year, 1 to 100,000.
    seed
        The same seed gives the same market.

    Returns
    -------
    orders
        The order log as CSV: customer_id, ordered_at, amount and what is known of each order.
    summary
        JSON: customers, orders, files.
    """
    if customers > MOST_SIMULATED:
        raise InputError(
            f"customers: {customers:,} are too many to simulate here; ask for up to {MOST_SIMULATED:,}"
        )
    market = simulate_market(customers, seed=seed)
    file = folder / "orders.csv"
    write_csv(market.orders, file)
    return file, {"customers": customers, "orders": len(market.orders), "files": [file.name]}


def snapshot(
    orders: Path,
    *,
    customer: str = "",
    time: str = "",
    amount: str = "",
    cutoff: str = "",
    horizon_days: int | None = None,
    today: bool = False,
    active_days: int | None = None,
    periods: int | None = None,
    quiet_gaps: float | None = None,
    folder: Path,
) -> tuple[Path, dict[str, Any]]:
    """Turn an order log into one row per customer: features up to a cutoff date, and who churned after it.

    Parameters
    ----------
    orders
        The order log: CSV or Parquet, one row per order.
    customer, time, amount
        Name of that column; blank to guess it.
    cutoff
        Last day that counts as past, YYYY-MM-DD, the newest of several cutoffs; blank for the latest that leaves
        a full horizon.
    horizon_days
        Days after the cutoff without an order that mean a customer churned; if omitted, 30, or what quiet_gaps
        takes.
    today
        Set it to describe customers as of the last day, without a label: the customers to score.
    active_days
        Take customers who ordered within this many days up to the cutoff; if omitted, what suits the log.
    periods
        At most this many cutoffs, a horizon apart, stacked in one table: a model trained on them is tested on the
        newest. If omitted, up to 4, as far as the log reaches back and training stays short; with today, one.
    quiet_gaps
        Count as churned whoever is silent for this many times their own mean gap between orders; if omitted,
        whoever places no order within the horizon.

    Returns
    -------
    customers
        The customers as CSV: the id first, then features, then churn (1 churned, 0 retained) unless today is set.
    summary
        JSON: customers, churn_rate (null with today), features, cutoff, cutoffs, rows, roles (which column was
        taken as what), notes.
    """
    log = read_orders(orders, customer=customer or None, time=time or None, amount=amount or None)
    customers = customers_from_orders(
        log,
        cutoff=cutoff or None,
        horizon_days=horizon_days,
        today=today,
        periods=periods,
        active_days=active_days,
        quiet_gaps=quiet_gaps,
    )
    file = folder / "customers.csv"
    write_csv(customers.frame, file)
    return file, {**customers.as_dict(), "roles": log.columns_by_role, "notes": list(customers.notes)}


def audit(
    customers: Path,
    *,
    id: str = "",
    label: str = "",
    positive: str = "",
    value_column: str = "",
    exclude: str = "",
) -> dict[str, Any]:
    """List what looks wrong in a customer file, before anybody trusts a model trained on it.

    Parameters
    ----------
    customers
        The customers: CSV or Parquet, one row per customer.
    id
        Column with the customer's id; blank to guess it by its name.
    label
        Column that says who churned; blank to guess it by its name.
    positive
        The label's value for churned customers; blank where it is plain, as in 1/0 or yes/no.
    value_column
        Column with the margin kept if that customer stays; blank to guess it by its name.
    exclude
        Columns that no model may use, with commas between them.

    Returns
    -------
    summary
        JSON: findings, a list of severity (error, warning, note), check, column, affected (share), sentence; and
        roles (which column was taken as what), notes.
    """
    table = read_customers(
        customers,
        id=id or None,
        label=label or None,
        positive=positive or None,
        value=value_column or None,
        exclude=split_column_names(exclude),
    )
    return {
        "findings": [asdict(finding) for finding in audit_customers(table)],
        "roles": table.roles.as_dict(),
        "notes": list(table.notes),
    }
