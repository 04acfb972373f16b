"""Which lines may go out without a person having read them: reviewed words in reviewed constructions.

A denylist cannot hold what a language model may write, so this works the other way round. Every word of a line
must stand in its language's vocabulary or phrases, and what stands around ``{offer}`` in its constructions; all
else is refused. Words of quantity, price, negation, time limits, conditions, brands and giving away are in no
vocabulary, and words that promise when they come together ("we", "from us", "comes with") stand only in phrases.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from retention.messages.languages.language import Language
from retention.messages.languages.patterns import Pattern
from retention.messages.languages.registry import language_of

NAME, OFFER = "{name}", "{offer}"
EMOJI = frozenset("🍕🍔🍜🍛🍲🥘🍱🍣🌮🌯🥗🍰🍩🍨🍦🧁🥟🥪🍝🍽️😋🙂😊🤗😄🎉🧡❤️💛✨👋🙏🌟🏠")
"""Emoji that a template may hold: food and friendly faces, and none that gives, counts or points."""

_STOPS = frozenset((".", "!", "?", "…", "...", "।", "?!", "!!"))
_PAUSES = frozenset((",", ";", ":", "–", "—", "-"))
_MARKS = _STOPS | _PAUSES
_INTRODUCES = frozenset((":", "–", "—", "-"))
_MOST_USES = 2


class _RefusedError(Exception):
    """Why a line is refused, in a few words; and the word at fault, where there is one."""

    def __init__(self, reason: str, word: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.word = word


@dataclass(frozen=True, slots=True)
class _Clause:
    """Words between two marks: as written, their keys, and the marks around them (``""``: the line's edge)."""

    words: tuple[str, ...]
    keys: tuple[str, ...]
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class _Reviewed:
    """A language's words and phrases, laid out to be looked up: phrases by first word, leads by last word."""

    words: frozenset[str]
    not_after_link: frozenset[str]
    not_after_article: frozenset[str]
    phrases: Mapping[str, Sequence[Pattern]]
    leads: Mapping[str, Sequence[Pattern]]


@cache
def _reviewed_of(language: Language) -> _Reviewed:
    groups = language.vocabulary
    phrases, leads = defaultdict(list), defaultdict(list)
    for phrase in language.phrases:
        for word in phrase.words[0]:
            phrases[word].append(phrase)
    for lead in language.constructions.leads:
        for word in lead.words[-1]:
            leads[word].append(lead)
    words: frozenset[str] = frozenset().union(*groups.values())
    return _Reviewed(
        words, groups["links"] | groups["times"], groups["links"] | groups["articles"], phrases, leads
    )


def reason_to_ask_a_person(template: str, language_id: str) -> tuple[str, str]:
    """Return why a person must read a line before it may go out, and the word at fault; both empty if none must.

    Parameters
    ----------
    template
        A line that holds each slot once.
    language_id
        One of :data:`retention.messages.languages.registry.LANGUAGES`.

    Examples
    --------
    >>> reason_to_ask_a_person("Hi {name}, dinner is waiting with {offer}.", "en")
    ('', '')
    >>> reason_to_ask_a_person("Hi {name}, dinner is on me with {offer}.", "en")
    ('uses words in a way that nobody has reviewed', 'on')
    """
    language = language_of(language_id)
    if any(template in lines for by_reason in language.templates.values() for lines in by_reason.values()):
        return "", ""
    try:
        clauses = _clauses(template, language)
        _check_greeting(clauses, language)
        for clause in clauses:
            _check_clause(clause, language)
        _check_neighbours(clauses, language)
        _check_words(clauses, language)
    except _RefusedError as refused:
        return refused.reason, refused.word
    return "", ""


def _clauses(template: str, language: Language) -> list[_Clause]:
    clauses: list[_Clause] = []
    words: list[str] = []
    before, starts_sentence = "", True

    def end(mark: str) -> None:
        nonlocal before
        if words:
            keys = tuple(word if word in {NAME, OFFER} else language.key(word) for word in words)
            clauses.append(_Clause(tuple(words), keys, before, mark))
            words.clear()
        before = mark

    for chunk in template.split(" "):
        core, mark, has_emoji = _parts(chunk)
        if core:
            _check_letters(core, language, starts_sentence=starts_sentence)
            words.append(core)
        elif not (mark in {"–", "—", "-"} or (has_emoji and not mark)):
            raise _RefusedError("has spaces or marks in the wrong place")
        starts_sentence = has_emoji or (bool(mark) and (mark != "," or core == NAME))
        if has_emoji and not mark:
            mark = before if not words and before in _STOPS else "!"
        if mark:
            end(mark)
    end("")
    return clauses


def _parts(chunk: str) -> tuple[str, str, bool]:
    """Split a word from the mark and the emoji behind it."""
    core = chunk
    while core and core[-1] in EMOJI:
        core = core[:-1]
    has_emoji = core != chunk
    for length in (3, 2, 1):
        if core[-length:] in _MARKS and len(core) >= length and not (length == 1 and core[-2:-1] in _MARKS):
            return core[:-length], core[-length:], has_emoji
    return core, "", has_emoji


def _check_letters(word: str, language: Language, *, starts_sentence: bool) -> None:
    if word in {NAME, OFFER}:
        return
    if not all(character in "'’-" or unicodedata.category(character)[0] in "LM" for character in word):
        raise _RefusedError("has spaces or marks in the wrong place")
    if word[1:] != word[1:].lower():
        raise _RefusedError("shouts")
    if word[0] != word[0].lower() and not starts_sentence and language.key(word) not in language.capitalised:
        raise _RefusedError("has a capital within a sentence, as a brand or a code has")


def _check_greeting(clauses: list[_Clause], language: Language) -> None:
    """Refuse a greeting that is not the very beginning: before it the model speaks to us, not to the customer."""
    for position, clause in enumerate(clauses):
        keys = clause.keys
        if NAME in keys and position and any(pattern.fits(keys, 0) for pattern in language.greetings):
            raise _RefusedError("begins with something other than the greeting")


def _check_clause(clause: _Clause, language: Language) -> None:
    keys = clause.keys
    if NAME in keys:
        at = keys.index(NAME)
        if OFFER in keys or not all(key in language.honorifics for key in keys[at + 1 :]) or len(keys) > at + 2:
            raise _RefusedError("has words right after {name}")
        greeted = any(len(pattern.words) == at and pattern.fits(keys[:at], 0) for pattern in language.greetings)
        if at and not greeted:
            _check_reviewed(keys[:at], language)
    elif OFFER in keys:
        _check_offer(clause, language)
    else:
        _check_reviewed(keys, language)


def _check_offer(clause: _Clause, language: Language) -> None:
    at = clause.keys.index(OFFER)
    before, after = clause.keys[:at], clause.keys[at + 1 :]
    constructions = language.constructions
    stands_alone = bool(after) and any(_is(pattern, after) for pattern in constructions.alone)
    if stands_alone and _reviewed(before, language):
        return
    if after and not stands_alone and not any(_is(pattern, after) for pattern in constructions.tails):
        raise _RefusedError("says something after {offer} that nobody has reviewed")
    if not before:
        if clause.before in _STOPS | _INTRODUCES | {""}:
            return
        raise _RefusedError("has nothing before {offer} that leads to it")
    for pattern in _reviewed_of(language).leads.get(before[-1], ()):
        start = at - len(pattern.words)
        # The first word of a lead such as "momos and" may end what stands before: "a bowl of momos and".
        ends = (start, start + 1) if start >= 0 and pattern.fits(before, start) else ()
        if any(_reviewed(before[:end], language) for end in ends):
            return
    _check_reviewed(before, language)
    raise _RefusedError("leads to {offer} in a way that nobody has reviewed")


def _check_neighbours(clauses: list[_Clause], language: Language) -> None:
    """Refuse clauses that are harmless alone and mean something else next to each other."""
    times = language.vocabulary["times"] | language.vocabulary["links"] | language.vocabulary["articles"]
    spoken = [clause for clause in clauses if clause.keys != (NAME,)]
    for clause, following in pairwise(spoken):
        if following.keys[0] == OFFER and not language.vocabulary["regrets"].isdisjoint(clause.keys):
            raise _RefusedError("says sorry about the offer")
    for clause, following in pairwise(clauses):
        if OFFER in clause.keys and clause.after in _PAUSES:
            allowed = (*language.constructions.tails, *language.constructions.alone)
            if NAME not in following.keys and not any(_is(pattern, following.keys) for pattern in allowed):
                raise _RefusedError("goes on after {offer}")
        if OFFER in clause.keys or clause.after not in _PAUSES:
            continue
        if all(key in times for key in clause.keys):
            raise _RefusedError("sets a time")
        names_somebody = len(clause.keys) == 1 and clause.keys[0] not in language.vocabulary["do"]
        if OFFER in following.keys and clause.before == clause.after == "," and names_somebody:
            raise _RefusedError("calls the customer something")


def _check_words(clauses: list[_Clause], language: Language) -> None:
    keys = [key for clause in clauses for key in clause.keys]
    functional = language.vocabulary["links"] | language.vocabulary["articles"]
    if any(keys.count(key) > _MOST_USES for key in set(keys) - functional):
        raise _RefusedError("repeats a word")
    for clause in clauses:
        until = clause.keys.index(OFFER) if OFFER in clause.keys else len(clause.keys)
        if any(pattern.fits(clause.keys[:until], start) for pattern in language.apart for start in range(until)):
            raise _RefusedError("puts words together that are a brand or a gift")
    words = [key for key in keys if key not in {NAME, OFFER}]
    borrowed = [key for key in words if key in language.vocabulary["borrowed"]]
    if len(borrowed) > 2 * (len(words) - len(borrowed)):
        raise _RefusedError("is in another language")


def _check_reviewed(keys: tuple[str, ...], language: Language) -> None:
    if not _reviewed(keys, language):
        raise _RefusedError("uses words in a way that nobody has reviewed", _first_unreviewed(keys, language))


def _reviewed(keys: tuple[str, ...], language: Language) -> bool:
    """Tell whether words can be read, from left to right, as reviewed phrases and words of the vocabulary."""
    return len(keys) in _reachable(keys, language)


def _first_unreviewed(keys: tuple[str, ...], language: Language) -> str:
    return keys[min(max(_reachable(keys, language)), len(keys) - 1)]


def _reachable(keys: tuple[str, ...], language: Language) -> set[int]:
    """Return up to which positions the words can be read."""
    reachable = {0}
    for position in range(len(keys)):
        if position in reachable:
            reachable |= {
                position + len(phrase.words)
                for phrase in _reviewed_of(language).phrases.get(keys[position], ())
                if phrase.fits(keys, position)
            }
            if _may_stand(keys, position, language):
                reachable.add(position + 1)
    return reachable


def _may_stand(keys: tuple[str, ...], position: int, language: Language) -> bool:
    """Tell whether a word may stand by itself, next to its neighbours."""
    key, groups, reviewed = keys[position], language.vocabulary, _reviewed_of(language)
    if key not in reviewed.words or (position and keys[position - 1] == key):
        return False
    following = keys[position + 1] if position + 1 < len(keys) else ""
    if key in groups["articles"]:
        return bool(following) and following not in reviewed.not_after_article
    if key in groups["links"]:
        return bool(following) and following not in reviewed.not_after_link
    return True


def _is(pattern: Pattern, keys: tuple[str, ...]) -> bool:
    return len(pattern.words) == len(keys) and pattern.fits(keys, 0)
