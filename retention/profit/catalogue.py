"""The offer catalogue: the offers that can be sent, what each costs, and what a message may say it gives."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from retention.errors import InputError
from retention.profit.economics import MAX_AMOUNT, Economics
from retention.profit.measured_rates import Rates
from retention.profit.offer import Offer, field_faults, number_fault

__all__ = ["Catalogue", "Offer", "entry_faults", "load_catalogue", "packaged_catalogue", "read_offers"]

PACKAGED_PATH = Path(__file__).with_name("catalogue.toml")
_KEYS = {"id", "cost", "gives", "save_rate", "minimum_basket", "valid_days"}


@dataclass(frozen=True)
class Catalogue:
    """The offers as their owner wrote them, with slots for amounts that follow the money inputs.

    The money inputs hold the cost and the save rate of the first offer. So a message gives what the profit was
    worked out with, whichever of the two was changed last.

    Attributes
    ----------
    entries
        One mapping of field to content per offer, with ``{cost}`` and ``{currency}`` not filled in.
    source
        The name that errors give it, such as the file's name.

    Raises
    ------
    InputError
        If an offer is wrong or appears twice; the sentence names the source and the entry.
    """

    entries: tuple[Mapping[str, Any], ...]
    source: str = "catalogue"

    def __post_init__(self) -> None:
        """Refuse a catalogue that holds no offer or a wrong one."""
        if not self.entries:
            raise InputError(f"{self.source}: holds no offer; add one")
        self._offers("₹")

    def at(self, economics: Economics, rates: Rates | None = None) -> tuple[Offer, ...]:
        """Return the offers at these money inputs, in order; with a measured save rate over an assumed one.

        Examples
        --------
        >>> [offer.id for offer in packaged_catalogue().at(Economics(offer_cost=60))]
        ['cash_60', 'free_delivery', 'percent_20']
        """
        entries = self._with_first(cost=economics.offer_cost, save_rate=None)
        offers = replace(self, entries=entries)._offers(economics.currency)
        return offers if rates is None else tuple(rates.measured_offer(offer) for offer in offers)

    def economics(self, base: Economics) -> Economics:
        """Return the money inputs with the first offer's cost, and its save rate where it has one."""
        return self._offers(base.currency)[0].economics(base)

    def as_toml(self, economics: Economics) -> str:
        """Return the TOML file that :func:`load_catalogue` and ``--catalogue`` read, at these money inputs."""
        import tomlkit

        document = tomlkit.document()
        for comment in PACKAGED_PATH.read_text(encoding="utf-8").split("\n\n")[0].splitlines():
            document.add(tomlkit.comment(comment.removeprefix("#").removeprefix(" ")))
        offers = tomlkit.aot()
        for entry in self._with_first(cost=economics.offer_cost, save_rate=economics.save_rate):
            offers.append(tomlkit.item({key: value for key, value in entry.items() if value is not None}))
        document.add("offer", offers)
        return document.as_string()

    def _with_first(self, **fields: float | None) -> tuple[Mapping[str, Any], ...]:
        return ({**self.entries[0], **fields}, *self.entries[1:])

    def _offers(self, currency: str) -> tuple[Offer, ...]:
        offers: list[Offer] = []
        for number, entry in enumerate(self.entries, start=1):
            name = entry.get("id", "without id")
            try:
                offer = _offer(entry, currency)
            except InputError as error:
                raise InputError(f"{self.source}: offer {number} ({name}): {error}; correct it") from None
            if any(offer.id == earlier.id for earlier in offers):
                raise InputError(
                    f"{self.source}: offer {number} ({offer.id}): appears twice; rename or remove one"
                )
            offers.append(offer)
        return tuple(offers)


@cache
def packaged_catalogue() -> Catalogue:
    """Return the catalogue that comes with the program; comments in its file explain the fields."""
    return load_catalogue(PACKAGED_PATH)


def load_catalogue(path: Path) -> Catalogue:
    """Read a catalogue from a TOML file with one ``[[offer]]`` table per offer.

    Raises
    ------
    InputError
        If the file cannot be read, or an offer is wrong or appears twice; the sentence names file and entry.
    """
    return Catalogue(_entries(path), path.name)


def read_offers(
    path: Path | None = None, *, currency: str = "₹", offer_cost: float | None = None
) -> tuple[Offer, ...]:
    """Read the offers, in file order.

    Parameters
    ----------
    path
        See :func:`load_catalogue`; by default the packaged one.
    currency
        Sign that replaces ``{currency}`` and stands before ``{cost}``.
    offer_cost
        Cost of the first offer instead of the file's; it also replaces ``{cost}``.

    Raises
    ------
    InputError
        As :func:`load_catalogue`.

    Examples
    --------
    >>> [offer.id for offer in read_offers()]
    ['cash_50', 'free_delivery', 'percent_20']
    >>> read_offers(currency="€", offer_cost=4.5)[0].gives["en"]
    '€4.50 off your next order'
    """
    catalogue = packaged_catalogue() if path is None else load_catalogue(path)
    cost = catalogue.entries[0]["cost"] if offer_cost is None else offer_cost
    entries = ({**catalogue.entries[0], "cost": cost}, *catalogue.entries[1:])
    return Catalogue(entries, catalogue.source)._offers(currency)


def entry_faults(entry: Mapping[str, Any], currency: str) -> Iterator[tuple[str, str]]:
    """Yield each field that is wrong with its fault.

    >>> list(entry_faults({"id": "cash", "gives": {"en": "cash"}}, "₹"))
    [('cost', 'is missing')]
    """
    unknown, missing = sorted(entry.keys() - _KEYS), sorted({"id", "cost", "gives"} - entry.keys())
    yield from ((field, "is not a field of an offer") for field in unknown)
    yield from ((field, "is missing") for field in missing)
    if not unknown and not missing:
        filled = dict(entry) if number_fault(entry["cost"], MAX_AMOUNT) else _filled_entry(entry, currency)
        yield from field_faults({"save_rate": None, "minimum_basket": 0.0, "valid_days": 7, **filled})


def _entries(source: Path) -> tuple[dict[str, Any], ...]:
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
    return tuple(entries)


def _offer(entry: Mapping[str, Any], currency: str) -> Offer:
    for field, fault in entry_faults(entry, currency):
        raise InputError(f"{field} {fault}")
    return Offer(**_filled_entry(entry, currency))


def _filled_entry(entry: Mapping[str, Any], currency: str) -> dict[str, Any]:
    amount = _amount_text(entry["cost"])
    gives = entry["gives"]
    if isinstance(gives, Mapping):
        gives = {
            language: _fill_slots(text, cost=f"{currency}{amount}", currency=currency)
            for language, text in gives.items()
        }
    return {**entry, "id": _fill_slots(entry["id"], cost=amount.replace(",", "")), "gives": gives}


def _fill_slots(text: Any, **slots: str) -> Any:
    if isinstance(text, str):
        for slot, content in slots.items():
            text = text.replace("{" + slot + "}", content)
    return text


def _amount_text(amount: float) -> str:
    return f"{amount:,.2f}".removesuffix(".00")
