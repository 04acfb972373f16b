"""Writing to many: as many messages as customers, whatever fails, and the same ones when asked again."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retention.errors import Cancelled, InputError, OfferError
from retention.messages.batch import write_messages
from retention.messages.channels.registry import DEFAULT_CHANNEL
from retention.messages.ledger import Ledger
from retention.messages.llm.client import HubWriter, switched_off_writer
from retention.messages.llm.template_pool import MAX_CALLS_PER_RUN, MAX_TEMPLATES_PER_SEGMENT
from retention.messages.run import MessageRun
from retention.messages.segments import CUISINES
from tests.messages.cases import CASH, OFFERS, many_kinds, send_list
from tests.stand_ins.fault_server import FAULTS, FaultServer, in_turn, replies, says

SLOW = {"hang", "headers then hang", "drip"}


@pytest.fixture
def server() -> Iterator[FaultServer]:
    """A language-model server that answers well until told otherwise."""
    with FaultServer() as serving:
        yield serving


@pytest.fixture
def writer(server: FaultServer) -> Iterator[HubWriter]:
    """A writer on that server."""
    writing = HubWriter(("m",), base_url=server.base_url)
    yield writing
    writing.close()


@pytest.fixture
def quick_to_forgive(server: FaultServer) -> Iterator[HubWriter]:
    """A writer whose breaker lets a probe out at once."""
    writing = HubWriter(("m",), base_url=server.base_url, reset_s=1e-6)
    yield writing
    writing.close()


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A new ledger."""
    with Ledger(tmp_path / "offers.sqlite") as keeping:
        yield keeping


def written(rows: pd.DataFrame, **options: object) -> MessageRun:
    """Write with the usual offers and id column."""
    return write_messages(rows, **{"id": "customer_id", "offers": OFFERS, **options})  # type: ignore[arg-type]


def assert_sound(campaign: MessageRun, rows: pd.DataFrame) -> None:
    """Check what holds for every campaign: each customer once, in order, a message that says the offer."""
    messages = campaign.messages_frame
    assert messages["customer_id"].tolist() == rows["customer_id"].tolist()
    assert messages["message"].str.len().between(20, DEFAULT_CHANNEL.max_characters).all()
    assert sum(campaign.by_source.values()) == campaign.message_count == len(rows)
    assert campaign.template_use["customers"].sum() == len(rows)
    words = {offer.id: offer.gives["en"] for offer in OFFERS}
    assert all(words[row.offer] in row.message for row in messages.itertuples())


def test_messages_need_neither_model_nor_ledger() -> None:
    """Without anything set up, everyone gets the library's message."""
    rows = send_list(500)
    campaign = written(rows)
    assert_sound(campaign, rows)
    assert campaign.by_source == {"backup": 500}
    assert campaign.breaker.state == "off"
    assert written(rows).messages_frame.equals(campaign.messages_frame)


def test_messages_follow_the_rows() -> None:
    """Input columns stay as they are, and three columns follow."""
    rows = send_list(20)
    messages = written(rows).messages_frame
    assert messages.columns.tolist() == [*rows.columns, "message", "message_source", "message_note"]
    pd.testing.assert_frame_equal(messages[rows.columns], rows)


def test_only_those_to_be_sent_to_are_written_to() -> None:
    """Rows with send = no are left out unless everyone is asked for."""
    rows = send_list(30, send=["yes", "no", "YES "] * 10)
    assert written(rows).message_count == 20
    assert written(rows, everyone=True).message_count == 30
    assert written(rows.drop(columns="send"), everyone=True).message_count == 30


def test_a_list_without_anyone_is_fine() -> None:
    """Nobody to write to gives an empty campaign, not an error."""
    campaign = written(send_list(10, send="no"))
    assert (campaign.customer_count, campaign.message_count, campaign.by_source) == (0, 0, {})


