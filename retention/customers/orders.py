"""An order log, a cutoff and a horizon -> customers: features from before the cutoff, the label from after."""

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.customers.history.features import order_features
from retention.customers.history.labels import LABEL, label_by_horizon, label_by_silence
from retention.customers.history.order_columns import looks_like_orders
from retention.customers.history.order_log import Orders, read_orders
from retention.customers.history.profiles import read_profiles
from retention.customers.table import Customers, Roles
from retention.customers.wording import counted, shown
from retention.errors import InputError

__all__ = ["Orders", "Snapshot", "looks_like_orders", "read_orders", "snapshot"]

_TYPICAL_GAPS = 3
_LEAST_ACTIVE_DAYS = 60


@dataclass(frozen=True)
class Snapshot(Customers):
    """Customers as they stood on one evening.

    Attributes
    ----------
    cutoff
        The last day that counts as past, ISO 8601.
    horizon_days
        How many days after it the label looks at; None without a label.
    active_days
        Who is in: those with an order in so many days, the cutoff day included.
    """

    cutoff: str = ""
    horizon_days: int | None = None
    active_days: int = 0


def snapshot(
    orders: Orders,
    *,
    cutoff: dt.date | str | None = None,
    horizon_days: int | None = 30,
    active_days: int | None = None,
    quiet_gaps: float | None = None,
    profile: pd.DataFrame | None = None,
) -> Snapshot:
    """Describe each active customer by what they did up to the cutoff, and say who left after it.

    The cutoff day belongs to the past: features use ``date <= cutoff``, the label looks at the next
    day and on. Active are those with an order in the ``active_days`` that end with the cutoff day.

    Parameters
    ----------
    orders
        The order log.
    cutoff
        A day; the latest that leaves a full horizon in the log if None. Without a horizon it may lie
        after the log.
    horizon_days
        Left means: no order in so many days after the cutoff. None gives no label, and the last day of
        the log as the default cutoff: customers to score today.
    active_days
        If None, three times the typical gap between two order days (median over customers of their mean
        gap, up to the cutoff), and at least 60.
    quiet_gaps
        Left means instead: silent for so many times one's own mean gap, counted from the last order. The
        label then looks from the day after the cutoff to the end of that silence. Left out are those who
        are that silent already at the cutoff, those who ordered on one day only and so have no gap, and
        those for whom the log ends before the silence would. ``horizon_days`` only sets the default cutoff.
    profile
        One row a customer with facts known at the cutoff (city, membership, name), joined by the id column.

    Returns
    -------
    Snapshot
        Ids under the log's name and first; features as :func:`retention.customers.history.features.order_features`
        names them; the label, if any, is ``churn``, last.

    Raises
    ------
    InputError
        If the cutoff or a number does not fit the log, or nobody is active.

    Examples
    --------
    >>> log = pd.DataFrame({"user": ["a", "a", "b"], "date": ["2025-01-01", "2025-03-01", "2025-01-05"],
    ...                     "amount": [10.0, 20.0, 30.0]})
    >>> seen = snapshot(read_orders(log), cutoff="2025-01-10", horizon_days=30)
    >>> seen.frame[["user", "recency_days", "orders", "churn"]].values.tolist()
    [['a', 9.0, 1.0, 1], ['b', 5.0, 1.0, 1]]
    """
    for flag, number in {"horizon_days": horizon_days, "active_days": active_days}.items():
        if number is not None and number < 1:
            raise InputError(f"{flag} is {number}; it must be at least 1 day")
    if quiet_gaps is not None and (horizon_days is None or not 1 <= quiet_gaps < np.inf):
        raise InputError("quiet_gaps must be a number from 1, and needs a horizon, because it makes a label")
    days = orders.frame[orders.time].to_numpy("datetime64[D]")
    ahead = 1 if quiet_gaps is not None and cutoff is not None else horizon_days or 0
    day = _cutoff(cutoff, orders.source, first=days.min(), last=days.max(), ahead=ahead)
    profiles = None if profile is None else read_profiles(profile, id=orders.customer)
    name = orders.name if profiles is None else profiles.name or orders.name
    elsewhere = [] if profiles is None else list(profiles.frame.columns)

    table = order_features(
        orders.frame,
        customer=orders.customer,
        time=orders.time,
        amount=orders.amount,
        cutoff=pd.Timestamp(day),
        without=[*elsewhere, *([orders.name] if orders.name else [])],
    )
    notes: list[str] = [*orders.notes, f"features use orders up to and including {day}"]
    active_days = active_days or _usual_active_days(table)
    active = (table["recency_days"] < active_days).to_numpy()
    notes.append(
        f"{counted(int(active.sum()), 'customer')} of {len(table):,} ordered in the {active_days} days up to then "
        "and count as active; the others are left out"
    )
    table = table[active].reset_index(drop=True)
    if quiet_gaps is not None:
        table, said = label_by_silence(table, orders, cutoff=day, gaps=quiet_gaps)
        notes += said
    elif horizon_days is not None:
        table, said = label_by_horizon(table, orders, cutoff=day, horizon_days=horizon_days)
        notes += said
    if table.empty:
        raise InputError(
            f"{orders.source}: nobody is left to describe on {day}; choose another cutoff or more days"
        )
    if profiles is not None:
        table, unknown = profiles.join(table, id=orders.customer)
        notes += [*profiles.notes, *unknown]
    if name is not None and name == orders.name and name not in elsewhere:
        table.insert(1, name, table[orders.customer].map(_latest_names(orders, name, days <= day)))
    once = int((table["one_time"] == "yes").sum())
    if once:
        notes.append(f"{counted(once, 'customer')} ordered on one day only: one_time is yes, and gaps are missing")
    roles = Roles(id=orders.customer, label=None if horizon_days is None else LABEL, name=name)
    return Snapshot(table, roles, orders.source, tuple(notes), str(day), horizon_days, active_days)


