"""Numbers as a person types them: read in the one way they can be meant, or refused, never changed."""

import re
import unicodedata

_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_GROUPED = re.compile(r"[+-]?(?:[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d?(?:,\d{2})*,\d{3})(?:\.\d+)?")


def read_typed_number(text: str) -> float | None:
    """Return the number in a text, in any script's digits; None where it is none, or has two meanings.

    A point stands before decimals. Commas may only group thousands, by threes or as in India.

    Examples
    --------
    >>> [read_typed_number(text) for text in ("2.50", "1,250", "1,00,000", "1,234.5", "२५०", "٣")]
    [2.5, 1250.0, 100000.0, 1234.5, 250.0, 3.0]
    >>> [read_typed_number(text) for text in ("2,50", "1.250,00", "1.000.000", "0,125", "1,2345", "nan", "1_0")]
    [None, None, None, None, None, None, None]
    """
    plain = text.strip()
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    return float(plain) if _PLAIN.fullmatch(plain) else None


def currency_fault(currency: object) -> str:
    """Return why this is no sign or code of a currency; blank where it is one.

    A sign that holds a digit, a point or a minus would change the amounts that it stands before.

    Examples
    --------
    >>> [currency_fault(sign) for sign in ("₹", "Rs.", "US$", "zł")]
    ['', '', '', '']
    >>> currency_fault("₹1") == currency_fault("-") != ""
    True
    """
    if not (isinstance(currency, str) and currency.strip() and len(currency) <= _LONGEST_CURRENCY):
        return f"must be 1 to {_LONGEST_CURRENCY} characters"
    sign = currency.strip()
    kinds = [unicodedata.category(character) for character in sign if character != "."]
    if sign.startswith(".") or any(kind != "Sc" and kind[0] not in "LM" for kind in kinds):
        return "must be a sign or letters"
    return ""


_LONGEST_CURRENCY = 8
