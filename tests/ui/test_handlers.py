"""What the buttons do, without a screen."""

import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from retention import targeting as send_list
from retention.churn.diagnostics import UncalibratedMetrics
from retention.churn.model import ChurnModel
from retention.customers.table import Customers
from retention.errors import InputError
from retention.orders.snapshot import Snapshot
from retention.profit.economics import PRESETS, Economics
from retention.ui.components import download
from retention.ui.session import Session
from retention.ui.tabs.churn import handlers as churn
from retention.ui.tabs.churn import views as model_views
from retention.ui.tabs.customers import handlers as customers
from retention.ui.tabs.customers import views as customer_views
from retention.ui.tabs.offers import handlers as offers
from retention.ui.tabs.offers import review
from retention.ui.tabs.profit import handlers as profit
from tests.charts.cases import three_cutoffs
from tests.files import write


@pytest.fixture(scope="module")
def session(telecom: Customers, telecom_model: ChurnModel) -> Session:
    """A visitor who has trained on telecom customers."""
    return Session(customers=telecom, model=telecom_model).priced(Economics())


def written(file: download.Download) -> str:
    """Return what a download holds, as text."""
    with tempfile.TemporaryDirectory() as folder:
        file.write(Path(folder) / file.name)
        return (Path(folder) / file.name).read_text(encoding="utf-8")


def test_the_browser_gets_every_slider_position_and_the_best(session: Session) -> None:
    """1,001 positions and the best threshold last, each equal to what the server would answer."""
    curve = profit.curve_points(session)
    assert curve and all(len(column) == 1002 for column in curve["points"].values())
    for i in (0, 1, 100, 333, 500, 999, 1000):
        answer = profit.curve_point(session, i / 1000)
        assert answer
        assert {name: column[i] for name, column in curve["points"].items()} == {
            name: pytest.approx(answer[name]) for name in curve["points"]
        }
    best = profit.curve_point(session, curve["threshold_best"])
    assert best and best["at_best"]
    assert curve["points"]["profit"][-1] == max(curve["points"]["profit"]) == pytest.approx(best["profit"])


def test_threshold_zero_is_sending_to_everyone(session: Session) -> None:
    """At 0 all customers are contacted and the profit is send-to-all's."""
    answer = profit.curve_point(session, 0)
    assert answer
    assert answer["contacted"] == 1500
    assert answer["profit"] == answer["context"]["profit_all"]


def test_new_prices_drop_messages_written_at_old_ones(session: Session) -> None:
    """Messages never outlive the prices they were decided at; the model stays."""
    written = offers.write(session, 0.3)
    assert written.message_run and written.message_run.message_count > 0
    repriced = written.priced(PRESETS["realistic"])
    assert repriced.message_run is None
    assert repriced.model is session.model
    assert repriced.curve and repriced.curve.economics == PRESETS["realistic"]


def test_everyone_from_the_threshold_on_gets_a_message(session: Session) -> None:
    """The send list is who reaches the slider's threshold, no more and no fewer."""
    written = offers.write(session, 0.3)
    assert written.scored and written.message_run
    reached = (written.scored.send_list["churn_probability"] >= 0.3).sum()
    assert written.message_run.message_count == written.scored.contacted == reached


def test_a_blank_money_input_is_asked_for() -> None:
    """A box that was emptied means nothing at all, whichever preset was chosen; a zero is a number."""
    with pytest.raises(InputError, match="offer_cost: is blank; type a number"):
        profit.economics(value=400.0, offer_cost=None)
    assert profit.economics(value=400.0, offer_cost=0.0) == Economics(value=400, offer_cost=0)


def test_money_inputs_are_told_from_presets() -> None:
    """Both presets in any currency; one number off is neither."""
    assert profit.preset_of(Economics(currency="€")) == "original"
    assert profit.preset_of(PRESETS["realistic"]) == "realistic"
    assert profit.preset_of(replace(PRESETS["realistic"], contact_cost=1.5)) is None


