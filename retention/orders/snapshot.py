"""Customers as an order log shows them on one evening."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.customers.table import Customers, Roles
from retention.errors import InputError
from retention.orders.churn_definition import ChurnDefinition
from retention.orders.defaults import usual_active_days
from retention.orders.features import order_features
from retention.orders.labels import LABEL
from retention.orders.order_log import Orders
from retention.orders.profiles import Profiles
from retention.wording.text import counted


@dataclass(frozen=True)
class Snapshot(Customers):
    """Customers as they stood on one evening, or on several that are stacked.

    Attributes
    ----------
    cutoff
        The last day that counts as past, ISO 8601; of several the newest.
    horizon_days
        How many days after it the label looks at; None without a label.
    active_days
        Who is in: those with an order in so many days, the cutoff day included.
    """

    cutoff: str = ""
    horizon_days: int | None = None
    active_days: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return plain values as JSON takes them: how many there are, how many left, as of which day."""
        newest = self.newest()
        return {
            "customers": len(newest),
            "churn_rate": None if newest.label is None else float(newest.label.mean()),
            "features": len(self.feature_names),
            "cutoff": self.cutoff,
            "cutoffs": list(self.cutoffs) or [self.cutoff],
            "rows": len(self),
        }


def as_of(
    day: np.datetime64,
    orders: Orders,
    terms: ChurnDefinition,
    *,
    known_until: np.datetime64,
    profiles: Profiles | None,
) -> Snapshot:
    """Take the snapshot of one day.

    Parameters
    ----------
    day
        The cutoff, which belongs to the past.
    orders
        The whole log.
    terms
        Who is in and who left.
    known_until
        The last day a label may look at.
    profiles
        Facts to join.

    Raises
    ------
    InputError
        If nobody is left to describe.
    """
    name = orders.name if profiles is None else profiles.name or orders.name
    elsewhere = [] if profiles is None else list(profiles.frame.columns)
    table = order_features(
        orders.frame,
        customer=orders.customer,
        time=orders.time,
        amount=orders.amount,
        cutoff=pd.Timestamp(day),
        order=orders.order,
        without=[*elsewhere, *([orders.name] if orders.name else [])],
    )
    notes: list[str] = [*orders.notes, f"features use orders up to and including {day}"]
    active_days = terms.active_days or usual_active_days(table["gap_mean_days"].median())
    active = (table["recency_days"] < active_days).to_numpy()
    notes.append(
        f"{counted(int(active.sum()), 'customer')} of {len(table):,} ordered in the {active_days} days up to then "
        "and count as active; the others are left out"
    )
    table, said = terms.labelled(table[active].reset_index(drop=True), orders, cutoff=day, known_until=known_until)
    notes += said
    if table.empty:
        raise InputError(
            f"{orders.source}: nobody is left to describe on {day}; choose another cutoff or more days"
        )
    if profiles is not None:
        table, unknown = profiles.join(table, id=orders.customer)
        notes += [*profiles.notes, *unknown]
    if name is not None and name == orders.name and name not in elsewhere:
        table.insert(1, name, table[orders.customer].map(_latest_names(orders, name, orders.days <= day)))
    once = int((table["one_time"] == "yes").sum())
    if once:
        notes.append(f"{counted(once, 'customer')} ordered on one day only: one_time is yes, and gaps are missing")
    roles = Roles(id=orders.customer, label=None if terms.horizon_days is None else LABEL, name=name)
    return Snapshot(table, roles, orders.source, tuple(notes), str(day), terms.horizon_days, active_days)


def _latest_names(orders: Orders, name: str, past: NDArray[np.bool_]) -> pd.Series:
    """Return the last known name of each customer, indexed by id."""
    known = orders.frame[past & orders.frame[name].notna().to_numpy()]
    last = known.sort_values([orders.time, name]).drop_duplicates(orders.customer, keep="last")
    return last.set_index(orders.customer)[name]
