"""What the buttons do, without a screen."""

from dataclasses import replace
from pathlib import Path

import pytest

from retention.churn.model import ChurnModel
from retention.customers.table import Customers
from retention.errors import InputError
from retention.profit.economics import PRESETS, Economics
from retention.ui.handlers import churn, customers, offers, profit, review
from retention.ui.session import Session
from tests.files import write


@pytest.fixture(scope="module")
def session(telecom: Customers, telecom_model: ChurnModel) -> Session:
    """A visitor who has trained on telecom customers."""
    return profit.priced(Session(customers=telecom, model=telecom_model), Economics())


def test_the_browser_gets_every_slider_position_and_the_best(session: Session) -> None:
    """1,001 positions and the best threshold last, each equal to what the server would answer."""
    curve = profit.points(session)
    assert curve and all(len(column) == 1002 for column in curve["points"].values())
    for i in (0, 1, 100, 333, 500, 999, 1000):
        answer = profit.decision(session, i / 1000)
        assert answer
        assert {name: column[i] for name, column in curve["points"].items()} == {
            name: pytest.approx(answer[name]) for name in curve["points"]
        }
    best = profit.decision(session, curve["threshold_best"])
    assert best and best["at_best"]
    assert curve["points"]["profit"][-1] == max(curve["points"]["profit"]) == pytest.approx(best["profit"])


def test_threshold_zero_is_sending_to_everyone(session: Session) -> None:
    """At 0 all customers are contacted and the profit is send-to-all's."""
    answer = profit.decision(session, 0)
    assert answer
    assert answer["contacted"] == 1500
    assert answer["profit"] == answer["context"]["profit_all"]


def test_new_prices_drop_messages_written_at_old_ones(session: Session) -> None:
    """Messages never outlive the prices they were decided at; the model stays."""
    written = offers.write(session, 0.3)
    assert written.campaign and written.campaign.written > 0
    repriced = profit.priced(written, PRESETS["realistic"])
    assert repriced.campaign is None
    assert repriced.model is session.model
    assert repriced.curve and repriced.curve.economics == PRESETS["realistic"]


def test_everyone_from_the_threshold_on_gets_a_message(session: Session) -> None:
    """The send list is who reaches the slider's threshold, no more and no fewer."""
    written = offers.write(session, 0.3)
    assert written.scored and written.campaign
    reached = (written.scored.send_list["churn_probability"] >= 0.3).sum()
    assert written.campaign.written == written.scored.contacted == reached


def test_blank_money_inputs_fall_back_to_the_preset() -> None:
    """A box that was emptied means its default, not an error."""
    assert profit.economics(value=None, offer_cost=40.0) == Economics(offer_cost=40.0)


def test_steps_out_of_order_say_what_comes_first() -> None:
    """Training without customers, or scoring without a model, is one clear sentence."""
    with pytest.raises(InputError, match="no customers yet"):
        churn.train(Session(), weighted=False)
    with pytest.raises(InputError, match="no model yet"):
        offers.score(Session(), 0.5)
    with pytest.raises(InputError, match="no file yet"):
        customers.use_customers(Session(), None)


def test_a_failed_upload_changes_nothing(session: Session, tmp_path: Path) -> None:
    """A bad file raises before a new session exists, so the old one stays."""
    with pytest.raises(InputError):
        customers.use_customers(session, str(write(tmp_path / "bad.csv", "")))
    assert session.customers is not None


def test_the_send_list_goes_out_as_csv_and_excel(session: Session, tmp_path: Path) -> None:
    """Both files are named for what they are, and nothing is written before somebody asks."""
    written = offers.write(session, 0.9)
    for early in (session, written):
        with pytest.raises(InputError, match="not sealed yet"):
            offers.csv(early)
    written = review.seal(written, cool_down_days=14)
    for file, magic in [(offers.csv(written), b"customerID,"), (offers.workbook(written), b"PK")]:
        assert file.name in {"send_list.csv", "send_list.xlsx"}
        file.write(tmp_path / file.name)
        assert magic in (tmp_path / file.name).read_bytes()[:20]


def test_an_upload_that_is_gone_is_asked_for_again(telecom_file: Path) -> None:
    """Uploads are deleted after a while; using one then is a sentence, not a crash."""
    with pytest.raises(InputError, match="choose the file again"):
        customers.use_customers(Session(), str(telecom_file.with_name("gone.csv")))


def test_a_look_at_a_file_guesses_its_columns(telecom_file: Path) -> None:
    """The roles offered on screen are the ones reading would use."""
    upload = customers.look_at(str(telecom_file))
    assert not upload.is_order_log
    assert upload.guesses["id"] == "customerID"
    assert upload.guesses["label"] == "Churn"


def test_today_is_who_gets_written_to(session: Session, telecom: Customers) -> None:
    """Where a log tells who is active today, messages go to them and not to the training customers."""
    some = replace(telecom, frame=telecom.frame.head(100))
    written = offers.write(replace(session, today=some), 0.0)
    assert written.campaign and written.campaign.written == 100


def test_pulling_the_plug_still_writes_to_everyone(session: Session) -> None:
    """With a server that refuses every call, all get the library's message and the breaker says why."""
    written = offers.write(session, 0.3, writer=offers.plug(False))
    assert written.campaign and written.scored
    assert written.campaign.written == written.scored.contacted
    assert written.campaign.by_source == {"backup": written.campaign.written}
    assert written.campaign.breaker.state == "open"
    assert written.campaign.breaker.failures > 0
    assert offers.line_report(plugged=False).state == "open"
    assert offers.line_report(plugged=True).state == "off"