def test_amounts_come_to_the_browser_as_the_command_line_has_them(
    session: Session, telecom_model: ChurnModel
) -> None:
    """To the last digit at prices that make fractions: rounding twice would show another amount now and then."""
    money = Economics(value=333.33, offer_cost=12.345, save_rate=0.317, stayer_redemption=0.61, contact_cost=0.1)
    priced = session.priced(money)
    curve, brought = send_list.profit_of_model(telecom_model, money), profit.curve_points(priced)
    assert brought
    for i in range(0, 1001, 50):
        assert brought["points"]["profit"][i] == curve.matrix(i / 1000).profit
        assert brought["points"]["lost_amount"][i] == curve.matrix(i / 1000).lost_amount


def test_the_report_tells_what_its_model_was_trained_on(session: Session, telecom: Customers) -> None:
    """A model brought along, or one whose customers were replaced, has no audit of theirs, and needs none."""
    html = "retention-report.html"
    brought = replace(session, customers=None)
    assert profit.report_file(brought).name == html
    assert "No audit was handed to this page" in written(profit.report_file(brought))
    other = replace(session, customers=replace(telecom, source="somebody-elses.csv"), findings=())
    assert "somebody-elses.csv" not in written(profit.report_file(other))
    assert "No audit was handed to this page" in written(profit.report_file(other))
    assert session.model
    own = other.with_own_model(session.model).priced(Economics())
    assert "somebody-elses.csv" in written(profit.report_file(own))
    assert "The audit found nothing" in written(profit.report_file(own))
    again = own.with_model(session.model, at="alice/model@" + "0" * 40)
    assert (again.model_source, again.model_findings) == (None, None)
    with pytest.raises(InputError, match="no profit yet"):
        profit.report_file(replace(session, curve=None))


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
        with pytest.raises(InputError, match="not approved yet"):
            offers.csv(early)
    written = review.approve(written, cool_down_days=14)
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
    upload = customers.inspect_upload(str(telecom_file))
    assert not upload.is_order_log
    assert upload.guesses["id"] == "customerID"
    assert upload.guesses["label"] == "Churn"


