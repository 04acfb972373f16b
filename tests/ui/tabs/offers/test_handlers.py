"""The handlers of the Offers tab, without a screen."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from retention.churn.model import ChurnModel
from retention.customers.table import Customers
from retention.errors import InputError, OfferError
from retention.messages.ledger import Ledger
from retention.messages.llm.client import TemplateDraft
from retention.messages.run import MessageRun
from retention.pipeline.customers import SIMULATED
from retention.profit.catalogue import load_catalogue
from retention.profit.economics import Economics
from retention.settings import settings
from retention.ui.session import Session
from retention.ui.tabs.customers import handlers as customers
from retention.ui.tabs.offers import catalogue, review, views
from retention.ui.tabs.offers import handlers as offers


@pytest.fixture(scope="module")
def session(telecom: Customers, telecom_model: ChurnModel) -> Session:
    """A visitor who has trained on telecom customers."""
    return Session(customers=telecom, model=telecom_model).priced(Economics())


@pytest.fixture
def written(session: Session) -> Session:
    """The same visitor, with open messages to some of them."""
    return offers.write(session, 0.5)


def run_of(session: Session) -> MessageRun:
    """Return the messages, which must be there."""
    assert session.message_run is not None
    return session.message_run


def test_an_edited_offer_sets_money_and_message(session: Session) -> None:
    """The table, the money inputs, the profit and the messages name one cost, whichever was changed."""
    table = catalogue.table(session)
    table.loc[0, ["Cost when redeemed", "Save rate"]] = ["80", "40%"]
    edited = catalogue.use(session, table)
    assert edited.economics == replace(session.economics, offer_cost=80, save_rate=0.4)
    assert edited.curve and edited.curve.economics == edited.economics
    written = run_of(offers.write(edited, 0.5))
    assert written.messages_frame["message"].str.contains("₹80").all()
    assert set(written.messages_frame["offer_cost"]) == {80}
    repriced = edited.priced(replace(edited.economics, offer_cost=65))
    assert catalogue.table(repriced).loc[0, "Cost when redeemed"] == "65"
    assert run_of(offers.write(repriced, 0.5)).messages_frame["message"].str.contains("₹65").all()


def test_mistakes_in_the_table_change_nothing(session: Session) -> None:
    """Each is reported, and the offers in use stay."""
    table = catalogue.table(session)
    table.loc[1, ["Id", "Cost when redeemed"]] = ["Two Words", "-1"]
    mistakes = catalogue.mistakes_in(session, table)
    assert [sentence.split(":")[0] for sentence in mistakes] == [
        "row 2, column 'Id'", "row 2, column 'Cost when redeemed'",
    ]  # fmt: skip
    with pytest.raises(InputError, match="row 2"):
        catalogue.use(session, table)


def test_a_saved_catalogue_opens_again(session: Session, tmp_path: Path) -> None:
    """What is downloaded brings back the same offers at the same money inputs."""
    priced = session.priced(Economics(offer_cost=75, save_rate=0.5))
    path = tmp_path / "catalogue.toml"
    catalogue.save(priced).write(path)
    again = catalogue.open_file(session, str(path))
    assert (again.economics, again.offers) == (priced.economics, priced.offers)
    assert load_catalogue(path).at(priced.economics) == priced.offers
    with pytest.raises(InputError, match="choose a catalogue"):
        catalogue.open_file(session, None)


def test_offers_and_prices_outlive_other_customers(session: Session) -> None:
    """New customers start over, with the catalogue that was edited."""
    table = catalogue.table(session)
    table.loc[0, "Id"] = "mine"
    edited = catalogue.use(session, table)
    assert customers.simulate(edited, 300, 1).offers[0].id == "mine"


def test_templates_are_read_rejected_and_replaced(written: Session) -> None:
    """The table shows each change, for everyone who had the template."""
    templates = review.template_table(run_of(written))
    assert templates["Customers"].sum() == run_of(written).message_count
    template = templates["Template"].iloc[0]
    rejected = review.reject_template(written, template)
    assert template not in set(review.template_table(run_of(rejected))["Template"])
    next_template = review.template_table(run_of(rejected))["Template"].iloc[0]
    changed = review.replace_template(rejected, next_template, "Hello {name}, your table is ready, with {offer}.")
    assert "person" in set(review.template_table(run_of(changed))["Written by"])
    with pytest.raises(InputError, match="holds a digit"):
        review.replace_template(
            changed, review.template_table(run_of(changed))["Template"].iloc[0], "Hi {name}, 50 {offer}."
        )


def test_one_message_can_be_changed_and_no_other(written: Session) -> None:
    """A person's own words replace one message, cleaned of line breaks, and are marked as theirs."""
    edited = review.edit_message(written, 2, "Come back soon,\n  we miss you")
    before, after = run_of(written).messages_frame, run_of(edited).messages_frame
    assert after["message"].iloc[2] == "Come back soon, we miss you"
    assert after["message_source"].iloc[2] == "person"
    unchanged = [row for row in range(len(before)) if row != 2]
    pd.testing.assert_frame_equal(before.iloc[unchanged], after.iloc[unchanged])


@pytest.mark.parametrize(("length", "fits"), [(0, False), (1, True), (160, True), (161, False)])
def test_a_message_keeps_its_bounds(written: Session, length: int, fits: bool) -> None:
    """1 to 160 characters go out; less or more is refused and changes nothing."""
    if fits:
        assert review.edit_message(written, 0, "x" * length).message_run is not None
    else:
        with pytest.raises(InputError, match="1 to 160"):
            review.edit_message(written, 0, "x" * length)


