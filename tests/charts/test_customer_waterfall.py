"""The steps from a typical customer's churn probability to one customer's."""

from typing import Any

import numpy as np
import pytest

from retention.charts import customer_waterfall, reading
from retention.charts.log_odds_axis import log_odds
from retention.churn.calibration import Calibration
from retention.churn.model import ChurnModel
from retention.customers.table import Customers
from tests.charts.cases import hand_model, people

ISOTONIC = Calibration("isotonic", at=(-2.0, 0.0, 2.0), probability=(0.1, 0.5, 0.9))


def steps(figure: Any) -> dict[str, float]:
    """Return each bar's label and length."""
    rows = dict(zip(figure.layout.yaxis.tickvals, figure.layout.yaxis.ticktext, strict=True))
    bars = [trace for trace in figure.data if trace.type == "bar"]
    return {rows[row]: size for bar in bars for row, size in zip(bar.y, bar.x, strict=True)}


def ends(figure: Any) -> tuple[float, float]:
    """Return the log-odds at which the steps begin and end."""
    diamonds = figure.data[-1]
    return diamonds.x[0], diamonds.x[1]


def test_a_customer_by_hand() -> None:
    """From log-odds −1 (27%), tenure 10 adds 1 and Monthly 0.5: log-odds 0.5, 62%."""
    figure = customer_waterfall(hand_model(), people([50.0, 10.0], ["Yearly", "Monthly"]), 1)
    assert figure is not None
    assert steps(figure) == pytest.approx({"tenure<br>10": 1.0, "contract<br>Monthly": 0.5})
    assert ends(figure) == pytest.approx((-1.0, 0.5))
    assert figure.layout.yaxis.ticktext[0] == "<b>typical customer</b><br>27%"
    assert figure.layout.yaxis.ticktext[-1] == "<b>this customer</b><br>62%"
    assert reading(figure) == "Churn probability 62%, against 27% for a typical customer: tenure raises it most."


def test_the_reading_names_what_lowers_the_risk_too() -> None:
    """Tenure 50 subtracts 3, Monthly adds 0.5: the stronger is named first."""
    figure = customer_waterfall(hand_model(), people([50.0], ["Monthly"]), 0)
    assert figure is not None
    assert {trace.name: len(trace.x) for trace in figure.data if trace.type == "bar"} == {
        "Raises the risk": 1,
        "Lowers the risk": 1,
    }
    assert reading(figure) == (
        "Churn probability 3%, against 27% for a typical customer: tenure lowers it most and contract "
        "raises it most."
    )


def test_a_sigmoid_stretches_every_step() -> None:
    """With a slope of 2 the steps are 2 and 1, from log-odds −2 to 1, and nothing is left over."""
    figure = customer_waterfall(
        hand_model(calibration=Calibration("sigmoid", slope=2.0)), people([10.0], ["Monthly"]), 0
    )
    assert figure is not None
    assert steps(figure) == pytest.approx({"tenure<br>10": 2.0, "contract<br>Monthly": 1.0})
    assert ends(figure) == pytest.approx((-2.0, 1.0))


def test_what_an_isotonic_map_does_is_a_step_of_its_own() -> None:
    """−1 maps to 30% and 0.5 to 60%; the steps of 1.5 overshoot, and the last step corrects it."""
    figure = customer_waterfall(hand_model(calibration=ISOTONIC), people([10.0], ["Monthly"]), 0)
    assert figure is not None
    assert ends(figure) == pytest.approx((log_odds(0.3), log_odds(0.6)))
    assert steps(figure)["everything else"] == pytest.approx(log_odds(0.6) - log_odds(0.3) - 1.5)


def test_the_remaining_features_make_one_step() -> None:
    """With one feature shown, the second is everything else."""
    figure = customer_waterfall(hand_model(), people([10.0], ["Monthly"]), 0, top=1)
    assert figure is not None
    assert steps(figure) == pytest.approx({"tenure<br>10": 1.0, "everything else": 0.5})


def test_a_blank_is_shown_as_not_known() -> None:
    """A missing tenure adds 0.3 under its own name."""
    figure = customer_waterfall(hand_model(), people([np.nan], ["Monthly"]), 0)
    assert figure is not None
    assert steps(figure)["tenure<br>not known"] == pytest.approx(0.3)


def test_the_axis_shows_probabilities() -> None:
    """Log-odds of 0 are labelled 50%."""
    figure = customer_waterfall(hand_model(), people([10.0], ["Monthly"]), 0)
    assert figure is not None
    axis = figure.layout.xaxis
    assert dict(zip(axis.ticktext, axis.tickvals, strict=True))["50%"] == pytest.approx(0)
    assert axis.title.text == "Churn probability (logit scale)"
    assert axis.range[0] < -1 and axis.range[1] > 0.5


def test_no_waterfall_where_no_feature_moves_the_probability() -> None:
    """The base rate, and a calibration that ranks nobody, give everyone the same probability."""
    customer = people([10.0], ["Monthly"])
    assert customer_waterfall(hand_model("base rate"), customer, 0) is None
    assert customer_waterfall(hand_model(calibration=Calibration("sigmoid", slope=0.0)), customer, 0) is None


@pytest.mark.slow
def test_the_steps_of_a_trained_model_end_at_its_probability(
    telecom: Customers, telecom_model: ChurnModel
) -> None:
    """Whatever the chosen model and its calibration, steps add up to what it predicts."""
    predicted = telecom_model.predict(telecom)
    for row in (0, int(predicted.argmax()), int(predicted.argmin())):
        figure = customer_waterfall(telecom_model, telecom, row)
        assert figure is not None
        start, end = ends(figure)
        assert end == pytest.approx(log_odds(float(predicted[row])), abs=1e-4)
        assert start + sum(steps(figure).values()) == pytest.approx(end)
        assert len(steps(figure)) <= 9
