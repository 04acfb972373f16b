"""An order log as a table of an engine, with the roles of its columns: what the expressions start from."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.orders.source import open_frame

if TYPE_CHECKING:
    import ibis


@dataclass(frozen=True, eq=False)
class OrderTable:
    """An order log, one row an order or one row a line of an order, as a table of an engine.

    Attributes
    ----------
    rows
        The Ibis table: the customer as text, the time as a timestamp without a zone, neither of them missing.
    names
        The columns in the order of the table, under the names that features take; engines tell names apart less
        strictly than files do.
    customer, time, amount, name, order
        The columns by their roles, as in :class:`retention.orders.order_log.Orders`.
    source
        What messages call the log.
    notes
        Sentences about what was repaired or left out.
    """

    rows: "ibis.Table"
    names: Sequence[str]
    customer: str
    time: str
    amount: str | None = None
    name: str | None = None
    order: str | None = None
    source: str = "orders"
    notes: tuple[str, ...] = field(default=())

    def column(self, name: str, rows: "ibis.Table | None" = None) -> "ibis.Value":
        """Return a column of the log, or of some of its rows."""
        return (self.rows if rows is None else rows)[self.names.index(name)]

    def is_refund(self, rows: "ibis.Table") -> "ibis.Value":
        """Return which of some rows are refunds: a negative amount, which is no order."""
        import ibis

        if self.amount is None:
            return ibis.literal(False)
        return ibis.coalesce(self.column(self.amount, rows) < 0, ibis.literal(False))

    def past(self, until: "ibis.Value") -> "ibis.Table":
        """Return the rows before a moment."""
        return self.rows.filter(self.column(self.time) < until)

    def latest_names(self, past: "ibis.Table") -> "ibis.Table":
        """Return the last known name of each customer in some rows: ``named_customer``, ``latest_name``."""
        import ibis

        named = past.select(
            named_customer=self.column(self.customer, past),
            moment=self.column(self.time, past),
            latest_name=self.column(str(self.name), past),
        )
        named = named.filter(named["latest_name"].notnull())
        newest = [named["moment"].desc(), named["latest_name"].desc()]
        window = ibis.window(group_by="named_customer", order_by=newest)
        ranked = named.mutate(place=ibis.row_number().over(window))
        return ranked.filter(ranked["place"] == 0).select("named_customer", "latest_name")

    @cached_property
    def days(self) -> NDArray[np.datetime64]:
        """The different days of the log, ``datetime64[D]``, the first one first."""
        from retention.orders.days import days_of

        days = self.rows.select(day=days_of(self.column(self.time))).distinct().to_pyarrow()
        return np.sort(days["day"].to_numpy()).astype("datetime64[D]")


def table_of_frame(
    frame: pd.DataFrame,
    *,
    customer: str,
    time: str,
    amount: str | None = None,
    name: str | None = None,
    order: str | None = None,
    source: str = "orders",
    notes: tuple[str, ...] = (),
) -> OrderTable:
    """Return a typed frame as a table of DuckDB; its columns are numbered there, whatever they are called."""
    numbered = frame.set_axis([f"column_{position}" for position in range(frame.shape[1])], axis=1)
    names = [str(column) for column in frame.columns]
    return OrderTable(
        open_frame(numbered, name=source).table, names, customer, time, amount, name, order, source, notes
    )
