"""What campaigns measured of each offer: save rate, redemption and harm rate, each with its interval and expiry.

This module only holds them. What a campaign shows is estimated in :mod:`retention.campaign`.
"""

import datetime as dt
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields

from retention.errors import InputError
from retention.profit.catalogue import Offer


@dataclass(frozen=True)
class MeasuredRate:
    """A share of customers that a randomised campaign measured.

    Attributes
    ----------
    value
        The estimate, weighed with what was assumed, in [0, 1].
    low, high
        Ends of its 90% interval, in [0, 1].
    assumed
        What was assumed before, in [0, 1].

    Raises
    ------
    InputError
        If a number lies outside [0, 1], or ``low`` above ``high``.

    Examples
    --------
    >>> MeasuredRate(value=0.19, low=0.13, high=0.25, assumed=0.3).high
    0.25
    """

    value: float
    low: float
    high: float
    assumed: float

    def __post_init__(self) -> None:
        """Refuse what is no share, and keep every number as a float."""
        for item in fields(self):
            number = getattr(self, item.name)
            if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number <= 1:
                raise InputError(
                    f"{item.name}: must be a number from 0 to 1, got {number!r}; learn the rates again"
                )
            object.__setattr__(self, item.name, float(number))
        if self.low > self.high:
            raise InputError(f"low: {self.low:g} lies above high, {self.high:g}; learn the rates again")


@dataclass(frozen=True, kw_only=True)
class OfferRates:
    """The measured rates of one offer.

    Attributes
    ----------
    offer
        Its id.
    terms_sha256
        What the customer got, from :func:`terms_sha256`; the rates hold for these terms alone.
    save_rate, redemption, harm_rate
        γ, ρ and s. ``redemption`` is None where no campaign recorded who redeemed.
    campaigns
        Names of the campaigns that measured them, the oldest first.
    measured_on
        The day on which the last of them was read.
    expires_on
        From this day on the rates count as assumed again.
    """

    offer: str
    terms_sha256: str
    save_rate: MeasuredRate
    redemption: MeasuredRate | None
    harm_rate: MeasuredRate
    campaigns: tuple[str, ...]
    measured_on: dt.date
    expires_on: dt.date


@dataclass(frozen=True, kw_only=True)
class Rates:
    """The measured rates of the offers of a catalogue.

    Attributes
    ----------
    offers
        Id of an offer -> its rates. Offers that no campaign sent are not in it.
    score_low, score_high
        Lowest and highest churn probability of the customers who were randomised, in [0, 1].

    Raises
    ------
    InputError
        If the range of scores is none, or an offer stands under another id.
    """

    offers: Mapping[str, OfferRates]
    score_low: float
    score_high: float

    def __post_init__(self) -> None:
        """Refuse a range outside [0, 1]."""
        if not (math.isfinite(self.score_low) and 0 <= self.score_low <= self.score_high <= 1):
            raise InputError(
                f"scores: {self.score_low} to {self.score_high} is no range of probabilities; learn again"
            )
        for offer, rates in self.offers.items():
            if rates.offer != offer:
                raise InputError(f"rates: those of {rates.offer} stand under {offer}; learn the rates again")


def terms_sha256(offer: Offer) -> str:
    """Return the SHA-256 of what a customer gets: id, cost, minimum basket, days until it expires, and words.

    An assumed save rate is no part of it.

    Examples
    --------
    >>> offer = Offer(id="small", gives={"en": "20 off"}, cost=20)
    >>> terms_sha256(offer) == terms_sha256(Offer(id="small", gives={"en": "20 off"}, cost=20.0, save_rate=0.4))
    True
    >>> terms_sha256(offer) == terms_sha256(Offer(id="small", gives={"en": "20 off"}, cost=25))
    False
    """
    terms = {
        "id": offer.id,
        "cost": float(offer.cost),
        "minimum_basket": float(offer.minimum_basket),
        "valid_days": offer.valid_days,
        "gives": dict(offer.gives),
    }
    return hashlib.sha256(json.dumps(terms, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
