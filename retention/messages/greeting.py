"""The neutral word that greets a customer whose name is not known, e.g. "there" in "Hi there"."""

from retention.messages.languages.registry import language_of


def name_substitute(before: str, language: str) -> str:
    """Return the word that replaces an unknown name after the text ``before``.

    Examples
    --------
    >>> name_substitute("Hi ", "en"), name_substitute("Plot twist, ", "en"), name_substitute("", "en")
    ('there', 'friend', 'Friend')
    """
    declared = language_of(language)
    last_word = before.rsplit(maxsplit=1)[-1].casefold() if before.split() else ""
    if last_word in declared.friend_after:
        return declared.friend_after[last_word]
    starts_sentence = not before.strip() or before.rstrip()[-1] in ".!?।"
    return declared.friend.capitalize() if starts_sentence else declared.friend
