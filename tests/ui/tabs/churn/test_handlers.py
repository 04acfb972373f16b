"""Training and showing a model: what the Churn model tab does, without a screen."""

from dataclasses import replace

import pytest

from retention.churn.diagnostics import UncalibratedMetrics
from retention.churn.model import ChurnModel
from retention.errors import InputError
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
