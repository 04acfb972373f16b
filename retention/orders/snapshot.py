"""Takes a snapshot of an order log: the active customers at a cutoff date, with features and a label."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from retention.customers.table import Customers, Roles
from retention.errors import InputError
from retention.orders.churn_definition import ChurnDefinition
from retention.orders.cutoffs import Day, as_date, cutoff_day
from retention.orders.defaults import usual_active_days
from retention.orders.order_log import Orders, table_of
from retention.orders.order_table import OrderTable
from retention.orders.profiles import Profiles, read_profiles
from retention.orders.windows import LABEL
from retention.wording.text import count_noun


@dataclass(frozen=True)
class Snapshot(Customers):
    """Customers as an order log shows them at one cutoff, or at several cutoffs stacked into a panel.

    Attributes
    ----------
    cutoff
        The last day that counts as past, ISO 8601; in a panel the newest.
    horizon_days
        How many days after the cutoff decide the label; None without a label.
    active_days
        Customers are included if they ordered in this many days, the cutoff day being the last.
    """

    cutoff: str = ""
    horizon_days: int | None = None
    active_days: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return the number of customers, their churn rate and the cutoffs as values that JSON can hold."""
        newest = self.newest()
        return {
            "customers": len(newest),
            "churn_rate": None if newest.label is None else float(newest.label.mean()),
            "features": len(self.feature_names),
            "cutoff": self.cutoff,
            "cutoffs": list(self.cutoffs) or [self.cutoff],
            "rows": len(self),
        }


def take_snapshot(
    orders: Orders | OrderTable,
    *,
    cutoff: Day | None = None,
    horizon_days: int | None = 30,
    active_days: int | None = None,
    quiet_gaps: float | None = None,
    profile: pd.DataFrame | None = None,
) -> Snapshot:
    """Describe each active customer by their orders up to the cutoff, and label those who churned after it.

    The cutoff day belongs to the past: features use ``date <= cutoff``, the label looks at the next
    day and on. Active are those with an order in the ``active_days`` that end with the cutoff day.

    Parameters
    ----------
    orders
        The order log.
    cutoff
        The cutoff date; if None, the latest that leaves a full horizon in the log. Without a horizon it may
        lie after the log.
    horizon_days
        Churned means: no order in this many days after the cutoff. None gives no label, and makes the last
        day of the log the default cutoff: customers to score today.
    active_days
        If None, three times the typical gap between two order days (median over customers of their mean
        gap, up to the cutoff), and at least 60.
    quiet_gaps
        Churned means instead: silent for this many times one's own mean gap, counted from the last order. The
        label then looks from the day after the cutoff to the end of that silence. Left out are customers who
        have been silent that long already at the cutoff, those who ordered on one day only and so have no
        gap, and those for whom the log ends before the silence would. ``horizon_days`` only sets the default
        cutoff.
    profile
        One row a customer with data known at the cutoff (city, membership, name), joined by the id column.

    Returns
    -------
    Snapshot
        Ids under the log's name and first; features as :func:`retention.orders.features.order_features`
        names them; the label, if any, is ``churn``, last.

    Raises
    ------
    InputError
        If the cutoff or a number does not fit the log, or nobody is active.

    Examples
    --------
    >>> from retention.orders.order_log import read_orders
    >>> log = pd.DataFrame({"user": ["a", "a", "b"], "date": ["2025-01-01", "2025-03-01", "2025-01-05"],
    ...                     "amount": [10.0, 20.0, 30.0]})
    >>> snapshot = take_snapshot(read_orders(log), cutoff="2025-01-10", horizon_days=30)
    >>> snapshot.frame[["user", "recency_days", "orders", "churn"]].values.tolist()
    [['a', 9.0, 1.0, 1], ['b', 5.0, 1.0, 1]]
    """
    definition = ChurnDefinition(horizon_days, active_days, quiet_gaps)
    log = table_of(orders)
    days = log.days
    day = cutoff_day(cutoff, days, definition, source=orders.source)
    profiles = None if profile is None else read_profiles(profile, id=orders.customer)
    return snapshot_at(day, log, definition, known_until=days.max(), profiles=profiles)


def snapshot_at(
    day: np.datetime64,
    orders: OrderTable,
    definition: ChurnDefinition,
    *,
    known_until: np.datetime64,
    profiles: Profiles | None,
) -> Snapshot:
    """Take the snapshot at a cutoff that is known to fit the log.

    Parameters
    ----------
    day
        The cutoff date, which belongs to the past.
    orders
        The whole log.
    definition
        Which customers are included, and which of them churned.
    known_until
        The last day a label may look at.
    profiles
        Data about the customers to join.

    Raises
    ------
    InputError
        If no customer can be described.
    """
    from retention.orders.features import describe_customers

    cutoff, last_known = as_date(day), as_date(known_until)
    name = orders.name if profiles is None else profiles.name or orders.name
    profile_columns = [] if profiles is None else list(profiles.frame.columns)
    customers = describe_customers(
        orders, cutoff, without=[*profile_columns, *([orders.name] if orders.name else [])]
    )
    if name is not None and name == orders.name and name not in profile_columns:
        customers = customers.with_names()
    active_days = definition.active_days or usual_active_days(customers.gaps.median)
    table = definition.label(customers, known_until=last_known).fetch(active_days=active_days)
    notes = [
        *orders.notes,
        f"features use orders up to and including {day}",
        f"{count_noun(len(table), 'customer')} of {customers.gaps.customers:,} ordered in the {active_days} days "
        "up to then and count as active; the others are left out",
    ]
    table, label_notes = definition.keep_labelled(table, cutoff, known_until=last_known)
    notes += label_notes
    if table.empty:
        raise InputError(
            f"{orders.source}: no customer can be described at {day}; choose another cutoff or more active days"
        )
    if profiles is not None:
        table, join_notes = profiles.join(table, id=orders.customer)
        notes += [*profiles.notes, *join_notes]
    if customers.name is not None:
        table.insert(1, customers.name, table.pop(customers.name))
    once = int((table["one_time"] == "yes").sum())
    if once:
        notes.append(
            f"{count_noun(once, 'customer')} ordered on one day only: one_time is yes, and gaps are missing"
        )
    roles = Roles(id=orders.customer, label=None if definition.horizon_days is None else LABEL, name=name)
    return Snapshot(table, roles, orders.source, tuple(notes), str(day), definition.horizon_days, active_days)
