"""The prompt is made of allow-listed words, and the template is taken out of any reply."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention.messages.languages.registry import LANGUAGES
from retention.messages.llm.prompt import MAX_REPLY_CHARACTERS, chat_for, template_in_reply
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


@pytest.mark.parametrize(
    "reply",
    [
        "Hi {name}, enjoy {offer}.",
        '"Hi {name}, enjoy {offer}."',
        "Message: Hi {name}, enjoy {offer}.",
        "1. Hi {name}, enjoy {offer}.",
        "- **Hi {name}, enjoy {offer}.**",
        "Sure! Here is one:\n\n“Hi {name}, enjoy {offer}.”\n\nAnything else?",
        "<think>They like pizza {offer} {name}</think>\nHi {name}, enjoy {offer}.",
        "```\nHi {name}, enjoy {offer}.\n```",
    ],
)
def test_the_template_is_taken_out_of_a_reply(reply: str) -> None:
    """The model's thinking, labels, bullets, quotes and other sentences are left out."""
    assert template_in_reply(reply) == "Hi {name}, enjoy {offer}."


def test_unfinished_thinking_leaves_nothing() -> None:
    """A reply that ends while the model is thinking holds no template."""
    assert template_in_reply("<think>Perhaps Hi {name}, enjoy {offer}.") == ""


@given(st.text(max_size=2 * MAX_REPLY_CHARACTERS))
def test_any_reply_can_be_read(reply: str) -> None:
    """Reading never fails and never makes text longer."""
    assert len(template_in_reply(reply)) <= MAX_REPLY_CHARACTERS
