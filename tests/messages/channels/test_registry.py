"""A channel is one declaration file and one registering line; templates, guard and prompt keep its limits."""

from itertools import product
from pathlib import Path

import pytest

from retention.errors import InputError
from retention.messages.channels import registry
from retention.messages.channels.channel import Channel
from retention.messages.channels.registry import DEFAULT_CHANNEL, channel_of, register
from retention.messages.guard import check_template
from retention.messages.languages.registry import LANGUAGES
from retention.messages.ledger import Ledger
from retention.messages.llm.client import HubWriter
from retention.messages.llm.prompt import chat_for
from retention.messages.review import edit_message, reject_template, replace_template, write_again
from retention.messages.segments import REASONS, TONES, MessageSegment
from retention.profit.catalogue import Offer
from tests.messages.cases import CASH, many_kinds, send_list, write
from tests.stand_ins.fault_server import FaultServer, in_turn, says

TICKER = """
id = "ticker"
label = "Ticker of at most 80 characters"
max_characters = 80
max_template_characters = 40
min_template_characters = 8
prompt_word_limit = "six"
"""
LONG = "Hi {name}, dinner is waiting for you at home tonight, so enjoy {offer}."
SHORT = "Hi {name}, dinner awaits with {offer}."


@pytest.fixture
def ticker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Channel:
    """A registered channel with at most 80 characters."""
    monkeypatch.setattr(registry, "_CHANNELS", dict(registry._CHANNELS))
    path = tmp_path / "ticker.toml"
    path.write_text(TICKER, encoding="utf-8")
    return register(path)


def test_the_default_channel_keeps_the_limits_of_a_text_message() -> None:
    """A message has at most 160 characters, a template 8 to 110 besides its slots, and the prompt says fifteen."""
    assert (DEFAULT_CHANNEL.id, DEFAULT_CHANNEL.max_characters) == ("text_message", 160)
    assert (DEFAULT_CHANNEL.min_template_characters, DEFAULT_CHANNEL.max_template_characters) == (8, 110)
    assert "At most fifteen words besides." in chat_for(MessageSegment())[0]["content"]
    assert "Use {name} exactly once" in chat_for(MessageSegment())[0]["content"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("tone", TONES)
def test_every_message_fits_the_channel(ticker: Channel, tone: str, language: str) -> None:
    """With any segment and the longest offer, a channel of 80 characters gets at most 80, the offer included."""
    longest = Offer("longest", gives={"en": "o" * 70}, cost=1, minimum_basket=999, valid_days=30)
    for offer in (CASH, longest):
        rows = many_kinds(200).assign(offer=offer.id)
        run = write(rows, channel=ticker.id, offers=(offer,), tone=tone, language=language)
        assert run.message_count == 200
        text = offer.gives.get(language, offer.gives["en"])
        assert all(len(message.text) <= 80 and text in message.text for message in run.messages)
        assert {message.channel for message in run.messages} == {ticker}


def test_a_models_template_fits_the_channel(ticker: Channel) -> None:
    """The guard refuses a template that is too long for the channel, and the note says so."""
    with FaultServer(in_turn(says(LONG))) as server:
        writer = HubWriter(("m",), base_url=server.base_url)
        refused = write(send_list(3), channel=ticker.id, writer=writer)
        server.answer = says(SHORT)
        accepted = write(send_list(3), channel=ticker.id, writer=writer)
        writer.close()
    assert refused.by_source == {"backup": 3}
    assert {message.note for message in refused.messages} == {"its text was refused: too long"}
    assert accepted.by_source == {"m": 3}
    assert all(len(message.text) <= 80 for message in accepted.messages)
    assert "At most six words besides." in server.requests[0].body
    assert not check_template(LONG, "en", ticker).fit
    assert check_template(LONG, "en").fit


def test_the_prompt_shows_templates_of_the_channels_length(ticker: Channel) -> None:
    """The examples in the chat are templates that the channel's guard accepts."""
    for tone, language, reason in product(TONES, LANGUAGES, REASONS):
        chat = chat_for(MessageSegment(tone=tone, language=language, reason=reason), ticker)
        examples = [turn["content"] for turn in chat if turn["role"] == "assistant"]
        assert examples
        lengths = [len(example.replace("{name}", " ").replace("{offer}", " ").strip()) for example in examples]
        assert max(lengths) <= ticker.max_template_characters


def test_changes_in_a_review_keep_the_channels_limits(ticker: Channel) -> None:
    """Rejecting, replacing, editing and writing again give at most 80 characters, or one clear error."""
    run = write(send_list(20), channel=ticker.id, review=True)
    rejected = reject_template(run, run.messages[0].template)
    assert rejected.messages[0].text != run.messages[0].text
    again = write_again(rejected, 1, tone="playful", language="hi")
    replaced = replace_template(again, again.messages[0].template, SHORT)
    assert all(len(message.text) <= 80 for message in replaced.messages)
    with pytest.raises(InputError, match="this template too long"):
        replace_template(replaced, SHORT, LONG)
    with pytest.raises(InputError, match="write 1 to 80"):
        edit_message(replaced, 0, "x" * 81)


def test_another_channel_is_another_run(ticker: Channel, tmp_path: Path) -> None:
    """The channel is part of a message's input, so the ledger keeps the two apart."""
    rows = send_list(5)
    with Ledger(tmp_path / "offers.sqlite") as ledger:
        text = write(rows, ledger=ledger)
        short = write(rows, ledger=ledger, channel=ticker.id, cool_down_days=0)
    assert text.name != short.name
    assert text.messages[0].input_hash != short.messages[0].input_hash


def test_an_unknown_channel_is_refused(ticker: Channel) -> None:
    """The error names the channels that are registered."""
    with pytest.raises(InputError, match="'pigeon': is not registered; choose one of text_message, ticker"):
        channel_of("pigeon")
    with pytest.raises(InputError, match="is not registered"):
        write(send_list(1), channel="pigeon")


@pytest.mark.parametrize(
    ("line", "changed", "sentence"),
    [
        ('id = "ticker"', 'id = "text_message"', "'text_message' is registered already"),
        ("max_characters = 80", "max_characters = 79", "max_characters is 79, must be 80 or more"),
        ("max_characters = 80", 'max_characters = "80"', "max_characters must be a number"),
        ("min_template_characters = 8", "min_template_characters = 41", "correct the limits"),
        ('prompt_word_limit = "six"', "", "missing or unknown: prompt_word_limit"),
        ('prompt_word_limit = "six"', 'prompt_word_limit = "six"\ncolour = "red"', "missing or unknown: colour"),
    ],
)
def test_a_wrong_declaration_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, changed: str, sentence: str
) -> None:
    """The error names the key and what to correct."""
    monkeypatch.setattr(registry, "_CHANNELS", dict(registry._CHANNELS))
    path = tmp_path / "ticker.toml"
    path.write_text(TICKER.replace(f"\n{line}\n", f"\n{changed}\n"), encoding="utf-8")
    with pytest.raises(InputError, match=sentence):
        register(path)
