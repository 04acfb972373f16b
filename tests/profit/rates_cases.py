"""Measured rates of offers, for tests."""

import datetime as dt

from retention.profit.measured_rates import MeasuredRate, OfferRates, Rates, terms_sha256
from retention.profit.offer import Offer

MEASURED_ON, EXPIRES_ON = dt.date(2026, 5, 3), dt.date(2026, 10, 30)


def offer_rates(
    offer: Offer,
    *,
    save_rate: tuple[float, float, float] = (0.19, 0.13, 0.25),
    redemption: tuple[float, float, float] | None = (0.4, 0.35, 0.45),
    harm_rate: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> OfferRates:
    """Return the rates of an offer, each as (value, low, high)."""
    return OfferRates(
        offer=offer.id,
        terms_sha256=terms_sha256(offer),
        save_rate=MeasuredRate(*save_rate, assumed=0.3),
        redemption=None if redemption is None else MeasuredRate(*redemption, assumed=0.6),
        harm_rate=MeasuredRate(*harm_rate, assumed=0.0),
        campaigns=("diwali",),
        measured_on=MEASURED_ON,
        expires_on=EXPIRES_ON,
    )


def rates_of(*offers: OfferRates, scores: tuple[float, float] = (0.0, 1.0)) -> Rates:
    """Return the rates of several offers."""
    return Rates(offers={rates.offer: rates for rates in offers}, score_low=scores[0], score_high=scores[1])
