"""What a template must hold and must not hold before anyone may be sent a message made of it.

A template carries two slots, ``{name}`` and ``{offer}``. :func:`check_template` judges it before they are
filled, and :func:`fill_template` fills them from cleaned data and the catalogue. The alphabet is an
allow-list (letters of the language's script, plain punctuation, a few emoji), which by itself
keeps out digits, currency and percent signs, markup, addresses and control characters. What goes out without a
person having read it may use reviewed words alone (:mod:`retention.messages.allowed_lines`); of the rest, a person
may let out what holds no denied word.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from retention.messages.allowed_lines import EMOJI, NAME, OFFER, reason_to_ask_a_person
from retention.messages.channels.channel import Channel
from retention.messages.channels.registry import DEFAULT_CHANNEL
from retention.messages.greeting import name_substitute
from retention.messages.languages.registry import LANGUAGES, language_of

SLOTS = (NAME, OFFER)

_PUNCTUATION = frozenset(" .,!?'’‘“”\"—–-…:;()&।")

_NEGATION = (
    r"no|not|never|without|nor|cannot|can't|don't|won't|isn't|expired|ended|cancelled|canceled|instead\s+of|except|lost"
    r"|lose|losing|miss|missed|minus|refuse|reject|forget|nahi|nahin|mat|bina|नहीं|मत|बिना"
)
_TAKEN_BACK = (
    re.compile(rf"(?<!\w)(?:{_NEGATION})(?:\s+[^\s.,!?;:।{{}}]+){{0,3}}\s+\{{offer\}}", re.IGNORECASE),
    re.compile(
        r"\{offer\}\s+(?:\w+\s+){0,2}?(?:not|no|never|gone|over|unavailable|nahi|nahin|नहीं|ख़त्म|खत्म)(?!\w)"
        r"|\{offer\}\s+\w+n't",
        re.IGNORECASE,
    ),
)
_SPACED_OUT = re.compile(r"(?<!\w)\w(?:[\s.\-–—]+\w(?!\w)){2,}")
_BROKEN_UP = re.compile(r"(?<=\w)[-–—'](?=\w)")
_DRAWN_OUT = re.compile(r"(\w)\1{2,}")
_INSIDE_A_WORD = re.compile(r"\w[.:;,!?…।]\w")


@dataclass(frozen=True, slots=True)
class TemplateCheck:
    """Whether a template may be used, and the reason if not.

    Attributes
    ----------
    fit
        True when it may go out without a person having read it.
    reason
        Empty when fit; otherwise a few words such as ``"holds a digit"``. Never part of the template itself.
    for_a_person
        True when it is not fit, but only as nobody has reviewed its words: a person may read it and let it out.
    word
        The first of the template's words that nobody has reviewed, where that is the reason.
    """

    fit: bool
    reason: str = ""
    for_a_person: bool = False
    word: str = ""


def check_template(template: str, language: str, channel: Channel = DEFAULT_CHANNEL) -> TemplateCheck:
    """Judge a template with its slots unfilled.

    Parameters
    ----------
    template
        Text with ``{name}`` and ``{offer}``.
    language
        One of :data:`retention.messages.languages.registry.LANGUAGES`; decides which words and letters are known.
    channel
        How the message will be sent; decides how long the template may be.

    Examples
    --------
    >>> check_template("Hi {name}, dinner is waiting with {offer}.", "en").fit
    True
    >>> check_template("Hi {name}, dinner is on the house with {offer}.", "en").reason
    'speaks of something free or of a gift'
    >>> check_template("Hi {name}, the moon is full. Enjoy {offer}.", "en").for_a_person
    True
    """
    words = words_besides_slots(template)
    if reason := _bad_form(template, words, channel) or _bad_character(words, language, channel):
        return TemplateCheck(fit=False, reason=reason)
    reason, word = reason_to_ask_a_person(template, language)
    if not reason:
        return TemplateCheck(fit=True)
    if denied := _bad_words(template, words):
        return TemplateCheck(fit=False, reason=denied)
    return TemplateCheck(fit=False, reason=reason, for_a_person=True, word=word)


def fill_template(template: str, *, name: str | None, offer: str, language: str) -> str:
    """Put a cleaned name (None for a neutral word) and the offer's text into a template.

    Examples
    --------
    >>> fill_template("Hi {name}, here's {offer}.", name=None, offer="₹50 off your next order", language="en")
    "Hi there, here's ₹50 off your next order."
    """
    before, after = template.split(SLOTS[0])
    return (before + (name or name_substitute(before, language)) + after).replace(SLOTS[1], offer)


def words_besides_slots(template: str) -> str:
    """Return a template's own words, with a space in the place of each slot."""
    return template.replace(SLOTS[0], " ").replace(SLOTS[1], " ")


