"""The plan before and after the measurement."""

from retention.charts import plan_comparison, reading
from retention.profit.plans import Plan

PLANS = {
    "assumed": Plan(400, 0.1, 56_000.0),
    "low": Plan(100, 0.4, 2_000.0),
    "measured": Plan(250, 0.2, 9_000.0),
    "high": Plan(300, 0.15, 15_000.0),
}


def test_four_plans_by_hand() -> None:
    """Bars run from zero to each plan's expected profit, the one from before on top."""
    figure = plan_comparison(PLANS, "₹")
    assert figure is not None
    assert list(figure.data[0].x) == [56_000, 2_000, 9_000, 15_000]
    assert figure.data[0].text[2] == "After: measured rates: 250 customers, ₹9,000"
    assert figure.layout.yaxis.ticktext[0] == "Before: assumed rates<br>400 customers"
    assert figure.layout.title.subtitle.text == "backtested, measured, assumed"
    assert reading(figure) == (
        "The plan at the measured rates contacts 150 customers fewer than before and is expected to earn ₹9,000 "
        "per 1,000 instead of ₹56,000; at the ends of the intervals ₹2,000 and ₹15,000 (backtested, measured, "
        "assumed)."
    )


def test_without_measured_rates_there_is_nothing_to_compare() -> None:
    """The assumed plan alone is no comparison; the same number of customers is said as such."""
    assert plan_comparison({"assumed": PLANS["assumed"]}, "₹") is None
    figure = plan_comparison({**PLANS, "assumed": Plan(250, 0.2, 56_000.0)}, "₹")
    assert figure is not None
    assert "contacts as many customers as before" in reading(figure)
