"""Finds the columns of an order log by their names and by what they hold, and says why each was taken."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from retention.customers.codes import is_code_name
from retention.customers.roles import find_column, guess_roles, require_column
from retention.customers.table import CUTOFF
from retention.errors import InputError
from retention.orders.amount_column import MULTIPLIED_BY, amount_by_name, choose_amount, multiplied_columns
from retention.orders.customer_column import ChosenColumn, choose_customer, customer_candidates
from retention.orders.time_column import TIME_NAMES, choose_time, is_compact_time
from retention.tabular.dates import is_date_column
from retention.wording.column_names import normalize_name, tokenize_name
from retention.wording.text import quote

__all__ = ["ChosenColumns", "OrderRoles", "find_roles", "looks_like_order_log", "multiplied_columns"]

_ORDER_NAMES = (
    "orderid", "orderno", "ordernr", "ordernumber", "invoiceid", "invoiceno", "invoicenumber", "invoice",
    "transactionid", "transactionno", "transactionnumber", "basketid", "receiptid", "receiptno", "billid",
    "billno", "bestellnummer", "order",
)  # fmt: skip
_ORDER_WORDS = frozenset(
    {"order", "invoice", "transaction", "txn", "basket", "receipt", "bill", "booking", "checkout", "bestellung"}
)
_NUMBER_WORDS = frozenset({"id", "no", "nr", "num", "number", "code", "ref", "reference", "key"})
_NUMBERED = r"^#?\s?(?:[A-Za-z]{1,6}[-_#]?)?\d{2,}(?:[-_/]\d+)?$"
"""What a number of an order looks like under another name, such as ``#1001`` in the column Name of Shopify."""
_IDENTIFIER_NAME = re.compile(
    r"(?:(?:^|[_\s.-])(?:id|no|nr|number|code|uuid|guid|key|sku)|[a-z](?:ID|Id|No|Nr|Code|Number|Key))$"
)
_ROWS_PER_ID = 1.1  # an order log has at least this many; a table of customers has 1
_FEWEST_ROWS = 20  # fewer show nothing about a name
_MOSTLY = 0.9
_NAMES_THAT_CHANGE = 0.2


@dataclass(frozen=True)
class ChosenColumns:
    """The columns a user chose; None where the file decides. ``exclude`` are columns that must not be used."""

    customer: str | None = None
    time: str | None = None
    amount: str | None = None
    status: str | None = None
    order: str | None = None
    exclude: tuple[str, ...] = ()

    def text_columns(self, columns: Sequence[str]) -> set[str]:
        """Return the columns to keep as text: the customer, the time and identifiers such as the order number."""
        key_columns = {self.customer, self.order, self.status, self.time_column(columns)}
        key_columns |= {find_column(columns, _ORDER_NAMES), *customer_candidates(columns)}
        return {
            column
            for column in columns
            if column in key_columns or _IDENTIFIER_NAME.search(column) or is_code_name(column)
        } - {str(self.amount)}

    def time_column(self, columns: Sequence[str]) -> str | None:
        """Return the time column, chosen or found by its name; None without one."""
        return self.time or find_column(columns, TIME_NAMES)

    def amount_column(self, columns: Sequence[str]) -> str | None:
        """Return the amount column, chosen or found by its name; ``quantity × price`` where only these exist."""
        if self.amount is None:
            return amount_by_name([column for column in columns if column not in self.exclude])
        parts = None if self.amount in columns else multiplied_columns(self.amount, columns)
        return self.amount if parts is None else MULTIPLIED_BY.join(parts)

    def check(self, source: str, columns: Sequence[str]) -> None:
        """Check that the file has every column that was chosen.

        Raises
        ------
        InputError
            If it lacks one, or if one has two roles.
        """
        by_flag = {
            "--customer": self.customer, "--time": self.time, "--amount": self.amount, "--status": self.status,
            "--order": self.order,
        }  # fmt: skip
        for flag, column in by_flag.items():
            if column is not None and multiplied_columns(column, columns) is None:
                require_column(column, source, columns, flag=flag)
            if column is not None and column in self.exclude:
                raise InputError(
                    f"{source}: column {quote(column)} is asked for by {flag} and by --exclude; choose one"
                )


@dataclass(frozen=True)
class OrderRoles:
    """The columns of an order log by their roles; ``amount``, ``name``, ``order`` and ``status`` may be None.

    Attributes
    ----------
    order
        The number of the order.
    status
        Whether the order was delivered, cancelled and so on, where a person passed the column.
    reasons
        Why a column has its role, by role, where its name alone does not say so.
    """

    customer: str
    time: str
    amount: str | None
    name: str | None
    order: str | None
    status: str | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, str | None]:
        """Return the column of each role."""
        return {
            "customer": self.customer, "time": self.time, "amount": self.amount, "order number": self.order,
            "status": self.status, "name": self.name,
        }  # fmt: skip

    @property
    def sentence(self) -> str:
        """Which column was taken as what, and why, where the name alone does not say so."""
        words = []
        for role, column in self.as_dict().items():
            if column is not None:
                reason = self.reasons.get(role)
                words.append(f"{role}: {column}" + (f" ({reason})" if reason else ""))
        return ", ".join(words)


