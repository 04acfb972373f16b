"""The neutral word that greets a customer whose name is not known, e.g. "there" in "Hi there"."""

import re

from retention.messages.segments import LANGUAGES

_SUBSTITUTES = dict(zip(LANGUAGES, ("friend", "दोस्त", "dost"), strict=True))
_GREETING = re.compile(r"\b(?:hi|hey|hello)\s*$", re.IGNORECASE)


def name_substitute(before: str, language: str) -> str:
    """Return the word that replaces an unknown name after the text ``before``.

    Examples
    --------
    >>> name_substitute("Hi ", "en"), name_substitute("Plot twist, ", "en"), name_substitute("", "en")
    ('there', 'friend', 'Friend')
    """
    if language == "en" and _GREETING.search(before):
        return "there"
    word = _SUBSTITUTES[language]
    starts_sentence = not before.strip() or before.rstrip()[-1] in ".!?"
    return word.capitalize() if starts_sentence else word
