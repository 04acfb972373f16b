"""Measured rates in the Profit tab: what follows from them, what the sliders say, and the way back."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from retention.campaign.learned_rates import LearnedRates
from retention.customers.table import Customers
from retention.errors import InputError
from retention.profit.economics import PRESETS, Economics
from retention.targeting import SendPolicy
from retention.ui.send_choice import EVERY, FIRST, SendChoice
from retention.ui.session import Session
from retention.ui.tabs.profit import handlers as profit
from retention.ui.tabs.profit import views as profit_views
from retention.ui.tabs.profit.budget import handlers as budget
from retention.ui.tabs.profit.budget import views as budget_views
from retention.ui.tabs.profit.rates import handlers as rates
from retention.ui.tabs.profit.rates import views as rates_views
from tests.profit.rates_cases import EXPIRES_ON, offer_rates, rates_of

ASSUMED = Economics(save_rate=0.5, stayer_redemption=0.8, contact_cost=1)


@pytest.fixture
def assumed(trained: Session) -> Session:
    """A visitor with a model and assumed rates."""
    return trained.priced(ASSUMED)


@pytest.fixture
def measured(assumed: Session) -> Session:
    """The same one with the first offer measured: γ .25 (.2 to .3), ρ .5 (.4 to .6)."""
    offer = assumed.offers[0]
    learned = rates_of(
        offer_rates(offer, save_rate=(0.25, 0.2, 0.3), redemption=(0.5, 0.4, 0.6)), scores=(0.1, 0.9)
    )
    return rates.with_rates(assumed, learned)


def test_curve_cards_and_slider_follow_the_measured_rates(assumed: Session, measured: Session) -> None:
    """The curve is that of the measured economics, tagged; what was assumed stays with the session."""
    assert measured.curve and assumed.curve
    expected = replace(ASSUMED, save_rate=0.25, stayer_redemption=0.5)
    assert measured.curve.economics == expected
    assert measured.economics == ASSUMED
    assert measured.curve.evidence == ("backtested", "measured", "assumed")
    assert measured.curve.profit_best == assumed.curve.reprice(expected).profit_best
    point = profit.curve_point(measured, 0.3)
    assert point and point["context"]["evidence"] == ["backtested", "measured", "assumed"]
    assert "backtested, measured, assumed" in profit_views.earnings(measured.curve)
    assert profit.shown_economics(measured) == expected


def test_the_way_back_to_assumed_rates(assumed: Session, measured: Session) -> None:
    """Everything is as before the rates came."""
    back = rates.return_to_assumed(measured)
    assert back.rates is None
    assert back.curve and assumed.curve
    assert back.curve.economics == assumed.curve.economics
    assert back.curve.evidence == ("backtested", "assumed")
    assert profit.shown_economics(back) == ASSUMED


def test_a_slider_says_what_was_measured(assumed: Session, measured: Session) -> None:
    """Estimate, interval, campaign, last day and what was assumed; nothing for an assumed rate."""
    assert rates_views.about_rate(measured, "save_rate") == (
        "Measured: 25% (20–30%) by diwali, until 30 Oct 2026; 30% was assumed"
    )
    assert rates_views.about_rate(assumed, "save_rate") is None
    assert rates_views.about_rate(measured, "contact_cost") is None


def test_sliders_that_show_measured_rates_leave_the_assumed_ones_alone(measured: Session) -> None:
    """What the screen shows as measured does not become an assumption when another input changes."""
    shown = replace(profit.shown_economics(measured), value=700.0)
    assert profit.assumed_economics(measured, shown) == replace(ASSUMED, value=700.0)
    plain = rates.return_to_assumed(measured)
    assert profit.assumed_economics(plain, shown) == shown


def test_another_cost_returns_the_rates_to_assumed_in_words(measured: Session) -> None:
    """An offer that costs more is another offer; with the old cost the measurement counts again."""
    dearer = measured.priced(replace(ASSUMED, offer_cost=60))
    assert dearer.measured is None
    assert dearer.curve and dearer.curve.economics.save_rate == 0.5
    again = dearer.priced(ASSUMED)
    assert again.measured == measured.measured is not None


def test_expired_rates_are_said_to_be_assumed(measured: Session) -> None:
    """The section names what was measured last, when, and why it does not count any more."""
    assert measured.rates
    expired = rates.with_rates(measured, measured.rates.on(EXPIRES_ON))
    html = rates_views.result(expired, rates.plans(expired))
    assert "save rate 50% assumed (last measured 25%, 20–30%, on 3 May 2026; expired on 30 Oct 2026)" in html
    assert expired.curve and expired.curve.evidence == ("backtested", "assumed")
    assert rates.plans(expired) == ""


def test_the_section_shows_every_offer(assumed: Session, measured: Session) -> None:
    """The measured offer has intervals and its tag, the others are assumed; the ends' plans follow."""
    html = rates_views.result(measured, rates.plans(measured))
    assert html.count(">measured</span>") == 1
    assert html.count(">assumed</span>") == 2
    assert "20–30%" in html
    assert "At the measured rates" in html
    assert "All rates are assumed" in rates_views.result(assumed, rates.plans(assumed))


