"""Every metric of a reading in words."""

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from retention.campaign.campaign_file import Campaign
from retention.campaign.design import CONTROL
from retention.campaign.measurement import measure
from retention.campaign.metric_rows import MetricRow, metric_rows
from retention.campaign.reading import Reading
from tests.campaign.campaigns import READ_ON, drawn, played


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    """A campaign of 3,000 customers."""
    return drawn(3000)


def test_a_row_says_the_estimate_its_interval_what_was_assumed_and_its_evidence(campaign: Campaign) -> None:
    """The words are those of the JSON's numbers, in the order of the registry."""
    reading = measure(campaign, played(campaign), as_of=READ_ON)
    rows = {row.label: row for row in metric_rows(reading)}
    assert list(rows) == [
        "Kept", "Profit", "Profit a head", "Save rate", "Redemption", "Holdout cost", "Cost per saved customer",
    ]  # fmt: skip
    content = reading.as_dict()
    rate = content["save_rate"]
    assert rows["Save rate"] == MetricRow(
        label="Save rate",
        figure=f"{100 * rate['value']:.0f}%",
        interval=f"{100 * rate['low']:.0f}% to {100 * rate['high']:.0f}%",
        assumed="30%",
        evidence=("measured",),
    )
    assert rows["Save rate"].in_words() == (
        f"Save rate: {rows['Save rate'].figure} ({rows['Save rate'].interval}), assumed 30% [measured]"
    )
    assert rows["Kept"].figure == f"{content['kept']['points']:.1f} points"
    assert rows["Profit a head"].figure == f"₹{content['profit_per_head']['mean']:.2f}"
    assert rows["Profit"].evidence == ("measured", "assumed")


def test_where_nobody_is_shown_to_be_saved_no_saved_customer_has_a_cost(campaign: Campaign) -> None:
    """Neither where the interval of customers kept holds zero, nor where fewer were kept."""
    without_effect = played(campaign, save_rate=0.0)
    treated = (campaign.assignments["arm"] != CONTROL).to_numpy()
    fewer = without_effect.assign(kept=without_effect["kept"] & (~treated | (np.arange(3000) % 4 > 0)))
    for outcomes, holds_zero in ((without_effect, True), (fewer, False)):
        reading = measure(campaign, outcomes, as_of=READ_ON)
        assert reading.overall.kept is not None
        assert reading.overall.kept.holds_zero == holds_zero
        assert reading.as_dict()["cost_per_saved"] == {"value": None, "low": None, "high": None}
        row = metric_rows(reading)[-1]
        assert row.in_words() == "Cost per saved customer: none saved shown [measured, assumed]"


def test_a_metric_without_its_column_has_no_row(campaign: Campaign) -> None:
    """Spend is shown where it was measured, and where its tails are too long it says that it is not shown."""
    outcomes = played(campaign)[["kept"]]
    labels = {row.label for row in metric_rows(measure(campaign, outcomes, as_of=READ_ON))}
    assert labels.isdisjoint({"Redemption", "Spend a head", "Stayed on"})
    rng = np.random.default_rng(3)
    spend = np.where(outcomes["kept"], rng.gamma(2.0, 200.0, 3000), 0.0)
    spend[:2] = 1e7
    rows = metric_rows(measure(campaign, outcomes.assign(spend=spend), as_of=READ_ON))
    assert {row.label: row.figure for row in rows}["Spend a head"] == "not shown"


def test_no_row_before_the_day_nor_from_an_invalid_measurement(campaign: Campaign, tmp_path: Path) -> None:
    """Rows are effects; a reading that was saved and loaded has the same ones."""
    outcomes = played(campaign)
    assert metric_rows(measure(campaign, outcomes, as_of=READ_ON - dt.timedelta(days=1))) == ()
    assert metric_rows(measure(campaign, outcomes, as_of=READ_ON, registered_sha256="0" * 64)) == ()
    reading = measure(campaign, outcomes, as_of=READ_ON)
    reading.save(tmp_path / "reading.zip")
    assert metric_rows(Reading.load(tmp_path / "reading.zip")) == metric_rows(reading) != ()
