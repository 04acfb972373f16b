"""Chooses the column of an order log with the time of each order: the date that changes within a customer."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from retention.customers.codes import are_compact_dates
from retention.customers.roles import find_columns
from retention.errors import InputError
from retention.orders.customer_column import ChosenColumn
from retention.tabular.dates import epoch_unit, is_date_column, looks_like_dates, looks_like_digits
from retention.wording.column_names import normalize_name, tokenize_name
from retention.wording.text import join_names, quote

TIME_NAMES = (
    "orderedat", "ordertime", "orderdatetime", "ordertimestamp", "orderdate", "orderplacedat", "dateoforder",
    "orderpurchasetimestamp", "purchasedate", "purchasedat", "purchasetime", "transactiondate", "transactiontime",
    "invoicedate", "placedat", "timestamp", "datetime", "date", "createdat", "createddate", "creationdate",
    "eventtime", "bestelldatum", "datum", "fecha", "time", "day", "when", "ts",
)  # fmt: skip
"""Normalized names of the column, the best first."""
_TIME_WORDS = frozenset({"date", "time", "at", "on", "day", "dt", "datetime", "timestamp", "ts", "datum", "fecha"})
_ORDER_WORDS = frozenset(
    {
        "order",
        "ordered",
        "purchase",
        "purchased",
        "transaction",
        "txn",
        "tran",
        "trans",
        "invoice",
        "bill",
        "billed",
    }
    | {"payment", "paid", "sale", "sales", "sold", "visit", "booking", "booked", "placed", "checkout", "basket"}
    | {"receipt", "event", "shop", "charge", "charged", "created"}
)
_OTHER_WORDS = frozenset(
    {"birth", "dob", "born", "birthday", "birthdate", "signup", "sign", "signed", "registered", "registration"}
    | {"register", "joined", "join", "joining", "first", "since", "enrolled", "enrolment", "enrollment", "expire"}
    | {"expires", "expiry", "expiration", "valid", "delivered", "delivery", "ship", "shipped", "shipping", "due"}
    | {"dispatch", "dispatched", "updated", "update", "modified", "cancelled", "canceled", "cancel", "refunded"}
    | {"refund", "closed", "renewal", "next", "last", "login", "promised", "estimated", "accepted", "rejected"}
    | {"end", "ended", "completed", "returned", "return", "fulfilled", "limit", "member", "membership"}
)
_CHANGES = 0.02  # of the rows that repeat a customer; fewer changes are corrections
_MOSTLY = 0.5


def choose_time(frame: pd.DataFrame, columns: Sequence[str], customer: str, source: str) -> ChosenColumn | None:
    """Choose the time among typed columns; None where no column holds dates or is called like a time.

    A date that is the same in all rows of a customer, such as a birthday, is passed over for one that changes;
    among those that change, the names decide.

    Raises
    ------
    InputError
        If every column of dates is the same in all rows of a customer, and none is called the date of an order.
    """
    dated = sorted((column for column in columns if _holds_times(frame[column], column)), key=_rank)
    named = find_columns(columns, TIME_NAMES)
    if not dated:
        return ChosenColumn(named[0]) if named else None
    mostly_filled = [column for column in dated if frame[column].notna().mean() > _MOSTLY] or dated
    if len(dated) == 1 and _rank(dated[0]) < len(TIME_NAMES):
        return ChosenColumn(dated[0])
    varying = [column for column in mostly_filled if _changes_within_customers(frame, customer, column)]
    if not varying:
        best = mostly_filled[0]
        if _rank(best) >= _LAST and len(frame) > frame[customer].nunique():
            raise InputError(
                f"{source}: column {quote(best)} is the same in all rows of a customer, so it is not the day of "
                "an order; pass --time (a log needs the day of each order)"
            )
        return ChosenColumn(best)
    constant = [column for column in mostly_filled if column not in varying]
    if constant:
        return ChosenColumn(varying[0], f"it changes within a customer, {join_names(constant)} does not")
    others = [column for column in dated if column != varying[0]]
    return ChosenColumn(varying[0], f"not {join_names(others)}" if others else "")


_LAST = 3_000


def _rank(column: str) -> int:
    """Return how well a name says that a date is an order's: the smaller, the better."""
    words = [word for word in tokenize_name(column) if word not in {"utc", "gmt", "ist", "local"}]
    name = normalize_name("".join(words)) if words else ""
    if name in TIME_NAMES:
        return TIME_NAMES.index(name)
    if set(words) & _OTHER_WORDS:
        return _LAST
    return 1_000 if set(words) & _ORDER_WORDS else 2_000


def _holds_times(cells: pd.Series, column: str) -> bool:
    """Whether a column holds times; digits count only where the name says so."""
    if is_date_column(cells):
        return True
    if not (set(tokenize_name(column)) & _TIME_WORDS or normalize_name(column) in TIME_NAMES):
        return False
    return is_compact_time(cells)


def is_compact_time(cells: pd.Series) -> bool:
    """Whether numbers read as dates such as 20250630 or 1751241600; asked only where the name suggests a time."""
    first = cells.dropna().head(100)
    if pd.api.types.is_numeric_dtype(cells):
        if not (first % 1 == 0).all():
            return False
        if are_compact_dates(cells):
            return True
        first = first.astype("int64")
    return looks_like_digits(first) and (looks_like_dates(first) or epoch_unit(first) is not None)


def _changes_within_customers(frame: pd.DataFrame, customer: str, column: str) -> bool:
    """Whether a column often has another value in a further row of the same customer."""
    codes, _ = pd.factorize(frame[customer])
    days, distinct = pd.factorize(frame[column])
    both = (codes >= 0) & (days >= 0)
    codes, days = codes[both].astype(np.int64), days[both].astype(np.int64)
    customers = len(np.unique(codes))
    pairs = len(pd.unique(codes * max(1, len(distinct)) + days))
    repeats = len(codes) - customers
    return repeats > 0 and pairs - customers > _CHANGES * repeats
