"""The message templates written by hand: a message for everyone, with nothing that can fail.

The templates stand in the languages' files (``languages/``). Which of them a customer gets depends on the
customer's id and segment alone, so it is the same in every run and every process.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TypeVar

from retention.errors import OfferError
from retention.messages.channels.channel import Channel
from retention.messages.channels.registry import DEFAULT_CHANNEL
from retention.messages.guard import fill_template
from retention.messages.languages.registry import language_of
from retention.messages.offer_text import OfferText
from retention.messages.segments import MessageSegment

BACKUP = "backup"
"""The ``message_source`` of a message made of one of these templates."""

T = TypeVar("T")


def backup_templates(segment: MessageSegment) -> tuple[str, ...]:
    """Return every template that was written for a segment, slots unfilled.

    Raises
    ------
    OfferError
        If the language's file holds none.
    """
    templates = language_of(segment.language).templates.get(segment.tone, {}).get(segment.reason, ())
    if not templates:
        missing = f"templates.{segment.tone}: {segment.reason}"
        raise OfferError(f"language {segment.language!r}: has no {missing}; add some to {segment.language}.toml")
    return templates


@lru_cache(maxsize=4096)
def fitting_templates(segment: MessageSegment, offer: OfferText, channel: Channel) -> tuple[str, ...]:
    """Return the segment's templates that leave room for the offer in a channel.

    Where none does, the brief ones for the same reason are tried, and the shortest template stands in at last.

    Examples
    --------
    >>> offer = OfferText("₹50 off your next order", "₹50 off your next order (7 days)")
    >>> fitting_templates(MessageSegment(), offer, DEFAULT_CHANNEL) == backup_templates(MessageSegment())
    True
    """
    for tone in (segment.tone, "brief"):
        fitting = tuple(
            template
            for template in backup_templates(replace(segment, tone=tone))
            if compose_message(template, name=None, offer=offer, language=segment.language, channel=channel)
        )
        if fitting:
            return fitting
    return (language_of(segment.language).shortest,)


def pick(choices: Sequence[T], customer: str, segment: MessageSegment) -> T:
    """Choose one by a stable hash of the customer's id and segment.

    Examples
    --------
    >>> first = pick(("one", "two", "three"), "C-1", MessageSegment())
    >>> first == pick(("one", "two", "three"), "C-1", MessageSegment())
    True
    """
    if len(choices) == 1:
        return choices[0]
    text = f"{customer}\x1f{segment.key}".encode("utf-8", "surrogatepass")
    return choices[int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big") % len(choices)]


def compose_message(
    template: str, *, name: str | None, offer: OfferText, language: str, channel: Channel = DEFAULT_CHANNEL
) -> str | None:
    """Fill a template so that it fits into a channel: the name is left out first, the offer's terms after it.

    Parameters
    ----------
    template
        One that :func:`retention.messages.guard.check_template` accepted, or one of the templates written by hand.
    name
        A cleaned name, or None.
    offer
        The offer's text in ``language``.

    Returns
    -------
    str or None
        None if the template does not fit at all.
    """
    for offer_text in (offer.full, offer.short):
        for shown_name in (name, None) if name else (None,):
            message = fill_template(template, name=shown_name, offer=offer_text, language=language)
            if len(message) <= channel.max_characters:
                return message
    return None


def backup_message(
    customer: str,
    segment: MessageSegment,
    *,
    name: str | None,
    offer: OfferText,
    channel: Channel = DEFAULT_CHANNEL,
) -> tuple[str, str]:
    """Return a customer's template and the message made of it, which fits into the channel.

    Examples
    --------
    >>> offer = OfferText("₹50 off your next order", "₹50 off your next order (7 days)")
    >>> backup_message("C-1", MessageSegment(tone="brief"), name="Priya", offer=offer)[1]
    'Hi Priya, hungry? Enjoy ₹50 off your next order (7 days).'
    """
    template = pick(backup_templates(segment), customer, segment)
    message = compose_message(template, name=name, offer=offer, language=segment.language, channel=channel)
    if message is None:
        template = pick(fitting_templates(segment, offer, channel), customer, segment)
        message = compose_message(template, name=name, offer=offer, language=segment.language, channel=channel)
    assert message is not None  # noqa: S101  a test holds every template to this
    return template, message
