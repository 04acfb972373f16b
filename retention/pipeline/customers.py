"""The first step: customers from a file, from an order log, or from a simulated market."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pandas as pd

from retention.churn.training_set import MIN_CLASS_COUNT
from retention.customers.audit import Finding, audit
from retention.customers.intake import guess_customer_roles, read_customers
from retention.customers.roles import ColumnKinds, split_column_names
from retention.customers.table import Customers
from retention.errors import InputError
from retention.orders.churn_definition import ChurnDefinition
from retention.orders.defaults import defaults_for, horizon_note, usual_horizon
from retention.orders.order_log import Orders, read_orders
from retention.orders.order_table import OrderTable
from retention.orders.panel import take_panel
from retention.orders.snapshot import Snapshot, take_snapshot
from retention.orders.usual_cutoffs import usual_cutoffs
from retention.simulation.simulate import Market, simulate, truth_today
from retention.simulation.truth import true_profits, truth_of_customers
from retention.tabular.csv_export import write_csv
from retention.tabular.parquet_export import parquet_writer
from retention.tabular.tables import read_table
from retention.targeting.send_list_files import PARQUET

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
    "true_profits",
    "truth_today",
    "write_csv",
    "write_table",
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

    def truth(self) -> pd.DataFrame:
        """Return the truth of ``past``; see :func:`retention.simulation.truth.truth_of_customers`."""
        market = self.market
        return truth_of_customers(market.truth, self.past.ids, market.orders, market.cutoff)


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame in one step: as Parquet where the name says so, else as CSV."""
    if path.suffix != PARQUET:
        write_csv(frame, path)
        return
    with parquet_writer(path) as write:
        write(frame)


def simulate_customers(customers: int = 5000, *, seed: int = 7, horizon_days: int = 30) -> SimulatedCustomers:
    """Simulate a food-delivery market and take its two snapshots.

    The past is one cutoff: the example is trained while its first visitor waits, and several cutoffs take five
    times as long.
    """
    market = simulate(customers, seed=seed)
    orders = replace(read_orders(market.orders), source=SIMULATED)
    return SimulatedCustomers(
        market,
        orders,
        past=take_snapshot(orders, horizon_days=horizon_days, profile=market.customers),
        today=take_snapshot(orders, horizon_days=None, profile=market.customers),
    )


def customers_from_orders(
    orders: Orders | OrderTable,
    *,
    cutoff: str | None = None,
    horizon_days: int | None = None,
    today: bool = False,
    periods: int | None = None,
    active_days: int | None = None,
    quiet_gaps: float | None = None,
) -> Snapshot:
    """Turn an order log into customers: a snapshot at one cutoff, a panel of several, or a snapshot of today.

    Several cutoffs make a better model and test it out of time. By default there are up to four; see
    :func:`retention.orders.usual_cutoffs.usual_cutoffs`.

    Parameters
    ----------
    orders, active_days, quiet_gaps
        As for :func:`retention.orders.snapshot.take_snapshot`.
    cutoff
        The cutoff, or the newest of several; None for the latest that leaves a full horizon.
    horizon_days
        Days after the cutoff that decide who churned; None for those that suit the log, or that ``quiet_gaps``
        needs.
    today
        Take the customers at the end of the log, without a label: always one cutoff.
    periods
        The largest number of cutoffs, a horizon apart; see :func:`retention.orders.panel.take_panel`. None for
        as many as help: a note says why there are fewer than four.

    Raises
    ------
    InputError
        If the log does not support it, or ``today`` is combined with several cutoffs.
    """
    if today and periods not in {None, 1}:
        raise InputError("today: takes customers as they stand at the end of the log; leave out periods")
    passed = horizon_days is not None
    if horizon_days is None and quiet_gaps is None:
        horizon_days = usual_horizon(orders)[0]
    elif horizon_days is None:
        horizon_days = defaults_for(orders).horizon_for(quiet_gaps)
    note = None if today or quiet_gaps is not None else horizon_note(horizon_days, orders, passed=passed)
    snapshot = _snapshot_of(
        orders,
        ChurnDefinition(horizon_days, active_days, quiet_gaps),
        cutoff=cutoff,
        today=today,
        periods=periods,
    )
    return snapshot if note is None else replace(snapshot, notes=(*snapshot.notes, note))


def _snapshot_of(
    orders: Orders | OrderTable,
    definition: ChurnDefinition,
    *,
    cutoff: str | None,
    today: bool,
    periods: int | None,
) -> Snapshot:
    """Describe the customers at one cutoff, or at several."""
    if periods is None and not today:
        return _customers_at_usual_cutoffs(orders, definition, newest=cutoff)
    if today:
        definition = replace(definition, horizon_days=None)
    if today or periods == 1:
        return take_snapshot(orders, cutoff=cutoff, **asdict(definition))
    return take_panel(orders, newest=cutoff, periods=1 if periods is None else periods, **asdict(definition))


def _customers_at_usual_cutoffs(
    orders: Orders | OrderTable, definition: ChurnDefinition, *, newest: str | None = None
) -> Snapshot:
    """Take a panel of as many cutoffs as help; where a model cannot learn from earlier ones, one snapshot."""
    usual = usual_cutoffs(orders, definition, newest=newest)
    note = usual.note
    if usual.periods > 1:
        try:
            panel = take_panel(orders, newest=newest, periods=usual.periods, **asdict(definition))
        except InputError as error:  # what one cutoff allows is not refused because of earlier ones
            note = f"one cutoff only, because earlier ones cannot be described: {error}"
        else:
            if _can_learn_from_earlier(panel):
                return panel if note is None else replace(panel, notes=(*panel.notes, note))
            note = f"one cutoff only: earlier ones have fewer than {MIN_CLASS_COUNT} customers of a class"
    single = take_snapshot(orders, cutoff=newest, **asdict(definition))
    return single if note is None else replace(single, notes=(*single.notes, note))


def _can_learn_from_earlier(panel: Snapshot) -> bool:
    """Whether the cutoffs before the newest have as many customers of each class as training needs."""
    if panel.label is None:
        return False
    earlier = panel.label[panel.period < panel.period.max()]
    return int(min(earlier.sum(), len(earlier) - earlier.sum())) >= MIN_CLASS_COUNT
