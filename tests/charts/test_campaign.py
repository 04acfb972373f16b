"""The plan's promise beside the measured interval."""

import pytest

from retention import charts
from retention.campaign.intervals import Interval
from retention.campaign.summary import PromiseBars

BARS = PromiseBars(
    title="Profit of 1,000 treated customers (₹)", currency="₹", assumed=90_000.0,
    measured=Interval(20_000.0, -5_000.0, 45_000.0), evidence=("measured", "assumed"),
)  # fmt: skip


def test_promise_interval_and_truth_stand_on_one_zero_line() -> None:
    """Three bars; the thin line goes from one end of the interval to the other; zero is marked and in sight."""
    figure = charts.promise_chart(BARS, truth=25_000.0)
    bars, interval = figure.data
    assert list(bars.x) == [90_000.0, 20_000.0, 25_000.0]
    assert interval.x[0] - interval.error_x.arrayminus[0] == -5_000.0
    assert interval.x[0] + interval.error_x.array[0] == 45_000.0
    assert interval.y[0] == bars.y[1]
    (zero,) = figure.layout.shapes
    assert zero.x0 == zero.x1 == 0
    low, high = figure.layout.xaxis.range
    assert low < -5_000.0 and high > 90_000.0
    assert figure.layout.yaxis.ticktext[0] == "The plan's promise<br><b>₹90,000</b>"
    assert figure.layout.title.subtitle.text == "measured, assumed"


def test_the_reading_says_where_the_promise_lies() -> None:
    """Above, within or below the interval; the truth within it or outside."""
    words = charts.reading(charts.promise_chart(BARS, truth=60_000.0))
    assert "₹20,000 (90% interval −₹5,000 to ₹45,000)" in words
    assert "promise of ₹90,000 lies above that interval, and the truth of ₹60,000 outside of it" in words
    assert words.endswith("(measured, assumed).")
    bars = PromiseBars(title="t", currency=None, assumed=12.0, measured=Interval(10.0, 4.0, 16.0), evidence=())
    assert "promise of 12 lies within that interval" in charts.reading(charts.promise_chart(bars))


@pytest.mark.parametrize("measured", [Interval(-9.0, -12.0, -6.0), Interval(0.0, 0.0, 0.0)])
def test_a_loss_and_nothing_at_all_are_drawn(measured: Interval) -> None:
    """Zero stays in sight when everything is below it, or is zero; without a promise there is one bar."""
    bars = PromiseBars(title="t", currency=None, assumed=None, measured=measured, evidence=("measured",))
    figure = charts.promise_chart(bars)
    assert len(figure.data[0].x) == 1
    low, high = figure.layout.xaxis.range
    assert low <= 0 <= high
