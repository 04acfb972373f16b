"""Reviewing messages: everyone keeps one, and nothing changes after the approval."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from retention.errors import Cancelled, InputError, OfferError
from retention.messages.channels.registry import DEFAULT_CHANNEL
from retention.messages.ledger import Ledger
from retention.messages.llm.client import HubWriter
from retention.messages.review import (
    approve,
    distinct_templates,
    edit_message,
    reject_template,
    replace_template,
    write_again,
)
from retention.messages.run import MESSAGE_COLUMNS, MessageRun
from retention.messages.templates import backup_templates
from tests.messages.cases import OFFERS, send_list, write
from tests.stand_ins.fault_server import FAULTS, FaultServer, in_turn, says

DAY_S = 86_400.0
NEW = "Hello {name}, your table is ready whenever you are, with {offer}."
FRESH = tuple(f"Hi {{name}}, {dish} is waiting for you with {{offer}}." for dish in ("dinner", "lunch", "supper"))


@pytest.fixture
def server() -> Iterator[FaultServer]:
    """A language-model server that replies with three templates in turn."""
    with FaultServer(in_turn(*(says(template) for template in FRESH))) as started:
        yield started


def drafted(customers: int = 120, **options: Any) -> MessageRun:
    """Return open messages to customers of six segments."""
    return write(send_list(customers), review=True, **options)


def most_used(run: MessageRun) -> str:
    """Return the template that most customers have."""
    return str(distinct_templates(run)["template"].iloc[0])


def positions_of(run: MessageRun, template: str) -> list[int]:
    """Return the positions of those who have a template."""
    return [position for position, message in enumerate(run.messages) if message.template == template]


def assert_only_these_changed(before: MessageRun, after: MessageRun, positions: list[int]) -> None:
    """Check that the others' messages, and everything but the messages, are as they were."""
    unchanged = [position for position in range(before.message_count) if position not in set(positions)]
    pd.testing.assert_frame_equal(before.messages_frame.iloc[unchanged], after.messages_frame.iloc[unchanged])
    added = list(MESSAGE_COLUMNS)
    pd.testing.assert_frame_equal(
        before.messages_frame.drop(columns=added), after.messages_frame.drop(columns=added)
    )
    assert (
        after.messages_frame["message"].iloc[positions] != before.messages_frame["message"].iloc[positions]
    ).all()
    assert after.messages_frame["message"].str.len().between(20, DEFAULT_CHANNEL.max_characters).all()
    offer_texts = {offer.id: offer.gives["en"] for offer in OFFERS}
    texts = zip(after.messages_frame["offer"], after.messages_frame["message"], strict=True)
    assert all(offer_texts[offer] in text for offer, text in texts)


def test_every_template_is_listed_once() -> None:
    """A template that several segments share is listed once, with all its customers counted."""
    run = drafted()
    templates = distinct_templates(run)
    assert templates["template"].is_unique
    assert templates["customers"].sum() == run.message_count == 120
    assert templates["customers"].is_monotonic_decreasing
    assert set(templates["reasons"]) == {"away", "general"}
    assert not run.approved


def test_a_rejected_template_is_replaced_from_the_pool(writer: HubWriter) -> None:
    """Everyone who had it gets another of the model's templates for their segment."""
    run = drafted(writer=writer)
    for remaining in (2, 1):
        template = most_used(run)
        after = reject_template(run, template)
        assert_only_these_changed(run, after, positions_of(run, template))
        assert set(after.messages_frame["message_source"]) == {"m"}
        assert set(distinct_templates(after)["template"]) <= set(FRESH) - after.rejected_templates
        assert len(set(FRESH) - after.rejected_templates) == remaining
        run = after


def test_hand_written_templates_replace_a_rejected_pool(writer: HubWriter) -> None:
    """Everyone still has a message when every template of the model's is rejected."""
    run = drafted(writer=writer)
    for template in distinct_templates(run)["template"]:
        run = reject_template(run, template)
    assert run.by_source == {"backup": 120}


def test_a_rejected_template_never_comes_back() -> None:
    """The other hand-written templates are used, and an error says when there is none left."""
    run = drafted()
    templates = list(backup_templates(run.messages[0].segment))
    for template in templates[:2]:
        run = reject_template(run, template)
    assert run.rejected_templates == set(templates[:2])
    assert {run.messages[0].template} == {templates[2]}
    with pytest.raises(OfferError, match="would be rejected; change this one"):
        reject_template(run, templates[2])
    assert templates[2] in set(distinct_templates(run)["template"])


