"""What counts as personal data: the one place for its words, its patterns and its checks.

A table of customers is read without the columns whose whole name is personal or whose cells are contacts.
A release leaves out the columns that certainly hold personal data and warns of those that may hold some.
None of the checks proves that a table is harmless; they catch what people overlook.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.customers.person_names import clean_name
from retention.wording.column_names import normalize_name, tokenize_name

PERSON_NAME_COLUMNS: Final = (
    "name", "customername", "firstname", "givenname", "fullname", "clientname", "username", "membername",
)  # fmt: skip
"""Normalized names of a column that says what to call a customer, the best first."""


class _NameWords(NamedTuple):
    """How columns with one kind of personal data are called.

    Attributes
    ----------
    words
        A column whose name holds one of these words may be personal, which leads to a warning. ``PhoneService``
        is no phone number, so a word alone excludes nothing.
    whole_names
        A column with exactly this normalized name is personal, which excludes it from the features.
    """

    words: tuple[str, ...]
    whole_names: tuple[str, ...]


_NAME_WORDS: Final = {
    "e-mail addresses": _NameWords(
        ("email", "mail", "mailid"), ("email", "emailid", "emailaddress", "mailid", "mailaddress")
    ),
    "phone numbers": _NameWords(
        ("phone", "telephone", "tel", "mobile", "cell", "cellphone", "msisdn", "whatsapp", "fax"),
        (
            "phone", "phoneno", "phonenumber", "telephone", "telephonenumber", "tel", "mobile", "mobileno",
            "mobilenumber", "cellphone", "contactno", "contactnumber", "whatsapp", "whatsappnumber", "fax",
        ),
    ),
    "names of people": _NameWords(
        ("name", "firstname", "lastname", "surname", "fullname", "givenname", "nickname", "username", "contact"),
        (*PERSON_NAME_COLUMNS, "surname", "lastname", "familyname", "middlename", "maidenname", "nickname"),
    ),
    "addresses": _NameWords(
        ("address", "street", "postcode", "pincode", "zip", "zipcode", "latitude", "longitude", "ip"),
        (
            "address", "street", "addressline1", "addressline2", "homeaddress", "streetaddress", "deliveryaddress",
            "billingaddress", "shippingaddress", "postaladdress", "ipaddress",
        ),
    ),
    "dates of birth": _NameWords(
        ("birth", "birthdate", "birthday", "dob"), ("birthdate", "dateofbirth", "dob", "birthday")
    ),
    "numbers of papers or accounts": _NameWords(
        (
            "ssn", "passport", "aadhaar", "aadhar", "iban", "card", "account", "licence", "license", "id", "uuid",
            "guid",
        ),
        (
            "ssn", "socialsecuritynumber", "passport", "passportnumber", "aadhaar", "aadhaarnumber", "aadhar",
            "pannumber", "iban", "cardnumber", "creditcardnumber",
        ),
    ),
}  # fmt: skip
_WHOLE_NAMES: Final = frozenset(name for kind in _NAME_WORDS.values() for name in kind.whole_names)
_PERSON_PREFIX: Final = re.compile(r"^(?:customer|client|user|member|contact|primary|personal)(?=.{2})")
_PLACE_WORDS: Final = frozenset({"billing", "shipping", "delivery", "recipient", "buyer", "bill", "ship", "to"})
"""Words that say whose contact a column of a shop's export holds, as in ``Billing Name``."""

# A contact somewhere in a text. A number must begin as a phone number does, since texts hold many other numbers.
_EMAIL_WITHIN: Final = r"[^\s@,;<>]+@[^\s@,;<>]+\.[A-Za-z]{2,}"
_PHONE_WITHIN: Final = r"(?:\+\d|\b[6-9])(?:[\s().\-]?\d){9,12}\b"
# A cell that is nothing but a contact, however its digits are spaced.
_EMAIL_CELL: Final = r"^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$"
_PHONE_CELL: Final = r"^\+?(?:[\s().\-]*[0-9]){10,15}$"

_CELLS_SAMPLED: Final = 2000
_LONG_NUMBER: Final = 1e6
_HANDFUL_OF_TEXTS: Final = 5
_FEW_TEXTS: Final = 20
_OFTEN: Final = 0.2
_MOSTLY: Final = 0.5
_NEARLY_ALL: Final = 0.9


@dataclass(frozen=True)
class PersonalColumn:
    """A column that may say something about persons and not only about customers in general.

    Attributes
    ----------
    column
        Its name.
    kind
        What it seems to hold, e.g. ``phone numbers``.
    certain
        Whether its cells show it; otherwise only its name or a few cells do.
    """

    column: str
    kind: str
    certain: bool


def has_personal_name(column: str) -> bool:
    """Whether the whole name of a column is one that only personal data has.

    Examples
    --------
    >>> has_personal_name("Customer Phone No."), has_personal_name("PhoneService")
    (True, False)
    >>> [has_personal_name(name) for name in ("Billing Name", "Address 1&2 (Billing)", "Shipping Method")]
    [True, True, False]
    """
    name = normalize_name(column)
    words = tokenize_name(column)
    if _PLACE_WORDS & set(words):
        name = "".join(word for word in words if word not in _PLACE_WORDS and not word.isdigit())
    return bool({name, _PERSON_PREFIX.sub("", name)} & _WHOLE_NAMES)


