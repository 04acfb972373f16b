"""Measured rates as JSON takes them: as they are kept, and as an answer shows them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from retention.errors import InputError
from retention.profit.economics import Economics
from retention.profit.measured_rates import MeasuredRate, OfferRates, Rates
from retention.profit.offer import Offer
from retention.profit.rates_text import offer_rates_in_words

_RATES = ("save_rate", "redemption", "harm_rate")


def rates_as_json(rates: Rates) -> dict[str, Any]:
    """Return all of the rates; :func:`rates_from_json` reads them back."""
    return {
        "offers": {offer: _offer_as_json(measured) for offer, measured in rates.offers.items()},
        "score_low": rates.score_low,
        "score_high": rates.score_high,
        "set_aside": dict(rates.set_aside),
    }


def rates_from_json(saved: Mapping[str, Any]) -> Rates:
    """Return the rates that :func:`rates_as_json` wrote.

    Raises
    ------
    InputError
        If a field is missing, or out of its bounds.
    """
    try:
        return Rates(
            offers={offer: _offer_from_json(measured) for offer, measured in saved["offers"].items()},
            score_low=saved["score_low"],
            score_high=saved["score_high"],
            set_aside=dict(saved.get("set_aside", {})),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"rates: cannot be read ({error}); learn them again") from None


def shown_rates(offers: Sequence[Offer], assumed: Economics, rates: Rates) -> dict[str, Any]:
    """Return what an answer says of the rates of each offer of the catalogue.

    Returns
    -------
    dict
        By the id of an offer: ``measured``, whether measured rates are in force, and ``words``; where they were
        measured at any time, also the three rates, each with value, low, high and assumed.
    """
    view: dict[str, Any] = {}
    for offer in offers:
        measured = rates.offers.get(offer.id)
        view[offer.id] = {
            "measured": rates.of(offer) is not None,
            "words": offer_rates_in_words(offer, assumed, rates),
            **({} if measured is None else _offer_as_json(measured)),
        }
    return view


def _offer_as_json(rates: OfferRates) -> dict[str, Any]:
    return {
        **{name: None if (rate := getattr(rates, name)) is None else asdict(rate) for name in _RATES},
        "offer": rates.offer,
        "terms_sha256": rates.terms_sha256,
        "campaigns": list(rates.campaigns),
        "measured_on": rates.measured_on.isoformat(),
        "expires_on": rates.expires_on.isoformat(),
        **({} if rates.send_from is None else {"send_from": rates.send_from}),
    }


def _offer_from_json(saved: Mapping[str, Any]) -> OfferRates:
    save_rate, redemption, harm = (None if saved[name] is None else MeasuredRate(**saved[name]) for name in _RATES)
    if save_rate is None or harm is None:
        raise InputError("save_rate and harm_rate: are both needed; learn the rates again")
    return OfferRates(
        offer=str(saved["offer"]),
        terms_sha256=str(saved["terms_sha256"]),
        save_rate=save_rate,
        redemption=redemption,
        harm_rate=harm,
        campaigns=tuple(map(str, saved["campaigns"])),
        measured_on=dt.date.fromisoformat(saved["measured_on"]),
        expires_on=dt.date.fromisoformat(saved["expires_on"]),
        send_from=None if saved.get("send_from") is None else float(saved["send_from"]),
    )
