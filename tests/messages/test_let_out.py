"""A model's line in words that nobody has reviewed goes out only if a person has read it, and that is recorded."""

from collections.abc import Iterator

import pytest

from retention.errors import OfferError
from retention.messages.ledger import Ledger
from retention.messages.llm.client import HubWriter
from retention.messages.message import LET_OUT
from retention.messages.review import approve, let_out, reject_template, replace_template, templates_to_read
from retention.messages.run import MessageRun
from tests.messages.cases import send_list, write
from tests.stand_ins.fault_server import FaultServer, in_turn, says

UNUSUAL = "Hi {name}, the moon looks like a papad tonight. Enjoy {offer}."
PLAIN = "Hi {name}, dinner is waiting for you with {offer}."
DENIED = "Hi {name}, dinner is on the house with {offer}."


@pytest.fixture
def server() -> Iterator[FaultServer]:
    """A language-model server that replies with a line that a person must read."""
    with FaultServer(says(UNUSUAL)) as started:
        yield started


def in_review(writer: HubWriter, **options: object) -> MessageRun:
    """Return open messages to sixty customers of one segment."""
    rows = send_list(60, reason_1="", cuisine="Pizza")
    return write(rows, writer=writer, **{"review": True, **options})


def test_an_unattended_run_keeps_nothing_to_read(writer: HubWriter) -> None:
    """Nobody is there to read it, so everyone has the library's template."""
    unattended = in_review(writer, review=False)
    assert unattended.by_source == {"backup": 60}
    assert len(templates_to_read(unattended)) == 0


def test_approving_everything_does_not_let_it_out(writer: HubWriter, ledger: Ledger) -> None:
    """It waits with the word at fault, goes to nobody by itself, and to nobody once the run is approved."""
    run = in_review(writer, ledger=ledger, run="june")
    assert run.by_source == {"backup": 60}
    assert templates_to_read(run).to_dict("records") == [
        {"template": UNUSUAL, "source": "m", "reasons": "general", "word": "moon"}
    ]
    approved = approve(run, ledger=ledger)
    assert {entry.tier for entry in ledger.entries("june").values()} == {"backup"}
    with pytest.raises(OfferError, match="approved and stay as they are"):
        let_out(approved, UNUSUAL, ledger=ledger)


def test_a_person_lets_it_out_and_the_ledger_says_so(writer: HubWriter, ledger: Ledger) -> None:
    """Everyone of its segment gets it, the note of each message says that it was read, and nothing waits."""
    run = let_out(in_review(writer, ledger=ledger, run="june"), UNUSUAL, ledger=ledger)
    assert run.by_source == {"m": 60}
    assert run.let_out_count == 60
    assert len(templates_to_read(run)) == 0
    with pytest.raises(OfferError, match="does not wait to be read"):
        let_out(run, UNUSUAL)
    approve(run, ledger=ledger)
    entries = ledger.entries("june").values()
    assert {(entry.line, entry.tier, entry.source, entry.note) for entry in entries} == {
        (UNUSUAL, "model", "m", LET_OUT)
    }


def test_it_shares_its_segment_with_the_other_lines(writer: HubWriter, server: FaultServer) -> None:
    """Beside a line that needed no reading it gets about half of the customers; persons' lines stay."""
    server.answer = in_turn(says(PLAIN), says(UNUSUAL))
    run = in_review(writer)
    assert run.by_source == {"m": 60}
    after = let_out(run, UNUSUAL)
    assert 15 <= after.let_out_count <= 45
    assert {message.template for message in after.messages} == {PLAIN, UNUSUAL}
    assert all((message.note == LET_OUT) is (message.template == UNUSUAL) for message in after.messages)
    own = replace_template(run, PLAIN, "Hello {name}, Ravi cooks tonight. Enjoy {offer}.")
    assert let_out(own, UNUSUAL).by_source == {"person": 60}


def test_a_rejected_line_leads_to_the_one_that_was_let_out(writer: HubWriter, server: FaultServer) -> None:
    """Whoever falls back to it has the note, too."""
    server.answer = in_turn(says(PLAIN), says(UNUSUAL))
    run = reject_template(let_out(in_review(writer), UNUSUAL), PLAIN)
    assert {(message.template, message.note) for message in run.messages} == {(UNUSUAL, LET_OUT)}


def test_a_review_that_goes_on_remembers_who_read_what(writer: HubWriter, ledger: Ledger) -> None:
    """Drafts that were let out stay; a draft that today's guard would refuse is written anew."""
    run = in_review(writer, ledger=ledger, run="june")
    let_out(run, UNUSUAL, ledger=ledger)
    resumed = in_review(writer, ledger=ledger, run="june")
    assert resumed.let_out_count == 60
    by_an_older_guard = [
        message.on_template(UNUSUAL, "m").ledger_entry()  # type: ignore[union-attr]
        for message in run.messages
    ]
    ledger.save_drafts("june", by_an_older_guard)
    ledger.flush()
    assert in_review(writer, ledger=ledger, run="june").by_source == {"backup": 60}


def test_a_denied_word_is_not_for_a_person_either(writer: HubWriter, server: FaultServer) -> None:
    """A line that promises something free does not even wait."""
    server.answer = says(DENIED)
    assert len(templates_to_read(in_review(writer))) == 0
