"""Which columns look like personal data, by name and by what stands in them.

Nothing here proves that a table is harmless; it catches what people overlook. A column that surely
holds contacts, names or ids of people is left out of a release; one that may is named in a warning.
"""

import re
from dataclasses import dataclass
from typing import Final

import pandas as pd

from retention.customers.roles import look_personal
from retention.messages.greeting import clean_name

_WORDS: Final = {
    "e-mail addresses": ("email", "mail", "mailid"),
    "phone numbers": ("phone", "telephone", "tel", "mobile", "cell", "cellphone", "msisdn", "whatsapp", "fax"),
    "names of people": (
        "name", "firstname", "lastname", "surname", "fullname", "givenname", "nickname", "username", "contact",
    ),
    "addresses": ("address", "street", "postcode", "pincode", "zip", "zipcode", "latitude", "longitude", "ip"),
    "dates of birth": ("birth", "birthdate", "birthday", "dob"),
    "numbers of papers or accounts": (
        "ssn", "passport", "aadhaar", "aadhar", "iban", "card", "account", "licence", "license", "id", "uuid",
        "guid",
    ),
}  # fmt: skip
_EMAIL: Final = r"[^\s@,;<>]+@[^\s@,;<>]+\.[A-Za-z]{2,}"
_PHONE: Final = r"(?:\+\d|\b[6-9])(?:[\s().\-]?\d){9,12}\b"
_LONG_NUMBER: Final = 1e6
_A_HANDFUL: Final = 5
_FEW: Final = 20
_OFTEN: Final = 0.2
_MOSTLY: Final = 0.5
_NEARLY_ALL: Final = 0.9


@dataclass(frozen=True)
class Suspicion:
    """Why a column may be about persons rather than about customers in general.

    Attributes
    ----------
    column
        Its name.
    what
        What it seems to hold, e.g. ``phone numbers``.
    sure
        Whether its cells say so; otherwise only its name or a few cells do.
    """

    column: str
    what: str
    sure: bool


def suspicions(frame: pd.DataFrame, ids: pd.Series) -> tuple[Suspicion, ...]:
    """Look at every column of a frame.

    Parameters
    ----------
    frame
        Columns that might be shared, n rows; numbers are float64, all else text.
    ids
        The customers' ids, n rows: a column that repeats them gives them away.

    Returns
    -------
    tuple of Suspicion
        At most one a column, in column order.
    """
    found = (_suspicion(str(name), frame[name], ids) for name in frame.columns)
    return tuple(one for one in found if one is not None)


def named(column: str) -> str | None:
    """Return what a column of this name often holds, or None.

    Examples
    --------
    >>> named("billing_eMail"), named("PhoneService"), named("recency_days")
    ('e-mail addresses', 'phone numbers', None)
    """
    spaced = re.sub(
        r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[\W_]+|(?<=\D)(?=\d)|(?<=\d)(?=\D)", " ", column
    )
    words = {spaced.casefold().replace(" ", ""), *spaced.casefold().split()}
    words |= {"email"} if {"e", "mail"} <= words else set()
    return next((what for what, known in _WORDS.items() if words & set(known)), None)


def contacts_in(texts: pd.Series) -> tuple[str, ...]:
    """Return which contacts stand somewhere in these texts.

    Examples
    --------
    >>> contacts_in(pd.Series(["Call +91 98765 43210 for ₹50 off", "₹50 off tonight"]))
    ('phone numbers',)
    """
    kinds = (("e-mail addresses", _EMAIL), ("phone numbers", _PHONE))
    return tuple(what for what, pattern in kinds if bool(texts.str.contains(pattern).any()))


def _suspicion(name: str, cells: pd.Series, ids: pd.Series) -> Suspicion | None:
    if not pd.api.types.is_numeric_dtype(cells):
        return _in_text(name, cells.dropna().astype("str"), ids)
    if look_personal(cells.to_frame(name), [name]):
        return Suspicion(name, "phone numbers", sure=True)
    what = named(name)
    telling = what in {"addresses", "dates of birth"} or cells.abs().max() >= _LONG_NUMBER
    return Suspicion(name, what, sure=False) if what and telling else None


def _in_text(name: str, texts: pd.Series, ids: pd.Series) -> Suspicion | None:
    """Look at a column of text without its blanks; the first finding counts, the surest come first."""
    different = pd.Series(texts.unique(), dtype="str")
    many = len(different) > _FEW
    own = len(different) / max(1, len(texts))  # about the share of customers with a text of their own
    phones = float(different.str.contains(_PHONE).mean()) if len(different) else 0.0
    what = named(name) if len(different) > _A_HANDFUL else None
    sure_by_name = many and (what == "names of people" or own > _OFTEN)
    findings = (
        (len(texts) > 0 and (texts == ids.reindex(texts.index)).mean() > _MOSTLY, "the customers' ids", True),
        (bool(different.str.contains(_EMAIL).any()), "e-mail addresses", True),
        (phones > _MOSTLY, "phone numbers", True),
        (what is not None and sure_by_name, str(what), True),
        (many and own > _NEARLY_ALL, "a text of its own for nearly every customer", True),
        (phones > 0, "phone numbers", False),
        (what is not None, str(what), False),
        (many and different.map(_like_full_name).mean() > _MOSTLY, "names of people", False),
    )
    return next((Suspicion(name, words, sure=sure) for found, words, sure in findings if found), None)


def _like_full_name(text: str) -> bool:
    return len(text.split()) in {2, 3} and text.istitle() and clean_name(text) is not None