def test_writing_again_keeps_the_customer(written: Session) -> None:
    """A message written anew in another language goes to the same customer with the same offer."""
    again = review.write_again(written, 1, writer=None, tone="brief", language="hi")
    old, new = run_of(written).messages_frame.iloc[1], run_of(again).messages_frame.iloc[1]
    assert new["message"] != old["message"]
    assert new["customerID"] == old["customerID"]


def test_a_message_is_looked_up_by_its_customers_id(written: Session) -> None:
    """The row on screen may stand elsewhere than in the messages."""
    messages = run_of(written).messages_frame
    assert review.position_of(run_of(written), messages["customerID"].iloc[7]) == 7
    with pytest.raises(InputError, match="has no message"):
        review.position_of(run_of(written), "nobody")


def test_approval_ends_the_review(written: Session) -> None:
    """Nothing changes afterwards, and writing the same again returns the approved messages."""
    approved = review.approve(written, cool_down_days=14)
    assert run_of(approved).approved
    with pytest.raises(OfferError, match="approved"):
        review.edit_message(approved, 0, "Hello")
    with pytest.raises(InputError, match="not approved yet"):
        offers.csv(written)
    assert offers.csv(approved).name == "send_list.csv"
    assert offers.workbook(approved).name.endswith(".xlsx")
    again = offers.write(approved, 0.5)
    assert run_of(again).approved
    pd.testing.assert_frame_equal(run_of(again).messages_frame, run_of(approved).messages_frame)


def test_a_new_run_holds_back_those_of_the_last(written: Session) -> None:
    """Within the cool-down nobody is messaged twice, unless the person sets it to 0."""
    approved = review.approve(written, cool_down_days=14)
    n = run_of(approved).message_count
    again = run_of(offers.write(approved, 0.5, tone="brief"))
    assert (again.message_count, again.held_back_by_reason) == (0, {"messaged less than 14 days ago": n})
    assert run_of(offers.write(approved, 0.5, tone="brief", cool_down_days=0)).message_count == n
    with pytest.raises(OfferError, match="name a new run"):
        offers.write(approved, 0.6, tone="brief", run=run_of(approved).name)


def test_one_visit_never_holds_back_anothers_customers(session: Session, written: Session) -> None:
    """Where no ledger is set, as on a public Space, each visit has its own, which ends with it."""
    approved = review.approve(written, cool_down_days=14)
    other_visit = offers.write(session, 0.5, tone="brief")
    assert run_of(other_visit).held_back_count == 0
    assert approved.own_ledger and other_visit.own_ledger and approved.own_ledger != other_visit.own_ledger
    offers.remove_own_ledger(approved)
    assert not approved.own_ledger.exists()
    assert other_visit.own_ledger.exists()
    offers.remove_own_ledger(Session())


def test_a_ledger_of_the_settings_outlives_the_visit(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run from the app is recorded for good, is taken up by the next visit, and counts for the cool-down."""
    path = tmp_path / "data" / "offers.sqlite"
    monkeypatch.setenv("RETENTION_LEDGER", str(path))
    settings.cache_clear()
    first = offers.write(session, 0.5)
    edited = review.edit_message(first, 0, "Come back soon")
    killed_and_back = offers.write(session, 0.5)
    pd.testing.assert_frame_equal(run_of(killed_and_back).messages_frame, run_of(edited).messages_frame)
    approved = run_of(review.approve(killed_and_back, cool_down_days=14))
    with Ledger(path) as ledger:
        assert len(ledger.entries(approved.name)) == approved.message_count
    assert run_of(offers.write(session, 0.5, tone="brief")).held_back_count == approved.message_count
    assert first.own_ledger is None


def test_simulated_customers_are_never_recorded_for_good(
    session: Session, telecom: Customers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their ids are made up, so they must hold nobody back."""
    monkeypatch.setenv("RETENTION_LEDGER", str(tmp_path / "offers.sqlite"))
    settings.cache_clear()
    simulated = offers.write(replace(session, customers=replace(telecom, source=SIMULATED)), 0.5)
    assert simulated.own_ledger is not None
    assert not (tmp_path / "offers.sqlite").exists()


def test_a_line_that_waits_is_shown_and_let_out(written: Session) -> None:
    """The table of templates ends with it, nobody has it yet, and using it gives it to its segment."""
    run, line = run_of(written), "Hi {name}, the moon looks like a papad tonight. Enjoy {offer}."
    segment = run.messages[0].segment
    waiting = {segment: (TemplateDraft(None, "m", "refused", line),)}
    session = replace(written, message_run=replace(run, drafts_to_read=waiting))
    last = review.template_table(run_of(session)).iloc[-1]
    assert last[["Template", "Customers", "Written by"]].tolist() == [line, 0, "m, waits for you to read it"]
    assert review.waits_to_be_read(run_of(session), line)
    assert "Not used: 1 line of the model" in views.run_summary(run_of(session))
    after = run_of(review.let_out(session, line))
    assert not review.waits_to_be_read(after, line)
    assert after.let_out_count == sum(message.segment == segment for message in after.messages) > 0
    assert f"{after.let_out_count} on lines of the model that a person has read" in views.run_summary(after)
    assert line not in set(review.template_table(replace(run, drafts_to_read=waiting, approved=True))["Template"])
