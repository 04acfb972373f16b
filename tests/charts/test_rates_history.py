"""The rates of an offer after each measurement."""

import datetime as dt
from dataclasses import replace

import pytest

from retention.charts import rates_history, reading
from retention.profit.catalogue import read_offers
from tests.profit.rates_cases import offer_rates

FIRST = offer_rates(read_offers()[0])
SECOND = replace(
    offer_rates(read_offers()[0], save_rate=(0.22, 0.18, 0.26)),
    campaigns=("diwali", "holi"),
    measured_on=dt.date(2026, 6, 2),
)


def test_two_measurements_side_by_side() -> None:
    """Each rate has a point and an interval for each measurement, and the assumption stands as a line."""
    figure = rates_history([FIRST, SECOND])
    assert figure is not None
    save_rate, redemption, harm = figure.data
    assert (save_rate.name, redemption.name, harm.name) == ("Save rate", "Redemption by retained", "Harm rate")
    assert list(save_rate.y) == [0.19, 0.22]
    assert list(save_rate.error_y.array) == [pytest.approx(0.06), pytest.approx(0.04)]
    assert figure.layout.shapes[0].y0 == 0.3
    assert list(figure.layout.xaxis.ticktext) == ["diwali<br>3 May 2026", "holi<br>2 Jun 2026"]
    assert reading(figure) == (
        "The save rate of cash_50 was last measured as 22% (18% to 26%, assumed 30%); after the first of 2 "
        "measurements it was 19% (13% to 25%, assumed 30%)."
    )


def test_a_rate_that_was_not_measured_has_no_line() -> None:
    """Where nobody recorded who redeemed there are two lines; without a measurement there is no chart."""
    figure = rates_history([offer_rates(read_offers()[0], redemption=None)])
    assert figure is not None
    assert [trace.name for trace in figure.data] == ["Save rate", "Harm rate"]
    assert reading(figure).endswith("19% (13% to 25%, assumed 30%) (measured).")
    assert rates_history([]) is None
