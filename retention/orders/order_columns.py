"""Finds the columns of an order log: customer, time and amount, by their names and by the dates they hold."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from retention.customers.roles import ID_NAMES, find_column, guess_roles, require_column
from retention.customers.table import CUTOFF
from retention.errors import InputError
from retention.tabular.dates import epoch_unit, is_date_column, looks_like_dates, looks_like_digits

_CUSTOMER_NAMES = (
    *(name for name in ID_NAMES if name not in {"id", "uuid", "guid"}), "buyerid", "shopperid", "buyer", "client",
    "kundenid", "kundennr", "kundennummer", "kunde", "clienteid", "idcliente", "cliente", "clientid",
)  # fmt: skip
_TIME_NAMES = (
    "orderedat", "ordertime", "orderdatetime", "ordertimestamp", "orderdate", "dateoforder",
    "orderpurchasetimestamp", "purchasedate", "purchasedat", "purchasetime", "transactiondate", "transactiontime",
    "invoicedate", "placedat", "timestamp", "datetime", "date", "createdat", "createddate", "creationdate",
    "eventtime", "bestelldatum", "datum", "fecha", "time", "day", "when", "ts",
)  # fmt: skip
_AMOUNT_NAMES = (
    "amount", "orderamount", "ordervalue", "ordertotal", "totalamount", "totalprice", "totalvalue", "total",
    "grandtotal", "netamount", "grossamount", "transactionamount", "transactionvalue", "purchaseamount",
    "purchasevalue", "paymentvalue", "value", "revenue", "sales", "spend", "spent", "subtotal", "betrag",
    "umsatz", "montant", "importe", "price", "cost", "paid",
)  # fmt: skip
_QUANTITY_NAMES = (
    "quantity", "qty", "orderquantity", "quantityordered", "itemquantity", "units", "unitssold", "menge", "anzahl",
)  # fmt: skip
_UNIT_PRICE_NAMES = (
    "unitprice", "priceperunit", "priceeach", "itemprice", "productprice", "sellingprice", "stueckpreis", "price",
)  # fmt: skip
_ORDER_NAMES = (
    "orderid", "orderno", "ordernr", "ordernumber", "invoiceid", "invoiceno", "invoicenumber", "invoice",
    "transactionid", "transactionno", "transactionnumber", "basketid", "receiptid", "receiptno", "billid",
    "billno", "bestellnummer", "order",
)  # fmt: skip
_IDENTIFIER_NAME = re.compile(
    r"(?:(?:^|[_\s.-])(?:id|no|nr|number|code|uuid|guid|key|sku)|[a-z](?:ID|Id|No|Nr|Code|Number|Key))$"
)
_ROWS_PER_ID = 1.1  # an order log has at least this many; a table of customers has 1
_MULTIPLIED_BY = " × "


@dataclass(frozen=True)
class ChosenColumns:
    """The columns a user chose; None where the names in the file decide."""

    customer: str | None = None
    time: str | None = None
    amount: str | None = None

    def text_columns(self, columns: Sequence[str]) -> set[str]:
        """Return the columns to keep as text: the customer, the time and identifiers such as the order number."""
        key_columns = {self.customer or find_column(columns, _CUSTOMER_NAMES), self.time_column(columns)}
        key_columns.add(find_column(columns, _ORDER_NAMES))
        return {column for column in columns if column in key_columns or _IDENTIFIER_NAME.search(column)} - {
            str(self.amount)
        }

    def time_column(self, columns: Sequence[str]) -> str | None:
        """Return the time column, chosen or found by its name; None without one."""
        return self.time or find_column(columns, _TIME_NAMES)

    def amount_column(self, columns: Sequence[str]) -> str | None:
        """Return the amount column, chosen or found by its name; ``quantity × price`` where only these exist.

        >>> ChosenColumns().amount_column(["Quantity", "UnitPrice"])
        'Quantity × UnitPrice'
        >>> ChosenColumns().amount_column(["qty", "price", "total"])
        'total'
        """
        if self.amount is not None:
            parts = None if self.amount in columns else multiplied_columns(self.amount, columns)
            return self.amount if parts is None else _MULTIPLIED_BY.join(parts)
        amount, quantity = find_column(columns, _AMOUNT_NAMES), find_column(columns, _QUANTITY_NAMES)
        price = find_column(columns, _UNIT_PRICE_NAMES)
        if quantity and price and amount in {price, None}:
            return f"{quantity}{_MULTIPLIED_BY}{price}"
        return amount


@dataclass(frozen=True)
class OrderRoles:
    """The columns of an order log by their roles; ``amount``, ``name`` and ``order`` (its number) may be None."""

    customer: str
    time: str
    amount: str | None
    name: str | None
    order: str | None


def find_roles(frame: pd.DataFrame, source: str, chosen: ChosenColumns) -> OrderRoles:
    """Find the roles of the columns of a typed order log; only the time is also found by its content.

    Raises
    ------
    InputError
        If the customer or the time is not found, a chosen column is missing, or two roles share a column.
    """
    columns = [str(column) for column in frame.columns]
    for flag, column in {"--customer": chosen.customer, "--time": chosen.time, "--amount": chosen.amount}.items():
        if column is not None and multiplied_columns(column, columns) is None:
            require_column(column, source, columns, flag=flag)
    customer = chosen.customer or find_column(columns, _CUSTOMER_NAMES)
    if customer is None:
        raise InputError(f"{source}: column 'customer_id' is missing; rename yours or pass --customer")
    rest = [column for column in columns if column != customer]
    time = chosen.time_column(rest) or next((column for column in rest if is_date_column(frame[column])), None)
    if time is None:
        raise InputError(
            f"{source}: column 'date' is missing; rename yours or pass --time "
            "(a log needs the day of each order, days between orders are not enough)"
        )
    rest = [column for column in rest if column != time]
    amount = chosen.amount_column(rest)
    if customer == time or amount in {customer, time}:
        raise InputError(f"{source}: customer, time and amount are three columns, but two of them are the same")
    name = guess_roles([customer, *rest], source, id=customer).roles.name
    order = find_column([column for column in rest if column not in {amount, name}], _ORDER_NAMES)
    return OrderRoles(customer, time, amount, name, order)


def multiplied_columns(amount: str | None, columns: Sequence[str]) -> tuple[str, str] | None:
    """Return the two columns that an amount such as ``quantity × price`` or ``quantity * price`` multiplies.

    None where the amount is a column itself, or multiplies no two columns.

    >>> multiplied_columns("qty*price", ["qty", "price"]), multiplied_columns("total", ["total"])
    (('qty', 'price'), None)
    """
    parts = [part.strip() for part in re.split("[×*]", amount or "")]
    if amount in columns or len(parts) != 2 or not set(parts) <= set(columns):
        return None
    return parts[0], parts[1]


def looks_like_order_log(frame: pd.DataFrame) -> bool:
    """Whether a table holds one row an order: customer ids that repeat, and a column of dates.

    >>> looks_like_order_log(pd.DataFrame({"user_id": ["a", "a", "b"], "date": ["2025-06-01"] * 3}))
    True
    >>> looks_like_order_log(pd.DataFrame({"customer_id": ["a", "b", "c"], "joined": ["2025-06-01"] * 3}))
    False
    """
    columns = [str(column) for column in frame.columns]
    customer = find_column(columns, _CUSTOMER_NAMES)
    return customer is not None and ids_repeat(frame, customer) and has_date_column(frame.drop(columns=customer))


def ids_repeat(frame: pd.DataFrame, id: str) -> bool:
    """Whether ids have several rows each; False for a panel, where an id has one row for each cutoff."""
    panel = CUTOFF in frame.columns and id != CUTOFF and not frame.duplicated([id, CUTOFF]).any()
    return not panel and len(frame) >= _ROWS_PER_ID * frame[id].nunique()


def has_date_column(frame: pd.DataFrame) -> bool:
    """Whether any column holds dates."""
    time = find_column([str(column) for column in frame.columns], _TIME_NAMES)
    if time is not None and _compact_dates(frame[time]):
        return True
    return any(is_date_column(frame[column]) for column in frame.columns)


def _compact_dates(cells: pd.Series) -> bool:
    """Whether numbers read as dates such as 20250630 or 1751241600; asked only where the name suggests a time."""
    first = cells.dropna().head(100)
    if pd.api.types.is_numeric_dtype(cells):
        if not (first % 1 == 0).all():
            return False
        first = first.astype("int64")
    return looks_like_digits(first) and (looks_like_dates(first) or epoch_unit(first) is not None)