def _cutoff(
    given: dt.date | str | None, source: str, *, first: np.datetime64, last: np.datetime64, ahead: int
) -> np.datetime64:
    """Return the last day that counts as past, with ``ahead`` days of the log after it.

    The last order is seldom on the very last day of a log, so a cutoff that is given may miss a tenth.
    """
    latest = last - np.timedelta64(ahead, "D")
    if latest < first:
        raise InputError(
            f"{source}: orders run from {first} to {last}, too short for {ahead} days after a cutoff; "
            "take a shorter horizon"
        )
    if given is None:
        return latest
    try:
        day = np.datetime64(dt.datetime.fromisoformat(str(given)).date(), "D")
    except ValueError:
        raise InputError(f"cutoff {shown(given)} is no date; write it as YYYY-MM-DD") from None
    if day < first or (ahead and day > latest + np.timedelta64(ahead // 10, "D")):
        raise InputError(
            f"{source}: cutoff {day} does not fit orders from {first} to {last} with {ahead} days to observe "
            f"after it; choose a day from {first} to {latest}"
        )
    return day


def _usual_active_days(table: pd.DataFrame) -> int:
    """Return three typical gaps, at least 60 days; with no second order anywhere, 60."""
    typical = table["gap_mean_days"].median()
    return _LEAST_ACTIVE_DAYS if np.isnan(typical) else max(_LEAST_ACTIVE_DAYS, math.ceil(_TYPICAL_GAPS * typical))


def _latest_names(orders: Orders, name: str, past: NDArray[np.bool_]) -> pd.Series:
    """Return the last known name of each customer, indexed by id."""
    known = orders.frame[past & orders.frame[name].notna().to_numpy()]
    last = known.sort_values([orders.time, name]).drop_duplicates(orders.customer, keep="last")
    return last.set_index(orders.customer)[name]
