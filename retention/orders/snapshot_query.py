"""Writes a snapshot, at one cutoff or several, as one query that an engine answers where the orders live."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from retention.customers.table import CUTOFF
from retention.errors import InputError
from retention.orders.churn_definition import ChurnDefinition
from retention.orders.cutoffs import as_date
from retention.orders.defaults import usual_active_days
from retention.orders.order_table import OrderTable
from retention.orders.windows import LABEL

if TYPE_CHECKING:
    import ibis


@dataclass(frozen=True, eq=False)
class SnapshotQuery:
    """A snapshot that has not been taken yet.

    Attributes
    ----------
    customers
        One row a customer and cutoff, with the columns of :class:`retention.orders.snapshot.Snapshot`.
    id
        The column with the customer's id.
    cutoffs
        The cutoffs, the oldest first.
    active_days
        Customers are included if they ordered in this many days up to a cutoff.
    labelled
        Whether there is a label.
    """

    customers: "ibis.Table"
    id: str
    cutoffs: tuple[str, ...]
    active_days: int
    labelled: bool

    def counts(self) -> dict[str, tuple[int, int]]:
        """Return how many customers each cutoff has, and how many of them churned (0 without a label)."""
        table = self.customers
        churned = table[LABEL].cast("int32").sum() if self.labelled else table.count() * 0
        if len(self.cutoffs) == 1:
            row = table.aggregate(customers=table.count(), churned=churned).to_pyarrow().to_pylist()[0]
            return {self.cutoffs[0]: (int(row["customers"]), int(row["churned"] or 0))}
        rows = table.group_by(CUTOFF).agg(customers=table.count(), churned=churned).to_pyarrow().to_pylist()
        by_cutoff = {row[CUTOFF]: (int(row["customers"]), int(row["churned"] or 0)) for row in rows}
        return {cutoff: by_cutoff.get(cutoff, (0, 0)) for cutoff in self.cutoffs}


def snapshot_query(log: OrderTable, days: Sequence[np.datetime64], definition: ChurnDefinition) -> SnapshotQuery:
    """Return the query of a snapshot; small queries look at the log to plan it.

    Parameters
    ----------
    log
        The log.
    days
        The cutoffs, oldest first, known to fit the log.
    definition
        Whom it includes, and who churned; the active days that suit the oldest cutoff hold at all of them.
    """
    parts: list[ibis.Table] = []
    for day, known_until in pairwise([*days, log.days.max()]):
        table, active_days = _customers_at(log, day, definition, known_until=known_until)
        definition = replace(definition, active_days=active_days)
        parts.append(table)
    if len(parts) > 1:
        parts = [_with_cutoff(part, str(day), log.customer) for part, day in zip(parts, days, strict=True)]
    return SnapshotQuery(
        _stack(parts),
        log.customer,
        tuple(str(day) for day in days),
        int(definition.active_days or 0),
        definition.horizon_days is not None,
    )


def _customers_at(
    log: OrderTable, day: np.datetime64, definition: ChurnDefinition, *, known_until: np.datetime64
) -> tuple["ibis.Table", int]:
    """Return the active customers at a cutoff with features and label, and the active days."""
    from retention.orders.features import describe_customers
    from retention.orders.labels import SILENCE_ENDS, is_labelled

    cutoff, last_known = as_date(day), as_date(known_until)
    customers = describe_customers(log, cutoff, without=[log.name] if log.name else [])
    if log.name is not None:
        customers = customers.with_names()
    active_days = definition.active_days or usual_active_days(customers.gaps.median)
    table = definition.label(customers, known_until=last_known).table()
    table = table.filter(table["recency_days"] < active_days)
    if definition.quiet_gaps is not None:
        table = table.filter(is_labelled(table[SILENCE_ENDS], cutoff, last_known)).drop(SILENCE_ENDS)
    return table, active_days


def _with_cutoff(table: "ibis.Table", cutoff: str, id: str) -> "ibis.Table":
    import ibis

    if CUTOFF in table.columns:
        raise InputError(f"column '{CUTOFF}' is taken by the cutoff of each row; rename yours")
    rest = [name for name in table.columns if name != id]
    return table.select(**{id: table[id], CUTOFF: ibis.literal(cutoff)}, **{name: table[name] for name in rest})


def _stack(parts: Sequence["ibis.Table"]) -> "ibis.Table":
    """Return the rows of all parts, with the columns of the last; one that an earlier part lacks is blank."""
    import ibis

    *earlier, newest = parts
    aligned = []
    for part in earlier:
        cells: dict[str, Any] = {
            name: part[name].cast(kind) if name in part.columns else ibis.null(kind)
            for name, kind in newest.schema().items()
        }
        aligned.append(part.select(**cells))
    return ibis.union(*aligned, newest, distinct=False) if aligned else newest
