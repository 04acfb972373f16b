"""The Campaign tab without a screen: what a draw shows, who is written to, and the measurement."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from retention.campaign.campaign_file import Campaign
from retention.campaign.design import CONTROL
from retention.errors import InputError, OfferError, RetentionError
from retention.messages.ledger import Ledger
from retention.profit.economics import PRESETS
from retention.profit.plans import plans_by_rates
from retention.settings import settings
from retention.ui.job_results import JobResult, with_draw, with_messages, with_rates, with_reading
from retention.ui.session import Session
from retention.ui.tabs.campaign import handlers as campaign
from retention.ui.tabs.campaign import learning, views
from retention.ui.tabs.campaign.experiment import handlers as experiment
from retention.ui.tabs.campaign.handlers import DrawForm
from retention.ui.tabs.offers import handlers as offers
from retention.ui.tabs.offers import review
from retention.ui.tabs.profit import handlers as profit
from tests.campaign.campaigns import order_log, played

SENT_ON, READ_ON = dt.date(2026, 10, 13), dt.date(2026, 11, 12)  # as those of tests.campaign.campaigns
FORM = DrawForm(name="diwali", share="20%", sent_on=str(SENT_ON))


@pytest.fixture(scope="module")
def session(trained: Session) -> Session:
    """A visitor with a model at realistic money inputs."""
    return trained.priced(PRESETS["realistic"])


@pytest.fixture
def drawn(session: Session) -> Session:
    """The same visitor with a campaign drawn from everyone above 10%."""
    return campaign.draw(session, 0.1, FORM)


def campaign_of(session: Session) -> Campaign:
    """The campaign, which must be there."""
    assert session.drawn is not None and session.drawn.holdout.campaign is not None
    return session.drawn.holdout.campaign


def log_of(session: Session, folder: Path) -> str:
    """An order log of the campaign that reaches to its day."""
    drawn = campaign_of(session)
    path = folder / "orders.csv"
    order_log(drawn, played(drawn)).to_csv(path, index=False)
    return str(path)


def test_before_the_click_everything_is_said_and_nothing_is_drawn(session: Session) -> None:
    """Share, cost and chances of the list at the slider; no ledger comes into being, and the name may be blank."""
    shown = campaign.preview(session, 0.1, DrawForm())
    listed = offers.score(session, 0.1).scored
    assert listed is not None
    assert shown.design.eligible == listed.contacted
    assert shown.campaign is None
    assert shown.plan.held_out == int(shown.plan.share * listed.contacted + 0.5)
    assert "too small" in " ".join(shown.plan.words) or "chance of" in " ".join(shown.plan.words)
    assert session.own_ledger is None
    with pytest.raises(InputError, match="Name: is blank"):
        campaign.draw(session, 0.1, DrawForm())


def test_a_draw_registers_and_the_send_list_is_the_drawn_one(drawn: Session) -> None:
    """A fifth is held out in the visit's own ledger; the treated get messages, the others are held back."""
    table = campaign_of(drawn).assignments
    control = set(table.loc[table["arm"] == CONTROL, "customer"])
    assert len(control) == pytest.approx(0.2 * len(table), abs=1)
    assert drawn.own_ledger is not None
    with Ledger(drawn.own_ledger) as ledger:
        record = ledger.campaign("diwali")
    assert record is not None and record.design_sha256 == campaign_of(drawn).design.sha256
    written = offers.write(drawn, 0.9)  # wherever the slider is by now
    run = written.message_run
    assert run is not None
    assert {message.customer for message in run.messages} == set(table["customer"]) - control
    assert run.held_back_by_reason == {"held out of diwali until 12 Nov": len(control)}
    assert {customer.customer for customer in run.held_back} == control
    assert {"campaign", "arm", "stratum", "chance"} <= set(run.messages_frame.columns)
    approved = review.approve(written, cool_down_days=None).message_run
    assert approved is not None and approved.message_count == run.message_count
    assert approved.held_back_count == len(control)


def test_messages_are_written_with_the_terms_of_the_draw(drawn: Session) -> None:
    """Another price afterwards changes neither the offers' words nor the list."""
    repriced = drawn.priced(replace(drawn.economics, offer_cost=80))
    assert repriced.drawn is drawn.drawn
    run = offers.write(repriced, 0.5).message_run
    assert run is not None
    assert set(run.messages_frame["offer_cost"]) == {50}
    assert not run.messages_frame["message"].str.contains("₹80").any()


