"""The prompt is made of allow-listed words."""

from itertools import product

from retention.messages.languages.registry import LANGUAGES
from retention.messages.llm.prompt import chat_for
from retention.messages.segments import AWAY, CUISINES, REASONS, TONES, MessageSegment


def test_the_segment_changes_the_prompt() -> None:
    """Cuisine, absence, reason, tone and language each reach the prompt."""
    base = MessageSegment()
    for segment in (
        MessageSegment(cuisine="pizza"),
        MessageSegment(away="over two months"),
        MessageSegment(reason="price"),
        MessageSegment(tone="brief"),
        MessageSegment(language="hi"),
    ):
        assert chat_for(segment) != chat_for(base)


def test_no_prompt_holds_a_digit_or_an_address() -> None:
    """No segment brings an amount or an address into the prompt."""
    for tone, language, reason in product(TONES, LANGUAGES, REASONS):
        for cuisine, away in zip(CUISINES, AWAY * len(CUISINES), strict=False):
            text = str(chat_for(MessageSegment(cuisine, away, reason, tone, language)))
            assert not any(character.isdigit() or character in "@₹%/" for character in text)
