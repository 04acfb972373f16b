"""The word that replaces an unknown name."""

import pytest

from retention.messages.greeting import name_substitute


@pytest.mark.parametrize(
    ("before", "language", "word"),
    [
        ("Hi ", "en", "there"), ("Hey ", "en", "there"), ("", "en", "Friend"), ("Plot twist, ", "en", "friend"),
        ("नमस्ते ", "hi", "दोस्त"), ("", "hinglish", "Dost"), ("Hi ", "hinglish", "dost"),
    ],
)  # fmt: skip
def test_the_neutral_word_fits_its_place(before: str, language: str, word: str) -> None:
    """It is "there" after a greeting and "friend" elsewhere, with a capital at the start of a sentence."""
    assert name_substitute(before, language) == word
