"""The deterministic library: a hand-written message for everyone, with nothing that can fail.

The lines stand in ``lines.toml`` beside this file. Which one a customer gets depends on the
customer's id and the coarse facts alone, so it is the same in every run and every process.
"""

import hashlib
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

from retention.messages.guard import LONGEST, fill_template
from retention.messages.offer_text import OfferText
from retention.messages.segments import LANGUAGES, REASONS, TONES, MessageSegment

BACKUP = "backup"
"""What ``message_source`` says of a message from this library."""

T = TypeVar("T")

_LIBRARY = Path(__file__).with_name("templates.toml")


def backup_templates(facts: MessageSegment) -> tuple[str, ...]:
    """Return every line the library has for these facts, slots unfilled."""
    return _library()[facts.language, facts.tone, facts.reason]


def pick(choices: Sequence[T], customer: str, facts: MessageSegment) -> T:
    """Choose one by a stable hash of the customer's id and the facts.

    Examples
    --------
    >>> first = pick(("one", "two", "three"), "C-1", MessageSegment())
    >>> first == pick(("one", "two", "three"), "C-1", MessageSegment())
    True
    """
    if len(choices) == 1:
        return choices[0]
    text = f"{customer}\x1f{facts.key}".encode("utf-8", "surrogatepass")
    return choices[int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big") % len(choices)]


def compose_message(line: str, *, name: str | None, offer: OfferText, language: str) -> str | None:
    """Fill a line so that it fits into 160 characters: the name gives way first, the terms after it.

    Parameters
    ----------
    line
        A line that :func:`retention.messages.guard.check_template` found fit, or one of the library's.
    name
        A cleaned name, or None.
    offer
        The catalogue's words in ``language``.

    Returns
    -------
    str or None
        None if the line does not fit at all; the library's lines always do.
    """
    for words in (offer.full, offer.short):
        for called in (name, None) if name else (None,):
            message = fill_template(line, name=called, offer=words, language=language)
            if len(message) <= LONGEST:
                return message
    return None


def backup_message(customer: str, facts: MessageSegment, *, name: str | None, offer: OfferText) -> tuple[str, str]:
    """Return a customer's line and the message made of it, at most 160 characters.

    Examples
    --------
    >>> offer = OfferText("₹50 off your next order", "₹50 off your next order (7 days)")
    >>> backup_message("C-1", MessageSegment(tone="brief"), name="Priya", offer=offer)[1]
    'Hi Priya, hungry? Enjoy ₹50 off your next order (7 days).'
    """
    line = pick(backup_templates(facts), customer, facts)
    message = compose_message(line, name=name, offer=offer, language=facts.language)
    assert message is not None  # noqa: S101  a test holds every line of the library to this
    return line, message


@cache
def _library() -> dict[tuple[str, str, str], tuple[str, ...]]:
    text = tomllib.loads(_LIBRARY.read_text(encoding="utf-8"))
    return {
        (language, tone, reason): tuple(text[language][tone][reason])
        for language in LANGUAGES
        for tone in TONES
        for reason in REASONS
    }
