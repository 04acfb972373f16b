"""Computes features from the orders up to a cutoff day, one row a customer, as an Ibis expression.

There is one definition of each feature, and whatever engine holds the log computes it: DuckDB inside this
process, a database, Spark or a warehouse. It takes one sort of the rows up to the cutoff and one pass over them,
whatever the number of customers. The result does not depend on the order of rows.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import ibis
import pandas as pd

from retention.errors import InputError
from retention.orders import further_columns, habits, rhythm, spending
from retention.orders.column_plans import ColumnPlan, LogPlan, plan_columns
from retention.orders.days import day_number, end_of
from retention.orders.order_rows import AMOUNT, in_turn, merge_lines, read_rows
from retention.orders.order_table import OrderTable, table_of_frame
from retention.orders.typical_gaps import TypicalGaps, typical_gaps, varied_words


@dataclass(frozen=True, eq=False)
class CustomerFeatures:
    """The features of the customers of a log at a cutoff, as an expression that has not run yet.

    Attributes
    ----------
    log
        The log.
    cutoff
        The last day that counts.
    past
        The rows of the log up to the cutoff, refunds among them.
    gaps
        The customers' mean gaps between days with orders.
    values
        What is aggregated, by customer, with the columns ``customer`` and ``last_day``.
    features
        The features, by the names of :func:`order_features`, computed from ``values``.
    name
        The column with the names of customers, if it is among the features.
    """

    log: OrderTable
    cutoff: dt.date
    past: "ibis.Table"
    gaps: TypicalGaps
    values: "ibis.Table"
    features: dict[str, Any]
    name: str | None = None

    def with_names(self) -> "CustomerFeatures":
        """Return the same with the last known name of each customer, in the column of the log."""
        names = self.log.latest_names(self.past)
        values = self.values.left_join(names, self.values["customer"] == names["named_customer"])
        features = {str(self.log.name): values["latest_name"]} | self.features
        return replace(self, values=values, features=features, name=self.log.name)

    def table(self, *, active_days: int | None = None) -> "ibis.Table":
        """Return one row a customer, the id column first, in no particular order.

        Parameters
        ----------
        active_days
            Only customers with an order in so many days up to the cutoff day; None for all.
        """
        return self._select([self.log.customer, *self.features], active_days)

    def fetch(self, *, active_days: int | None = None) -> pd.DataFrame:
        """Return the rows of :meth:`table` as a frame, sorted by the customer's id."""
        names = [self.log.customer, *self.features]
        numbered = self._select(
            [f"column_{place}" for place in range(len(names))], active_days
        )  # as open_frame does
        frame: pd.DataFrame = numbered.to_pyarrow().rename_columns(names).to_pandas()
        return frame.sort_values(self.log.customer, ignore_index=True)

    def _select(self, names: Sequence[str], active_days: int | None) -> "ibis.Table":
        columns = [self.values["customer"], *self.features.values()]
        table = self.values.select(**dict(zip(names, columns, strict=True)))
        if active_days is None:
            return table
        recency = [self.log.customer, *self.features].index("recency_days")
        return table.filter(table[recency] < active_days)


def describe_customers(log: OrderTable, cutoff: dt.date, *, without: Collection[str] = ()) -> CustomerFeatures:
    """Describe each customer by their orders up to and including the cutoff day.

    Small queries look at the log first, to plan what the large one computes; see :func:`order_features`.

    Raises
    ------
    InputError
        If no customer has an order by the cutoff.
    """
    today = day_number(cutoff)
    past = log.past(end_of(cutoff))
    plan = plan_columns(log, past, without=without)
    if not plan.has_orders:
        raise InputError(f"no customer has an order up to {cutoff}; choose a later cutoff")
    lines = read_rows(log, past, plan)
    orders = lines
    if log.order is not None:
        orders = merge_lines(lines, plan, log.order, has_amount=log.amount is not None)
    has_clock = plan.has_clock and (log.order is None or _has_clock(orders))
    columns = list(further_columns.summarised(plan, without=log.amount))
    values = _aggregate(log, plan, orders, lines, columns, today=today, has_clock=has_clock)
    if plan.has_refunds and log.amount is not None:
        refunds = spending.refunds(log, past, plan.columns[log.amount])
        values = values.left_join(refunds, values["customer"] == refunds["refund_customer"])
    for key, column in columns:
        if column.summary == "many words":
            usual = further_columns.usual_words(lines, key)
            values = values.left_join(usual, values["customer"] == usual[f"{key}_customer"])
    features = rhythm.features(values, today)
    if log.amount is not None:
        features |= spending.features(values, plan.columns[log.amount])
    features |= habits.features(values, has_clock=has_clock)
    words = [key for key, column in columns if column.is_text]
    gaps = typical_gaps(orders, words=words if log.order is None else ())
    varied = gaps.varied if log.order is None else varied_words(lines, words)
    for key, column in columns:
        summary = further_columns.features(values, key, column, has_kinds=key in varied)
        features |= {name if name not in features else f"log_{name}": value for name, value in summary.items()}
    return CustomerFeatures(log, cutoff, past, gaps, values, features)


