"""What a language's file holds: its hand-written templates, its reviewed vocabulary and what no line may say."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from retention.errors import InputError
from retention.messages.languages.patterns import Pattern, patterns_of, word_key

RULED_GROUPS = frozenset(("links", "articles", "times", "borrowed", "regrets", "do"))
"""Groups of the vocabulary that :mod:`retention.messages.allowed_lines` has rules for."""

_MAY_BE_LEFT_OUT: Mapping[str, Any] = {
    "friend_after": {},
    "honorifics": [],
    "capitalised": [],
    "same_spelling": {},
    "apart": [],
}


@dataclass(frozen=True, slots=True)
class OfferTerms:
    """The terms of an offer in a language, e.g. ``min ₹199`` and ``7 days``.

    Attributes
    ----------
    basket
        The smallest basket, with a slot ``{basket}``.
    days, day
        How long the offer is valid: several days, with a slot ``{days}``, and one day.
    """

    basket: str
    days: str
    day: str


@dataclass(frozen=True, slots=True)
class Constructions:
    """What may stand around ``{offer}`` in a line that nobody has read.

    Attributes
    ----------
    leads
        Words right before ``{offer}``.
    tails
        Words right after it, to the end of the clause, where a lead stands before it.
    alone
        Words right after it, to the end of the clause, that need no lead.
    """

    leads: tuple[Pattern, ...]
    tails: tuple[Pattern, ...]
    alone: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """A language, as its file declares it. Words in ``vocabulary`` and patterns are keys of :func:`word_key`.

    Attributes
    ----------
    id
        Its name in calls and files: the name of its file.
    label
        Its name for a person, in the language itself.
    prompt
        The sentence that tells a language model to write in it.
    script
        First word of the Unicode names of its letters, e.g. ``"LATIN"``.
    friend
        The word that stands in for an unknown name.
    friend_after
        Another such word, by the greeting it follows.
    shortest
        The template for a channel into which no other fits.
    offer_terms
        The terms of an offer.
    greetings, honorifics
        What may stand right before and right after ``{name}``.
    capitalised
        Words of the vocabulary that are written with a capital within a sentence.
    same_spelling
        Letters that count as others, for languages that are spelled in several ways.
    apart
        Words of the vocabulary that must not stand together, as brands and goods given along with others.
    vocabulary
        The words that a line nobody has read may use, by group. The groups of
        :data:`RULED_GROUPS` have rules of their own; see :mod:`retention.messages.allowed_lines`.
    phrases
        Words that may be used together, though some of them may not be used alone.
    constructions
        What may stand around ``{offer}``.
    denied
        Words and phrases that no line may hold whoever wrote it, by the reason.
    templates
        The hand-written templates by tone and reason.
    """

    id: str
    label: str
    prompt: str
    script: str
    friend: str
    friend_after: Mapping[str, str]
    shortest: str
    offer_terms: OfferTerms
    greetings: tuple[Pattern, ...]
    honorifics: frozenset[str]
    capitalised: frozenset[str]
    same_spelling: Mapping[str, str]
    apart: tuple[Pattern, ...]
    vocabulary: Mapping[str, frozenset[str]]
    phrases: tuple[Pattern, ...]
    constructions: Constructions
    denied: Mapping[str, tuple[str, ...]]
    templates: Mapping[str, Mapping[str, tuple[str, ...]]]

    def key(self, word: str) -> str:
        """Return what a word is compared by in this language."""
        return word_key(word, self.same_spelling)


def read_language(path: Path) -> Language:
    """Read a language's file.

    Raises
    ------
    InputError
        If it is no TOML, or a key is missing, unknown or of the wrong form; the sentence names file and key.
    """
    try:
        declared = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path.name}: cannot be read as TOML ({error}); correct it") from None
    declared = {**_MAY_BE_LEFT_OUT, **declared}
    expected = {field.name for field in fields(Language)} - {"id"}
    if declared.keys() != expected:
        differing = ", ".join(sorted(declared.keys() ^ expected))
        raise InputError(
            f"{path.name}: must hold the keys {', '.join(sorted(expected))}; missing or unknown: {differing}"
        )
    try:
        return _language(path.stem, declared)
    except (TypeError, AttributeError, KeyError, ValueError) as error:
        raise InputError(f"{path.name}: {error}; compare it with en.toml") from None


def _language(id: str, declared: Mapping[str, Any]) -> Language:
    same_spelling = dict(declared["same_spelling"])
    vocabulary = {
        group: frozenset(word_key(word, same_spelling) for word in words)
        for group, words in declared["vocabulary"].items()
    }

    def patterns(texts: list[str]) -> tuple[Pattern, ...]:
        return patterns_of(texts, vocabulary, same_spelling)

    vocabulary = dict.fromkeys(RULED_GROUPS, frozenset[str]()) | vocabulary
    constructions = declared["constructions"]
    return Language(
        id=id,
        label=declared["label"],
        prompt=declared["prompt"],
        script=declared["script"],
        friend=declared["friend"],
        shortest=declared["shortest"],
        friend_after=dict(declared["friend_after"]),
        offer_terms=OfferTerms(**declared["offer_terms"]),
        greetings=patterns(declared["greetings"]),
        honorifics=frozenset(word_key(word, same_spelling) for word in declared["honorifics"]),
        capitalised=frozenset(word_key(word, same_spelling) for word in declared["capitalised"]),
        same_spelling=same_spelling,
        apart=patterns(declared["apart"]),
        vocabulary=vocabulary,
        phrases=patterns([text for texts in declared["phrases"].values() for text in texts]),
        constructions=Constructions(
            patterns(constructions["leads"]), patterns(constructions["tails"]), patterns(constructions["alone"])
        ),
        denied={reason: tuple(phrases) for reason, phrases in declared["denied"].items()},
        templates={
            tone: {reason: tuple(lines) for reason, lines in by_reason.items()}
            for tone, by_reason in declared["templates"].items()
        },
    )