def find_contact_columns(frame: pd.DataFrame, columns: Iterable[str]) -> list[str]:
    """Return the columns whose cells are mostly e-mail addresses or phone numbers, whatever their names."""
    return [column for column in columns if _holds_contacts(frame[column])]


def find_personal_columns(frame: pd.DataFrame, ids: pd.Series) -> tuple[PersonalColumn, ...]:
    """Check every column of a frame that might be shared.

    Parameters
    ----------
    frame
        n rows; numbers are float64, all else text.
    ids
        The customers' ids, n rows: a column that repeats them identifies the customers.

    Returns
    -------
    tuple of PersonalColumn
        At most one a column, in column order.
    """
    checked = (_check_column(str(name), frame[name], ids) for name in frame.columns)
    return tuple(personal for personal in checked if personal is not None)


def find_repeated_phones(frame: pd.DataFrame, columns: Iterable[str]) -> list[str]:
    """Return the columns of numbers that are mobile numbers, where a person may have several rows."""
    return [
        column
        for column in columns
        if frame[column].dtype == np.float64
        and len(different := frame[column].dropna().unique()) >= 20
        and _are_mobile_numbers(different)
    ]


def personal_kind(column: str) -> str | None:
    """Return the kind of personal data that a column of this name often holds, or None.

    Examples
    --------
    >>> personal_kind("billing_eMail"), personal_kind("PhoneService"), personal_kind("recency_days")
    ('e-mail addresses', 'phone numbers', None)
    """
    spaced = re.sub(
        r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[\W_]+|(?<=\D)(?=\d)|(?<=\d)(?=\D)", " ", column
    )
    words = {spaced.casefold().replace(" ", ""), *spaced.casefold().split()}
    words |= {"email"} if {"e", "mail"} <= words else set()
    return next((kind for kind, names in _NAME_WORDS.items() if words & set(names.words)), None)


def find_contact_kinds(texts: pd.Series) -> tuple[str, ...]:
    """Return which kinds of contacts stand somewhere in these texts.

    Examples
    --------
    >>> find_contact_kinds(pd.Series(["Call +91 98765 43210 for ₹50 off", "₹50 off tonight"]))
    ('phone numbers',)
    """
    kinds = (("e-mail addresses", _EMAIL_WITHIN), ("phone numbers", _PHONE_WITHIN))
    return tuple(kind for kind, pattern in kinds if bool(texts.str.contains(pattern).any()))


def _holds_contacts(cells: pd.Series) -> bool:
    cells = cells.dropna()
    if cells.dtype == np.float64:
        return len(cells) >= 20 and _are_mobile_numbers(cells.to_numpy())
    sample = cells.iloc[:_CELLS_SAMPLED].astype("str")
    if sample.empty:
        return False
    return any(sample.str.fullmatch(pattern).mean() > _MOSTLY for pattern in (_EMAIL_CELL, _PHONE_CELL))


def _are_mobile_numbers(numbers: NDArray[np.float64]) -> bool:
    """Whether these are ten-digit mobile numbers, with or without 91 in front, and hardly any stands twice."""
    local = np.where(numbers >= 91e10, numbers - 91e10, numbers)
    alike = ((local >= 6e9) & (local < 1e10) & (local == np.trunc(local))).mean()
    return bool(alike > 0.95 and len(np.unique(numbers)) > 0.9 * len(numbers))


def _check_column(name: str, cells: pd.Series, ids: pd.Series) -> PersonalColumn | None:
    if not pd.api.types.is_numeric_dtype(cells):
        return _check_texts(name, cells.dropna().astype("str"), ids)
    if _holds_contacts(cells):
        return PersonalColumn(name, "phone numbers", certain=True)
    kind = personal_kind(name)
    telling = kind in {"addresses", "dates of birth"} or cells.abs().max() >= _LONG_NUMBER
    return PersonalColumn(name, kind, certain=False) if kind and telling else None


def _check_texts(name: str, texts: pd.Series, ids: pd.Series) -> PersonalColumn | None:
    """Check a column of text without its blanks; the first rule that holds counts, the certain ones come first."""
    different = pd.Series(texts.unique(), dtype="str")
    many = len(different) > _FEW_TEXTS
    own_share = len(different) / max(1, len(texts))  # about the share of customers with a text of their own
    phone_share = float(different.str.contains(_PHONE_WITHIN).mean()) if len(different) else 0.0
    kind = personal_kind(name) if len(different) > _HANDFUL_OF_TEXTS else None
    certain_by_name = many and (kind == "names of people" or own_share > _OFTEN)
    rules = (
        (len(texts) > 0 and (texts == ids.reindex(texts.index)).mean() > _MOSTLY, "the customers' ids", True),
        (bool(different.str.contains(_EMAIL_WITHIN).any()), "e-mail addresses", True),
        (phone_share > _MOSTLY, "phone numbers", True),
        (kind is not None and certain_by_name, str(kind), True),
        (many and own_share > _NEARLY_ALL, "a text of its own for nearly every customer", True),
        (phone_share > 0, "phone numbers", False),
        (kind is not None, str(kind), False),
        (many and different.map(_is_full_name).mean() > _MOSTLY, "names of people", False),
    )
    return next((PersonalColumn(name, words, certain=certain) for holds, words, certain in rules if holds), None)


def _is_full_name(text: str) -> bool:
    return len(text.split()) in {2, 3} and text.istitle() and clean_name(text) is not None