def order_features(
    frame: pd.DataFrame,
    *,
    customer: str,
    time: str,
    amount: str | None,
    cutoff: pd.Timestamp,
    order: str | None = None,
    without: Collection[str] = (),
) -> pd.DataFrame:
    """Summarise each customer's orders up to and including the cutoff day.

    Parameters
    ----------
    frame
        Typed rows of an order log (see :class:`retention.orders.order_log.Orders`).
    customer, time, amount
        Its columns; without an amount there are no features about money.
    cutoff
        Midnight at the start of the last day that counts.
    order
        Column with the order number, where rows are lines of an order; None where each row is an order.
    without
        Columns not to summarise.

    Returns
    -------
    DataFrame
        One row for each customer with an order by then, sorted by id; the id column comes first.
        ``recency_days`` and ``tenure_days`` count from the last and first order to the cutoff day.
        ``orders`` counts orders, ``orders_30d`` those of the 30 days that end with the cutoff day. Gaps
        (``gap_mean_days, gap_spread_days, gap_max_days, gap_last_days``) lie between days with orders;
        a customer who ordered on one day only has none and is ``one_time``. ``recency_over_gap`` is the
        recency in units of the customer's own mean gap. ``spend_total`` is net of refunds, ``spend_trend`` the
        change of the amount from order to order (least squares). A further numeric column gives
        ``_mean`` and ``_last``, a column of yes and no ``_share`` and ``_last``, a text column
        ``_usual`` and ``_kinds`` (how many different values).

    Raises
    ------
    InputError
        If no customer has an order by the cutoff.
    """
    log = table_of_frame(frame, customer=customer, time=time, amount=amount, order=order)
    return describe_customers(log, cutoff.date(), without=without).fetch()


def _aggregate(
    log: OrderTable,
    plan: LogPlan,
    orders: "ibis.Table",
    lines: "ibis.Table",
    columns: Sequence[tuple[str, ColumnPlan]],
    *,
    today: int,
    has_clock: bool,
) -> "ibis.Table":
    """Return what the features need of each customer's orders, and of the lines of orders that have several."""
    amounts = {AMOUNT} if log.amount is not None and plan.columns[log.amount].has_blanks else set()
    valued = {key for key, column in columns if column.is_valued and column.has_blanks}
    of_lines = lines if log.order is not None else orders
    rows = in_turn(orders, plan, valued=sorted(amounts | (set() if log.order is not None else valued)))
    aggregates = rhythm.aggregates(rows, today) | habits.aggregates(rows, has_clock=has_clock)
    if log.amount is not None:
        aggregates |= spending.aggregates(rows)
    line_rows = rows if log.order is None else in_turn(of_lines, plan, valued=sorted(valued))
    of_columns: dict[str, Any] = {}
    for key, column in columns:
        of_columns |= further_columns.aggregates(line_rows, key, column)
    if log.order is None or not of_columns:
        return rows.group_by("customer").agg(**aggregates, **of_columns)
    values = rows.group_by("customer").agg(**aggregates)
    of_customers = line_rows.group_by(line_customer=line_rows["customer"]).agg(**of_columns)
    return values.left_join(of_customers, values["customer"] == of_customers["line_customer"])


def _has_clock(orders: "ibis.Table") -> bool:
    moments = orders["moment"]
    return bool((moments != moments.truncate("D")).any().to_pyarrow().as_py())
