"""The text of an offer in a message: the catalogue's own words and terms, never a model's."""

from collections.abc import Iterable
from dataclasses import dataclass

from retention.messages.languages.registry import language_of
from retention.profit.catalogue import Offer


@dataclass(frozen=True, slots=True)
class OfferText:
    """An offer's text in one language.

    Attributes
    ----------
    short
        The catalogue's words alone, e.g. ``₹50 off your next order``.
    full
        The same with the terms, e.g. ``₹50 off your next order (min ₹199, 7 days)``.
    """

    short: str
    full: str


def offer_texts(offers: Iterable[Offer], *, language: str, currency: str) -> dict[str, OfferText]:
    """Return the text of each offer by its id; English stands in for a language an offer lacks.

    Examples
    --------
    >>> offer = Offer("tea", gives={"en": "free tea"}, cost=10, minimum_basket=99, valid_days=1)
    >>> offer_texts([offer], language="hi", currency="₹")["tea"].full
    'free tea (min ₹99, 1 day)'
    """
    return {offer.id: _text_of(offer, language, currency) for offer in offers}


def _text_of(offer: Offer, language: str, currency: str) -> OfferText:
    language = language if language in offer.gives else "en"
    short = " ".join(offer.gives[language].split())
    terms = language_of(language).offer_terms
    conditions = [terms.day if offer.valid_days == 1 else terms.days.format(days=offer.valid_days)]
    if offer.minimum_basket:
        basket = f"{currency}{offer.minimum_basket:,.2f}".removesuffix(".00")
        conditions.insert(0, terms.basket.format(basket=basket))
    return OfferText(short, f"{short} ({', '.join(conditions)})")
