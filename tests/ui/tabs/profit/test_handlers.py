"""Pricing: what the Profit tab does, without a screen."""

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from retention import targeting as send_list
from retention.churn.model import ChurnModel
from retention.customers.table import Customers
from retention.errors import InputError
from retention.profit.economics import PRESETS, Economics
from retention.ui.components import download
from retention.ui.session import Session
from retention.ui.tabs.offers import handlers as offers
from retention.ui.tabs.profit import handlers as profit
from retention.ui.tabs.profit import views as profit_views
from retention.wording.money import in_currency


def written(file: download.Download) -> str:
    """Return what a download holds, as text."""
    with tempfile.TemporaryDirectory() as folder:
        file.write(Path(folder) / file.name)
        return (Path(folder) / file.name).read_text(encoding="utf-8")


def test_the_browser_gets_every_slider_position_the_best_and_the_deployed(trained: Session) -> None:
    """1,001 positions, the best threshold and the deployed one, each equal to what the server would answer."""
    curve = profit.curve_points(trained)
    assert curve and all(len(column) == 1003 for column in curve["points"].values())
    for i in (0, 1, 100, 333, 500, 999, 1000):
        answer = profit.curve_point(trained, i / 1000)
        assert answer
        assert {name: column[i] for name, column in curve["points"].items()} == {
            name: pytest.approx(answer[name]) for name in curve["points"]
        }
    best = profit.curve_point(trained, curve["threshold_best"])
    assert best and best["at_best"]
    assert curve["points"]["profit"][-2] == max(curve["points"]["profit"]) == pytest.approx(best["profit"])
    deployed = profit.curve_point(trained, curve["threshold_deployed"])
    assert deployed and deployed["at_deployed"] and deployed["threshold"] == trained.economics.break_even()
    assert curve["points"]["profit"][-1] == pytest.approx(deployed["profit"])
    assert profit.first_threshold(trained) == curve["threshold_deployed"]


def test_threshold_zero_is_sending_to_everyone(trained: Session) -> None:
    """At 0 all customers are contacted and the profit is send-to-all's."""
    answer = profit.curve_point(trained, 0)
    assert answer
    assert answer["contacted"] == 1500
    assert answer["profit"] == answer["context"]["profit_all"]


def test_new_prices_drop_messages_written_at_old_ones(trained: Session) -> None:
    """Messages never outlive the prices they were decided at; the model stays."""
    written = offers.write(trained, 0.3)
    assert written.message_run and written.message_run.message_count > 0
    repriced = written.priced(PRESETS["realistic"])
    assert repriced.message_run is None
    assert repriced.model is trained.model
    assert repriced.curve and repriced.curve.economics == PRESETS["realistic"]


def test_a_blank_money_input_is_asked_for() -> None:
    """A box that was emptied means nothing at all, whichever preset was chosen; a zero is a number."""
    with pytest.raises(InputError, match="offer_cost: is blank; type a number"):
        profit.economics(value=400.0, offer_cost=None)
    assert profit.economics(value=400.0, offer_cost=0.0) == Economics(value=400, offer_cost=0)


def test_money_inputs_are_distinguished_from_presets() -> None:
    """Both presets in any currency; one number off is neither."""
    assert profit.preset_of(Economics(currency="€")) == "original"
    assert profit.preset_of(PRESETS["realistic"]) == "realistic"
    assert profit.preset_of(replace(PRESETS["realistic"], contact_cost=1.5)) is None


def test_amounts_come_to_the_browser_as_the_command_line_has_them(
    trained: Session, telecom_model: ChurnModel
) -> None:
    """To the last digit at prices that make fractions: rounding twice would show another amount now and then."""
    money = Economics(value=333.33, offer_cost=12.345, save_rate=0.317, stayer_redemption=0.61, contact_cost=0.1)
    priced = trained.priced(money)
    curve, points = send_list.profit_of_model(telecom_model, money), profit.curve_points(priced)
    assert points
    for i in range(0, 1001, 50):
        assert points["points"]["profit"][i] == curve.matrix(i / 1000).profit
        assert points["points"]["lost_amount"][i] == curve.matrix(i / 1000).lost_amount


def test_the_report_tells_what_its_model_was_trained_on(trained: Session, telecom: Customers) -> None:
    """The report of a loaded model, or of one whose customers were replaced, shows no audit."""
    html = "retention-report.html"
    loaded = replace(trained, customers=None)
    assert profit.report_file(loaded).name == html
    assert "The training data was not audited for this page" in written(profit.report_file(loaded))
    replaced = replace(trained, customers=replace(telecom, source="somebody-elses.csv"), findings=())
    assert "somebody-elses.csv" not in written(profit.report_file(replaced))
    assert "The training data was not audited for this page" in written(profit.report_file(replaced))
    assert trained.model
    own = replaced.with_own_model(trained.model).priced(Economics())
    assert "somebody-elses.csv" in written(profit.report_file(own))
    assert "The audit found nothing" in written(profit.report_file(own))
    again = own.with_model(trained.model, at="alice/model@" + "0" * 40)
    assert (again.model_source, again.model_findings) == (None, None)
    with pytest.raises(InputError, match="no profit yet"):
        profit.report_file(replace(trained, curve=None))


def test_the_true_profit_counts_the_contacted_customers(trained: Session) -> None:
    """Each contacted customer is saved with a chance of a half: ₹225 each at a value of 500 and a cost of 50."""
    assert trained.model and trained.model.out_of_fold and trained.curve
    customers = len(trained.model.out_of_fold.score)
    truth = pd.DataFrame(
        {
            "p_stay_no_offer": np.zeros(customers),
            "p_stay_cash_50": 0.5,
            "touchiness": 0.0,
            "price_sensitivity": 0.5,
            "first_order_days": np.inf,
        }
    )
    simulated = replace(trained, truth=truth, model_source="a simulated market")
    contacted = trained.curve.matrix().contacted
    assert 0 < contacted < customers
    earned = profit.true_profit(simulated)
    assert earned == pytest.approx(1000 * 225 * contacted / customers)
    words = profit_views.announced_against_true(trained.curve, earned)
    assert "would really earn" in words
    assert "(simulated truth)" in words
    assert in_currency(trained.curve.deployed.profit, "₹") in words
    assert in_currency(abs(trained.curve.deployed.profit - (earned or 0)), "₹") in words
    dearer = simulated.priced(Economics(contact_cost=1))
    assert dearer.curve
    share = dearer.curve.matrix().contacted / customers
    assert profit.true_profit(dearer) == pytest.approx(1000 * 224 * share)


def test_without_a_known_truth_nothing_is_said(trained: Session) -> None:
    """Real customers, a model from elsewhere and an offer that the market does not know have no true profit."""
    truth = pd.DataFrame()
    assert profit.true_profit(replace(trained, model_source="file")) is None
    assert profit.true_profit(replace(trained, truth=truth, model_source=None)) is None
    other_offer = replace(trained, truth=truth, model_source="x").priced(Economics(offer_cost=70))
    assert profit.true_profit(other_offer) is None
    assert profit_views.announced_against_true(trained.curve, None) == ""
