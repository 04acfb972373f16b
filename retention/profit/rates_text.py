"""Measured rates in sentences: what is in force, and what is assumed again and why."""

from retention.profit.economics import Economics
from retention.profit.measured_rates import MeasuredRate, OfferRates, Rates
from retention.profit.offer import Offer
from retention.wording.dates import day_in_words
from retention.wording.text import format_share

_SMALL = 0.095  # shares below it are written with one decimal


def rate_in_words(rate: MeasuredRate) -> str:
    """Return a measured rate with its interval.

    >>> rate_in_words(MeasuredRate(value=0.19, low=0.13, high=0.25, assumed=0.3))
    '19% (13–25%)'
    """
    return f"{format_share(rate.value)} ({interval_in_words(rate)})"


def interval_in_words(rate: MeasuredRate) -> str:
    """Return the 90% interval of a rate.

    >>> interval_in_words(MeasuredRate(value=0.01, low=0.002, high=0.031, assumed=0.0))
    '0.2–3.1%'
    """
    digits = 1 if rate.high < _SMALL else 0
    low, high = (f"{100 * end:.{digits}f}".removesuffix(".0") for end in (rate.low, rate.high))
    return f"{low}–{high}%"


def offer_rates_in_words(offer: Offer, assumed: Economics, rates: Rates) -> str:
    """Return one sentence on whether an offer's rates are measured or assumed, without the offer's name.

    Parameters
    ----------
    offer
        As the catalogue has it today.
    assumed
        The money inputs that hold where nothing is measured.
    rates
        What was measured, those that expired by today set aside.
    """
    reason, measured = rates.why_assumed(offer), rates.offers.get(offer.id)
    save_rate = format_share(offer.economics(assumed).save_rate)
    if measured is None:
        return f"save rate {save_rate} assumed ({reason})"
    if reason is not None:
        return f"save rate {save_rate} assumed ({_last(measured)}; {reason})"
    redemption = (
        f"{format_share(assumed.stayer_redemption)} assumed"
        if measured.redemption is None
        else rate_in_words(measured.redemption)
    )
    return (
        f"save rate {rate_in_words(measured.save_rate)}, redemption by retained customers {redemption}, "
        f"harm rate {rate_in_words(measured.harm_rate)}; {_source(measured)}"
    )


def rates_in_words(offers: tuple[Offer, ...], assumed: Economics, rates: Rates) -> tuple[str, ...]:
    """Return one sentence for each offer, and for each measured one that is none any more, beginning with its id.

    The id of an offer may hold its cost, so with another cost it is another offer.
    """
    withdrawn = rates.offers.keys() - {offer.id for offer in offers}
    return (
        *(f"{offer.id}: {offer_rates_in_words(offer, assumed, rates)}" for offer in offers),
        *(f"{id}: no longer among the offers ({_last(rates.offers[id])})" for id in sorted(withdrawn)),
    )


def _last(rates: OfferRates) -> str:
    rate = rates.save_rate
    estimate = f"{format_share(rate.value)}, {interval_in_words(rate)}"
    return f"last measured {estimate}, on {day_in_words(rates.measured_on)}"


def _source(rates: OfferRates) -> str:
    campaigns = ", ".join(rates.campaigns)
    return f"measured by {campaigns} on {day_in_words(rates.measured_on)}, until {day_in_words(rates.expires_on)}"
