"""What campaigns measured of each offer: save rate, redemption and harm rate, each with its interval and expiry.

This module holds them, and puts them in the place of what was assumed as long as they are in force: until they
expire, for an offer with the same terms, and for customers who did not drift severely. What a campaign shows is
estimated in :mod:`retention.campaign`.
"""

import datetime as dt
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Literal

from retention.errors import InputError
from retention.profit.economics import Economics
from retention.profit.offer import Offer, is_offer_id
from retention.wording.dates import day_in_words
from retention.wording.text import quote

_LONGEST_NAME = 200  # of a campaign, or of the file of an experiment


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

    def at(self, end: str) -> "MeasuredRate":
        """Return the rate with the ``low`` or ``high`` end of its interval as its value."""
        return replace(self, value=getattr(self, end))


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
    send_from
        The churn probability from which on the offer stays in the plan, although the measured rates alone would
        withdraw it: customers there were not measured to lose. None where the rates alone decide.

    Raises
    ------
    InputError
        If the offer or a campaign has no proper name.
    """

    offer: str
    terms_sha256: str
    save_rate: MeasuredRate
    redemption: MeasuredRate | None
    harm_rate: MeasuredRate
    campaigns: tuple[str, ...]
    measured_on: dt.date
    expires_on: dt.date
    send_from: float | None = None

    def __post_init__(self) -> None:
        """Refuse names that would not stay on one line of a terminal or a page, and a probability that is none."""
        if self.send_from is not None and not 0 <= self.send_from <= 1:
            raise InputError(f"send_from: {self.send_from!r} is not a probability; learn the rates again")
        if not is_offer_id(self.offer):
            raise InputError(f"rates: {quote(self.offer)} is no id of an offer; learn the rates again")
        for name in self.campaigns:
            if not (name.isprintable() and 0 < len(name) <= _LONGEST_NAME):
                raise InputError(f"rates: {quote(name)} is no name of a campaign; learn the rates again")

    @property
    def by_name(self) -> dict[str, MeasuredRate]:
        """Each rate that was measured, by its name in :class:`retention.profit.economics.Economics`."""
        rates = {
            "save_rate": self.save_rate,
            "stayer_redemption": self.redemption,
            "harm_rate": self.harm_rate,
        }
        return {name: rate for name, rate in rates.items() if rate is not None}

    def over(self, economics: Economics) -> Economics:
        """Return money inputs with these rates over the assumed ones; amounts stay.

        Nobody whom the contact drives away redeems the offer, so ρ is at most 1 − s.
        """
        harm = self.harm_rate.value
        redemption = economics.stayer_redemption if self.redemption is None else self.redemption.value
        return replace(
            economics,
            save_rate=self.save_rate.value,
            stayer_redemption=min(redemption, 1.0 - harm),
            harm_rate=harm,
        )

    def at_end(self, end: Literal["low", "high"]) -> "OfferRates":
        """Return the rates at the ends of their intervals at which the offer earns least (``low``), or most.

        At ``low`` the save rate is low, and redemption by retained customers and harm are high.
        """
        best, worst = ("high", "low") if end == "high" else ("low", "high")
        return replace(
            self,
            save_rate=self.save_rate.at(best),
            redemption=None if self.redemption is None else self.redemption.at(worst),
            harm_rate=self.harm_rate.at(worst),
            send_from=None,
        )

    def threshold(self, break_even: float) -> float:
        """Return from which churn probability on to send, of the break-even at these rates."""
        return break_even if self.send_from is None else min(break_even, self.send_from)


@dataclass(frozen=True, kw_only=True)
class Rates:
    """The measured rates of the offers of a catalogue.

    Attributes
    ----------
    offers
        Id of an offer -> its rates. Offers that no campaign sent are not in it.
    score_low, score_high
        Lowest and highest churn probability of the customers who were randomised, in [0, 1].
    set_aside
        Id of an offer -> why its rates count as assumed again, in words. Changed terms need no entry.

    Raises
    ------
    InputError
        If the range of scores is none, or an offer stands under another id.
    """

    offers: Mapping[str, OfferRates]
    score_low: float
    score_high: float
    set_aside: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a range outside [0, 1]."""
        if not (math.isfinite(self.score_low) and 0 <= self.score_low <= self.score_high <= 1):
            raise InputError(
                f"scores: {self.score_low} to {self.score_high} is no range of probabilities; learn again"
            )
        for offer, rates in self.offers.items():
            if rates.offer != offer:
                raise InputError(f"rates: those of {rates.offer} stand under {offer}; learn the rates again")

    def why_assumed(self, offer: Offer) -> str | None:
        """Return in words why this offer's rates are assumed; None where measured ones are in force."""
        rates = self.offers.get(offer.id)
        if rates is None:
            return "never measured"
        if rates.terms_sha256 != terms_sha256(offer):
            return "the terms of the offer changed"
        return self.set_aside.get(offer.id)

    def of(self, offer: Offer) -> OfferRates | None:
        """Return the measured rates of an offer that are in force; None where they are assumed."""
        return self.offers[offer.id] if self.why_assumed(offer) is None else None

    def economics(self, offer: Offer, base: Economics) -> Economics:
        """Return money inputs with the measured rates of an offer over the assumed ones, if they are in force."""
        rates = self.of(offer)
        return base if rates is None else rates.over(base)

    def measured_offer(self, offer: Offer) -> Offer:
        """Return an offer with its measured save rate over the assumed one."""
        rates = self.of(offer)
        return offer if rates is None else replace(offer, save_rate=rates.save_rate.value)

    def on(self, day: dt.date) -> "Rates":
        """Return the rates as they are in force on a day: those that have expired by then are set aside."""
        expired = {
            offer: f"expired on {day_in_words(rates.expires_on)}"
            for offer, rates in self.offers.items()
            if day >= rates.expires_on
        }
        return replace(self, set_aside={**self.set_aside, **expired})

    def all_set_aside(self, reason: str) -> "Rates":
        """Return the rates with all of them assumed again, for a reason in words."""
        return replace(self, set_aside={**dict.fromkeys(self.offers, reason), **self.set_aside})


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
