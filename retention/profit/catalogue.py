"""The offers there are, what each costs, and what a message may say it gives."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from retention.errors import InputError
from retention.profit.economics import MAX_AMOUNT, Economics

PACKAGED = Path(__file__).with_name("catalogue.toml")
LONGEST_WORDS = 70
LONGEST_VALIDITY_DAYS = 366

_ID = re.compile(r"[a-z0-9][a-z0-9_.-]{0,39}")
_KEYS = {"id", "cost", "gives", "save_rate", "minimum_basket", "valid_days"}


@dataclass(frozen=True)
class Offer:
    """One offer of the catalogue. Amounts in a message come from here.

    Attributes
    ----------
    id
        How files name it: small letters, digits and ``_.-``, at most 40.
    gives
        Language (``en``, ``hi``, ``hinglish``) -> what a message says, at most 70 characters; ``en`` is needed.
    cost
        Cost when redeemed (currency, >= 0).
    save_rate
        Share of would-be leavers it keeps, in [0, 1]; assumed. None: as the economics say.
    minimum_basket
        Smallest order it is good for (currency, >= 0); 0 for any.
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
        """Refuse what could not be sent."""
        if not (isinstance(self.id, str) and _ID.fullmatch(self.id)):
            raise InputError("id must be 1 to 40 small letters, digits or _.-")
        _check_number("cost", self.cost, MAX_AMOUNT)
        _check_number("minimum_basket", self.minimum_basket, MAX_AMOUNT)
        if self.save_rate is not None:
            _check_number("save_rate", self.save_rate, 1)
        if type(self.valid_days) is not int or not 1 <= self.valid_days <= LONGEST_VALIDITY_DAYS:
            raise InputError(f"valid_days must be a whole number from 1 to {LONGEST_VALIDITY_DAYS}")
        if not (isinstance(self.gives, Mapping) and "en" in self.gives):
            raise InputError("gives must hold the words for 'en'")
        for language, words in self.gives.items():
            if not (isinstance(words, str) and 0 < len(words.strip()) <= LONGEST_WORDS and words.isprintable()):
                raise InputError(f"gives.{language} must be 1 to {LONGEST_WORDS} printable characters")
            if "{" in words:
                raise InputError(f"gives.{language} has a slot other than {{cost}} and {{currency}}")

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages it has its own words in."""
        return tuple(self.gives)

    def economics(self, base: Economics) -> Economics:
        """Return the money inputs with this offer's cost, and its save rate where it has one."""
        rate = base.save_rate if self.save_rate is None else self.save_rate
        return replace(base, offer_cost=self.cost, save_rate=rate)


def read_catalogue(
    path: Path | None = None, *, currency: str = "₹", offer_cost: float | None = None
) -> tuple[Offer, ...]:
    """Read the offers, in file order.

    Parameters
    ----------
    path
        A TOML file with one ``[[offer]]`` table an offer; by default the packaged one, which explains itself.
    currency
        Sign put into the words for ``{currency}`` and before ``{cost}``.
    offer_cost
        Cost of the first offer instead of the file's, so that what a message gives is what the profit was
        worked out with; its words follow where they say ``{cost}``.

    Raises
    ------
    InputError
        If the file cannot be read, or an offer is wrong or there twice; the sentence names file and entry.

    Examples
    --------
    >>> [offer.id for offer in read_catalogue()]
    ['cash_50', 'free_delivery', 'percent_20']
    >>> read_catalogue(currency="€", offer_cost=4.5)[0].gives["en"]
    '€4.50 off your next order'
    """
    source = path or PACKAGED
    entries = _entries(source)
    if offer_cost is not None:
        entries[0] = {**entries[0], "cost": offer_cost}
    offers: list[Offer] = []
    for number, entry in enumerate(entries, start=1):
        name = entry.get("id", "without id")
        try:
            offer = _offer(entry, currency)
        except InputError as error:
            raise InputError(f"{source.name}: offer {number} ({name}): {error}; correct the file") from None
        if any(offer.id == other.id for other in offers):
            raise InputError(f"{source.name}: offer {number} ({offer.id}): is there twice; rename or remove one")
        offers.append(offer)
    return tuple(offers)


def _entries(source: Path) -> list[dict[str, Any]]:
    try:
        content = tomllib.loads(source.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{source}: there is no such file; pass the path of a catalogue (TOML)") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{source.name}: cannot be read ({error}); pass a TOML file in UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{source.name}: is not TOML ({error}); correct that place") from None
    entries = content.get("offer")
    if not (isinstance(entries, list) and entries and all(isinstance(entry, dict) for entry in entries)):
        raise InputError(f"{source.name}: holds no [[offer]] table; add one for each offer")
    return entries


def _offer(entry: Mapping[str, Any], currency: str) -> Offer:
    unknown, missing = sorted(entry.keys() - _KEYS), sorted({"id", "cost", "gives"} - entry.keys())
    if unknown:
        raise InputError(f"{unknown[0]} is no field of an offer")
    if missing:
        raise InputError(f"{missing[0]} is missing")
    _check_number("cost", entry["cost"], MAX_AMOUNT)
    plain = _digits(entry["cost"])
    gives = entry["gives"]
    if isinstance(gives, dict):
        gives = {
            language: _filled(words, cost=f"{currency}{plain}", currency=currency)
            for language, words in gives.items()
        }
    return Offer(**{**entry, "id": _filled(entry["id"], cost=plain.replace(",", "")), "gives": gives})


def _filled(words: Any, **slots: str) -> Any:
    if isinstance(words, str):
        for slot, content in slots.items():
            words = words.replace("{" + slot + "}", content)
    return words


def _digits(amount: float) -> str:
    return f"{amount:,.2f}".removesuffix(".00")


def _check_number(name: str, number: object, high: float) -> None:
    if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number <= high:
        raise InputError(f"{name} must be a number from 0 to {high:g}")
