"""How the profit depends on the assumed money inputs."""

from typing import Any

import numpy as np
import pytest

from retention.charts import profit_against_save_rate, reading, tornado_chart
from retention.profit.curve import ProfitCurve, profit_curve
from retention.profit.economics import Economics
from retention.profit.whatif import Swing, profit_by_save_rate
from retention.profit.whatif import tornado as swings_of

HAND: dict[str, Any] = {"score": [0.9, 0.9, 0.3, 0.1], "label": [1, 1, 0, 0], "fold": [0, 1, 0, 1]}


def test_a_tornado_by_hand() -> None:
    """Bars run from the profit as assumed, 2 · 450 − 2 · 50 of four, to the profit at either end of an input."""
    swings = (Swing("value", 400, 600, 175_000, 275_000), Swing("save_rate", 0.8, 1.0, 180_000, 225_000))
    figure = tornado_chart(swings, profit_curve(**HAND))
    assert figure is not None
    lower, higher = figure.data
    assert (lower.name, higher.name) == ("Input lower", "Input higher")
    assert lower.base == higher.base == 200_000
    assert list(lower.x) == [-25_000, -20_000]
    assert list(higher.x) == [75_000, 25_000]
    assert lower.text[0] == "value of a customer ₹400: ₹1,75,000"
    assert list(figure.layout.yaxis.ticktext) == [
        "Value of a customer<br>₹400 to ₹600",
        "Save rate<br>80% to 100%",
    ]
    assert figure.layout.yaxis.autorange == "reversed"
    assert figure.layout.xaxis.title.text == "Profit per 1,000 customers (₹)"
    assert reading(figure) == (
        "The profit depends most on the value of a customer: from ₹400 to ₹600 it goes from ₹1,75,000 to "
        "₹2,75,000 per 1,000 customers (backtested, assumed)."
    )


def test_no_tornado_where_no_input_moves_the_profit() -> None:
    """Without inputs, or with inputs that change nothing, there is nothing to draw."""
    curve = profit_curve(**HAND)
    assert tornado_chart((), curve) is None
    assert tornado_chart((Swing("value", 400, 600, 5.0, 5.0),), curve) is None


def test_the_tornado_of_a_whole_curve_starts_at_its_profit(curve: ProfitCurve) -> None:
    """Five inputs of the realistic preset, each bar from the profit as assumed."""
    figure = tornado_chart(swings_of(curve), curve)
    assert figure is not None
    assert len(figure.data[0].y) == 5
    assert figure.data[0].base == pytest.approx(curve.deployed.profit)


def test_profit_against_save_rate_by_hand() -> None:
    """At γ = 0.5 the break-even is 2/11, at 1 it is 0.1, which all four reach; at 0 nobody pays."""
    curve = profit_curve(**HAND, economics=Economics(save_rate=0.3))
    figure = profit_against_save_rate(profit_by_save_rate(curve, np.array([0.0, 0.5, 1.0])), curve)
    all_customers, model = figure.data
    assert list(all_customers.y) == [-25_000, 87_500, 200_000]
    assert list(model.y) == [0, 100_000, 200_000]
    assert model.text[1] == "₹1,00,000"
    assert [annotation.text for annotation in figure.layout.annotations] == ["assumed 30%"]
    assert figure.layout.xaxis.tickformat == ".0%"
    assert figure.layout.xaxis.title.text == "Save rate: share of churners an offer keeps"
    assert figure.layout.title.text == "Profit per 1,000 customers (₹)"


def test_the_reading_says_what_an_uncertain_save_rate_earns() -> None:
    """At rates around 30% two of four are contacted: 0.3·450·500 per 1,000, whatever rate is assumed."""
    curve = profit_curve(**HAND, economics=Economics(save_rate=1.0))
    assert reading(profit_against_save_rate(profit_by_save_rate(curve), curve)) == (
        "With a save rate of about 30%, give or take 10 points, the best threshold at each earns ₹67,500 per "
        "1,000 customers; picked on these very customers, that is too hopeful (backtested, assumed)."
    )