def test_both_files_are_handed_out(drawn: Session, tmp_path: Path) -> None:
    """The CSV has everybody, send = yes for the treated alone; the zip loads and is the registered design."""
    sent, zipped = campaign.send_list(drawn), campaign.campaign_file(drawn)
    assert (sent.name, zipped.name) == ("diwali_send_list.csv", "diwali.zip")
    sent.write(tmp_path / sent.name)
    zipped.write(tmp_path / zipped.name)
    table = pd.read_csv(tmp_path / sent.name)
    assert set(table.loc[table["arm"] == CONTROL, "send"]) == {"no"}
    assert (table["send"] == "yes").sum() == (campaign_of(drawn).assignments["arm"] != CONTROL).sum()
    assert Campaign.load(tmp_path / zipped.name).design.sha256 == campaign_of(drawn).design.sha256


def test_a_second_draw_and_a_taken_name_are_refused(drawn: Session) -> None:
    """One campaign at a time; put aside, its customers stay held out, and its name stays taken."""
    with pytest.raises(InputError, match="diwali is drawn already"):
        campaign.draw(drawn, 0.1, DrawForm(name="holi"))
    aside = campaign.put_aside(drawn)
    assert aside.drawn is None and aside.own_ledger == drawn.own_ledger
    with pytest.raises(OfferError, match="another name"):
        campaign.draw(aside, 0.6, FORM)
    live = campaign.draw(aside, 0.1, replace(FORM, name="live", sent_on=str(dt.datetime.now(dt.UTC).date())))
    again = campaign.preview(campaign.put_aside(live), 0.1, replace(FORM, name="next"))
    assert live.drawn is not None
    assert again.design.excluded == {"live holdout": live.drawn.held_out}


def test_an_owner_machine_draws_in_the_shared_ledger(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Colleagues' runs with the same file keep to the holdout, too."""
    monkeypatch.setenv("RETENTION_LEDGER", str(tmp_path / "ledger.sqlite"))
    settings.cache_clear()
    drawn = campaign.draw(session, 0.1, replace(FORM, sent_on=""))
    assert drawn.own_ledger is None and drawn.drawn is not None
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        assert len(ledger.held_out()) == drawn.drawn.held_out


def test_a_segment_comes_from_the_customers(session: Session) -> None:
    """A column that the send list lacks is taken beside it, and balances the draw."""
    segments, units = campaign.columns_to_choose(session)
    assert "Contract" in segments and "customerID" not in units and "Churn" not in units
    drawn = campaign.draw(session, 0.1, replace(FORM, segment="Contract", name="by contract"))
    assert campaign_of(drawn).design.segment == "Contract"
    assert campaign_of(drawn).assignments["stratum"].str.contains("Month-to-month").any()
    with pytest.raises(InputError, match="no column 'Colour'"):
        campaign.preview(session, 0.1, replace(FORM, segment="Colour"))


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (replace(FORM, share="a lot"), "Share held out: 'a lot' is no share; type auto, 0.2 or 20%"),
        (replace(FORM, share="0.7"), "share: must be auto or a share above 0 to 0.5"),
        (replace(FORM, sent_on="13.10."), "Sent on: '13.10.' is no date"),
        (replace(FORM, horizon_days=0), "horizon-days: must be a whole number from 1"),
        (replace(FORM, horizon_days=7.5), "Days until it is read: must be a whole number"),
        (replace(FORM, explore=2.0), "explore: must be a share from 0 to 1"),
        (replace(FORM, name="diwali/2026"), "name: must be 1 to 60 letters"),
    ],
)
def test_bad_input_is_one_sentence(session: Session, form: DrawForm, words: str) -> None:
    """Each names the box and what to do, and draws nothing."""
    with pytest.raises(RetentionError, match=words.replace("(", r"\(")):
        campaign.draw(session, 0.1, form)


def test_the_campaign_of_the_session_is_measured_and_kept_in_its_ledger(drawn: Session, tmp_path: Path) -> None:
    """The reading is that of the command: by the log, on the registered day, written down in the ledger."""
    measured = campaign.measure(drawn, None, log_of(drawn, tmp_path), str(READ_ON))
    reading = measured.reading
    assert reading is not None and reading.valid
    assert reading.campaign["as_registered"] is True
    assert reading.overall.customers + reading.overall.control_customers == len(campaign_of(drawn).assignments)
    assert drawn.own_ledger is not None
    with Ledger(drawn.own_ledger) as ledger:
        assert len(ledger.readings("diwali")) == 1
    out = campaign.reading_file(measured)
    assert out.name == "diwali_reading.zip"
    out.write(tmp_path / out.name)
    assert (tmp_path / out.name).stat().st_size > 500