def test_a_replaced_template_reaches_everyone_who_had_it(writer: HubWriter) -> None:
    """It is filled with each customer's own name and offer, and marked as a person's."""
    run = drafted(writer=writer)
    template = most_used(run)
    after = replace_template(run, template, f"  {NEW}\n")
    changed = positions_of(run, template)
    assert_only_these_changed(run, after, changed)
    assert positions_of(after, NEW) == changed
    assert set(after.messages_frame["message_source"].iloc[changed]) == {"person"}
    named = after.messages_frame.iloc[changed].query("name == 'Priya'")["message"]
    assert named.str.startswith("Hello Priya, your table is ready").all()


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("Hi {name}, dinner is on the house with {offer}.", "speaks of something free"),
        ("Hi {name}, dinner is waiting.", "needs {offer} exactly once"),
        ("Hi {name}, 50% off and {offer}.", "holds a digit"),
        ("नमस्ते {name}, आपके लिए {offer}।", "another script"),
        ("", "needs {name} exactly once"),
    ],
)
def test_a_persons_template_is_guarded(template: str, sentence: str) -> None:
    """A person's template meets the same demands as a model's, and a refused one changes nothing."""
    run = drafted()
    with pytest.raises(InputError, match=sentence):
        replace_template(run, most_used(run), template)


def test_a_template_without_room_for_the_offer_is_refused() -> None:
    """The error names the offer that does not fit."""
    long_offer = replace(OFFERS[0], gives={"en": "o" * 70})
    run = drafted(offers=(long_offer, OFFERS[1]))
    with pytest.raises(InputError, match="leaves no room for 'ooo"):
        replace_template(run, most_used(run), "Hi {name}, " + "very " * 19 + "tasty, {offer}.")


def test_a_person_edits_a_single_message() -> None:
    """The text goes out as written, to that customer alone."""
    run = drafted()
    after = edit_message(run, 3, " Come back soon,\n we miss you ")
    assert after.messages_frame["message"].iloc[3] == "Come back soon, we miss you"
    assert after.by_source == {"backup": 119, "person": 1}
    for text in (" ", "x" * 161):
        with pytest.raises(InputError, match="write 1 to 160"):
            edit_message(run, 3, text)


def test_writing_again_gives_another_template(writer: HubWriter) -> None:
    """With a model it is a new one; without, the next hand-written one, in a circle."""
    run = drafted()
    seen = [run.messages[0].template]
    for _ in range(3):
        run = write_again(run, 0, tone="warm", language="en")
        seen.append(run.messages[0].template)
    assert len(set(seen[:3])) == 3
    assert seen[3] == seen[0]
    again = write_again(run, 0, writer=writer, tone="warm", language="en")
    assert again.messages_frame["message_source"].iloc[0] == "m"
    assert_only_these_changed(run, again, [0])


def test_writing_again_in_another_language() -> None:
    """Template, offer and greeting change, and later changes keep the message's own language."""
    run = write_again(drafted(), 1, tone="brief", language="hi")
    message = run.messages_frame["message"].iloc[1]
    assert "अगले ऑर्डर पर ₹50 की छूट" in message
    after = reject_template(run, run.messages[1].template)
    assert "अगले ऑर्डर पर ₹50 की छूट" in after.messages_frame["message"].iloc[1] != message


def test_nothing_changes_after_approval(ledger: Ledger) -> None:
    """Every change raises the same error, with and without a ledger."""
    for recorder in (None, ledger):
        run = approve(drafted(ledger=recorder), ledger=recorder)
        assert run.approved
        assert approve(run, ledger=recorder).messages_frame.equals(run.messages_frame)
        changes: list[Callable[[], MessageRun]] = [
            partial(reject_template, run, most_used(run)),
            partial(replace_template, run, most_used(run), NEW),
            partial(edit_message, run, 0, "Hello"),
            partial(write_again, run, 0, tone="warm", language="en"),
        ]
        for change in changes:
            with pytest.raises(OfferError, match="are approved and stay as they are"):
                change()


