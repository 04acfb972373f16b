"""Reading, striking and changing lines before sealing: everyone keeps a message, and nothing changes after."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from retention.errors import Cancelled, InputError, OfferError
from retention.messages.batch import write_messages
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
from tests.messages.cases import OFFERS, send_list
from tests.stand_ins.fault_server import FAULTS, FaultServer, in_turn, says

DAY_S = 86_400.0
NEW = "Hello {name}, your table is ready whenever you are, with {offer}."
FRESH = tuple(f"Hi {{name}}, {dish} is waiting for you with {{offer}}." for dish in ("dinner", "lunch", "supper"))


@pytest.fixture
def server() -> Iterator[FaultServer]:
    """A language-model server with three lines to say."""
    with FaultServer(in_turn(*(says(line) for line in FRESH))) as serving:
        yield serving


@pytest.fixture
def writer(server: FaultServer) -> Iterator[HubWriter]:
    """A writer on that server."""
    writing = HubWriter(("m",), base_url=server.base_url)
    yield writing
    writing.close()


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A new ledger."""
    with Ledger(tmp_path / "offers.sqlite") as keeping:
        yield keeping


def drafted(customers: int = 120, **options: object) -> MessageRun:
    """Return open messages to customers of six kinds."""
    given = {"id": "customer_id", "offers": OFFERS, "review": True, **options}
    return write_messages(send_list(customers), **given)  # type: ignore[arg-type]


def most_used(campaign: MessageRun) -> str:
    """Return the line that most customers have."""
    return str(distinct_templates(campaign)["template"].iloc[0])


def customers_of(campaign: MessageRun, line: str) -> list[int]:
    """Return the positions of those who have a line."""
    return [position for position, message in enumerate(campaign.messages) if message.template == line]


def assert_only_these_changed(before: MessageRun, after: MessageRun, positions: list[int]) -> None:
    """Check that the others' messages, and everything but the messages, are as they were."""
    others = [position for position in range(before.message_count) if position not in set(positions)]
    pd.testing.assert_frame_equal(before.messages_frame.iloc[others], after.messages_frame.iloc[others])
    written = list(MESSAGE_COLUMNS)
    pd.testing.assert_frame_equal(
        before.messages_frame.drop(columns=written), after.messages_frame.drop(columns=written)
    )
    assert (
        after.messages_frame["message"].iloc[positions] != before.messages_frame["message"].iloc[positions]
    ).all()
    assert after.messages_frame["message"].str.len().between(20, DEFAULT_CHANNEL.max_characters).all()
    words = {offer.id: offer.gives["en"] for offer in OFFERS}
    assert all(words[row.offer] in row.message for row in after.messages_frame.itertuples())


def test_every_line_is_listed_once() -> None:
    """Lines that several kinds of customers share are one line to read, with everybody counted."""
    campaign = drafted()
    lines = distinct_templates(campaign)
    assert lines["template"].is_unique
    assert lines["customers"].sum() == campaign.message_count == 120
    assert lines["customers"].is_monotonic_decreasing
    assert set(lines["reasons"]) == {"away", "general"}
    assert not campaign.approved


def test_a_struck_line_gives_way_to_the_next_of_the_pool(writer: HubWriter) -> None:
    """Everyone who had it gets another of the model's lines for their kind."""
    campaign = drafted(writer=writer)
    for left in (2, 1):
        line = most_used(campaign)
        after = reject_template(campaign, line)
        assert_only_these_changed(campaign, after, customers_of(campaign, line))
        assert set(after.messages_frame["message_source"]) == {"m"}
        assert set(distinct_templates(after)["template"]) <= set(FRESH) - after.rejected_templates
        assert len(set(FRESH) - after.rejected_templates) == left
        campaign = after


def test_with_the_pool_struck_the_library_stands_in(writer: HubWriter) -> None:
    """Nobody is left without a message when every line of the model's is ruled out."""
    campaign = drafted(writer=writer)
    for line in distinct_templates(campaign)["template"]:
        campaign = reject_template(campaign, line)
    assert campaign.by_source == {"backup": 120}


def test_a_struck_line_never_comes_back() -> None:
    """The library goes on with its other lines, and says when there is none left."""
    campaign = drafted()
    lines = list(backup_templates(campaign.messages[0].segment))
    for line in lines[:2]:
        campaign = reject_template(campaign, line)
    assert campaign.rejected_templates == set(lines[:2])
    assert {campaign.messages[0].template} == {lines[2]}
    with pytest.raises(OfferError, match="would be rejected; change this one"):
        reject_template(campaign, lines[2])
    assert lines[2] in set(distinct_templates(campaign)["template"])


