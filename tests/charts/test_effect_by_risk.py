"""The measured effect by risk, beside the plan's line and its break-even."""

import pytest

from retention.campaign.effect_by_risk import RiskGroup
from retention.campaign.intervals import Interval
from retention.charts import effect_by_risk, reading
from retention.profit.economics import Economics

LOW = RiskGroup(400, 0.1, Interval(-20.0, -30.0, -10.0))
HIGH = RiskGroup(400, 0.6, Interval(80.0, 30.0, 130.0))


def test_points_intervals_line_and_break_even() -> None:
    """With γ = 0.3, ρ = 0.6, c = 1 the line runs from −31 at risk 0 to 134 at 1, and crosses zero at 31 / 165."""
    figure = effect_by_risk([LOW, HIGH], Economics(save_rate=0.3, stayer_redemption=0.6, contact_cost=1.0))
    assert figure is not None
    line, points = figure.data
    assert (line.y[0], line.y[-1]) == (pytest.approx(-31.0), pytest.approx(134.0))
    assert list(points.x) == [0.1, 0.6]
    assert list(points.y) == [-20.0, 80.0]
    assert list(points.error_y.array) == [10.0, 50.0]
    assert list(points.error_y.arrayminus) == [10.0, 50.0]
    assert [shape.x0 for shape in figure.layout.shapes if shape.yref == "y domain"] == [pytest.approx(31 / 165)]
    assert points.text[0] == "400 customers, risk 10%: −₹20 a head (−₹30 to −₹10)"
    assert reading(figure) == (
        "The offer earned where the risk was about 60% and lost where it was about 10%; the plan expects a profit "
        "from 18.8% on (measured, assumed)."
    )


def test_without_an_effect_the_reading_says_so() -> None:
    """Where every interval holds zero, no risk is named; where there is no group, nothing is drawn."""
    unclear = RiskGroup(400, 0.3, Interval(5.0, -5.0, 15.0))
    figure = effect_by_risk([unclear], Economics())
    assert figure is not None
    assert reading(figure).startswith("No risk group shows an effect of its own")
    assert effect_by_risk([], Economics()) is None


def test_an_offer_that_never_pays_has_no_break_even() -> None:
    """A save rate of zero leaves nothing to mark, and the reading says that no profit is planned."""
    figure = effect_by_risk([LOW], Economics(save_rate=0.0))
    assert figure is not None
    assert [shape for shape in figure.layout.shapes if shape.yref == "y domain"] == []
    assert reading(figure) == "The offer lost at a risk of 10%; the plan expects no profit (measured, assumed)."
