"""Which column of an order log is the customer, the time and the amount, guessed from names and dates."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from retention.customers.roles import ID_NAMES, find_column, guess_roles, require_column
from retention.customers.table import CUTOFF
from retention.errors import InputError
from retention.tabular.dates import dated, dates_in, digits, epoch_unit

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
_IDENTIFIES = re.compile(
    r"(?:(?:^|[_\s.-])(?:id|no|nr|number|code|uuid|guid|key|sku)|[a-z](?:ID|Id|No|Nr|Code|Number|Key))$"
)
_ROWS_PER_ID = 1.1  # a log has at least so many; a table of customers has 1
_TIMES = " × "


@dataclass(frozen=True)
class Asked:
    """The columns a person named; None where the names in the file decide."""

    customer: str | None = None
    time: str | None = None
    amount: str | None = None

    def text_columns(self, columns: Sequence[str]) -> set[str]:
        """Return the columns to keep as text: the customer, the time, and whatever numbers things (order no)."""
        vital = {self.customer or find_column(columns, _CUSTOMER_NAMES), self.time_in(columns)}
        vital.add(find_column(columns, _ORDER_NAMES))
        return {column for column in columns if column in vital or _IDENTIFIES.search(column)} - {str(self.amount)}

    def beside(self, columns: Sequence[str]) -> set[str]:
        """Return the columns that are no money, so that a word among their numbers need not stop anybody."""
        amount = self.amount_in(columns)
        return set(columns) - {amount, *(factors(amount, columns) or ())}

    def time_in(self, columns: Sequence[str]) -> str | None:
        """Return the time column as far as names tell."""
        return self.time or find_column(columns, _TIME_NAMES)

    def amount_in(self, columns: Sequence[str]) -> str | None:
        """Return the amount as far as names tell: a column, or ``quantity × price`` where only these are there.

        >>> Asked().amount_in(["Quantity", "UnitPrice"]), Asked().amount_in(["qty", "price", "total"])
        ('Quantity × UnitPrice', 'total')
        """
        if self.amount is not None:
            parts = None if self.amount in columns else factors(self.amount, columns)
            return self.amount if parts is None else _TIMES.join(parts)
        found, quantity = find_column(columns, _AMOUNT_NAMES), find_column(columns, _QUANTITY_NAMES)
        price = find_column(columns, _UNIT_PRICE_NAMES)
        if quantity and price and found in {price, None}:
            return f"{quantity}{_TIMES}{price}"
        return found


@dataclass(frozen=True)
class OrderRoles:
    """Which column of an order log is what; ``amount``, ``name`` and ``order`` (its number) may be missing."""

    customer: str
    time: str
    amount: str | None
    name: str | None
    order: str | None


def find_roles(frame: pd.DataFrame, source: str, asked: Asked) -> OrderRoles:
    """Find the roles of a typed order log; only the time is also looked for by content.

    Raises
    ------
    InputError
        If the customer or the time is not found, a column that was asked for is missing, or two are one.
    """
    columns = [str(column) for column in frame.columns]
    for flag, column in {"--customer": asked.customer, "--time": asked.time, "--amount": asked.amount}.items():
        if column is not None and factors(column, columns) is None:
            require_column(column, source, columns, flag=flag)
    customer = asked.customer or find_column(columns, _CUSTOMER_NAMES)
    if customer is None:
        raise InputError(f"{source}: column 'customer_id' is missing; rename yours or pass --customer")
    rest = [column for column in columns if column != customer]
    time = asked.time_in(rest) or next((column for column in rest if dated(frame[column])), None)
    if time is None:
        raise InputError(
            f"{source}: column 'date' is missing; rename yours or pass --time "
            "(a log needs the day of each order, days between orders are not enough)"
        )
    rest = [column for column in rest if column != time]
    amount = asked.amount_in(rest)
    if customer == time or amount in {customer, time}:
        raise InputError(f"{source}: customer, time and amount are three columns, but two of them are the same")
    name = guess_roles([customer, *rest], source, id=customer).roles.name
    order = find_column([column for column in rest if column not in {amount, name}], _ORDER_NAMES)
    return OrderRoles(customer, time, amount, name, order)


def factors(amount: str | None, columns: Sequence[str]) -> tuple[str, str] | None:
    """Return the two columns that an amount such as ``quantity × price`` or ``quantity * price`` multiplies.

    >>> factors("qty*price", ["qty", "price"]), factors("total", ["total"])
    (('qty', 'price'), None)
    """
    parts = [part.strip() for part in re.split("[×*]", amount or "")]
    if amount in columns or len(parts) != 2 or not set(parts) <= set(columns):
        return None
    return parts[0], parts[1]


def looks_like_orders(frame: pd.DataFrame) -> bool:
    """Whether a table holds one row an order: ids that repeat, and a column of dates.

    >>> looks_like_orders(pd.DataFrame({"user_id": ["a", "a", "b"], "date": ["2025-06-01"] * 3}))
    True
    >>> looks_like_orders(pd.DataFrame({"customer_id": ["a", "b", "c"], "joined": ["2025-06-01"] * 3}))
    False
    """
    columns = [str(column) for column in frame.columns]
    customer = find_column(columns, _CUSTOMER_NAMES)
    return customer is not None and repeats(frame, customer) and holds_dates(frame.drop(columns=customer))


def repeats(frame: pd.DataFrame, id: str) -> bool:
    """Whether ids stand in several rows each; not so in a stack of snapshots, where it is once a cutoff."""
    stacked = CUTOFF in frame.columns and id != CUTOFF and not frame.duplicated([id, CUTOFF]).any()
    return not stacked and len(frame) >= _ROWS_PER_ID * frame[id].nunique()


def holds_dates(frame: pd.DataFrame) -> bool:
    """Whether some column holds dates."""
    time = find_column([str(column) for column in frame.columns], _TIME_NAMES)
    if time is not None and _compact_dates(frame[time]):
        return True
    return any(dated(frame[column]) for column in frame.columns)


def _compact_dates(cells: pd.Series) -> bool:
    """Whether digits are dates such as 20250630 or 1751241600; only a name can say that they are meant so."""
    first = cells.dropna().head(100)
    if pd.api.types.is_numeric_dtype(cells):
        if not (first % 1 == 0).all():
            return False
        first = first.astype("int64")
    return digits(first) and (dates_in(first) or epoch_unit(first) is not None)