def test_an_edited_line_reaches_everyone_who_had_it(writer: HubWriter) -> None:
    """It is filled with each one's own name and offer, and marked as a person's."""
    campaign = drafted(writer=writer)
    line = most_used(campaign)
    after = replace_template(campaign, line, f"  {NEW}\n")
    changed = customers_of(campaign, line)
    assert_only_these_changed(campaign, after, changed)
    assert customers_of(after, NEW) == changed
    assert set(after.messages_frame["message_source"].iloc[changed]) == {"person"}
    named = after.messages_frame.iloc[changed].query("name == 'Priya'")["message"]
    assert named.str.startswith("Hello Priya, your table is ready").all()


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("Hi {name}, dinner is on the house with {offer}.", "speaks of something free"),
        ("Hi {name}, dinner is waiting.", "needs {offer} exactly once"),
        ("Hi {name}, 50% off and {offer}.", "holds a digit"),
        ("नमस्ते {name}, आपके लिए {offer}।", "another script"),
        ("", "needs {name} exactly once"),
    ],
)
def test_an_edited_line_is_guarded(line: str, sentence: str) -> None:
    """A person's line meets the same demands as a model's, and a refused one changes nothing."""
    campaign = drafted()
    with pytest.raises(InputError, match=sentence):
        replace_template(campaign, most_used(campaign), line)


def test_a_line_without_room_for_the_offer_is_refused() -> None:
    """It names the offer that does not fit."""
    long = replace(OFFERS[0], gives={"en": "o" * 70})
    campaign = drafted(offers=(long, OFFERS[1]))
    with pytest.raises(InputError, match="leaves no room for 'ooo"):
        replace_template(campaign, most_used(campaign), "Hi {name}, " + "very " * 19 + "tasty, {offer}.")


def test_one_message_in_a_persons_own_words() -> None:
    """It goes out as written, to that customer alone."""
    campaign = drafted()
    after = edit_message(campaign, 3, " Come back soon,\n we miss you ")
    assert after.messages_frame["message"].iloc[3] == "Come back soon, we miss you"
    assert after.by_source == {"backup": 119, "person": 1}
    for text in (" ", "x" * 161):
        with pytest.raises(InputError, match="write 1 to 160"):
            edit_message(campaign, 3, text)


def test_writing_again_gives_another_line(writer: HubWriter) -> None:
    """With a model a fresh one, without one the library's next, over and over."""
    campaign = drafted()
    seen = [campaign.messages[0].template]
    for _ in range(3):
        campaign = write_again(campaign, 0, tone="warm", language="en")
        seen.append(campaign.messages[0].template)
    assert len(set(seen[:3])) == 3
    assert seen[3] == seen[0]
    again = write_again(campaign, 0, writer=writer, tone="warm", language="en")
    assert again.messages_frame["message_source"].iloc[0] == "m"
    assert_only_these_changed(campaign, again, [0])


def test_writing_again_in_another_language() -> None:
    """Line, offer and greeting follow, and later changes know the message's own language."""
    campaign = write_again(drafted(), 1, tone="brief", language="hi")
    message = campaign.messages_frame["message"].iloc[1]
    assert "अगले ऑर्डर पर ₹50 की छूट" in message
    struck = reject_template(campaign, campaign.messages[1].template)
    assert "अगले ऑर्डर पर ₹50 की छूट" in struck.messages_frame["message"].iloc[1] != message


def test_nothing_changes_after_sealing(ledger: Ledger) -> None:
    """Every change is refused with one sentence, with and without a ledger."""
    for keeping in (None, ledger):
        campaign = approve(drafted(ledger=keeping), ledger=keeping)
        assert campaign.approved
        assert approve(campaign, ledger=keeping).messages_frame.equals(campaign.messages_frame)
        for change in (
            lambda c=campaign: reject_template(c, most_used(c)),
            lambda c=campaign: replace_template(c, most_used(c), NEW),
            lambda c=campaign: edit_message(c, 0, "Hello"),
            lambda c=campaign: write_again(c, 0, tone="warm", language="en"),
        ):
            with pytest.raises(OfferError, match="are approved and stay as they are"):
                change()


def test_what_is_sealed_is_what_was_on_screen(ledger: Ledger, writer: HubWriter) -> None:
    """The ledger ends with every message as it was read, edits and all, and the same run finds them again."""
    campaign = drafted(ledger=ledger, writer=writer, run="june")
    assert ledger.entries("june") == {}
    campaign = reject_template(campaign, most_used(campaign), ledger=ledger)
    campaign = replace_template(campaign, most_used(campaign), NEW, ledger=ledger)
    campaign = edit_message(campaign, 0, "Come back soon", ledger=ledger)
    campaign = write_again(campaign, 5, tone="brief", language="hi", ledger=ledger)
    sealed = approve(campaign, ledger=ledger)
    pd.testing.assert_frame_equal(sealed.messages_frame, campaign.messages_frame)
    entries = ledger.entries("june")
    assert [entries[id].message for id in campaign.messages_frame["customer_id"]] == campaign.messages_frame[
        "message"
    ].tolist()
    assert {entry.tier for entry in entries.values()} == {"model", "person", "backup"}
    assert ledger.drafts("june") == {}
    again = drafted(ledger=ledger, writer=writer, run="june")
    assert again.approved
    pd.testing.assert_frame_equal(again.messages_frame, campaign.messages_frame)


