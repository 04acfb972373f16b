"""What a column is for, guessed from its name and, for personal data, from what stands in it."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.customers.table import Roles
from retention.errors import InputError
from retention.wording.text import closest, shown

Kinds = Callable[[Sequence[str]], Mapping[str, Literal["number", "category"]]]
"""Takes a header and returns what is known of its columns, by a model that learned from others like them."""

ID_NAMES: Final = (
    "customeruniqueid", "customerid", "custid", "customer", "customerno", "customernumber", "customercode",
    "clientid", "clientnum", "clientno", "userid", "memberid", "subscriberid", "consumerid",
    "accountid", "accountno", "accountnumber",
    "id", "user", "uid", "uuid", "guid", "msisdn", "msno", "employeeid", "empid", "employeenumber",
)  # fmt: skip
LABEL_NAMES: Final = (
    "churn", "churned", "ischurn", "ischurned", "ischurner", "haschurned", "churnlabel", "churnflag", "churnyn",
    "churnvalue", "churnstatus", "churner", "customerchurn", "exited", "attrition", "attritionflag", "attrited",
    "left", "hasleft", "churnriskscore", "target", "label",
)  # fmt: skip
VALUE_NAMES: Final = ("value", "customervalue", "margin", "customermargin", "clv", "ltv", "customerlifetimevalue")
NAME_NAMES: Final = (
    "name", "customername", "firstname", "givenname", "fullname", "clientname", "username", "membername",
)  # fmt: skip

_PERSONAL_NAMES: Final = frozenset({
    "phone", "phoneno", "phonenumber", "telephone", "telephonenumber", "tel", "mobile", "mobileno", "mobilenumber",
    "cellphone", "contactno", "contactnumber", "whatsapp", "whatsappnumber", "fax",
    "email", "emailid", "emailaddress", "mailid", "mailaddress",
    "address", "addressline1", "addressline2", "homeaddress", "streetaddress", "deliveryaddress",
    "billingaddress", "shippingaddress", "postaladdress",
    "surname", "lastname", "familyname", "middlename", "maidenname", "nickname",
    "birthdate", "dateofbirth", "dob", "birthday", "ssn", "socialsecuritynumber", "passport", "passportnumber",
    "aadhaar", "aadhaarnumber", "aadhar", "pannumber", "iban", "cardnumber", "creditcardnumber", "ipaddress",
})  # fmt: skip
_REACHED_BY: Final = (
    "phonenumber",
    "phoneno",
    "phone",
    "mobilenumber",
    "mobileno",
    "mobile",
    "emailaddress",
    "email",
)
_OF_WHOM: Final = re.compile(r"^(?:customer|client|user|member|contact|primary|personal)(?=.{2})")
_INDEX_NAMES: Final = frozenset({"rownumber", "rownum", "rowno", "rowindex", "rowid"})
_COUNTER_NAMES: Final = frozenset(
    {"index", "level0", "sno", "srno", "slno", "serialno", "serialnumber", "recordno"}
)

_EMAIL: Final = r"^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$"
_PHONE: Final = r"^\+?(?:[\s().\-]*[0-9]){10,15}$"
_LOOKED_AT: Final = 2000


def normalised(name: str) -> str:
    """Return the name without case, spaces and signs.

    >>> normalised("Customer ID"), normalised("customer_id"), normalised("customerID")
    ('customerid', 'customerid', 'customerid')
    """
    return re.sub(r"[\W_]+", "", name.casefold())


def tokens(name: str) -> tuple[str, ...]:
    """Return the words and numbers in a column name.

    >>> tokens("ordersLast30Days"), tokens("orders_30d"), tokens("Customer ID")
    (('orders', 'last', '30', 'days'), ('orders', '30', 'd'), ('customer', 'id'))
    """
    return tuple(word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name))


def named(column: str, source: str, columns: Sequence[str], *, flag: str) -> str:
    """Return the column a person asked for by name.

    Raises
    ------
    InputError
        If it is not there; the message names the closest one.
    """
    if column in columns:
        return column
    raise InputError(
        f"{source}: column {shown(column)} is missing{closest(column, columns)}; rename yours or pass {flag}"
    )


def first_named(columns: Sequence[str], names: Sequence[str]) -> str | None:
    """Return the column whose name comes first in ``names``."""
    known = {normalised(column): column for column in reversed(columns)}
    return next((known[name] for name in names if name in known), None)


@dataclass(frozen=True)
class Guess:
    """Roles, and why each excluded column is one.

    Attributes
    ----------
    roles
        What each column is for.
    why
        Excluded column -> a few words for a person.
    """

    roles: Roles
    why: Mapping[str, str]

    def without(self, columns: Iterable[str], why: str) -> "Guess":
        """Return the guess with more columns excluded; one that has a role or is out already stays as it is."""
        used = self.roles.taken() | {self.roles.value}
        more = [column for column in columns if column not in used]
        roles = replace(self.roles, excluded=(*self.roles.excluded, *more))
        return Guess(roles, {**self.why, **dict.fromkeys(more, why)})

    def dated(self, column: str) -> "Guess":
        """Return the guess with a column as the day at which each row was taken."""
        return Guess(replace(self.roles, cutoff=column), self.why)

    def valueless(self) -> "Guess":
        """Return the guess with the value column as a feature like any other."""
        return Guess(replace(self.roles, value=None), self.why)

    def unlabelled(self, why: str) -> "Guess":
        """Return the guess with the label column set aside."""
        label = self.roles.label
        return Guess(replace(self.roles, label=None), self.why).without([label] if label else [], why)


def guess_roles(
    columns: Sequence[str],
    source: str,
    *,
    id: str | None = None,
    label: str | None = None,
    value: str | None = None,
    exclude: Sequence[str] = (),
) -> Guess:
    """Say what each column is for, by name; a role that is given is only checked.

    Raises
    ------
    InputError
        If a column that was asked for is missing, has two roles, or no column can be the id.
    """
    struck = [named(column, source, columns, flag="--exclude") for column in exclude]
    given = _given(columns, source, struck, {"--id": id, "--label": label, "--value-column": value})
    free = [column for column in columns if column not in {*struck, *given}]
    id = id or first_named(free, ID_NAMES) or _only_id(free) or first_named(free, _REACHED_BY)
    if id is None:
        advice = "rename yours or pass --id, or add one that numbers the customers"
        raise InputError(f"{source}: column 'customer_id' is missing; {advice}")
    label = label or first_named([column for column in free if column != id], LABEL_NAMES)
    value = value or first_named([column for column in free if column not in {id, label}], VALUE_NAMES)
    free = [column for column in free if column not in {id, label, value}]
    name = first_named(free, NAME_NAMES)
    guess = Guess(Roles(id=id, label=label, value=value, name=name), {})
    guess = guess.without(struck, "as asked").without(filter(_personal, free), "personal data")
    guess = guess.without(filter(_numbers_rows, free), "only numbers the rows")
    return guess.without(filter(_second_label, free), "another label") if label else guess


def kept_as_text(columns: Sequence[str], roles: Roles, kinds: Kinds | None) -> frozenset[str]:
    """Return the columns that stay text whatever they look like.

    Those are ids, labels, names and what is set aside, unless they are known as numbers, and what is known
    as a category: ``1`` and ``1.0`` may be two of them. All others are judged by their cells.
    """
    known = {} if kinds is None else kinds(columns)
    numbers = {name for name, kind in known.items() if kind == "number"}
    return frozenset({*(roles.taken() - numbers), *(known.keys() - numbers), roles.id})


def look_personal(frame: pd.DataFrame, columns: Iterable[str]) -> list[str]:
    """Return the columns whose cells look like e-mail addresses or phone numbers, whatever their name."""
    return [column for column in columns if _holds_contacts(frame[column])]


def look_counted(frame: pd.DataFrame, columns: Iterable[str]) -> list[str]:
    """Return the columns that only number the rows, as ``index`` and ``S.No`` do."""
    return [column for column in columns if normalised(column) in _COUNTER_NAMES and _counts_up(frame[column])]


def _only_id(columns: Sequence[str]) -> str | None:
    """Return the column called something like ``household_id``, if there is one and no more."""
    found = [column for column in columns if tokens(column)[-1:] == ("id",)]
    return found[0] if len(found) == 1 else None


def _given(
    columns: Sequence[str], source: str, struck: Sequence[str], asked: Mapping[str, str | None]
) -> dict[str, str]:
    """Check the roles a person gave; return column -> flag."""
    given: dict[str, str] = {}
    for flag, column in asked.items():
        if column is None:
            continue
        named(column, source, columns, flag=flag)
        if column in struck or column in given:
            other = given.get(column, "--exclude")
            raise InputError(f"{source}: column {shown(column)} is asked for by {flag} and by {other}; choose one")
        given[column] = flag
    return given


def _second_label(column: str) -> bool:
    """Whether the name is one that only a churn label has (``left`` and ``target`` can be features)."""
    name = normalised(column)
    return name in LABEL_NAMES and ("churn" in name or "attrit" in name)


def _personal(column: str) -> bool:
    name = normalised(column)
    return bool({name, _OF_WHOM.sub("", name)} & (_PERSONAL_NAMES | frozenset(NAME_NAMES)))


def _numbers_rows(column: str) -> bool:
    return normalised(column) in _INDEX_NAMES or re.fullmatch(r"unnamed: \d+", column.casefold()) is not None


def _holds_contacts(cells: pd.Series) -> bool:
    cells = cells.dropna()
    if cells.dtype == np.float64:
        return len(cells) >= 20 and _mobile_numbers(cells.to_numpy())
    sample = cells.iloc[:_LOOKED_AT].astype("str")
    if sample.empty:
        return False
    return any(sample.str.fullmatch(pattern).mean() > 0.5 for pattern in (_EMAIL, _PHONE))


def _mobile_numbers(numbers: NDArray[np.float64]) -> bool:
    """Whether these are ten-digit mobile numbers, with 91 in front or not, and hardly one twice."""
    local = np.where(numbers >= 91e10, numbers - 91e10, numbers)
    alike = ((local >= 6e9) & (local < 1e10) & (local == np.trunc(local))).mean()
    return bool(alike > 0.95 and len(np.unique(numbers)) > 0.9 * len(numbers))


def _counts_up(cells: pd.Series) -> bool:
    return bool(cells.dtype == np.float64 and len(cells) > 1 and (np.diff(cells.to_numpy()) == 1).all())


def listed(names: str) -> tuple[str, ...]:
    """Return the columns that are named in a text with commas between them.

    Examples
    --------
    >>> listed("city, plan,")
    ('city', 'plan')
    """
    return tuple(name.strip() for name in names.split(",") if name.strip())