def find_roles(frame: pd.DataFrame, source: str, chosen: ChosenColumns) -> OrderRoles:
    """Find the roles of the columns of a typed order log, by their names and by what they hold.

    Raises
    ------
    InputError
        If the customer or the time is not found, a chosen column is missing, or two roles share a column.
    """
    columns = [str(column) for column in frame.columns]
    chosen.check(source, columns)
    columns = [column for column in columns if column not in chosen.exclude]
    passed = {chosen.time, chosen.amount, chosen.order, chosen.status}
    free = [column for column in columns if column not in passed]
    customer = _chosen(chosen.customer) or choose_customer(frame, free)
    if customer is None:
        raise InputError(f"{source}: column 'customer_id' is missing; rename yours or pass --customer")
    rest = [column for column in columns if column != customer.column]
    free = [column for column in rest if column not in passed]
    time = _chosen(chosen.time) or choose_time(frame, free, customer.column, source)
    time = time or choose_time(frame, rest, customer.column, source)  # a column that has another role, too
    if time is None:
        raise InputError(
            f"{source}: column 'date' is missing; rename yours or pass --time "
            "(a log needs the day of each order, days between orders are not enough)"
        )
    rest = [column for column in rest if column != time.column]
    if chosen.amount is not None:
        amount = _chosen(chosen.amount_column(columns))
    else:
        amount = choose_amount(frame, [column for column in rest if column not in passed])
    amount_column = None if amount is None else amount.column
    if customer.column == time.column or amount_column in {customer.column, time.column}:
        raise InputError(f"{source}: customer, time and amount are three columns, but two of them are the same")
    rest = [column for column in rest if column != amount_column and column not in passed]
    order = _chosen(chosen.order) or _find_order(frame, rest)
    rest = [column for column in rest if order is None or column != order.column]
    name = guess_roles([customer.column, *rest], source, id=customer.column).roles.name
    if name is not None and _changes(frame, customer.column, name):
        name = None
    reasons = {"customer": customer, "time": time, "amount": amount, "order number": order}
    return OrderRoles(
        customer.column,
        time.column,
        amount_column,
        name,
        None if order is None else order.column,
        chosen.status,
        {role: column.reason for role, column in reasons.items() if column is not None and column.reason},
    )


def _chosen(column: str | None) -> ChosenColumn | None:
    return None if column is None else ChosenColumn(column, "as asked")


def _find_order(frame: pd.DataFrame, columns: Sequence[str]) -> ChosenColumn | None:
    """Return the column with the number of each order; one called otherwise where its cells look like numbers."""
    if named := find_column(columns, _ORDER_NAMES):
        return ChosenColumn(named)
    for column in columns:
        words = set(tokenize_name(column))
        if words & _ORDER_WORDS and words & _NUMBER_WORDS and frame[column].dtype != float:
            return ChosenColumn(column)
    for column in columns:
        if normalize_name(column) in {"name", "number", "no", "reference"} and frame[column].dtype != float:
            cells = frame[column].dropna().head(1000).astype("str")
            if len(cells) and cells.str.match(_NUMBERED).mean() > _MOSTLY:
                return ChosenColumn(column, "its cells are numbers of orders")
    return None


def _changes(frame: pd.DataFrame, customer: str, name: str) -> bool:
    """Whether a name differs among the rows of many customers, so that it is not the customer's."""
    if len(frame) < _FEWEST_ROWS:
        return False
    names = frame[[customer, name]].dropna().drop_duplicates()
    per_customer = names[customer].value_counts()
    repeated = frame[customer].value_counts() > 1
    return bool(repeated.any() and (per_customer > 1).sum() > _NAMES_THAT_CHANGE * repeated.sum())


def looks_like_order_log(frame: pd.DataFrame) -> bool:
    """Whether a table holds one row an order: customer ids that repeat, and a column of dates.

    >>> looks_like_order_log(pd.DataFrame({"user_id": ["a", "a", "b"], "date": ["2025-06-01"] * 3}))
    True
    >>> looks_like_order_log(pd.DataFrame({"customer_id": ["a", "b", "c"], "joined": ["2025-06-01"] * 3}))
    False
    """
    customer = choose_customer(frame, [str(column) for column in frame.columns])
    return (
        customer is not None
        and ids_repeat(frame, customer.column)
        and has_date_column(frame.drop(columns=customer.column))
    )


def ids_repeat(frame: pd.DataFrame, id: str) -> bool:
    """Whether ids have several rows each; False for a panel, where an id has one row for each cutoff."""
    panel = CUTOFF in frame.columns and id != CUTOFF and not frame.duplicated([id, CUTOFF]).any()
    return not panel and len(frame) >= _ROWS_PER_ID * frame[id].nunique()


def has_date_column(frame: pd.DataFrame) -> bool:
    """Whether any column holds dates."""
    time = find_column([str(column) for column in frame.columns], TIME_NAMES)
    if time is not None and is_compact_time(frame[time]):
        return True
    return any(is_date_column(frame[column]) for column in frame.columns)
