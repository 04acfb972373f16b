"""Patterns of words in a language's file, such as ``^we|we've miss|missed you (again)``.

Words are separated by spaces. ``a|b`` means one or the other, ``(a)`` may be left out, ``<food>`` is any word of
the vocabulary's group, ``^`` at the start means at the start of a clause, and ``$`` at the end, at its end.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

# Devanagari is written with and without the dot below, and with either sign of nasality.
_SAME_SIGNS = {0x093C: None, 0x0901: 0x0902}


@dataclass(frozen=True, slots=True)
class Pattern:
    """Words that may stand in a row.

    Attributes
    ----------
    words
        The keys that each word may have.
    at_start, at_end
        Whether it must begin or end its clause.
    """

    words: tuple[frozenset[str], ...]
    at_start: bool = False
    at_end: bool = False

    def fits(self, keys: Sequence[str], start: int) -> bool:
        """Tell whether it stands in a clause of these words from a position on."""
        end = start + len(self.words)
        if end > len(keys) or (self.at_start and start) or (self.at_end and end < len(keys)):
            return False
        return all(key in allowed for key, allowed in zip(keys[start:end], self.words, strict=True))


def word_key(word: str, same_spelling: Mapping[str, str]) -> str:
    """Return what a word is compared by: without case, and with spellings that count as the same made equal.

    Examples
    --------
    >>> word_key("Khaana", {"aa": "a"}), word_key("It’s", {})
    ('khana', "it's")
    """
    key = unicodedata.normalize("NFC", word).casefold().replace("’", "'").replace("‘", "'")
    key = unicodedata.normalize("NFC", unicodedata.normalize("NFD", key).translate(_SAME_SIGNS))
    for spelling, same in same_spelling.items():
        key = key.replace(spelling, same)
    return key


def patterns_of(
    texts: Iterable[str], vocabulary: Mapping[str, frozenset[str]], same_spelling: Mapping[str, str]
) -> tuple[Pattern, ...]:
    """Return the patterns that texts stand for, the longest first.

    Raises
    ------
    ValueError
        If one is empty, or names a group that the vocabulary does not have.
    """
    patterns = [pattern for text in texts for pattern in _expanded(text, vocabulary, same_spelling)]
    return tuple(sorted(set(patterns), key=lambda pattern: -len(pattern.words)))


def _expanded(
    text: str, vocabulary: Mapping[str, frozenset[str]], same_spelling: Mapping[str, str]
) -> Iterable[Pattern]:
    places = []
    for word in text.removeprefix("^").removesuffix("$").split():
        needed = word.strip("()")
        choice: frozenset[str] = frozenset()
        for option in needed.split("|"):
            if option.startswith("<"):
                group = option.strip("<>")
                if group not in vocabulary:
                    raise ValueError(f"{text!r} names the group {group!r}, which the vocabulary does not have")
                choice |= vocabulary[group]
            else:
                choice |= {word_key(option, same_spelling)}
        places.append(((choice,), ()) if word.startswith("(") else ((choice,),))
    for chosen in product(*places):
        words = tuple(choice for place in chosen for choice in place)
        if not words:
            raise ValueError(f"{text!r} is an empty pattern")
        yield Pattern(words, text.startswith("^"), text.endswith("$"))
