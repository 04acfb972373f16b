"""An order log, a cutoff and a horizon -> customers: features from before the cutoff, the label from after."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pandas as pd

from retention.customers.table import CUTOFF
from retention.orders.churn_definition import ChurnDefinition
from retention.orders.cutoffs import Day, cutoff_day, stack_days
from retention.orders.defaults import Defaults, defaults_for
from retention.orders.order_columns import looks_like_orders
from retention.orders.order_log import Orders, read_orders
from retention.orders.profiles import read_profiles
from retention.orders.snapshot import Snapshot, as_of
from retention.orders.stacked import stacked
from retention.wording.text import counted

__all__ = [
    "Defaults", "Orders", "Snapshot", "defaults_for", "looks_like_orders", "read_orders", "snapshot",
    "stack_snapshots",
]  # fmt: skip


def snapshot(
    orders: Orders,
    *,
    cutoff: Day | None = None,
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
        Ids under the log's name and first; features as :func:`retention.orders.features.order_features`
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
    terms = ChurnDefinition(horizon_days, active_days, quiet_gaps)
    days = orders.days
    day = cutoff_day(cutoff, days, terms, source=orders.source)
    profiles = None if profile is None else read_profiles(profile, id=orders.customer)
    return as_of(day, orders, terms, known_until=days.max(), profiles=profiles)


def stack_snapshots(
    orders: Orders,
    *,
    cutoffs: Sequence[Day] | None = None,
    newest: Day | None = None,
    periods: int = 3,
    horizon_days: int = 30,
    active_days: int | None = None,
    quiet_gaps: float | None = None,
    profile: pd.DataFrame | None = None,
) -> Snapshot:
    """Take snapshots at several cutoffs and put them under one another, to train on all of them.

    No label looks past the next cutoff, so whatever is learned from earlier cutoffs was known at the newest
    one, which can therefore be a test in time. A person has a row at each cutoff at which they were active.

    Parameters
    ----------
    orders
        The order log.
    cutoffs
        The days. If None, ``newest`` and earlier ones, a horizon apart, as many as the log supports up to
        ``periods``: each needs a horizon and an active window of the log before it.
    newest
        The newest of them; the latest that leaves a full horizon in the log if None.
    periods
        How many cutoffs at most; not used with ``cutoffs``.
    horizon_days, active_days, quiet_gaps, profile
        As for :func:`snapshot`. ``active_days`` is the same at every cutoff; if None, what suits the oldest
        one, which is known at all of them. The profile should hold at all of them, too.

    Returns
    -------
    Snapshot
        The id column, ``cutoff`` (a role, never a feature), the features that the newest cutoff has, and the
        label; rows by cutoff, oldest first.

    Raises
    ------
    InputError
        If a cutoff or a number does not fit the log, cutoffs are closer than the horizon (but for a tenth
        of it), or nobody is active at one of them.

    Examples
    --------
    >>> log = pd.DataFrame({"user": list("ab" * 5), "date": [f"2025-0{1 + at // 2}-1{at}" for at in range(10)]})
    >>> stack = stack_snapshots(read_orders(log), cutoffs=["2025-02-28", "2025-03-31"], horizon_days=30)
    >>> stack.frame[["user", "cutoff", "recency_days", "churn"]].values.tolist()[:2]
    [['a', '2025-02-28', 16.0, 0], ['b', '2025-02-28', 15.0, 0]]
    """
    terms = ChurnDefinition(horizon_days, active_days, quiet_gaps)
    days = orders.days
    chosen = stack_days(days, terms, cutoffs=cutoffs, newest=newest, periods=periods, source=orders.source)
    profiles = None if profile is None else read_profiles(profile, id=orders.customer)
    parts: list[Snapshot] = []
    for day, known_until in pairwise([*chosen, days.max()]):
        parts.append(as_of(day, orders, terms, known_until=known_until, profiles=profiles))
        terms = replace(terms, active_days=parts[0].active_days)
    *earlier, last = parts
    said = [f"{part.cutoff} ({counted(len(part), 'customer')})" for part in earlier]
    notes = [*last.notes, f"stacked with it, to train on: {', '.join(said) or 'no earlier cutoff'}"]
    if cutoffs is None and len(parts) < periods:
        notes.append(f"the log supports {counted(len(parts), 'cutoff')} of the {periods} asked for")
    frame = stacked([part.frame for part in parts], [part.cutoff for part in parts])
    return replace(last, frame=frame, roles=replace(last.roles, cutoff=CUTOFF), notes=tuple(notes))