def test_a_campaign_from_a_file_is_measured_without_its_ledger(
    drawn: Session, session: Session, tmp_path: Path
) -> None:
    """Another visitor uploads the zip and a table; the numbers are the same as by the session's own."""
    zipped, table = tmp_path / "diwali.zip", tmp_path / "outcomes.parquet"
    campaign_of(drawn).save(zipped)
    played(campaign_of(drawn)).reset_index(names="customerID").to_parquet(table)
    own = campaign.measure(drawn, None, str(table), str(READ_ON)).reading
    uploaded = campaign.measure(session, str(zipped), str(table), str(READ_ON)).reading
    assert own is not None and uploaded is not None
    assert own.as_dict() == uploaded.as_dict()
    assert uploaded.campaign["redemption"]["value"] is not None


def test_another_campaign_of_the_name_is_not_held_against_the_uploaded_one(
    drawn: Session, session: Session, tmp_path: Path
) -> None:
    """A visitor's own ledger knows a diwali of theirs, which says nothing about a colleague's."""
    colleague = campaign.draw(session, 0.3, FORM)
    campaign_of(colleague).save(tmp_path / "diwali.zip")
    log = log_of(colleague, tmp_path)
    reading = campaign.measure(drawn, str(tmp_path / "diwali.zip"), log, str(READ_ON)).reading
    assert reading is not None and reading.valid


def test_before_the_day_there_is_no_effect(drawn: Session, tmp_path: Path) -> None:
    """With a table of outcomes there are counts; with nothing at all as well."""
    table = tmp_path / "outcomes.csv"
    played(campaign_of(drawn)).reset_index(names="customerID").to_csv(table, index=False)
    early = str(READ_ON - dt.timedelta(days=3))
    for outcomes in (None, str(table)):
        reading = campaign.measure(drawn, None, outcomes, early).reading
        assert reading is not None and reading.verdict == "too early"
        assert reading.overall.kept is None and reading.campaign["profit"]["amount"] is None
    assert drawn.own_ledger is not None
    with Ledger(drawn.own_ledger) as ledger:
        assert ledger.readings("diwali") == ()


def test_bad_files_are_one_sentence(drawn: Session, session: Session, tmp_path: Path) -> None:
    """No campaign, no zip, a file that is gone, a log that ends early, a day that is none."""
    log = log_of(drawn, tmp_path)
    (tmp_path / "notes.zip").write_text("no zip")
    short = tmp_path / "short.csv"
    orders = pd.read_csv(log)
    orders[orders["date"] < "2026-10-25"].to_csv(short, index=False)
    cases = [
        ((session, None, log, str(READ_ON)), "no campaign yet"),
        ((session, str(tmp_path / "notes.zip"), log, str(READ_ON)), "notes.zip"),
        ((drawn, None, str(tmp_path / "gone.csv"), str(READ_ON)), "uploads are deleted after an hour"),
        ((drawn, None, str(short), str(READ_ON)), "ends 24 Oct; diwali is read from 12 Nov on"),
        ((drawn, None, log, "soon"), "As of: 'soon' is no date"),
        ((drawn, None, None, str(READ_ON)), "diwali: pass its order log"),
    ]
    for arguments, words in cases:
        with pytest.raises(RetentionError, match=words):
            campaign.measure(*arguments)
    with pytest.raises(InputError, match="nothing was measured yet"):
        campaign.reading_file(drawn)


def test_results_come_into_the_session_as_it_is_by_then(drawn: Session, session: Session, tmp_path: Path) -> None:
    """A price typed meanwhile stays; other customers refuse the draw; messages begun before a draw are refused."""
    repriced = session.priced(replace(session.economics, offer_cost=70))
    taken = with_draw(repriced, JobResult(session, drawn))
    assert taken.drawn is drawn.drawn and taken.economics.offer_cost == 70
    with pytest.raises(InputError, match="customers changed while the campaign was being drawn"):
        with_draw(replace(session, customers=None), JobResult(session, drawn))
    with pytest.raises(InputError, match="the campaign changed while the messages were being written"):
        with_messages(drawn, JobResult(session, offers.write(session, 0.8)))
    measured = campaign.measure(drawn, None, log_of(drawn, tmp_path), str(READ_ON))
    assert with_reading(repriced, JobResult(drawn, measured)).reading is measured.reading