def test_few_columns_are_enough() -> None:
    """An id and a wish to send suffice; the first offer is given."""
    campaign = written(pd.DataFrame({"customer_id": ["1"], "send": ["yes"]}))
    assert CASH.gives["en"] in campaign.messages_frame["message"].iloc[0]


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"customer_id": None}, "column 'customer_id' is missing"),
        ({"send": None}, "column 'send' is missing"),
        ({"offer": "gold"}, "row 1 names the offer 'gold', which is not in the catalogue"),
        ({"customer_id": [None, *"abc"]}, "holds an empty cell"),
    ],
)
def test_a_send_list_that_cannot_be_used_is_refused(columns: dict[str, object], sentence: str) -> None:
    """One sentence says what is wrong and where."""
    with pytest.raises(InputError, match=sentence):
        written(send_list(4, **columns))


def test_a_customer_listed_twice_gets_one_message() -> None:
    """The second row is held back."""
    rows = send_list(6, customer_id=["a", "b", "a", "c", "c", "c"])
    campaign = written(rows)
    assert campaign.messages_frame["customer_id"].tolist() == ["a", "b", "c"]
    assert (campaign.customer_count, campaign.message_count, campaign.held_back_count) == (6, 3, 3)


@settings(max_examples=60, deadline=None)
@given(
    names=st.lists(st.one_of(st.text(), st.none()), min_size=1, max_size=5),
    cuisine=st.text(),
    reason=st.text(),
    language=st.sampled_from(["en", "hi", "hinglish"]),
)
def test_no_cell_makes_it_fail(names: list[str | None], cuisine: str, reason: str, language: str) -> None:
    """Any text in any cell gives a message for each row."""
    rows = send_list(len(names), name=pd.Series(names, dtype=object), cuisine=cuisine, reason_1=reason)
    messages = written(rows, language=language).messages_frame["message"]
    assert len(messages) == len(names)
    assert messages.str.len().max() <= DEFAULT_CHANNEL.max_characters
    assert not messages.str.contains(r"[{}\x00-\x1f]").any()


def test_a_model_upgrades_segments_with_few_calls(writer: HubWriter, server: FaultServer) -> None:
    """Two thousand customers of six kinds cost at most five calls a kind, and share the lines."""
    lines = [
        f"Hi {{name}}, {word} is waiting for you with {{offer}}." for word in ("dinner", "lunch", "supper", "tea")
    ]
    server.answer = in_turn(*(says(line) for line in lines))
    rows = send_list(2000)
    campaign = written(rows, writer=writer)
    assert_sound(campaign, rows)
    assert campaign.by_source == {"m": 2000}
    assert len(server.requests) <= 6 * MAX_TEMPLATES_PER_SEGMENT
    assert set(campaign.template_use["template"]) <= set(lines)
    assert campaign.template_use.groupby(["cuisine", "reason"])["template"].nunique().max() > 1
    assert campaign.breaker.state == "closed"


@pytest.mark.slow
def test_calls_are_hundreds_at_the_most(writer: HubWriter, server: FaultServer) -> None:
    """However many kinds of customers there are, the number of calls has a bound."""
    rows = send_list(1500, cuisine=[CUISINES[n % len(CUISINES)] for n in range(1500)])
    rows["days_since_order"] = [n % 90 for n in range(1500)]
    campaign = written(rows, writer=writer)
    assert_sound(campaign, rows)
    assert len(server.requests) == MAX_CALLS_PER_RUN
    assert campaign.by_source["m"] >= MAX_CALLS_PER_RUN


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_gives_everyone_a_message(writer: HubWriter, server: FaultServer, fault: str) -> None:
    """N customers in, N messages out, all the library's, with the reason beside them."""
    server.answer = FAULTS[fault]
    rows = send_list(60)
    campaign = written(rows, writer=writer, deadline_s=0.2 if fault in SLOW else 5.0)
    assert_sound(campaign, rows)
    assert campaign.by_source == {"backup": 60}
    assert campaign.messages_frame["message_note"].ne("").all()


