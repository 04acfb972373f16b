"""One offer: what a customer gets, what it costs, and which fields it may have."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from retention.errors import InputError
from retention.profit.economics import MAX_AMOUNT, Economics

MAX_GIVES_LENGTH = 70
"""Characters of what an offer gives, in one language, at the most."""
MAX_VALID_DAYS = 366

_ID = re.compile(r"[a-z0-9][a-z0-9_.-]{0,39}")


@dataclass(frozen=True)
class Offer:
    """One offer of the catalogue; the amounts in a message come from here.

    Attributes
    ----------
    id
        How files name it: at most 40 small letters, digits and ``_.-``.
    gives
        What a message says the offer gives, by language (``en``, ``hi``, …), at most 70 characters
        each; ``en`` is needed.
    cost
        Cost when redeemed (currency, >= 0).
    save_rate
        Share of churning customers it keeps, in [0, 1]; assumed. None takes that of the economics.
    minimum_basket
        Smallest order that it can be redeemed with (currency, >= 0); 0 for any.
    valid_days
        Days until it expires, 1 to 366.

    Raises
    ------
    InputError
        If a field is outside its bounds.
    """

    id: str
    gives: Mapping[str, str]
    cost: float
    save_rate: float | None = None
    minimum_basket: float = 0.0
    valid_days: int = 7

    def __post_init__(self) -> None:
        """Refuse fields out of bounds."""
        for field, fault in field_faults(vars(self)):
            raise InputError(f"{field} {fault}")

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that say what it gives."""
        return tuple(self.gives)

    def economics(self, base: Economics) -> Economics:
        """Return the money inputs with this offer's cost, and its save rate where it has one."""
        rate = base.save_rate if self.save_rate is None else self.save_rate
        return replace(base, offer_cost=self.cost, save_rate=rate)


def is_offer_id(text: object) -> bool:
    """Tell whether a text can be the id of an offer."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def field_faults(offer: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each field of an offer that is out of bounds with its fault."""
    if not is_offer_id(offer["id"]):
        yield "id", "must be 1 to 40 small letters, digits or _.-"
    for field, high in (("cost", MAX_AMOUNT), ("minimum_basket", MAX_AMOUNT), ("save_rate", 1.0)):
        fault = number_fault(offer[field], high)
        if fault and not (field == "save_rate" and offer[field] is None):
            yield field, fault
    if type(offer["valid_days"]) is not int or not 1 <= offer["valid_days"] <= MAX_VALID_DAYS:
        yield "valid_days", f"must be a whole number from 1 to {MAX_VALID_DAYS}"
    gives = offer["gives"]
    if not (isinstance(gives, Mapping) and "en" in gives):
        yield "gives", "must hold the words for 'en'"
        return
    for language, text in gives.items():
        if not (isinstance(text, str) and 0 < len(text.strip()) <= MAX_GIVES_LENGTH and text.isprintable()):
            yield f"gives.{language}", f"must be 1 to {MAX_GIVES_LENGTH} printable characters"
        elif "{" in text:
            yield f"gives.{language}", "has a slot other than {cost} and {currency}"


def number_fault(number: object, high: float) -> str:
    """Return why this is no number from 0 to ``high``; blank where it is one."""
    if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number <= high:
        return f"must be a number from 0 to {high:g}"
    return ""
