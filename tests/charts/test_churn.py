"""What the model learned, and how well its probabilities are calibrated."""

import numpy as np
import pytest

from retention.charts import feature_importance, reading, reliability_diagram
from retention.churn.evaluation import OutOfFold, calibration_table, wilson_interval
from tests.charts.cases import directions


def held_out(score: list[float], label: list[int]) -> OutOfFold:
    n = len(score)
    return OutOfFold(np.array(score), np.array(label, dtype=np.int8), None, np.zeros(n, dtype=np.int8))


def test_importance_by_hand() -> None:
    """The strongest comes first; log-odds of 0.6931 double the odds."""
    figure = feature_importance(directions(tenure=0.6931, fee=0.2, city=0.1), top=2)
    bars = figure.data[0]
    assert list(bars.x) == [0.6931, 0.2]
    assert list(figure.layout.yaxis.ticktext) == ["tenure", "fee"]
    assert figure.layout.yaxis.autorange == "reversed"
    assert figure.layout.xaxis.title.text == "Mean effect on the log-odds"
    assert reading(figure) == (
        "Tenure moves the predictions most, on average by a factor of 2 on the odds to churn, then fee."
    )


def test_importance_where_no_feature_matters() -> None:
    """The sentence says so where no feature moves the probabilities."""
    assert reading(feature_importance(directions(fee=0.0))).startswith("No feature moves the probabilities")


def test_long_names_are_cut_beside_the_bars_only() -> None:
    """A phone has room for 26 characters; the tap shows the whole name."""
    name = "a_very_long_column_name_from_a_warehouse"
    figure = feature_importance(directions(**{name: 1.0}))
    assert figure.layout.yaxis.ticktext[0] == "a very long column name f…"
    assert figure.data[0].text[0] == name.replace("_", " ")


def test_features_of_a_snapshot_are_labelled_in_words() -> None:
    """Features of a snapshot get a label in words; the same name elsewhere is only split into words."""
    figure = feature_importance(directions(recency_days=0.5, orders=0.4, delivery_minutes_last=0.3))
    assert list(figure.layout.yaxis.ticktext) == [
        "days since last order",
        "orders so far",
        "delivery minutes last time",
    ]
    assert reading(figure).startswith("Days since last order moves")
    assert list(feature_importance(directions(recency_days=0.5)).layout.yaxis.ticktext) == ["recency days"]


def test_reliability_by_hand() -> None:
    """50 get 20% and 10 of them churn; 50 get 60% and 40 churn, which is outside the interval."""
    figure = reliability_diagram(held_out([0.2] * 50 + [0.6] * 50, [1] * 10 + [0] * 40 + [1] * 40 + [0] * 10))
    dots = figure.data[1]
    assert dots.x == pytest.approx([0.2, 0.6])
    assert dots.y == pytest.approx([0.2, 0.8])
    assert list(dots.customdata) == [50, 50]
    low, high = wilson_interval(0.8, 50)
    assert dots.error_y.array[1] == pytest.approx(high - 0.8)
    assert dots.error_y.arrayminus[1] == pytest.approx(0.8 - low)
    assert reading(figure) == (
        "The prediction is off by 10.0 percentage points on average; in 1 of 2 groups it lies within the 95% "
        "interval of what happened."
    )


def test_reliability_counts_everyone() -> None:
    """The bars below add up to all customers, probabilities of 0 and 1 included."""
    figure = reliability_diagram(held_out([0.0, 0.0, 0.31, 0.31, 1.0, 1.0], [0, 0, 0, 1, 1, 1]))
    counts = figure.data[2]
    assert sum(counts.y) == 6
    assert counts.y[0] == 2 and counts.y[-1] == 2 and counts.y[6] == 2
    assert counts.x[6] == pytest.approx(0.325)


def test_reliability_axes_show_their_units_and_have_equal_ranges() -> None:
    """Both axes are percent and as long as the data need, so that the dashed line is the diagonal."""
    figure = reliability_diagram(held_out([0.05] * 500 + [0.1] * 500, [1] * 25 + [0] * 475 + [1] * 50 + [0] * 450))
    layout = figure.layout
    assert layout.xaxis.tickformat == layout.yaxis.tickformat == ".0%"
    assert tuple(layout.xaxis.range) == tuple(layout.yaxis.range) == (0, 0.15)
    assert layout.xaxis.title.text == "Predicted churn probability"
    assert layout.title.text == "Share that churned, with 95% interval"
    assert layout.annotations[0].text == "Customers" and layout.yaxis2.tickformat == ","
    assert sum(figure.data[2].y) == 1000


def test_reliability_before_calibration_is_drawn_beside_it() -> None:
    """Rings show the same customers before, with their number; the axis reaches the farthest of them."""
    before = calibration_table(np.repeat([0, 1], 50).astype(np.int8), np.repeat([0.4, 0.9], 50))
    figure = reliability_diagram(held_out([0.2] * 50 + [0.6] * 50, [0] * 50 + [1] * 50), before=before)
    rings = next(trace for trace in figure.data if trace.name == "Before calibration")
    assert list(rings.x) == pytest.approx([0.4, 0.9]) and list(rings.customdata) == [50, 50]
    assert figure.layout.xaxis.range[1] >= 0.9