@pytest.mark.parametrize("how", [FIRST, EVERY])
def test_the_budget_uses_them(measured: Session, telecom: Customers, how: str) -> None:
    """The outcome within a budget is that of the policy with rates, and its tags say measured."""
    choosing = replace(measured, chosen=SendChoice(how, budget=500.0))
    outcome = budget.outcome(choosing)
    assert outcome and choosing.model
    policy = SendPolicy(
        economics=ASSUMED,
        catalogue=choosing.offers if how == EVERY else choosing.offers[:1],
        rates=choosing.rates,
        every_offer=True,
        budget=500.0,
    )
    decision = policy.decide(choosing.model.predict(telecom), telecom.value)
    assert outcome.profit == pytest.approx(float(decision.expected_profit[decision.send].sum()))
    assert outcome.spending.spent <= 500 + 1e-6
    assert np.count_nonzero(decision.send) == outcome.contacted
    if how == FIRST:
        html = budget_views.result(choosing, outcome)
        assert "(measured, assumed)" in html
        assert ">measured</span>" in html


def test_new_rates_drop_messages_planned_with_old_ones(measured: Session) -> None:
    """A send list never outlives the rates it was decided with."""
    with_list = replace(measured, scored=object())  # type: ignore[arg-type]
    assert rates.return_to_assumed(with_list).scored is None
    assert measured.priced(PRESETS["realistic"]).rates is measured.rates


def test_customers_that_drifted_are_planned_as_assumed(measured: Session, telecom: Customers) -> None:
    """Today's customers unlike those of the model: the budget falls back to assumed rates, and says why."""
    strange = telecom.frame.assign(tenure=1.0, MonthlyCharges=999.0)
    today = replace(telecom, frame=strange)
    drifted = replace(measured, today=today, chosen=SendChoice(FIRST, budget=500.0))
    outcome = budget.outcome(drifted)
    plain = budget.outcome(rates.return_to_assumed(drifted))
    assert outcome and plain
    assert outcome.profit == plain.profit
    assert outcome.spending.evidence == ("assumed",)
    assert outcome.caution is not None
    assert "the rates count as assumed again" in outcome.caution


def test_a_file_of_rates_is_opened(assumed: Session, measured: Session, tmp_path: Path) -> None:
    """What `learn` wrote plans as the same rates passed by hand; without a file it is said what to choose."""
    assert measured.rates
    path = tmp_path / "rates.zip"
    LearnedRates(rates=measured.rates).save(path)
    opened = rates.open_file(assumed, str(path))
    assert opened.rates == measured.rates.on(dt.datetime.now(dt.UTC).date())
    with pytest.raises(InputError, match="no file yet"):
        rates.open_file(assumed, None)