def _bad_form(template: str, words: str, channel: Channel) -> str:
    for slot in SLOTS:
        if template.count(slot) != 1:
            return f"needs {slot} exactly once"
    characters = len(words.strip())
    if characters < channel.min_template_characters:
        return "too short"
    return "too long" if characters > channel.max_template_characters else ""


def _bad_character(words: str, language: str, channel: Channel) -> str:
    letters = 0
    for character in unicodedata.normalize("NFC", words):
        kind = unicodedata.category(character)
        if kind[0] == "N":
            return "holds a digit"
        if kind == "Sc" or character in "%٪％‰":
            return "holds a currency or percent sign"
        if kind[0] in "LM" and character not in EMOJI:
            if not _is_letter_of(character, language):
                return "holds letters of another script"
            letters += kind[0] == "L"
        elif character not in _PUNCTUATION and character not in EMOJI:
            return "holds a character that has no place in a message"
    return "" if letters >= channel.min_template_characters // 2 else "too short"


def _bad_words(template: str, words: str) -> str:
    if _INSIDE_A_WORD.search(words):
        return "holds an address or sends people elsewhere"
    if _SPACED_OUT.search(words):
        return "spells something out"
    unaccented = _unaccented(words)
    joined = _DRAWN_OUT.sub(r"\1\1", _BROKEN_UP.sub("", unaccented))
    for reason, denied in _denylist():
        if denied.search(unaccented) or denied.search(joined):
            return reason
    straight = template.replace("’", "'")
    return "takes the offer back" if any(pattern.search(straight) for pattern in _TAKEN_BACK) else ""


@cache
def _denylist() -> tuple[tuple[str, re.Pattern[str]], ...]:
    by_reason: dict[str, list[str]] = {}
    for language in LANGUAGES:  # a word of one language may stand in a line of another
        for reason, phrases in language_of(language).denied.items():
            by_reason.setdefault(reason, []).extend(phrases)
    return tuple((reason, _any_of(phrases)) for reason, phrases in by_reason.items())


def _any_of(phrases: list[str]) -> re.Pattern[str]:
    # A vowel sign is no word character for \b, so a word ends where no letter and no Indic mark follows.
    letter = r"[\w\u0900-\u0963\u0966-\u0dff]"
    patterns = (
        re.escape(_unaccented(phrase)).replace(r"\ ", r"\W+").replace(r"\*", rf"{letter}*") for phrase in phrases
    )
    return re.compile(rf"(?<!{letter})(?:{'|'.join(patterns)})(?!{letter})", re.IGNORECASE)


def _unaccented(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text).replace("’", "'")
    return "".join(character for character in decomposed if not 0x300 <= ord(character) <= 0x36F)


@cache
def _is_letter_of(character: str, language: str) -> bool:
    script = language_of(language).script
    if script != "LATIN":
        return unicodedata.name(character, "").startswith(script)
    # The Latin script holds many look-alikes (ƒ, ɡ, ᴇ), so a letter is one of a to z with at most an accent.
    return unicodedata.normalize("NFD", character)[0].isascii()
