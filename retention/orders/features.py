"""Computes features from the orders up to a cutoff day, one row a customer.

The computation takes one sort and a few passes over the rows, whatever the number of customers. The result
does not depend on the order of rows in the file: rows of the same customer and time are sorted by all of
their other columns.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.errors import InputError

WINDOWS_DAYS = (30, 60, 90)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOURS = {"night": 0, "morning": 6, "lunch": 11, "afternoon": 15, "dinner": 18, "late evening": 22}

_DAY = 86_400_000_000  # microseconds
_MAX_VALUES = 20  # a text column keeps this many of its values by name
_YES_NO = {"yes": 1.0, "no": 0.0, "y": 1.0, "n": 0.0, "true": 1.0, "false": 0.0}

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


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
    past = frame[(frame[time] < cutoff + pd.Timedelta(days=1)).to_numpy()]
    refund = np.zeros(len(past), dtype=bool) if amount is None else (past[amount] < 0).to_numpy()
    if refund.all():
        raise InputError(f"no customer has an order up to {cutoff.date()}; choose a later cutoff")
    rows = _Rows.of(past[~refund], customer, time)
    orders = rows if order is None else rows.orders(order, amount)
    spend_features: dict[str, object] = {}
    if amount is not None:
        spend_features = _spend_features(
            orders, orders.frame[amount].to_numpy(np.float64), _refunded(rows, past[refund], customer, amount)
        )
    table: dict[str, object] = {customer: rows.ids.astype("str")}
    table |= _rhythm(orders, int(cutoff.to_datetime64().astype("datetime64[D]").astype(np.int64)))
    table |= spend_features
    table |= _habits(orders, orders.frame[time].to_numpy("datetime64[us]").astype(np.int64) % _DAY)
    for column in frame.columns:
        if column not in {customer, time, amount, order, *without}:
            summary = _summary(rows, column)
            table |= {name if name not in table else f"log_{name}": values for name, values in summary.items()}
    return pd.DataFrame(table)


@dataclass(frozen=True)
class _Rows:
    """Orders sorted by customer and time: m rows of n customers.

    ``position`` (the customer's position) and ``day`` (since 1970) have shape (m,); ``start`` (the first row) and
    ``count`` (how many rows) have shape (n,).
    """

    frame: pd.DataFrame
    ids: pd.Index
    position: Ints
    day: Ints
    start: Ints
    count: Ints

    @classmethod
    def of(cls, frame: pd.DataFrame, customer: str, time: str) -> "_Rows":
        codes, ids = pd.factorize(frame[customer], sort=True)
        moment = frame[time].to_numpy("datetime64[us]").astype(np.int64)
        order = np.lexsort((moment, codes))
        alike = (np.diff(codes[order]) == 0) & (np.diff(moment[order]) == 0)
        tied = np.flatnonzero(np.append(alike, False) | np.append(False, alike))
        if len(tied):
            rows = order[tied]
            rest = [pd.factorize(frame[column].iloc[rows], sort=True)[0] for column in frame.columns]
            order[tied] = rows[np.lexsort((*rest, moment[rows], codes[rows]))]
        position = codes[order].astype(np.int64)
        start = np.flatnonzero(np.diff(position, prepend=-1))
        return cls(
            frame.iloc[order],
            pd.Index(ids),
            position,
            moment[order] // _DAY,
            start,
            np.diff(np.append(start, len(position))),
        )

    def orders(self, order: str, amount: str | None) -> "_Rows":
        """Return one row an order, with the amount of all its lines; a row without a number is an order."""
        number = pd.factorize(self.frame[order])[0].astype(np.int64)
        number = np.where(number < 0, number.max() + 1 + np.arange(len(number)), number)
        pair = self.position * (number.max() + 1) + number
        _, first, order_of_row = np.unique(pair, return_index=True, return_inverse=True)
        at = np.sort(first)
        frame = self.frame.iloc[at]
        if amount is not None:
            paid = self.frame[amount].to_numpy(np.float64)
            has_amount = np.bincount(order_of_row, weights=~np.isnan(paid)) > 0
            sums = np.where(has_amount, np.bincount(order_of_row, weights=np.nan_to_num(paid)), np.nan)
            frame = frame.assign(**{amount: sums[np.argsort(first)]})
        position = self.position[at]
        start = np.flatnonzero(np.diff(position, prepend=-1))
        return _Rows(frame, self.ids, position, self.day[at], start, np.diff(np.append(start, len(position))))

    def sum(self, values: Floats) -> Floats:
        return np.bincount(self.position, weights=values, minlength=len(self.ids)).astype(np.float64, copy=False)

    def mean(self, values: Floats) -> Floats:
        """Return the mean of each customer's known values, NaN without any."""
        is_known = ~np.isnan(values)
        return _ratio(self.sum(np.where(is_known, values, 0.0)), self.sum(is_known.astype(np.float64)))

    def last(self, values: Floats) -> Floats:
        """Return each customer's last known value, NaN without any."""
        at = np.maximum.reduceat(np.where(np.isnan(values), -1, np.arange(len(values))), self.start)
        return np.where(at < 0, np.nan, values[at])

    def usual(self, codes: Ints, kinds: int) -> Ints:
        """Return each customer's most frequent code, the smallest of equals; -1 without any."""
        pair, times = np.unique(self.position[codes >= 0] * kinds + codes[codes >= 0], return_counts=True)
        position, code = np.divmod(pair, kinds)
        best = np.lexsort((code, -times, position))
        best = best[np.flatnonzero(np.diff(position[best], prepend=-1))]
        usual = np.full(len(self.ids), -1, dtype=np.int64)
        usual[position[best]] = code[best]
        return usual

    def kinds(self, codes: Ints, kinds: int) -> Floats:
        """Return how many different codes each customer has."""
        pair = np.unique(self.position[codes >= 0] * kinds + codes[codes >= 0])
        return np.bincount(pair // kinds, minlength=len(self.ids)).astype(np.float64)


def _rhythm(rows: _Rows, today: int) -> dict[str, object]:
    first, last = rows.day[rows.start], rows.day[rows.start + rows.count - 1]
    recency = (today - last).astype(np.float64)
    step = np.diff(rows.day, prepend=rows.day[:1]).astype(np.float64)
    step[rows.start] = 0.0
    gap = np.where(step > 0, step, np.nan)
    mean = rows.mean(gap)
    longest = np.maximum.reduceat(step, rows.start)
    recent = {f"orders_{days}d": rows.sum((rows.day > today - days).astype(np.float64)) for days in WINDOWS_DAYS}
    return {
        "recency_days": recency,
        "orders": rows.count.astype(np.float64),
        "one_time": pd.array(np.where(first == last, "yes", "no"), dtype="str"),
        "tenure_days": (today - first).astype(np.float64),
        **recent,
        "gap_mean_days": mean,
        "gap_spread_days": np.sqrt(rows.mean((gap - mean[rows.position]) ** 2)),
        "gap_max_days": np.where(first == last, np.nan, longest),
        "gap_last_days": rows.last(gap),
        "recency_over_gap": _ratio(recency, mean),
    }


def _spend_features(rows: _Rows, amount: Floats, refunded: Floats) -> dict[str, object]:
    has_amount = ~np.isnan(amount)
    number = (np.arange(len(amount)) - rows.start[rows.position]).astype(np.float64)
    off = np.where(has_amount, number - rows.mean(np.where(has_amount, number, np.nan))[rows.position], 0.0)
    return {
        "spend_total": rows.sum(np.where(has_amount, amount, 0.0)) + refunded,
        "spend_mean": rows.mean(amount),
        "spend_last": rows.last(amount),
        "spend_trend": _ratio(rows.sum(off * np.where(has_amount, amount, 0.0)), rows.sum(off**2)),
    }


def _refunded(rows: _Rows, refunds: pd.DataFrame, customer: str, amount: str) -> Floats:
    """Return the sum of the (negative) refunds of each customer; added in order of size, to be reproducible."""
    sizes = refunds[amount].to_numpy(np.float64)
    position = rows.ids.get_indexer(pd.Index(refunds[customer]))
    order = np.lexsort((sizes, position))
    order = order[position[order] >= 0]
    return np.bincount(position[order], weights=sizes[order], minlength=len(rows.ids)).astype(np.float64)


def _habits(rows: _Rows, clock: Ints) -> dict[str, object]:
    weekday = (rows.day + 3) % 7  # 1970-01-01 was a Thursday
    habits: dict[str, object] = {
        "weekend_share": rows.mean((weekday >= 5).astype(np.float64)),
        "usual_weekday": _as_text(rows.usual(weekday, 7), WEEKDAYS),
    }
    if clock.any():
        band = np.searchsorted(list(HOURS.values()), clock // (_DAY // 24), side="right") - 1
        habits["usual_hours"] = _as_text(rows.usual(band, len(HOURS)), list(HOURS))
    return habits


def _summary(rows: _Rows, column: str) -> dict[str, object]:
    """Summarise a further column by the kind of values it holds."""
    values = rows.frame[column]
    if pd.api.types.is_numeric_dtype(values):
        numbers = values.to_numpy(np.float64)
        return {f"{column}_mean": rows.mean(numbers), f"{column}_last": rows.last(numbers)}
    positions, names = pd.factorize(values, sort=True)
    codes = positions.astype(np.int64)
    meaning = [_YES_NO.get(str(name).casefold(), np.nan) for name in names]
    if not np.isnan(meaning).any():
        numbers = np.asarray([*meaning, np.nan])[codes]
        return {f"{column}_share": rows.mean(numbers), f"{column}_last": rows.last(numbers)}
    if 2 * len(names) > max(len(codes), 2 * _MAX_VALUES):
        return {}  # nearly every row has its own value: a comment, or an order number
    kinds = rows.kinds(codes, len(names))
    summary: dict[str, object] = {
        f"{column}_usual": _as_text(rows.usual(codes, len(names)), _common(codes, [str(name) for name in names]))
    }
    if kinds.max() > 1:
        summary[f"{column}_kinds"] = kinds
    return summary


def _common(codes: Ints, names: Sequence[str]) -> list[str]:
    """Keep the names of the most common values; the rest become "other", to bound the number of categories."""
    often = np.bincount(codes[codes >= 0], minlength=len(names))
    common = set(np.lexsort((np.arange(len(names)), -often))[:_MAX_VALUES].tolist())
    return [name if place in common else "other" for place, name in enumerate(names)]


def _as_text(codes: Ints, names: Sequence[str]) -> object:
    """Return the names of the codes, missing for -1."""
    return pd.array(np.asarray([*names, None], dtype=object)[codes], dtype="str")


def _ratio(above: Floats, below: Floats) -> Floats:
    """Return above divided by below, NaN where below is 0."""
    ratio = np.full(len(above), np.nan)
    np.divide(above, below, out=ratio, where=below > 0)
    return ratio
