"""How long customers take between two days with orders: what is typical decides who counts as active."""

import datetime as dt
import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np
import pandas as pd

from retention.orders.days import as_float, days_of, end_of
from retention.orders.order_table import OrderTable


@dataclass(frozen=True)
class TypicalGaps:
    """The mean gaps between order days.

    Attributes
    ----------
    customers
        How many customers have an order.
    gaps_days
        The mean gap (days) of each customer with orders on two days, the smallest first.
    varied
        The columns of words of which any customer has different values.
    """

    customers: int
    gaps_days: pd.Series
    varied: frozenset[str] = frozenset()

    @property
    def median(self) -> float:
        """The median of the mean gaps; NaN where nobody has one."""
        return float(self.gaps_days.median()) if len(self.gaps_days) else math.nan

    def quantile(self, share: float) -> float:
        """Return a quantile of the mean gaps; NaN where nobody has one."""
        return float(self.gaps_days.quantile(share)) if len(self.gaps_days) else math.nan


def typical_gaps(orders: "ibis.Table", *, words: Collection[str] = ()) -> TypicalGaps:
    """Return the mean gaps between the days with orders.

    The engine counts the customers with each mean gap, (last day − first day) / (days − 1), because engines do not
    agree on a median.

    Parameters
    ----------
    orders
        Rows with the columns ``customer`` and ``day``.
    words
        Columns of which to find out whether a customer has different values.
    """
    days = orders.group_by(["customer", "day"]).agg(**_ends(orders, words))
    spans = days.group_by("customer").agg(
        first=days["day"].min(),
        last=days["day"].max(),
        days=days.count(),
        **{f"min_{key}": days[f"min_{key}"].min() for key in words},
        **{f"max_{key}": days[f"max_{key}"].max() for key in words},
    )
    gap = as_float(spans["last"] - spans["first"]) / as_float(spans["days"] - 1).nullif(0)
    grouped = spans.group_by(gap=gap).agg(customers=spans.count(), **_differing(spans, words))
    counts = grouped.to_pyarrow().to_pandas().sort_values("gap")
    known = counts.dropna(subset=["gap"])
    gaps = np.repeat(known["gap"].to_numpy(np.float64), known["customers"].to_numpy(np.int64))
    varied = frozenset(key for key in words if counts[key].sum() > 0)
    return TypicalGaps(int(counts["customers"].sum()), pd.Series(gaps), varied)


def varied_words(lines: "ibis.Table", words: Collection[str]) -> frozenset[str]:
    """Return the columns of which any customer has different values."""
    if not words:
        return frozenset()
    customers = lines.group_by("customer").agg(**_ends(lines, words))
    row = customers.aggregate(**_differing(customers, words)).to_pyarrow().to_pylist()[0]
    return frozenset(key for key in words if row[key])


def _ends(rows: "ibis.Table", words: Collection[str]) -> dict[str, Any]:
    return {f"min_{key}": rows[key].min() for key in words} | {f"max_{key}": rows[key].max() for key in words}


def _differing(customers: "ibis.Table", words: Collection[str]) -> dict[str, Any]:
    return {key: ibis.ifelse(customers[f"min_{key}"] < customers[f"max_{key}"], 1, 0).sum() for key in words}


def gaps_until(log: OrderTable, day: dt.date) -> TypicalGaps:
    """Return the mean gaps between days with orders up to and including a day; a refund is no order."""
    past = log.past(end_of(day))
    if log.amount is not None:
        past = past.filter(~log.is_refund(past))
    return typical_gaps(
        past.select(customer=log.column(log.customer, past), day=days_of(log.column(log.time, past)))
    )


def customers_in_windows(log: OrderTable, cutoffs: list[dt.date], window_days: int) -> list[int]:
    """Return how many customers have a row in the days up to and including each cutoff."""
    customer, time = log.column(log.customer), log.column(log.time)
    counts = {
        str(cutoff): customer.nunique(
            where=(time >= end_of(cutoff - dt.timedelta(days=window_days))) & (time < end_of(cutoff))
        )
        for cutoff in cutoffs
    }
    return [int(count) for count in log.rows.aggregate(**counts).to_pyarrow().to_pylist()[0].values()]
