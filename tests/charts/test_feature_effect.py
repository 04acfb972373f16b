"""How the values of one feature go along with the churn risk."""

import math

import numpy as np
import pytest

from retention.charts import feature_effect, reading
from retention.churn.calibration import Calibration
from retention.errors import InputError
from tests.charts.cases import hand_model, people


def test_a_number_by_hand() -> None:
    """Tenure 10 adds 1 to the log-odds, e times the odds; tenure 40 subtracts 2."""
    figure = feature_effect(hand_model(), people([10.0, 40.0, 10.0], ["Monthly", "Yearly", "Yearly"]), "tenure")
    assert figure is not None
    average = next(trace for trace in figure.data if trace.name == "Average")
    assert list(average.x) == [10, 40]
    assert average.y == pytest.approx([1, -2])
    assert average.text[0] == "10: odds ×2.72, 2 customers"
    assert reading(figure) == (
        "Tenure: 10 goes with the highest odds to churn, 2.7 times the average; 40 with the lowest, 0.14 times."
    )


def test_a_category_by_hand() -> None:
    """Monthly adds a half, Yearly subtracts it, and the riskier value stands on top."""
    figure = feature_effect(hand_model(), people([10.0, 40.0], ["Yearly", "Monthly"]), "contract")
    assert figure is not None
    assert list(figure.layout.yaxis.ticktext) == ["Monthly", "Yearly"]
    assert figure.data[0].x == pytest.approx([0.5, -0.5])
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]
    assert reading(figure) == (
        "Contract: Monthly goes with the highest odds to churn, 1.6 times the average; Yearly with the lowest, "
        "0.61 times."
    )


def test_axes_show_odds_ratios() -> None:
    """Log-odds of ln 4 are labelled ×4, and the horizontal axis bears the name of the feature."""
    figure = feature_effect(hand_model(), people([0.0, 60.0], ["Monthly", "Yearly"]), "tenure")
    assert figure is not None
    axis = figure.layout.yaxis
    assert dict(zip(axis.ticktext, axis.tickvals, strict=True))["×4"] == pytest.approx(math.log(4))
    assert figure.layout.xaxis.title.text == "Tenure"
    assert figure.layout.title.text == "Odds to churn (average: ×1)"


def test_blanks_get_a_line_of_their_own() -> None:
    """Two customers without a tenure have 0.3 added; they are not drawn as a value."""
    figure = feature_effect(hand_model(), people([np.nan, 10.0, 30.0, np.nan], ["Monthly"] * 4), "tenure")
    assert figure is not None
    line = next(trace for trace in figure.data if trace.name == "Not known: 2 customers")
    assert line.y == pytest.approx([0.3, 0.3])


def test_an_unknown_category_is_shown_as_not_known() -> None:
    """A value that the model was not trained on counts as a blank, and adds what a blank adds."""
    figure = feature_effect(hand_model(), people([1.0] * 3, ["Monthly", "Weekly", "Yearly"]), "contract")
    assert figure is not None
    assert list(figure.layout.yaxis.ticktext) == ["Monthly", "not known", "Yearly"]


def test_calibration_stretches_the_effect() -> None:
    """With a slope of 2 each contribution counts twice."""
    model = hand_model(calibration=Calibration("sigmoid", slope=2.0))
    figure = feature_effect(model, people([10.0, 40.0], ["Monthly"] * 2), "tenure")
    assert figure is not None
    assert next(trace for trace in figure.data if trace.name == "Average").y == pytest.approx([2, -4])


def test_many_values_become_twenty_groups() -> None:
    """1,000 different tenures give 20 points, in rising order, that cover everyone."""
    figure = feature_effect(hand_model(), people(np.linspace(0, 60, 1000).tolist(), ["Monthly"] * 1000), "tenure")
    assert figure is not None
    average = next(trace for trace in figure.data if trace.name == "Average")
    assert len(average.x) == 20
    assert (np.diff(average.x) > 0).all() and (np.diff(average.y) < 0).all()
    assert sum(int(text.split(", ")[1].split()[0]) for text in average.text) == 1000


def test_a_small_effect_is_reported_as_small() -> None:
    """Odds between 0.97 and 1.03 times the average hardly matter, and the sentence says so."""
    figure = feature_effect(hand_model(), people([19.7, 20.3], ["Monthly"] * 2), "tenure")
    assert figure is not None
    assert (
        reading(figure) == "Tenure hardly matters: the odds to churn stay between 0.97 and 1.03 times the average."
    )


def test_no_chart_where_the_model_does_not_use_the_feature() -> None:
    """The base rate uses no feature, a single value has no effect, and no customers give no chart."""
    two = people([10.0, 40.0], ["Monthly"] * 2)
    assert feature_effect(hand_model("base rate"), two, "tenure") is None
    assert feature_effect(hand_model(), two, "contract") is None
    assert feature_effect(hand_model(), people([], []), "tenure") is None


def test_an_unknown_feature_is_refused_with_the_known_ones() -> None:
    """The sentence names what can be chosen."""
    with pytest.raises(InputError, match="'age' is no feature of this model; choose among tenure, contract"):
        feature_effect(hand_model(), people([10.0], ["Monthly"]), "age")
