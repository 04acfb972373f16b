"""The neutral word that stands in for a name."""

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
    """There after a greeting, a friend elsewhere, with a capital where a sentence starts."""
    assert name_substitute(before, language) == word
