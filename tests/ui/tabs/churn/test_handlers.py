"""Training and showing a model: what the Churn model tab does, without a screen."""

from dataclasses import replace
from pathlib import Path

import pytest

from retention.churn.diagnostics import UncalibratedMetrics
from retention.churn.left_alone import LeftAlone
from retention.churn.model import ChurnModel
from retention.customers.table import Customers
from retention.errors import InputError
from retention.messages.ledger import Ledger
from retention.ui.session import Session
from retention.ui.tabs.churn import handlers as churn
from retention.ui.tabs.churn import views as model_views
from retention.ui.tabs.customers import handlers as customers
from retention.ui.tabs.offers import handlers as offers
from tests.charts.cases import three_cutoffs


def test_steps_out_of_order_say_what_comes_first() -> None:
    """Training without customers, or scoring without a model, is one clear sentence."""
    with pytest.raises(InputError, match="no customers yet"):
        churn.train(Session(), weighted=False)
    with pytest.raises(InputError, match="no model yet"):
        offers.score(Session(), 0.5)
    with pytest.raises(InputError, match="no file yet"):
        customers.use_customers(Session(), None)


def test_left_alone_needs_a_ledger_and_the_days_of_the_labels(telecom: Customers, tmp_path: Path) -> None:
    """Without a message or a campaign there is nobody to leave out; a table must say which days its labels saw."""
    with pytest.raises(InputError, match="nobody has to be left out"):
        churn.train(Session(customers=telecom), weighted=False, left_alone=True)
    Ledger(tmp_path / "l.sqlite").close()
    session = Session(customers=telecom, own_ledger=tmp_path / "l.sqlite")
    with pytest.raises(InputError, match="pass cutoff and horizon-days"):
        churn.train(session, weighted=False, left_alone=True)
    with pytest.raises(InputError, match="pass horizon-days"):
        churn.train(session, weighted=False, left_alone=True, cutoff=" 2026-10-01 ")


def test_what_was_left_out_is_on_screen(telecom_model: ChurnModel) -> None:
    """The model's figures say how many rows were dropped and weighted."""
    summary = LeftAlone(1, 1000, 60, 0, 20, 4.0, 700.0)
    html = model_views.model(replace(telecom_model, left_alone=summary))
    assert summary.sentence[1:] in html
    assert "eft alone" not in model_views.model(telecom_model)


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


def test_probabilities_are_rebased_and_the_estimate_stays(telecom_model: ChurnModel, telecom: Customers) -> None:
    """The screen says what today's scores point to, takes a rate in per cent, and a blank undoes it."""
    today = Customers(telecom.frame.drop(columns=[telecom.roles.label]), replace(telecom.roles, label=None))
    session = Session(customers=telecom, today=today, model=telecom_model)
    before = churn.churn_rate_today(session)
    assert before is not None
    assert not before.shifted
    assert "no difference beyond chance" in model_views.churn_rate_today(before, telecom_model)
    rebased = churn.rebase(session, 10)
    assert rebased.model is not None
    assert rebased.scores.of(rebased.model, today).mean() < telecom_model.predict(today).mean() - 0.05
    after = churn.churn_rate_today(rebased)
    assert after is not None
    assert after.value == pytest.approx(before.value, abs=1e-6)
    assert "re-based on 10.0%" in model_views.churn_rate_today(after, rebased.model)
    undone = churn.rebase(rebased, None)
    assert undone.model is not None
    assert (undone.model.predict(today) == telecom_model.predict(today)).all()
    for percent in (0, 100, -5, 1000):
        with pytest.raises(InputError, match="type a number between 0 and 100"):
            churn.rebase(session, percent)
    with pytest.raises(InputError, match="no model yet"):
        churn.rebase(Session(), 10)
