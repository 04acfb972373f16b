"""The profit curve."""

from typing import Any

import numpy as np
import pytest

from retention.charts import profit_chart, reading
from retention.profit.curve import ProfitCurve
from retention.profit.curve import profit_curve as curve_of
from retention.profit.economics import Economics
from retention.profit.profit_text import headroom_sentence


def trace(figure: Any, name: str) -> Any:
    return next(trace for trace in figure.data if trace.name == name)


def test_the_curve_by_hand() -> None:
    """Two churned at 0.9 and 0.8, two retained below: 900 from 0.31 to 0.8, 800 for everyone."""
    figure = profit_chart(curve_of([0.9, 0.8, 0.3, 0.1], [1, 1, 0, 0], fold=[0, 1, 0, 1]), 0.5)
    line = trace(figure, "This model")
    profit = dict(zip(np.round(line.x, 3), line.y, strict=True))
    assert profit[0.0] == 800
    assert profit[0.2] == 850
    assert profit[0.4] == profit[0.8] == 900
    assert profit[0.88] == 450
    assert profit[1.0] == 0
    assert line.text[0] == "from 0.000, 100% contacted: ₹800"
    assert list(trace(figure, "Offer to everyone").y) == [800, 800]
    assert list(trace(figure, "Nobody gets an offer").y) == [0, 0]
    assert list(trace(figure, "Perfect foresight").y) == [900, 900]
    assert [line.showlegend for line in figure.data if line.name == "Nobody gets an offer"] == [
        None
    ]  # in the legend
    at_random = dict(zip(np.round(line.x, 3), trace(figure, "As many at random").y, strict=True))
    assert tuple(at_random[threshold] for threshold in (0.0, 0.2, 0.4, 0.88, 1.0)) == (800, 600, 400, 200, 0)


def test_the_curve_by_share_contacted_by_hand() -> None:
    """Three of four have 0.3 or more, half have 0.8, a quarter 0.9, nobody 1; the break-even contacts all."""
    figure = profit_chart(curve_of([0.9, 0.8, 0.3, 0.1], [1, 1, 0, 0], fold=[0, 1, 0, 1]), 0.5)
    axes = figure.layout.meta["axes"]
    assert axes["threshold"]["x"] == list(trace(figure, "This model").x)
    share = dict(zip(np.round(axes["threshold"]["x"], 3), axes["share"]["x"], strict=True))
    assert (share[0.0], share[0.2], share[0.4], share[0.88], share[1.0]) == (1, 0.75, 0.5, 0.25, 0)
    along = [line for line in figure.data if line.meta == "along"]
    assert {len(line.x) for line in along} == {len(axes["share"]["x"])} and len(along) == 4
    assert axes["threshold"]["layout"]["annotations[0].x"] == pytest.approx(0.1)
    assert axes["share"]["layout"]["annotations[0].x"] == 1
    assert axes["share"]["layout"]["annotations[0].xanchor"] == "right"
    assert axes["share"]["layout"]["xaxis.title.text"] == "Share of customers who get an offer"


def test_low_probabilities_do_not_thin_the_curve_by_share() -> None:
    """Where all scores lie below 0.04, the share contacted never jumps by more than a 20th from point to point."""
    rng = np.random.default_rng(5)
    score = rng.uniform(0, 0.04, 4_000)
    curve = curve_of(score, rng.random(4_000) < score, fold=rng.integers(0, 5, 4_000))
    share = profit_chart(curve, 0.1).layout.meta["axes"]["share"]["x"]
    assert np.abs(np.diff(share)).max() < 0.06


def test_the_marker_stands_at_the_threshold_of_the_slider(curve: ProfitCurve) -> None:
    """The marker, which the page moves by its name, is a point on the curve, drawn last."""
    figure = profit_chart(curve, 0.25)
    marker = figure.data[-1]
    assert marker.name == "You are here"
    assert list(marker.x) == [0.25]
    assert list(marker.y) == [curve.matrix(0.25).profit]


def test_the_band_encloses_the_line(curve: ProfitCurve) -> None:
    """The area between the 5% and the 95% line, and the line inside it."""
    figure = profit_chart(curve, 0.25)
    low, high, line = figure.data[0], trace(figure, "90% band"), trace(figure, "This model")
    assert high.fill == "tonexty" and list(low.x) == list(high.x) == list(line.x)
    assert (np.array(low.y) <= np.array(line.y)).all() and (np.array(line.y) <= np.array(high.y)).all()
    at = int(np.searchsorted(curve.threshold, line.x[40]))
    assert low.y[40] == pytest.approx(curve.profit_band.low[at], abs=0.5)
    assert high.y[40] == pytest.approx(curve.profit_band.high[at], abs=0.5)


def test_thinning_keeps_the_shape_and_the_optimum(curve: ProfitCurve) -> None:
    """A quarter of the points: no further off than a hundredth of the height, the best one and both ends there."""
    line = trace(profit_chart(curve, 0.25), "This model")
    assert 200 <= len(line.x) <= 300
    drawn = np.interp(curve.threshold, line.x, line.y)
    assert np.abs(drawn - curve.profit).max() <= 0.01 * np.ptp(curve.profit)
    assert curve.threshold_best in line.x
    assert (line.x[0], line.x[-1]) == (0.0, 1.0)


def test_axes_say_their_units(curve: ProfitCurve) -> None:
    """Currency and number of customers in the title, amounts grouped, the threshold from 0 to 1."""
    layout = profit_chart(curve, 0.25).layout
    assert layout.title.text == "Profit against doing nothing, 20,000 customers (₹)"
    assert layout.xaxis.title.text == "Threshold: offer from this probability on"
    assert "₹0" in layout.yaxis.ticktext and "₹2,00,000" in layout.yaxis.ticktext
    assert tuple(layout.xaxis.range) == (0, 1)


def test_the_break_even_is_marked_where_there_is_one(curve: ProfitCurve) -> None:
    """0.188 with the realistic preset; none with a value column, nor where no probability pays."""
    assert [mark.text for mark in profit_chart(curve, 0.2).layout.annotations] == ["break-even 0.188"]
    held_out: dict[str, Any] = {"score": [0.9, 0.1], "label": [1, 0], "fold": [0, 1]}
    assert not profit_chart(curve_of(**held_out, value=[100.0, 300.0]), 0.2).layout.annotations
    unpaid = profit_chart(curve_of(**held_out, economics=Economics(value=40)), 0.2)
    assert not unpaid.layout.annotations
    assert "shapes[0].x0" not in unpaid.layout.meta["axes"]["share"]["layout"]


def test_the_sentence_is_the_verdict(curve: ProfitCurve) -> None:
    """The chart carries the sentence of the screen, the command line and the report."""
    assert reading(profit_chart(curve, 0.5)) == headroom_sentence(curve)
