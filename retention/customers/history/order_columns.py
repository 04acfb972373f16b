"""Which column of an order log is the customer, the time and the amount, guessed from names and dates."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from retention.customers.reading.dates import dates_in
from retention.customers.roles import ID_NAMES, guess_roles, named, normalised
from retention.errors import InputError

_CUSTOMER_NAMES = (*(name for name in ID_NAMES if name not in {"id", "uuid", "guid"}), "buyerid", "shopperid")
_TIME_NAMES = (
    "orderedat", "ordertime", "orderdatetime", "ordertimestamp", "orderdate", "dateoforder",
    "orderpurchasetimestamp", "purchasedate", "purchasedat", "purchasetime", "transactiondate", "transactiontime",
    "invoicedate", "placedat", "timestamp", "datetime", "date", "createdat", "createddate", "creationdate",
    "eventtime", "time", "day", "when", "ts",
)  # fmt: skip
_AMOUNT_NAMES = (
    "amount", "orderamount", "ordervalue", "ordertotal", "totalamount", "totalprice", "totalvalue", "total",
    "grandtotal", "netamount", "grossamount", "transactionamount", "transactionvalue", "purchaseamount",
    "purchasevalue", "paymentvalue", "value", "revenue", "sales", "spend", "spent", "subtotal", "price", "cost",
    "paid",
)  # fmt: skip
_IDENTIFIES = re.compile(r"(?:(?:^|[_\s.-])(?:id|no|nr|number|code|uuid|guid|key|sku)|[a-z](?:ID|Id|No))$")
_ROWS_PER_ID = 1.1  # a log has at least so many; a table of customers has 1


@dataclass(frozen=True)
class Asked:
    """The columns a person named; None where the names in the file decide."""

    customer: str | None = None
    time: str | None = None
    amount: str | None = None

    def text_columns(self, columns: Sequence[str]) -> set[str]:
        """Return the columns to keep as text: the customer, the time, and whatever numbers things (order no)."""
        vital = {self.customer or _by_name(columns, _CUSTOMER_NAMES), self.time_in(columns)}
        return {column for column in columns if column in vital or _IDENTIFIES.search(column)} - {str(self.amount)}

    def time_in(self, columns: Sequence[str]) -> str | None:
        """Return the time column as far as names tell."""
        return self.time or _by_name(columns, _TIME_NAMES)


@dataclass(frozen=True)
class OrderRoles:
    """Which column of an order log is what; ``amount`` and ``name`` may be missing."""

    customer: str
    time: str
    amount: str | None
    name: str | None


def find_roles(frame: pd.DataFrame, source: str, asked: Asked) -> OrderRoles:
    """Find the roles of a typed order log; only the time is also looked for by content.

    Raises
    ------
    InputError
        If the customer or the time is not found, a column that was asked for is missing, or two are one.
    """
    columns = [str(column) for column in frame.columns]
    for flag, column in {"--customer": asked.customer, "--time": asked.time, "--amount": asked.amount}.items():
        if column is not None:
            named(column, source, columns, flag=flag)
    customer = asked.customer or _by_name(columns, _CUSTOMER_NAMES)
    if customer is None:
        raise InputError(f"{source}: column 'customer_id' is missing; rename yours or pass --customer")
    rest = [column for column in columns if column != customer]
    time = asked.time_in(rest) or next((column for column in rest if _dated(frame[column])), None)
    if time is None:
        raise InputError(f"{source}: column 'date' is missing; rename yours or pass --time")
    rest = [column for column in rest if column != time]
    amount = asked.amount or _by_name(rest, _AMOUNT_NAMES)
    if customer == time or amount in {customer, time}:
        raise InputError(f"{source}: customer, time and amount are three columns, but two of them are the same")
    return OrderRoles(customer, time, amount, guess_roles([customer, *rest], source, id=customer).roles.name)


def looks_like_orders(frame: pd.DataFrame) -> bool:
    """Whether a table holds one row an order: ids that repeat, and a column of dates.

    >>> looks_like_orders(pd.DataFrame({"user_id": ["a", "a", "b"], "date": ["2025-06-01"] * 3}))
    True
    >>> looks_like_orders(pd.DataFrame({"customer_id": ["a", "b", "c"], "joined": ["2025-06-01"] * 3}))
    False
    """
    columns = [str(column) for column in frame.columns]
    customer, time = _by_name(columns, _CUSTOMER_NAMES), _by_name(columns, _TIME_NAMES)
    if customer is None or len(frame) < _ROWS_PER_ID * frame[customer].nunique():
        return False
    if time is not None and _compact_dates(frame[time]):
        return True
    return any(_dated(frame[column]) for column in columns if column != customer)


def _by_name(columns: Sequence[str], names: Sequence[str]) -> str | None:
    """Return the column whose name comes first in ``names``."""
    known = {normalised(column): column for column in reversed(columns)}
    return next((known[name] for name in names if name in known), None)


def _dated(cells: pd.Series) -> bool:
    if pd.api.types.is_datetime64_any_dtype(cells):
        return True
    return not pd.api.types.is_numeric_dtype(cells) and dates_in(cells)


def _compact_dates(cells: pd.Series) -> bool:
    """Whether numbers are dates such as 20250630; only a name can say that they are meant so."""
    if not pd.api.types.is_numeric_dtype(cells):
        return False
    first = cells.dropna().head(100)
    return bool((first % 1 == 0).all()) and dates_in(first.astype("int64"))