def test_what_is_approved_is_what_was_read(ledger: Ledger, writer: HubWriter) -> None:
    """The ledger holds every message as it was read, edits included, and the same run returns them."""
    run = drafted(ledger=ledger, writer=writer, run="june")
    assert ledger.entries("june") == {}
    run = reject_template(run, most_used(run), ledger=ledger)
    run = replace_template(run, most_used(run), NEW, ledger=ledger)
    run = edit_message(run, 0, "Come back soon", ledger=ledger)
    run = write_again(run, 5, tone="brief", language="hi", ledger=ledger)
    approved = approve(run, ledger=ledger)
    pd.testing.assert_frame_equal(approved.messages_frame, run.messages_frame)
    entries = ledger.entries("june")
    assert [entries[id].message for id in run.messages_frame["customer_id"]] == run.messages_frame[
        "message"
    ].tolist()
    assert {entry.tier for entry in entries.values()} == {"model", "person", "backup"}
    assert ledger.drafts("june") == {}
    again = drafted(ledger=ledger, writer=writer, run="june")
    assert again.approved
    pd.testing.assert_frame_equal(again.messages_frame, run.messages_frame)


def test_a_killed_review_is_resumed(ledger: Ledger, writer: HubWriter, server: FaultServer) -> None:
    """Templates and edits return after a restart without asking the model, and can still be changed."""
    run = drafted(ledger=ledger, writer=writer)
    edited = replace_template(run, most_used(run), NEW, ledger=ledger)
    calls = len(server.requests)
    again = drafted(ledger=ledger, writer=writer)
    assert len(server.requests) == calls
    pd.testing.assert_frame_equal(again.messages_frame, edited.messages_frame)
    assert not again.approved
    assert reject_template(again, NEW).by_source["m"] > 0
    fresh = drafted(ledger=ledger, writer=writer, ignore_drafts=True)
    assert len(server.requests) > calls
    assert NEW not in set(distinct_templates(fresh)["template"])


def test_hand_written_drafts_are_replaced_when_the_model_is_back(
    ledger: Ledger, probing_writer: HubWriter, server: FaultServer
) -> None:
    """A run drafted during an outage asks the model again."""
    healthy, server.answer = server.answer, FAULTS["400"]
    assert drafted(ledger=ledger, writer=probing_writer).by_source == {"backup": 120}
    server.answer = healthy
    assert drafted(ledger=ledger, writer=probing_writer).by_source == {"m": 120}


def test_drafts_of_other_input_are_ignored(ledger: Ledger, writer: HubWriter) -> None:
    """A draft made of another offer is not used, and is no error either."""
    drafted(ledger=ledger, writer=writer, run="june")
    dearer = (replace(OFFERS[0], cost=60, gives={"en": "₹60 off your next order"}), OFFERS[1])
    run = drafted(ledger=ledger, run="june", offers=dearer)
    cash = run.messages_frame[run.messages_frame["offer"] == "cash_50"]
    assert set(cash["message_source"]) == {"backup"}
    assert cash["message"].str.contains("₹60").all()
    assert set(run.messages_frame.drop(cash.index)["message_source"]) == {"m"}


def test_stopping_a_review_keeps_what_is_done(writer: HubWriter, server: FaultServer) -> None:
    """Everyone has a message, some from the model by then, and the run can be approved."""
    server.answer = says(after_s=0.02)

    def stop(share: float, sentence: str) -> None:
        if share > 0.5:
            raise Cancelled("stopped")

    run = drafted(600, writer=writer, progress=stop)
    assert run.stopped
    assert run.message_count == 600
    assert run.by_source["m"] > 0
    assert run.by_source["backup"] > 0
    assert approve(run).message_count == 600


def test_the_cool_down_is_checked_at_approval(tmp_path: Path) -> None:
    """Customers messaged by another run since the draft are held back, with the reason."""
    clock = [1_700_000_000.0]
    with Ledger(tmp_path / "offers.sqlite", now=lambda: clock[0]) as ledger:
        run = drafted(20, ledger=ledger, run="june")
        write(send_list(5), ledger=ledger, run="another")
        clock[0] += DAY_S
        approved = approve(run, ledger=ledger)
    assert (approved.message_count, approved.held_back_count, approved.customer_count) == (15, 5, 20)
    assert approved.held_back_by_reason == {"messaged less than 14 days ago": 5}
    assert set(approved.held_back_frame["messaged_on"]) == {"2023-11-14"}
    assert len(approved.messages) == 15
