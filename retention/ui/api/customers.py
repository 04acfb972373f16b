"""Customers from nothing, from an order log, and what is wrong with them."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from retention.errors import InputError
from retention.pipeline.customers import audit as look_for_trouble
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
        How many people join over a year, 1 to 100,000.
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
    periods: int = 1,
    quiet_gaps: float | None = None,
    folder: Path,
) -> tuple[Path, dict[str, Any]]:
    """Turn an order log into one row a customer: features from up to a day, and whether they left after it.

    Parameters
    ----------
    orders
        The order log: CSV or Parquet, one row an order.
    customer, time, amount
        Name of that column; blank to guess it by its name.
    cutoff
        Last day that counts as past, YYYY-MM-DD; blank for the latest that leaves a full horizon.
    horizon_days
        Days after the cutoff without an order that mean a customer left; left out, 30, or what quiet_gaps takes.
    today
        Set it to describe customers as of the last day, with nothing known of who leaves: those to score.
    active_days
        Take those who ordered within so many days up to the cutoff; left out, what suits the log.
    periods
        At most so many cutoffs, a horizon apart, under one another: a model trained on them is tested on the
        newest.
    quiet_gaps
        Count as gone who stays silent for so many times their own mean gap between orders; left out, whoever
        places no order within the horizon.

    Returns
    -------
    customers
        The customers as CSV: the id first, then features, then churn (1 left, 0 stayed) unless today is set.
    summary
        JSON: customers, churn_rate (null with today), features, cutoff, cutoffs, rows.
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
    return file, customers.as_dict()


def audit(
    customers: Path,
    *,
    id: str = "",
    label: str = "",
    positive: str = "",
    value_column: str = "",
    exclude: str = "",
) -> dict[str, Any]:
    """Say what looks wrong in a customer file before anybody trusts a model trained on it.

    Parameters
    ----------
    customers
        The customers: CSV or Parquet, one row a customer.
    id
        Column with the customer's id; blank to guess it by its name.
    label
        Column that says who left; blank to guess it by its name.
    positive
        The label's value for those who left; blank where it is plain, as in 1/0 or yes/no.
    value_column
        Column with the margin kept if that customer stays; blank to guess it by its name.
    exclude
        Columns that no model may use, with commas between them.

    Returns
    -------
    summary
        JSON: findings, a list of severity (error, warning, note), check, column, affected (share), sentence.
    """
    table = read_customers(
        customers,
        id=id or None,
        label=label or None,
        positive=positive or None,
        value=value_column or None,
        exclude=split_column_names(exclude),
    )
    return {"findings": [asdict(finding) for finding in look_for_trouble(table)]}
