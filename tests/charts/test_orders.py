"""How long customers keep ordering, and how often."""

import numpy as np
import pytest

from retention.charts import order_gaps, reading, retention_by_cohort
from retention.orders.order_log import Orders, read_orders
from tests.charts.cases import hundred_newcomers, log


def test_retention_by_hand() -> None:
    """40 of 100 order 30 to 59 days after their first order, 10 of 100 in the month after that."""
    figure = retention_by_cohort(hundred_newcomers())
    assert figure is not None
    line = figure.data[-1]
    assert line.name == "Everyone"
    assert list(line.x) == [0, 1, 2]
    assert list(line.y) == [1.0, 0.4, 0.1]
    assert list(line.customdata) == [150, 100, 100]  # the late cohort has been observed for one whole month only
    assert (
        reading(figure)
        == "Of 100 new customers, 40 order again in the month after their first; in month 2 it is 10."
    )


def test_retention_axes_say_their_units() -> None:
    """Months along, shares in percent up."""
    figure = retention_by_cohort(hundred_newcomers())
    assert figure is not None
    assert figure.layout.xaxis.title.text == "Months of 30 days since the first order"
    assert figure.layout.title.text.startswith("Share who order in that month")
    assert figure.layout.yaxis.tickformat == ".0%"


def test_one_cohort_is_not_drawn_twice() -> None:
    """Only January's customers can be followed, so there is one line."""
    figure = retention_by_cohort(hundred_newcomers())
    assert figure is not None and len(figure.data) == 1


def test_cohorts_by_month_of_first_order() -> None:
    """30 first order in January, of whom all return; 30 in February, of whom half do."""
    january = {f"j{number}": [0, 40] for number in range(30)}
    february = {f"f{number}": [31, 71 if number % 2 else 31] for number in range(30)}
    figure = retention_by_cohort(log(january | february | {"last": [100]}))
    assert figure is not None
    assert [line.name for line in figure.data] == ["Jan 2025", "Feb 2025", "Everyone"]
    assert figure.data[0].y[1] == 1.0
    assert figure.data[1].y[1] == 0.5
    assert figure.data[2].y[1] == 0.75


def test_more_than_four_months_become_quarters() -> None:
    """30 customers join in each of six months: two quarters are drawn, not six months."""
    joined = {f"{month}-{number}": [30 * month + 1, 30 * month + 40] for month in range(6) for number in range(30)}
    figure = retention_by_cohort(log(joined | {"last": [300]}))
    assert figure is not None
    assert [line.name for line in figure.data] == ["Q1 2025", "Q2 2025", "Everyone"]


@pytest.mark.parametrize("days", [{"a": [0, 200]}, {f"c{number}": [0, 20] for number in range(50)}])
def test_no_retention_curve_without_customers_or_time(days: dict[str, list[int]]) -> None:
    """One customer, or a log of three weeks, shows nothing."""
    assert retention_by_cohort(log(days)) is None


def test_gaps_by_hand() -> None:
    """20 gaps of one day and 10 of three: half within 1 day, nine in ten within 3."""
    figure = order_gaps(log({f"c{number}": [0, 1, 4] if number < 10 else [0, 1] for number in range(20)}))
    assert figure is not None
    bars = figure.data[0]
    assert list(bars.x) == [1, 2, 3]
    assert list(bars.customdata) == [20, 0, 10]
    assert bars.y == pytest.approx([2 / 3, 0, 1 / 3], abs=1e-5)
    assert [line.x0 for line in figure.layout.shapes] == [1, 3]
    assert (
        reading(figure)
        == "Half of all repeat orders come within 1 day of the one before, nine in ten within 3 days."
    )


def test_gap_axes_say_their_units() -> None:
    """Days along, shares in percent up."""
    figure = order_gaps(log({f"c{number}": [0, 1] for number in range(30)}))
    assert figure is not None
    assert figure.layout.xaxis.title.text.startswith("Days until the next order")
    assert figure.layout.title.text == "Share of repeat orders"
    assert figure.layout.yaxis.tickformat == ".0%"


def test_the_longest_gaps_are_cut_off() -> None:
    """One gap of 400 days among 300 short ones does not stretch the axis, nor change the shares."""
    figure = order_gaps(log({f"c{number}": [0, 2] for number in range(300)} | {"gone": [0, 400]}))
    assert figure is not None
    assert figure.layout.xaxis.range[1] < 5
    assert sum(figure.data[0].customdata) == 300
    assert sum(figure.data[0].y) == pytest.approx(300 / 301, abs=1e-4)


def test_several_orders_of_a_day_and_refunds_make_no_gaps() -> None:
    """Gaps lie between days with an order; a refund is not an order."""
    days = {f"c{number}": [0, 0, 3, 5] for number in range(30)}
    figure = order_gaps(log(days, amounts=[100.0, 101.0, 100.0, -50.0] * 30))
    assert figure is not None
    assert list(figure.data[0].customdata) == [0, 0, 30]


def test_no_gaps_without_enough_repeat_orders() -> None:
    """29 gaps are too few, and a log of refunds holds none."""
    assert order_gaps(log({f"c{number}": [0, 1] for number in range(29)})) is None
    frame = log({"a": [0, 5]}).frame.assign(amount=-1.0)
    refunds = Orders(frame, customer="customer", time="date", amount="amount")
    assert order_gaps(refunds) is None
    assert retention_by_cohort(refunds) is None


def test_the_order_of_rows_does_not_matter() -> None:
    """A shuffled log gives the same charts."""
    orders = hundred_newcomers()
    shuffled = read_orders(
        orders.frame.sample(frac=1, random_state=np.random.RandomState(0)),
        customer="customer", time="date", amount="amount",
    )  # fmt: skip
    for draw in (retention_by_cohort, order_gaps):
        in_order, out_of_order = draw(orders), draw(shuffled)
        assert in_order is not None and out_of_order is not None
        assert in_order.to_json() == out_of_order.to_json()