@pytest.fixture(scope="module")
def strange_log(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A log of orders under names nobody knows: semicolons, decimal commas, days first."""
    random = np.random.default_rng(3)
    day = pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, 420, 4000), unit="D")
    paid = [f"{amount:.2f}".replace(".", ",") for amount in random.gamma(2, 300, 4000)]
    who = [f"K{number:03}" for number in random.integers(0, 200, 4000)]
    log = pd.DataFrame({"wer": who, "wann": day.strftime("%d.%m.%Y"), "wieviel": paid})
    path = tmp_path_factory.mktemp("log") / "log.csv"
    log.to_csv(path, sep=";", index=False)
    return str(path)


def test_a_log_under_strange_names_is_asked_about(strange_log: str) -> None:
    """Dates and no known id: taken for orders; once the columns are chosen, the defaults are there."""
    upload = customers.inspect_upload(strange_log)
    assert (upload.is_order_log, upload.defaults, upload.guesses) == (True, None, {})
    assert customers.suggest_defaults(strange_log, customer=None, time="wann", amount=None) is None
    found = customers.suggest_defaults(strange_log, customer="wer", time="wann", amount="wieviel")
    assert found and (found.last_day, found.cutoff, found.horizon_days) == ("2025-02-23", "2025-01-24", 30)
    assert customers.latest_cutoff(60, found) == "2024-12-25"
    assert [customers.latest_cutoff(days, found) for days in (None, 0, 1e9)] == ["", "", ""]
    assert customers.latest_cutoff(60, None) == ""
    assert customers.default_horizon(3, found) > 30 == customers.default_horizon(3, None)


def test_every_choice_about_a_log_is_followed(strange_log: str) -> None:
    """Cutoff, horizon, window, label and number of cutoffs are those asked for; today's people are as active."""
    use = partial(customers.use_orders, Session(), strange_log, customer="wer", time="wann", amount="wieviel")
    single = use(cutoff="2024-10-31", horizon_days=45)
    assert isinstance(single.customers, Snapshot) and not single.customers.cutoffs
    assert (single.customers.cutoff, single.customers.horizon_days) == ("2024-10-31", 45)
    more = use(horizon_days=60, active_days=40, quiet_gaps=2, periods=3)
    assert isinstance(more.customers, Snapshot) and isinstance(more.today, Snapshot)
    assert more.customers.cutoffs == ("2024-08-27", "2024-10-26", "2024-12-25")
    assert (more.customers.active_days, more.today.active_days, more.today.cutoff) == (40, 40, "2025-02-23")
    assert any("silent for 2 times one's own mean gap" in note for note in more.customers.notes)
    html = customer_views.summary(more)
    assert f'<span class="figure">{len(more.customers.newest())}</span>' in html
    assert "ordered in the 40 days up to 2024-12-25" in html
    assert "with 2 earlier cutoffs" in html
    assert "One-time buyers" in html


def test_a_computed_amount_can_be_chosen(tmp_path: Path) -> None:
    """Quantity times price is offered as the amount, and taken when it is chosen."""
    rows = "".join(f"u{day % 9},2025-0{1 + day % 5}-1{day % 9},2,{day}.5\n" for day in range(200))
    path = str(write(tmp_path / "lines.csv", "user_id,date,quantity,unit_price\n" + rows))
    upload = customers.inspect_upload(path)
    assert upload.columns_for("amount")[0] == upload.guesses["amount"] == "quantity × unit_price"
    guesses = upload.guesses
    used = customers.use_orders(
        Session(), path, customer=guesses["customer"], time=guesses["time"], amount=guesses["amount"]
    )
    assert used.customers and "spend_total" in used.customers.frame


def test_a_stray_word_is_no_reason_to_refuse_the_first_look(tmp_path: Path) -> None:
    """The person sees the columns, and can strike the one with the word."""
    rows = "".join(f"c{row},{row},{row % 2}\n" for row in range(40))
    path = str(write(tmp_path / "t.csv", "customer_id,age,churn\n" + rows + "x,old,1\n"))
    assert customers.inspect_upload(path).guesses["label"] == "churn"
    with pytest.raises(InputError, match="'old' is not a number"):
        customers.use_customers(Session(), path)
    assert customers.use_customers(Session(), path, exclude=("age",)).customers is not None


def test_the_test_in_time_is_on_screen(telecom_model: ChurnModel) -> None:
    """Out of time, cross-validated, their gap and what it means; calibration in figures; nothing of it without."""
    assert "Out of time" not in model_views.model(telecom_model)
    went = three_cutoffs()
    bad = UncalibratedMetrics(replace(telecom_model.metrics, brier=0.2345), ())
    html = model_views.model(replace(telecom_model, out_of_time=went, before_calibration=bad))
    for words in ("1,000 customers at 2025-06-30", "0.740", "0.760", "-0.020", went.sentence[1:], "0.2345 before"):
        assert words in html
    assert churn.over_time(telecom_model) is None
    assert churn.over_time(replace(telecom_model, out_of_time=went)) is not None


def test_today_is_who_gets_written_to(session: Session, telecom: Customers) -> None:
    """Where a log tells who is active today, messages go to them and not to the training customers."""
    some = replace(telecom, frame=telecom.frame.head(100))
    written = offers.write(replace(session, today=some), 0.0)
    assert written.message_run and written.message_run.message_count == 100


def test_pulling_the_plug_still_writes_to_everyone(session: Session) -> None:
    """With a server that refuses every call, all get the library's message and the breaker says why."""
    written = offers.write(session, 0.3, writer=offers.switchable_writer(False))
    assert written.message_run and written.scored
    assert written.message_run.message_count == written.scored.contacted
    assert written.message_run.by_source == {"backup": written.message_run.message_count}
    assert written.message_run.breaker.state == "open"
    assert written.message_run.breaker.failures > 0
    assert offers.breaker_report(language_model_on=False).state == "open"
    assert offers.breaker_report(language_model_on=True).state == "off"
