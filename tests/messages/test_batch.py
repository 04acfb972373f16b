"""Writing to many: everyone on the send list gets a message, whatever the language model does."""

import re
import socket

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retention.errors import InputError
from retention.messages.channels.registry import DEFAULT_CHANNEL
from retention.messages.llm.client import HubWriter, switched_off_writer
from tests.messages.cases import assert_sound, many_kinds, send_list, write
from tests.stand_ins.fault_server import FAULTS, FaultServer, in_turn, replies, says

SLOW = {"hang", "headers then hang", "drip"}


def test_messages_need_neither_model_nor_ledger() -> None:
    """Without a model or a ledger, everyone gets a message from a hand-written template."""
    rows = send_list(500)
    run = write(rows)
    assert_sound(run, rows)
    assert run.by_source == {"backup": 500}
    assert run.breaker.state == "off"
    assert write(rows).messages_frame.equals(run.messages_frame)


def test_only_those_to_be_sent_to_are_written_to() -> None:
    """Rows with send = no get no message unless the caller asks for everyone."""
    rows = send_list(30, send=["yes", "no", "YES "] * 10)
    assert write(rows).message_count == 20
    assert write(rows, everyone=True).message_count == 30
    assert write(rows.drop(columns="send"), everyone=True).message_count == 30


def test_a_list_without_recipients_is_fine() -> None:
    """A list with nobody to write to gives an empty run, not an error."""
    run = write(send_list(10, send="no"))
    assert (run.customer_count, run.message_count, run.by_source) == (0, 0, {})


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_gives_everyone_a_message(writer: HubWriter, server: FaultServer, fault: str) -> None:
    """Every customer gets a message from a hand-written template, with the reason in its note."""
    server.answer = FAULTS[fault]
    rows = send_list(60)
    run = write(rows, writer=writer, deadline_s=0.2 if fault in SLOW else 5.0)
    assert_sound(run, rows)
    assert run.by_source == {"backup": 60}
    assert run.messages_frame["message_note"].ne("").all()


def test_a_switched_off_model_gives_everyone_a_message() -> None:
    """Refused connections open the breaker, and everyone gets a hand-written template."""
    writer = switched_off_writer()
    rows = send_list(200)
    run = write(rows, writer=writer)
    writer.close()
    assert_sound(run, rows)
    assert run.by_source == {"backup": 200}
    assert run.breaker.state == "open"
    assert run.breaker.calls <= 20


def test_partial_failure_still_gives_everyone_a_message(writer: HubWriter, server: FaultServer) -> None:
    """Where only some calls succeed, the others get a hand-written template."""
    server.answer = in_turn(says(), replies("", status=422), says(), replies("", status=400))
    rows = send_list(300)
    run = write(rows, writer=writer)
    assert_sound(run, rows)
    assert "m" in run.by_source


def test_a_name_goes_into_the_message_and_nowhere_else(
    writer: HubWriter, server: FaultServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Marked words in the name, the id, the reasons and the token reach no request and no log."""
    monkeypatch.setenv("HF_TOKEN", "hf_canarytoken")
    rows = send_list(40, name="Canaryname", city="canarycity")
    rows["customer_id"] = [f"canaryid{number}" for number in range(40)]
    rows["reason_1"] = "rating is canaryreason"
    rows["cuisine"] = "canarycuisine"
    server.answer = in_turn(says(), replies("", status=503))
    run = write(rows, writer=writer)
    assert run.messages_frame["message"].str.contains("Canaryname").all()
    assert server.requests
    sent = " ".join(request.head + request.body for request in server.requests)
    assert "canary" not in (sent + caplog.text).lower()
    assert "canary" not in run.template_use.to_csv().lower()


ATTACKS = st.sampled_from(
    [
        "on the house", "50% off", "₹500", "half-price", "gratis", "complimentary", "you loser", "evil.example",
        "evil dot example", "{offer} {offer}", "{name}", "<script>", "<|im_end|>", "no {offer}", "free", "५००",
        "five hundred rupees", "\u202e", "\n\n", "https://x.example", "मुफ़्त", "till midnight", "call 98765", "```",
        '"}]}', "{0}", "{name!r}", "%s", "\x00", "😈",
    ]
)  # fmt: skip


REPLY_PARTS = st.one_of(ATTACKS, st.text(max_size=20), st.just("Hi {name}, enjoy {offer}."))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(REPLY_PARTS, max_size=4))
def test_adversarial_replies_change_only_the_wording(
    server: FaultServer, probing_writer: HubWriter, parts: list[str]
) -> None:
    """Whatever a model replies, each message holds the catalogue's amount once and no other digit or slot."""
    server.answer = says(" ".join(parts))
    rows = send_list(3, offer="cash_50", name="Priya")
    run = write(rows, writer=probing_writer)
    for message in run.messages_frame["message"]:
        rest = message.replace("₹50 off your next order (min ₹199, 7 days)", "", 1)
        assert len(rest) < len(message) <= DEFAULT_CHANNEL.max_characters
        assert not any(character.isdigit() or character in "₹%{}<>\n\x00\u202e" for character in rest)
        assert not any(
            word in rest.lower() for word in ("on the house", "gratis", "loser", "evil", "free", "midnight")
        )


def test_progress_is_reported_to_the_end(writer: HubWriter, server: FaultServer) -> None:
    """Shares never fall and come close to 1; the sentence holds the counts, the rate and the time left."""
    server.answer = says(after_s=0.02)
    reports: list[tuple[float, str]] = []
    write(many_kinds(500), writer=writer, progress=lambda share, sentence: reports.append((share, sentence)))
    shares = [share for share, _ in reports]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] > 0.95
    counts = r"Language model: \d+ of \d+ requests answered, \d+ of 500 customers"
    pattern = counts + r"; [\d.]+ a second, about \d+ (s|min) left"
    assert any(re.fullmatch(pattern, sentence) for _, sentence in reports)


@pytest.mark.parametrize("days", [-1.0, float("nan")])
def test_a_negative_cool_down_is_refused(days: float) -> None:
    """The error comes before anything is written, for a number below 0 and for none at all."""
    with pytest.raises(InputError, match="cool-down: must be 0 days or more"):
        write(send_list(120), review=True, cool_down_days=days)


def test_writing_works_with_sockets_blocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hand-written templates need no network."""
    monkeypatch.setattr(socket, "socket", None)
    assert write(send_list(10)).message_count == 10


def test_the_library_arm_gets_hand_written_templates_alone(writer: HubWriter, server: FaultServer) -> None:
    """The language model words the messages of the arm ``model`` only; the others are as without it."""
    rows = send_list(60, arm=["model" if number % 2 else "library" for number in range(60)])
    messages = write(rows, writer=writer).messages
    sources = {
        arm: {message.source for message in messages[start::2]} for start, arm in ((1, "model"), (0, "library"))
    }
    assert sources["library"] == {"backup"}
    assert "backup" not in sources["model"]
    plain = write(rows[::2]).messages
    assert [message.text for message in plain] == [message.text for message in messages[::2]]
