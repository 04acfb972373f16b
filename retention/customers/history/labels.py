"""Who left after a cutoff: by a fixed horizon, or by a silence that is long for the person."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.customers.history.order_log import Orders
from retention.customers.wording import counted

LABEL = "churn"
_NEVER = np.iinfo(np.int64).max


def label_by_horizon(
    table: pd.DataFrame, orders: Orders, *, cutoff: np.datetime64, horizon_days: int
) -> tuple[pd.DataFrame, list[str]]:
    """Add the label: 1 for no order in the ``horizon_days`` after the cutoff day.

    Parameters
    ----------
    table
        One row a customer; see :func:`retention.customers.history.features.order_features`.
    orders
        The log; it should reach to the end of the horizon.
    cutoff
        The last day that counts as past.
    horizon_days
        At least 1.

    Returns
    -------
    table : DataFrame
        With an int8 column ``churn``, last.
    notes : list of str
        What the label means, and whether days of the horizon lie beyond the log.
    """
    until = cutoff + np.timedelta64(horizon_days, "D")
    left = _next_order(table, orders, cutoff) > until.astype(np.int64)
    notes = [f"{LABEL} means: no order from {cutoff + np.timedelta64(1, 'D')} to {until}"]
    last_day = np.datetime64(int(_days(orders).max()), "D")
    if last_day < until:
        notes.append(f"the log ends on {last_day}, before the horizon does; the days after it count as quiet")
    return table.assign(**{LABEL: left.astype(np.int8)}), notes


def label_by_silence(
    table: pd.DataFrame, orders: Orders, *, cutoff: np.datetime64, gaps: float
) -> tuple[pd.DataFrame, list[str]]:
    """Add the label: 1 for a silence, counted from the last order, of ``gaps`` times the own mean gap.

    The silence ends on a day that is known at the cutoff. Kept are those for whom it ends after the
    cutoff (else they left before) and within the log (else nobody can tell), so each label rests on the
    days from the cutoff to that day only, all of them observed.

    Returns
    -------
    table : DataFrame
        Those who can be labelled, with an int8 column ``churn``, last.
    notes : list of str
        What the label means, and how many were left out for which reason.
    """
    gap = table["gap_mean_days"].to_numpy()
    today, last_day = cutoff.astype(np.int64), _days(orders).max()
    ends = np.where(np.isnan(gap), np.nan, today - table["recency_days"].to_numpy() + np.ceil(gaps * gap))
    left_out = {
        "with orders on one day only, and so no gap of their own": np.isnan(ends),
        f"silent for {gaps:g} of their gaps already": ends <= today,
        "whose silence would end after the log does": ends > last_day,
    }
    notes = [f"{LABEL} means: silent for {gaps:g} times one's own mean gap, counted from the last order"]
    notes += [
        f"left out: {counted(int(rows.sum()), 'customer')} {why}" for why, rows in left_out.items() if rows.any()
    ]
    known = (ends > today) & (ends <= last_day)
    left = _next_order(table, orders, cutoff)[known] > ends[known]
    return table[known].reset_index(drop=True).assign(**{LABEL: left.astype(np.int8)}), notes


def _next_order(table: pd.DataFrame, orders: Orders, cutoff: np.datetime64) -> NDArray[np.int64]:
    """Return the day (since 1970) of each one's first order after the cutoff; a refund is no order."""
    days = _days(orders)
    after = days > cutoff.astype(np.int64)
    if orders.amount is not None:
        after &= ~(orders.frame[orders.amount] < 0).to_numpy()
    who = pd.Index(table[orders.customer]).get_indexer(orders.frame.loc[after, orders.customer])
    following = np.full(len(table) + 1, _NEVER)
    np.minimum.at(following, who, days[after])  # strangers have position -1, the place that is cut off
    return following[:-1]


def _days(orders: Orders) -> NDArray[np.int64]:
    return orders.frame[orders.time].to_numpy("datetime64[D]").astype(np.int64)
