"""What to call a customer: their name if it looks like one, in any script, otherwise nobody in particular."""

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

from retention.messages.segments import LANGUAGES

LONGEST = 24
"""Most characters of a name in a message."""

_NEUTRAL = dict(zip(LANGUAGES, ("friend", "दोस्त", "dost"), strict=True))
_GREETING = re.compile(r"\b(?:hi|hey|hello)\s*$", re.IGNORECASE)

_ZERO_WIDTH_JOINERS = "\u200c\u200d"


def clean_name(raw: object) -> str | None:
    """Return a name fit for a message, or None where a neutral word must stand in.

    Letters of any one script a word, with apostrophes, hyphens, full stops after initials and up to
    six words. Digits, markup, control characters, sentences and addresses are no names.

    Parameters
    ----------
    raw
        The cell as it came; a missing value is no name.

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


def neutral_name(before: str, language: str) -> str:
    """Return the word that stands in for a name after the text ``before``.

    Examples
    --------
    >>> neutral_name("Hi ", "en"), neutral_name("Plot twist, ", "en"), neutral_name("", "en")
    ('there', 'friend', 'Friend')
    """
    if language == "en" and _GREETING.search(before):
        return "there"
    word = _NEUTRAL[language]
    opens = not before.strip() or before.rstrip()[-1] in ".!?"
    return word.capitalize() if opens else word


@lru_cache(maxsize=65536)
def _clean(raw: str) -> str | None:
    if len(raw) > 200:
        return None
    text = unicodedata.normalize("NFC", raw.replace("\u00a0", " ").strip())
    words = [word for word in text.split(" ") if word]
    if not 1 <= len(words) <= 6 or not all(_is_name_word(word, alone=len(words) == 1) for word in words):
        return None
    name = " ".join(words)
    if len(name) > LONGEST:
        name = words[0]
    return name if len(name) <= LONGEST else None


def _is_name_word(word: str, *, alone: bool) -> bool:
    parts = [part for part in re.split(r"['’.-]", word) if part]
    if not parts or not word[0].isalpha() or re.search(r"['’.-]{2}|['’-]$", word):
        return False
    if "." in word[:-1] and any(len(part) > 1 for part in parts[:-1]):
        return False
    if any(_plain(part) in _listed()["words"] for part in (*parts, "".join(parts))):
        return False
    if not all(_letters_of_one_script(part) for part in parts):
        return False
    cased = word[0].isupper() or not word[0].islower()
    return cased or alone or word in _listed()["particles"] or (len(parts) > 1 and parts[1][0].isupper())


def _letters_of_one_script(part: str) -> bool:
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
    decomposed = unicodedata.normalize("NFKD", part).casefold()
    return "".join(letter for letter in decomposed if unicodedata.category(letter)[0] != "M")


@cache
def _script(letter: str) -> str:
    script = unicodedata.name(letter, "?").split(" ")[0]
    return "CJK" if script in {"HIRAGANA", "KATAKANA", "CJK", "IDEOGRAPHIC"} else script


@cache
def _listed() -> dict[str, frozenset[str]]:
    text = Path(__file__).with_name("denied.toml").read_text(encoding="utf-8")
    return {use: frozenset(words) for use, words in tomllib.loads(text)["names"].items()}