def test_an_experiment_from_elsewhere(session: Session, tmp_path: Path) -> None:
    """Columns and arms to choose from, a reading that says who vouches, and one sentence for a blank box."""
    n = 4000
    table = pd.DataFrame(
        {
            "who": [f"P{number}" for number in range(n)],
            "segment": ["No E-Mail", "E-Mail"] * (n // 2),
            "visit": [number % 10 < (5 if number % 2 else 2) for number in range(n)],
        }
    )
    path = tmp_path / "elsewhere.csv"
    table.to_csv(path, index=False)
    assert experiment.columns_of(str(path)) == ["who", "segment", "visit"]
    assert set(experiment.arms_of(str(path), "segment")) == {"No E-Mail", "E-Mail"}
    assert experiment.arms_of(str(path), "who") == []
    form = experiment.ExperimentForm(arm="segment", control="No E-Mail", kept="visit", chance="0.5")
    reading = experiment.measure(session, str(path), form).reading
    assert reading is not None and reading.overall.kept is not None
    assert reading.overall.kept.value == pytest.approx(20.0)  # visits 40% against 20%
    assert reading.evidence == "measured, randomisation declared"
    with pytest.raises(InputError, match="Chance of being treated: is blank"):
        experiment.measure(session, str(path), replace(form, chance=" "))


def test_the_next_plan_rests_on_what_was_measured(drawn: Session, tmp_path: Path) -> None:
    """The save rate of the first offer is the learned one, the words say so, and other money inputs keep it."""
    reading = campaign.measure(drawn, None, log_of(drawn, tmp_path), str(READ_ON))
    assert reading.reading is not None
    assert views.teaches(reading.reading) and not views.teaches(None)
    after, words = campaign.plan_again(reading)
    offer = after.offers[0]
    assert after.rates is not None and after.measured is not None
    assert after.measured.save_rate.assumed == 0.3
    assert after.measured.campaigns == ("diwali",)
    assert any(sentence.startswith(f"{offer.id}: save rate") for sentence in words)
    planned = with_rates(reading, JobResult(reading, after))
    assert planned.measured == after.measured
    assert planned.send_policy().first_economics.save_rate == after.measured.save_rate.value
    assert "rests on these rates now" in views.learned(words, after)
    assert after.rates is not None
    expired = after.with_rates(after.rates.on(after.measured.expires_on))
    assert "stays assumed: " in views.learned(words, expired)
    assert "expired on" in views.learned(words, expired)
    assert learning.plan_comparison(expired) is None and learning.rates_history(expired) is not None


def test_the_next_plan_is_drawn_beside_the_one_before(drawn: Session, tmp_path: Path) -> None:
    """Four plans, each rate once, and the effect in groups of customers; a repetition adds no point."""
    reading = campaign.measure(drawn, None, log_of(drawn, tmp_path), str(READ_ON))
    assert learning.plan_comparison(reading) is None and learning.rates_history(reading) is None
    after, _ = campaign.plan_again(reading)
    assert after.curve is not None
    comparison, rates, by_risk = (
        learning.plan_comparison(after), learning.rates_history(after), learning.effect_by_risk(reading.reading)
    )  # fmt: skip
    assert comparison and rates and by_risk
    bars = comparison.data[0]
    plans = plans_by_rates(after.curve, after.economics)
    assert list(bars.x) == [plans[name].profit_deployed for name in ("assumed", "low", "measured", "high")]
    again, _ = campaign.plan_again(after)
    back = again.with_rates(None)
    assert [len(learning.history(session)) for session in (reading, after, again, back)] == [0, 1, 1, 1]
    lines = {line.name: list(line.y) for line in rates.data}
    assert after.measured is not None
    assert lines["Save rate"] == [after.measured.save_rate.value]
    measured = next(line for line in by_risk.data if line.name == "Measured")
    assert reading.reading is not None and reading.reading.rows is not None
    risk, treated = reading.reading.rows.probability, reading.reading.rows.treated
    assert sum((~treated).tolist()) // 60 == len(measured.x)
    assert risk is not None and risk.min() < min(measured.x) <= max(measured.x) < risk.max()
    assert learning.effect_by_risk(None) is None


def test_nothing_is_learned_without_a_reading(drawn: Session) -> None:
    """One sentence, also before the day."""
    with pytest.raises(InputError, match="nothing was measured yet"):
        campaign.plan_again(drawn)
    early = campaign.measure(drawn, None, None, str(SENT_ON))
    with pytest.raises(InputError, match="is not read yet, so nothing can be learned"):
        campaign.plan_again(early)


def test_the_report_shows_the_measured_campaign(drawn: Session, tmp_path: Path) -> None:
    """The page that is downloaded from the Profit tab has the reading's sentence."""
    measured = campaign.measure(drawn, None, log_of(drawn, tmp_path), str(READ_ON))
    assert measured.reading is not None
    profit.report_file(measured).write(tmp_path / "report.html")
    assert measured.reading.sentence.split(":")[0] in (tmp_path / "report.html").read_text(encoding="utf-8")
