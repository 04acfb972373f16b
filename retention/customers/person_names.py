"""Whether a text is the name of a person, in any script."""

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

LONGEST_NAME = 24
"""Most characters of a name in a message."""

_NOT_AVAILABLE = "NA"
_SHORTEST_IN_LOWER_CASE = 3  # letters of each of two words that nobody has capitalised
_ZERO_WIDTH_JOINERS = "\u200c\u200d"


def clean_name(raw: object) -> str | None:
    """Return the name of a person, fit for a message, or None where the text is not one.

    A name has one to six words. Each word is in letters of one script, with apostrophes, hyphens, and full
    stops after initials. Digits, markup, control characters, sentences and addresses are not names.

    Parameters
    ----------
    raw
        The cell as it stands in the file; a missing value is not a name.

    Returns
    -------
    str or None
        1 to :data:`LONGEST` characters; a longer name is cut to its first word.

    Examples
    --------
    >>> clean_name("  Jean-Luc "), clean_name("आरव"), clean_name("Priya the stupid thief")
    ('Jean-Luc', 'आरव', None)
    """
    return _clean(raw) if isinstance(raw, str) else None


@lru_cache(maxsize=65536)
def _clean(raw: str) -> str | None:
    if len(raw) > 200:
        return None
    text = unicodedata.normalize("NFC", raw.replace("\u00a0", " ").strip())
    words = [word for word in text.split(" ") if word]
    if text == _NOT_AVAILABLE or (len(words) > 1 and all(len(word.rstrip(".")) == 1 for word in words)):
        return None
    uncased = len(words) == 1 or (
        len(words) == 2 and text.islower() and min(map(len, words)) >= _SHORTEST_IN_LOWER_CASE
    )
    if not 1 <= len(words) <= 6 or not all(_is_name_word(word, alone=uncased) for word in words):
        return None
    name = " ".join(words)
    if len(name) > LONGEST_NAME:
        name = words[0]
    return name if len(name) <= LONGEST_NAME else None


def _is_name_word(word: str, *, alone: bool) -> bool:
    parts = [part for part in re.split(r"['’.-]", word) if part]
    if not parts or not word[0].isalpha() or re.search(r"['’.-]{2}|['’-]$", word):
        return False
    if "." in word[:-1] and any(len(part) > 1 for part in parts[:-1]):
        return False
    if not alone and len(parts) == 1 and len(word.rstrip(".")) == 1 and word[0].isupper():
        return True  # an initial
    if any(_plain(part) in _word_lists()["words"] for part in (*parts, "".join(parts))):
        return False
    if not all(_letters_of_one_script(part) for part in parts):
        return False
    cased = word[0].isupper() or not word[0].islower()
    return cased or alone or word in _word_lists()["particles"] or (len(parts) > 1 and parts[1][0].isupper())


def _letters_of_one_script(part: str) -> bool:
    """Whether a part of a word is letters of one script with at most three marks on each."""
    scripts = set()
    marks = 0
    for letter in part:
        category = unicodedata.category(letter)
        if category[0] == "L":
            scripts.add(_script(letter))
            marks = 0
        elif category in {"Mn", "Mc"} or letter in _ZERO_WIDTH_JOINERS:
            marks += 1
        else:
            return False
        if marks > 3:
            return False
    return len(scripts) == 1


def _plain(part: str) -> str:
    """Return a part of a word without case, accents and other marks."""
    decomposed = unicodedata.normalize("NFKD", part).casefold()
    return "".join(letter for letter in decomposed if unicodedata.category(letter)[0] != "M")


@cache
def _script(letter: str) -> str:
    """Return the script of a letter; Japanese mixes three in one word, so they count as one."""
    script = unicodedata.name(letter, "?").split(" ")[0]
    return "CJK" if script in {"HIRAGANA", "KATAKANA", "CJK", "IDEOGRAPHIC"} else script


@cache
def _word_lists() -> dict[str, frozenset[str]]:
    """Return the ``words`` that no name holds and the ``particles`` that a name may hold in lower case."""
    text = Path(__file__).with_name("person_names.toml").read_text(encoding="utf-8")
    return {use: frozenset(words) for use, words in tomllib.loads(text).items()}
