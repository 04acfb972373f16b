"""Chooses the column of an order log that says who ordered: by its name, and by what it holds."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from retention.customers.codes import is_flag
from retention.customers.privacy import find_contact_columns
from retention.customers.roles import ID_NAMES, find_columns
from retention.wording.column_names import tokenize_name
from retention.wording.text import quote

_STAFF_NAMES = frozenset({"employeeid", "empid", "employeenumber"})
CUSTOMER_NAMES = (
    *(name for name in ID_NAMES if name not in {"id", "uuid", "guid", *_STAFF_NAMES}), "buyerid", "shopperid",
    "buyer", "client", "householdkey", "kundenid", "kundennr", "kundennummer", "kunde", "clienteid", "idcliente",
    "cliente", "clientid",
)  # fmt: skip
"""Normalized names of the column, the best first."""
_PERSONS = frozenset(
    {"customer", "cust", "client", "buyer", "shopper", "member", "subscriber", "household", "consumer", "patron"}
    | {"guest", "user", "account", "loyalty", "kunde", "kunden", "cliente"}
)
_NUMBERS = frozenset({"id", "no", "nr", "num", "number", "code", "key", "ref", "card", "uuid", "guid"})
_MAIL_WORDS = frozenset({"email", "emailid", "mailid"})
_PHONE_WORDS = frozenset({"phone", "mobile", "msisdn", "whatsapp", "telephone"})
_NO_CUSTOMERS = frozenset(
    {"till", "register", "terminal", "pos", "counter", "cashier", "staff", "employee", "emp", "waiter", "server"}
    | {"agent", "rider", "driver", "courier", "seller", "vendor", "supplier", "merchant", "restaurant", "store"}
    | {
        "shop",
        "branch",
        "outlet",
        "order",
        "invoice",
        "transaction",
        "txn",
        "basket",
        "receipt",
        "bill",
        "product",
    }
    | {"item", "sku", "session", "payment", "card", "category", "event", "row", "line", "coupon", "campaign"}
    | {"method", "plan", "warehouse", "device", "visit", "ticket", "booking", "manager", "owner", "operator"}
)
_FEWEST_ROWS = 20  # fewer show nothing about a column
_MOSTLY = 0.5
_ROWS_OF_STAFF = (
    50  # a customer with so many orders on average is no customer where another column has more people
)


@dataclass(frozen=True)
class ChosenColumn:
    """A column and why it was chosen; ``reason`` is empty where its name alone says so."""

    column: str
    reason: str = ""


def customer_candidates(columns: Sequence[str]) -> list[str]:
    """Return the columns whose names may be the customer's, the best first.

    >>> customer_candidates(["Order ID", "Customer Email", "cashier_id", "cust_no"])
    ['cust_no', 'Customer Email']
    >>> customer_candidates(["Till ID", "household_id"])
    ['household_id']
    """
    candidates = find_columns(columns, CUSTOMER_NAMES)
    tokens = {column: frozenset(tokenize_name(column)) for column in columns}
    free = [
        column
        for column in columns
        if column not in candidates and not tokens[column] & (_NO_CUSTOMERS - {"card"})
    ]
    numbered = [column for column in free if tokens[column] & _PERSONS and tokens[column] & _NUMBERS]
    mails = [column for column in free if tokens[column] & _MAIL_WORDS or {"e", "mail"} <= tokens[column]]
    phones = [column for column in free if tokens[column] & _PHONE_WORDS]
    ids = [column for column in free if tokenize_name(column)[-1:] == ("id",)]
    others = ids if len(ids) == 1 and not numbered and len(columns) > 1 else []
    return list(dict.fromkeys((*candidates, *numbered, *others, *mails, *phones)))


def choose_customer(frame: pd.DataFrame, columns: Sequence[str]) -> ChosenColumn | None:
    """Choose among typed columns; None where none can be the customer.

    Passed over are flags (two values), columns that are mostly blank, those that differ in every row while another
    one repeats, and those that name so few that they must be the staff or the till.
    """
    candidates = customer_candidates([column for column in columns if _is_named_exactly_once(column, columns)])
    if not candidates:
        mails = [column for column in find_contact_columns(frame, columns) if frame[column].dtype != float]
        return (
            ChosenColumn(mails[0], "its cells are e-mail addresses or phone numbers") if len(mails) == 1 else None
        )
    rows = len(frame)
    if rows < _FEWEST_ROWS:
        return ChosenColumn(candidates[0])
    distinct = {column: frame[column].nunique() for column in candidates}
    filled = {column: float(frame[column].notna().mean()) for column in candidates}
    most = max(distinct[column] for column in candidates)
    passed_over: list[str] = []
    for column in candidates:
        fault = ""
        if is_flag(frame[column]):
            fault = "only says yes or no"
        elif filled[column] < _MOSTLY:
            fault = f"is blank in {1 - filled[column]:.0%} of rows"
        elif distinct[column] >= rows and any(
            distinct[other] < rows for other in candidates if filled[other] > _MOSTLY
        ):
            fault = "is another one in every row"
        elif distinct[column] and rows / distinct[column] > _ROWS_OF_STAFF and most > 5 * distinct[column]:
            fault = f"has {distinct[column]} different values only, so it rather says who or what rang it up"
        if not fault:
            return ChosenColumn(column, "; ".join(passed_over))
        passed_over.append(f"{quote(column)} {fault}")
    mostly_blank = [column for column in candidates if not is_flag(frame[column]) and filled[column] > 0]
    return ChosenColumn(mostly_blank[0], "; ".join(passed_over)) if mostly_blank else None


def _is_named_exactly_once(column: str, columns: Sequence[str]) -> bool:
    return list(columns).count(column) == 1
