"""Takes snapshots of an order log at several cutoff dates and stacks them, to train on all of them."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd

from retention.customers.table import CUTOFF
from retention.errors import InputError
from retention.orders.churn_definition import ChurnDefinition
from retention.orders.cutoffs import Day, panel_days
from retention.orders.order_log import Orders, table_of
from retention.orders.order_table import OrderTable
from retention.orders.profiles import read_profiles
from retention.orders.snapshot import Snapshot, snapshot_at
from retention.wording.text import count_noun


def take_panel(
    orders: Orders | OrderTable,
    *,
    cutoffs: Sequence[Day] | None = None,
    newest: Day | None = None,
    periods: int = 3,
    horizon_days: int = 30,
    active_days: int | None = None,
    quiet_gaps: float | None = None,
    profile: pd.DataFrame | None = None,
) -> Snapshot:
    """Take snapshots at several cutoffs and stack them into one panel, to train on all of them.

    No label looks past the next cutoff. Whatever is learned from the earlier cutoffs was therefore known at
    the newest one, which can serve as an out-of-time test. A customer has one row for each cutoff at which
    they were active.

    Parameters
    ----------
    orders
        The order log.
    cutoffs
        The cutoff dates. If None, ``newest`` and earlier ones, a horizon apart, as many as the log supports
        up to ``periods``: each needs a horizon and an active window of the log before it.
    newest
        The newest cutoff; if None, the latest that leaves a full horizon in the log.
    periods
        The largest number of cutoffs; not used with ``cutoffs``.
    horizon_days, active_days, quiet_gaps, profile
        As for :func:`retention.orders.snapshot.take_snapshot`. ``active_days`` is the same at every cutoff; if
        None, it is what suits the oldest cutoff, which is known at all of them. The profiles should hold at
        all of them, too.

    Returns
    -------
    Snapshot
        The id column, ``cutoff`` (a role, never a feature), the features that the newest cutoff has, and the
        label; rows by cutoff, oldest first.

    Raises
    ------
    InputError
        If a cutoff or a number does not fit the log, if cutoffs are closer than the horizon (with a tolerance
        of a tenth of it), or if nobody is active at one of them.

    Examples
    --------
    >>> from retention.orders.order_log import read_orders
    >>> log = pd.DataFrame({"user": list("ab" * 5), "date": [f"2025-0{1 + at // 2}-1{at}" for at in range(10)]})
    >>> panel = take_panel(read_orders(log), cutoffs=["2025-02-28", "2025-03-31"], horizon_days=30)
    >>> panel.frame[["user", "cutoff", "recency_days", "churn"]].values.tolist()[:2]
    [['a', '2025-02-28', 16.0, 0], ['b', '2025-02-28', 15.0, 0]]
    """
    definition = ChurnDefinition(horizon_days, active_days, quiet_gaps)
    log = table_of(orders)
    days = log.days
    chosen = panel_days(days, definition, cutoffs=cutoffs, newest=newest, periods=periods, source=orders.source)
    profiles = None if profile is None else read_profiles(profile, id=orders.customer)
    snapshots: list[Snapshot] = []
    for day, known_until in pairwise([*chosen, days.max()]):
        snapshots.append(snapshot_at(day, log, definition, known_until=known_until, profiles=profiles))
        definition = replace(definition, active_days=snapshots[0].active_days)
    *earlier, last = snapshots
    sizes = [f"{snapshot.cutoff} ({count_noun(len(snapshot), 'customer')})" for snapshot in earlier]
    notes = [*last.notes, f"stacked with earlier cutoffs, to train on: {', '.join(sizes) or 'none'}"]
    if cutoffs is None and len(snapshots) < periods:
        notes.append(f"the log supports {count_noun(len(snapshots), 'cutoff')} of the {periods} asked for")
    frame = combine_cutoffs(
        [snapshot.frame for snapshot in snapshots], [snapshot.cutoff for snapshot in snapshots]
    )
    return replace(last, frame=frame, roles=replace(last.roles, cutoff=CUTOFF), notes=tuple(notes))


def combine_cutoffs(tables: Sequence[pd.DataFrame], cutoffs: Sequence[str]) -> pd.DataFrame:
    """Stack the tables of several cutoffs, with a column that holds the cutoff of each row.

    The newest table decides which columns there are: a column that the log could not fill yet is blank at the
    earlier cutoffs, and one that the newest table lacks is left out.

    Parameters
    ----------
    tables
        One for each cutoff, the id column first; the newest last.
    cutoffs
        Their dates, ISO 8601, in the same order.

    Raises
    ------
    InputError
        If the tables have a column with the new column's name already.
    """
    newest = tables[-1]
    if CUTOFF in newest.columns:
        raise InputError(f"column '{CUTOFF}' is taken by the cutoff of each row; rename yours")
    aligned = [table.reindex(columns=newest.columns).astype(newest.dtypes.to_dict()) for table in tables]
    frame = pd.concat(aligned, ignore_index=True)
    rows = [len(table) for table in tables]
    frame.insert(1, CUTOFF, pd.Series(np.repeat(np.array(cutoffs, dtype=object), rows), dtype="str"))
    return frame
