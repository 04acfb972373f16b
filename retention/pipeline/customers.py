"""The first step: customers from a file, from an order log, or from a simulated market."""

from dataclasses import dataclass, replace

from retention.customers.audit import Finding, audit
from retention.customers.intake import guess_customer_roles, read_customers
from retention.customers.roles import ColumnKinds, split_column_names
from retention.customers.table import Customers
from retention.errors import InputError
from retention.orders.defaults import defaults_for
from retention.orders.order_log import Orders, read_orders
from retention.orders.panel import take_panel
from retention.orders.snapshot import Snapshot, take_snapshot
from retention.simulation.simulate import Market, simulate
from retention.tabular.csv_export import write_csv
from retention.tabular.tables import read_table

__all__ = [
    "SIMULATED",
    "ColumnKinds",
    "Customers",
    "Finding",
    "Market",
    "Orders",
    "SimulatedCustomers",
    "Snapshot",
    "audit",
    "customers_from_orders",
    "defaults_for",
    "guess_customer_roles",
    "read_customers",
    "read_orders",
    "read_table",
    "simulate",
    "simulate_customers",
    "split_column_names",
    "take_snapshot",
    "write_csv",
]

SIMULATED = "a simulated market"
"""The source that simulated customers name."""


@dataclass(frozen=True, eq=False)
class SimulatedCustomers:
    """The customers of a simulated market at two cutoffs: in the past with a known outcome, and today.

    Attributes
    ----------
    market
        The order log, the past campaign and the truth.
    orders
        The log as it would be read from a file.
    past
        Customers active at the latest cutoff that leaves a full horizon, labelled.
    today
        Customers active at the end of the log, without a label: who will churn is not known yet.
    """

    market: Market
    orders: Orders
    past: Customers
    today: Customers


def simulate_customers(customers: int = 5000, *, seed: int = 7, horizon_days: int = 30) -> SimulatedCustomers:
    """Simulate a food-delivery market and take its two snapshots."""
    market = simulate(customers, seed=seed)
    orders = replace(read_orders(market.orders), source=SIMULATED)
    return SimulatedCustomers(
        market,
        orders,
        past=take_snapshot(orders, horizon_days=horizon_days, profile=market.customers),
        today=take_snapshot(orders, horizon_days=None, profile=market.customers),
    )


def customers_from_orders(
    orders: Orders,
    *,
    cutoff: str | None = None,
    horizon_days: int | None = None,
    today: bool = False,
    periods: int = 1,
    active_days: int | None = None,
    quiet_gaps: float | None = None,
) -> Snapshot:
    """Turn an order log into customers: a snapshot at one cutoff, a panel of several, or a snapshot of today.

    Parameters
    ----------
    orders, cutoff, active_days, quiet_gaps
        As for :func:`retention.orders.snapshot.take_snapshot`.
    horizon_days
        Days after the cutoff that decide who churned; None for 30, or for the days that ``quiet_gaps`` needs.
    today
        Take the customers at the end of the log, without a label.
    periods
        The largest number of cutoffs, a horizon apart; see :func:`retention.orders.panel.take_panel`.

    Raises
    ------
    InputError
        If the log does not support it, or ``today`` is combined with several cutoffs.
    """
    if today and periods != 1:
        raise InputError("today: takes customers as they stand at the end of the log; leave out periods")
    if horizon_days is None:
        horizon_days = 30 if quiet_gaps is None else defaults_for(orders).horizon_for(quiet_gaps)
    if periods == 1:
        return take_snapshot(
            orders,
            cutoff=cutoff,
            horizon_days=None if today else horizon_days,
            active_days=active_days,
            quiet_gaps=quiet_gaps,
        )
    return take_panel(
        orders,
        newest=cutoff,
        periods=periods,
        horizon_days=horizon_days,
        active_days=active_days,
        quiet_gaps=quiet_gaps,
    )
