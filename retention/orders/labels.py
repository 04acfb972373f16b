"""Labels the customers who churned after a cutoff: by a fixed horizon, or by an unusually long silence."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.orders.order_log import Orders
from retention.wording.text import count_noun

LABEL = "churn"
_NEVER = np.iinfo(np.int64).max


def label_by_horizon(
    table: pd.DataFrame, orders: Orders, *, cutoff: np.datetime64, horizon_days: int, known_until: np.datetime64
) -> tuple[pd.DataFrame, list[str]]:
    """Add the label: 1 for no order in the ``horizon_days`` after the cutoff day.

    Parameters
    ----------
    table
        One row a customer; see :func:`retention.orders.features.order_features`.
    orders
        The log; it should reach to the end of the horizon.
    cutoff
        The last day that counts as past.
    horizon_days
        At least 1.
    known_until
        The last day that the label uses: the end of the log, or the next cutoff in a panel.

    Returns
    -------
    table : DataFrame
        With an int8 column ``churn``, last.
    notes : list of str
        What the label means, and whether the horizon ends after the log.
    """
    until = cutoff + np.timedelta64(horizon_days, "D")
    churned = _next_order(table, orders, cutoff) > min(until, known_until).astype(np.int64)
    notes = [f"{LABEL} means: no order from {cutoff + np.timedelta64(1, 'D')} to {until}"]
    if known_until < until:
        notes.append(f"the log ends on {known_until}, before the horizon does; the days after it count as quiet")
    return table.assign(**{LABEL: churned.astype(np.int8)}), notes


def label_by_silence(
    table: pd.DataFrame, orders: Orders, *, cutoff: np.datetime64, gaps: float, known_until: np.datetime64
) -> tuple[pd.DataFrame, list[str]]:
    """Add the label: 1 for a silence, counted from the last order, of ``gaps`` times the customer's mean gap.

    The day on which the silence would end is known at the cutoff. Kept are the customers for whom that day
    comes after the cutoff (otherwise they churned before it) and by ``known_until``, the end of the log or the
    next cutoff in a panel (otherwise the outcome is not known yet). So each label depends only on the days
    from the cutoff to that day, all of them observed.

    Returns
    -------
    table : DataFrame
        The customers who can be labelled, with an int8 column ``churn``, last.
    notes : list of str
        What the label means, and how many customers were left out for each reason.
    """
    gap = table["gap_mean_days"].to_numpy()
    today, last_day = cutoff.astype(np.int64), known_until.astype(np.int64)
    ends = np.where(np.isnan(gap), np.nan, today - table["recency_days"].to_numpy() + np.ceil(gaps * gap))
    left_out = {
        "with orders on one day only, and so no gap of their own": np.isnan(ends),
        f"silent for {gaps:g} of their gaps already": ends <= today,
        "whose silence would end after the log does": ends > last_day,
    }
    notes = [f"{LABEL} means: silent for {gaps:g} times one's own mean gap, counted from the last order"]
    notes += [
        f"left out: {count_noun(int(rows.sum()), 'customer')} {reason}"
        for reason, rows in left_out.items()
        if rows.any()
    ]
    is_labelled = (ends > today) & (ends <= last_day)
    churned = _next_order(table, orders, cutoff)[is_labelled] > ends[is_labelled]
    return table[is_labelled].reset_index(drop=True).assign(**{LABEL: churned.astype(np.int8)}), notes


def _next_order(table: pd.DataFrame, orders: Orders, cutoff: np.datetime64) -> NDArray[np.int64]:
    """Return the day (since 1970) of each customer's first order after the cutoff; a refund is no order."""
    days = orders.days.astype(np.int64)
    after = days > cutoff.astype(np.int64)
    if orders.amount is not None:
        after &= ~(orders.frame[orders.amount] < 0).to_numpy()
    customers = pd.Index(table[orders.customer]).get_indexer(orders.frame.loc[after, orders.customer])
    following = np.full(len(table) + 1, _NEVER)
    np.minimum.at(following, customers, days[after])  # -1, not in the table, is the last entry and cut off
    return following[:-1]