def test_a_pulled_plug_gives_everyone_a_message() -> None:
    """Refused connections open the breaker, and nothing else happens."""
    writer = switched_off_writer()
    rows = send_list(200)
    campaign = written(rows, writer=writer)
    writer.close()
    assert_sound(campaign, rows)
    assert campaign.by_source == {"backup": 200}
    assert campaign.breaker.state == "open"
    assert campaign.breaker.calls <= 20


def test_a_failing_half_still_gives_everyone_a_message(writer: HubWriter, server: FaultServer) -> None:
    """Some fresh lines, some of the library's: nobody is left out."""
    server.answer = in_turn(says(), replies("", status=422), says(), replies("", status=400))
    rows = send_list(300)
    campaign = written(rows, writer=writer)
    assert_sound(campaign, rows)
    assert "m" in campaign.by_source


def test_a_name_goes_into_the_message_and_nowhere_else(
    writer: HubWriter, server: FaultServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Canaries in the name, the id, the reasons and the token are in no request and no log."""
    monkeypatch.setenv("HF_TOKEN", "hf_canarytoken")
    rows = send_list(40, name="Canaryname", city="canarycity")
    rows["customer_id"] = [f"canaryid{number}" for number in range(40)]
    rows["reason_1"] = "rating is canaryreason"
    rows["cuisine"] = "canarycuisine"
    server.answer = in_turn(says(), replies("", status=503))
    campaign = written(rows, writer=writer)
    assert campaign.messages_frame["message"].str.contains("Canaryname").all()
    assert server.requests
    sent = " ".join(request.head + request.body for request in server.requests)
    assert "canary" not in (sent + caplog.text).lower()
    assert "canary" not in campaign.template_use.to_csv().lower()


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
def test_adversarial_replies_change_nothing_but_words(
    server: FaultServer, quick_to_forgive: HubWriter, parts: list[str]
) -> None:
    """Whatever a model says, each message holds the catalogue's amount once and no other digit or slot."""
    server.answer = says(" ".join(parts))
    rows = send_list(3, offer="cash_50", name="Priya")
    campaign = written(rows, writer=quick_to_forgive)
    for message in campaign.messages_frame["message"]:
        rest = message.replace("₹50 off your next order (min ₹199, 7 days)", "", 1)
        assert len(rest) < len(message) <= DEFAULT_CHANNEL.max_characters
        assert not any(character.isdigit() or character in "₹%{}<>\n\x00\u202e" for character in rest)
        assert not any(
            word in rest.lower() for word in ("on the house", "gratis", "loser", "evil", "free", "midnight")
        )


def test_a_run_asked_for_again_is_the_same_byte_for_byte(
    ledger: Ledger, writer: HubWriter, server: FaultServer
) -> None:
    """Nobody is asked or written to twice, even when the model would now say something else."""
    rows = send_list(100)
    first = written(rows, ledger=ledger, writer=writer, run="june")
    calls = len(server.requests)
    server.answer = says("Hello {name}, how about {offer} tonight?")
    again = written(rows, ledger=ledger, writer=writer, run="june")
    assert again.messages_frame.equals(first.messages_frame)
    assert again.template_use.equals(first.template_use)
    assert len(server.requests) == calls
    assert again.held_back_count == 0


def test_the_input_names_the_run(ledger: Ledger) -> None:
    """Without a name, the same input is the same run, and another one is not."""
    rows = send_list(50)
    first = written(rows, ledger=ledger)
    assert written(rows, ledger=ledger).name == first.name
    other = written(rows.assign(value=501.0), ledger=ledger)
    assert other.name != first.name
    assert (other.message_count, other.held_back_count) == (0, 50)


@pytest.mark.parametrize("change", [{"name": "Aarav"}, {"offer": "free_delivery"}, {"churn_probability": 0.9}])
def test_the_same_run_with_other_input_is_an_error(ledger: Ledger, change: dict[str, object]) -> None:
    """A run's name stands for one input, and nothing is written when it does not."""
    rows = send_list(10, offer="cash_50")
    written(rows, ledger=ledger, run="june")
    with pytest.raises(OfferError, match=r"'june'.*name a new run"):
        written(rows.assign(**change), ledger=ledger, run="june")
    with pytest.raises(OfferError, match="name a new run"):
        written(rows, ledger=ledger, run="june", tone="playful")
    assert len(ledger.entries("june")) == 10


def test_customers_messaged_lately_are_held_back(tmp_path: Path) -> None:
    """Another run within the cool-down skips them, and one after it does not."""
    clock = [1_700_000_000.0]
    with Ledger(tmp_path / "offers.sqlite", now=lambda: clock[0]) as ledger:
        written(send_list(10), ledger=ledger, run="june")
        clock[0] += 7 * 86_400
        july = written(send_list(15), ledger=ledger, run="july")
        assert july.messages_frame["customer_id"].tolist() == [f"C-{number:05d}" for number in range(10, 15)]
        assert (july.customer_count, july.message_count, july.held_back_count) == (15, 5, 10)
        assert written(send_list(10), ledger=ledger, run="july b", cool_down_days=3).message_count == 10
        clock[0] += 14.1 * 86_400
        assert written(send_list(10), ledger=ledger, run="august").message_count == 10


def test_the_ledger_keeps_what_was_sent_and_why(ledger: Ledger, writer: HubWriter, server: FaultServer) -> None:
    """Tier, model, note, offer and its cost stand beside each message."""
    written(send_list(10, offer="cash_50", name="Bob 2"), ledger=ledger, writer=writer, run="june")
    server.answer = FAULTS["402"]
    written(send_list(20, offer="cash_50"), ledger=ledger, writer=writer, run="july")
    model, backup = ledger.entries("june")["C-00003"], ledger.entries("july")["C-00013"]
    assert (model.tier, model.source, model.note) == ("model", "m", "the name does not look like one")
    assert (backup.tier, backup.source, backup.note) == ("backup", "backup", "no inference credits left (402)")
    assert (backup.offer, backup.cost) == ("cash_50", 50.0)


def test_stopping_keeps_what_is_sealed(ledger: Ledger, writer: HubWriter, server: FaultServer) -> None:
    """A person who stops a run finds its finished messages again, and the run goes on from there."""
    server.answer = says(after_s=0.02)
    rows = send_list(600)

    def stop(share: float, words: str) -> None:
        if share > 0.5:
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        written(rows, ledger=ledger, writer=writer, run="june", progress=stop)
    ledger.flush()
    sealed = ledger.entries("june")
    assert 0 < len(sealed) < 600
    campaign = written(rows, ledger=ledger, writer=writer, run="june")
    assert_sound(campaign, rows)
    kept = dict(zip(campaign.messages_frame["customer_id"], campaign.messages_frame["message"], strict=True))
    assert all(kept[customer] == entry.message for customer, entry in sealed.items())


@pytest.mark.slow
def test_100_000_customers_cost_hundreds_of_calls(writer: HubWriter, server: FaultServer) -> None:
    """A model's line serves a kind of customer, so almost everyone has one after a few hundred calls."""
    rows = many_kinds(100_000)
    campaign = written(rows, writer=writer, review=True)
    assert campaign.message_count == 100_000
    assert 100 <= len(server.requests) <= MAX_CALLS_PER_RUN
    assert campaign.by_source == {"m": 100_000}


def test_progress_is_told_to_the_end(writer: HubWriter, server: FaultServer) -> None:
    """Shares never fall and come close to one; the words tell counts, rate and what is left."""
    server.answer = says(after_s=0.02)
    told: list[tuple[float, str]] = []
    written(many_kinds(500), writer=writer, progress=lambda share, words: told.append((share, words)))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] > 0.95
    words = r"Fresh lines: \d+ of \d+ asked for, \d+ of 500 customers; [\d.]+ a second, about \d+ (s|min) left"
    assert any(re.fullmatch(words, word) for _, word in told)


def test_writing_works_with_sockets_blocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library needs no network at all."""
    monkeypatch.setattr(socket, "socket", None)
    assert written(send_list(10)).message_count == 10