def test_a_killed_review_is_taken_up_again(ledger: Ledger, writer: HubWriter, server: FaultServer) -> None:
    """Lines and edits are there again after a restart without asking the model, and can still be changed."""
    campaign = drafted(ledger=ledger, writer=writer)
    edited = replace_template(campaign, most_used(campaign), NEW, ledger=ledger)
    calls = len(server.requests)
    again = drafted(ledger=ledger, writer=writer)
    assert len(server.requests) == calls
    pd.testing.assert_frame_equal(again.messages_frame, edited.messages_frame)
    assert not again.approved
    assert reject_template(again, NEW).by_source["m"] > 0
    fresh = drafted(ledger=ledger, writer=writer, ignore_drafts=True)
    assert len(server.requests) > calls
    assert NEW not in set(distinct_templates(fresh)["template"])


def test_the_librarys_drafts_are_upgraded_when_the_model_is_back(
    ledger: Ledger, writer: HubWriter, server: FaultServer
) -> None:
    """A run drafted during an outage asks again, because a library line is only a stand-in."""
    healthy, server.answer = server.answer, FAULTS["400"]
    assert drafted(ledger=ledger, writer=writer).by_source == {"backup": 120}
    server.answer = healthy
    assert drafted(ledger=ledger, writer=writer).by_source == {"m": 120}


def test_drafts_of_other_input_are_not_taken_up(ledger: Ledger, writer: HubWriter) -> None:
    """A draft is worth nothing once the offer has changed, and is no error either."""
    drafted(ledger=ledger, writer=writer, run="june")
    dearer = (replace(OFFERS[0], cost=60, gives={"en": "₹60 off your next order"}), OFFERS[1])
    campaign = drafted(ledger=ledger, run="june", offers=dearer)
    cash = campaign.messages_frame[campaign.messages_frame["offer"] == "cash_50"]
    assert set(cash["message_source"]) == {"backup"}
    assert cash["message"].str.contains("₹60").all()
    assert set(campaign.messages_frame.drop(cash.index)["message_source"]) == {"m"}


def test_stopping_a_review_keeps_what_is_done(writer: HubWriter, server: FaultServer) -> None:
    """Everyone has a message, those whose lines had come have the model's, and it can be sealed."""
    server.answer = says(after_s=0.02)

    def stop(share: float, words: str) -> None:
        if share > 0.5:
            raise Cancelled("stopped")

    campaign = drafted(600, writer=writer, progress=stop)
    assert campaign.stopped
    assert campaign.message_count == 600
    assert campaign.by_source["m"] > 0
    assert campaign.by_source["backup"] > 0
    assert approve(campaign).message_count == 600


def test_who_is_messaged_in_the_meantime_is_held_back_at_the_seal(tmp_path: Path) -> None:
    """The cool-down holds when messages go out, not when they were drafted, and says so."""
    clock = [1_700_000_000.0]
    with Ledger(tmp_path / "offers.sqlite", now=lambda: clock[0]) as ledger:
        campaign = drafted(20, ledger=ledger, run="june")
        write_messages(send_list(5), id="customer_id", offers=OFFERS, ledger=ledger, run="other")
        clock[0] += DAY_S
        sealed = approve(campaign, ledger=ledger)
    assert (sealed.message_count, sealed.held_back_count, sealed.customer_count) == (15, 5, 20)
    assert sealed.held_back_by_reason == {"messaged less than 14 days ago": 5}
    assert set(sealed.held_back_frame["messaged_on"]) == {"2023-11-14"}
    assert len(sealed.messages) == 15


def test_the_held_back_are_named_with_the_reason(tmp_path: Path) -> None:
    """Each row that got no message stands with why, and when the customer had the other one."""
    with Ledger(tmp_path / "offers.sqlite", now=lambda: 1_700_000_000.0) as ledger:
        write_messages(send_list(2), id="customer_id", offers=OFFERS, ledger=ledger, run="june")
        rows = send_list(4, customer_id=["C-00001", "x", "x", "y"])
        campaign = write_messages(rows, id="customer_id", offers=OFFERS, ledger=ledger, cool_down_days=3)
    assert campaign.held_back_frame.to_numpy().tolist() == [
        ["C-00001", "messaged less than 3 days ago", "2023-11-14"],
        ["x", "stands in the list twice", ""],
    ]
    assert campaign.messages_frame["customer_id"].tolist() == ["x", "y"]


@pytest.mark.parametrize("days", [-1.0, float("nan")])
def test_a_cool_down_is_no_negative_number(days: float) -> None:
    """It is refused before anything is written."""
    with pytest.raises(InputError, match="cool-down: must be 0 days or more"):
        drafted(cool_down_days=days)
