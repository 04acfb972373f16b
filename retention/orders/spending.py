"""What a customer spent: total net of refunds, mean, last amount, and how it changes from order to order."""

from typing import Any

import ibis

from retention.orders.column_plans import ColumnPlan
from retention.orders.days import as_float
from retention.orders.order_rows import AMOUNT, last_known
from retention.orders.order_table import OrderTable


def aggregates(rows: "ibis.Table") -> dict[str, Any]:
    """Return what is aggregated of the orders in turn; x is the number of an order, y its amount."""
    amount, number = rows[AMOUNT], rows["number"]
    known = ibis.ifelse(amount.notnull(), as_float(number), ibis.null("float64"))
    return {
        "paid": amount.sum(),
        "paid_orders": amount.count(),
        "paid_last": last_known(rows, AMOUNT),
        "sum_x": known.sum(),
        "sum_xx": (known * known).sum(),
        "sum_xy": (known * amount).sum(),
    }


def refunds(log: OrderTable, past: "ibis.Table", plan: ColumnPlan) -> "ibis.Table":
    """Return the sum of the (negative) refunds of each customer."""
    rows = past.filter(log.is_refund(past))
    rows = rows.select(
        refund_customer=log.column(log.customer, rows), refund=plan.read(log.column(plan.name, rows))
    )
    return rows.group_by("refund_customer").agg(refunded=rows["refund"].sum())


def features(customers: "ibis.Table", plan: ColumnPlan) -> dict[str, Any]:
    """Return the features, in the currency of the log.

    The trend is the slope of least squares, (n·Σxy − Σx·Σy) / (n·Σx² − (Σx)²), missing with fewer than two known
    amounts. Sums of whole numbers of the smallest unit are exact, so that equal amounts have no trend.
    """
    unit, orders = plan.unit, as_float(customers["paid_orders"])
    paid = ibis.coalesce(customers["paid"], ibis.literal(0).cast("float64"))
    total = paid
    if "refunded" in customers.columns:
        total = paid + ibis.coalesce(customers["refunded"], ibis.literal(0).cast("float64"))
    sum_x = customers["sum_x"]
    above = orders * customers["sum_xy"] - sum_x * paid
    below = orders * customers["sum_xx"] - sum_x * sum_x
    return {
        "spend_total": total / unit,
        "spend_mean": paid / (orders.nullif(0) * unit),
        "spend_last": customers["paid_last"] / unit,
        "spend_trend": above / (below.nullif(0) * unit),
    }
