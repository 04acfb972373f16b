"""What a reading says as tiles, chart, health strip and tables."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from retention.campaign import summary
from retention.campaign.comparison import Comparison
from retention.campaign.experiment import measure_experiment
from retention.campaign.experiment_table import ExperimentColumns
from retention.campaign.intervals import Interval
from retention.campaign.measurement import measure
from retention.campaign.reading import Reading
from tests.campaign.campaigns import READ_ON, SENT_ON, drawn, played

PER_HEAD = Interval(10.0, -2.0, 22.0)


def reading_of(*, per_head: Interval | None = PER_HEAD) -> Reading:
    """A reading of 200 treated and 50 held-out customers whose numbers are easy to multiply."""
    overall = Comparison(
        customers=200,
        control_customers=50,
        verdict="kept customers, money not shown",
        kept=Interval(5.0, 1.0, 9.0),
        save_rate=Interval(0.12, -0.004, 0.24),
        money=per_head,
    )

    def amounts(customers: int) -> dict[str, float | None]:
        if per_head is None:
            return dict.fromkeys(("amount", "low", "high"))
        return dict(per_head.times(customers).as_dict("amount"))

    return Reading(
        name="diwali",
        overall=overall,
        sentence="diwali kept 10 more customers.",
        counts={"control": 50, "cash_50": 200},
        checks=(),
        evidence="measured",
        arms={"cash_50": overall},
        campaign={
            "kept": {
                "points": 5.0, "low": 1.0, "high": 9.0, "assumed": 15.0,
                "customers": {"value": 10.0, "low": 2.0, "high": 18.0},
            },
            "profit": {**amounts(200), "assumed": 4_000.0, "counts": "stayed on", "currency": "₹"},
            "save_rate": {"value": 0.12, "low": -0.004, "high": 0.24, "assumed": 0.3},
            "holdout_cost": {**amounts(50), "assumed": 1_000.0},
            "read_on": "2026-11-12",
        },
    )  # fmt: skip


def test_four_tiles_each_with_its_evidence() -> None:
    """Kept, profit, save rate measured beside assumed, and what holding out cost."""
    kept, profit, rate, cost = summary.tiles(reading_of())
    assert (kept.figure, kept.note, kept.evidence) == ("+10", "2 to 18; 5.0 points", ("measured",))
    assert (profit.label, profit.figure, profit.note) == ("Profit, stayed on", "₹2,000", "−₹400 to ₹4,400")
    assert profit.evidence == ("measured", "assumed")
    assert (rate.figure, rate.note, rate.evidence) == ("12% / 30%", "0% to 24%", ("measured", "assumed"))
    assert (cost.figure, cost.note) == ("₹500", "−₹100 to ₹1,100; ₹1,000 was assumed")
    assert cost.evidence == ("measured", "assumed")
    assert summary.basis(reading_of()) == "90% interval; diwali, read on 12 Nov 2026"


def test_the_chart_is_the_promise_beside_the_interval() -> None:
    """In money; where the money may not be shown, in customers kept: 200 treated at an assumed 15 points."""
    bars = summary.promise_bars(reading_of())
    assert bars is not None
    assert (bars.assumed, bars.measured, bars.currency) == (4_000.0, Interval(2_000.0, -400.0, 4_400.0), "₹")
    assert bars.evidence == ("measured", "assumed")
    in_customers = summary.promise_bars(reading_of(per_head=None))
    assert in_customers is not None
    assert (in_customers.assumed, in_customers.currency) == (30.0, None)
    assert in_customers.measured == Interval(10.0, 2.0, 18.0)


def test_it_says_which_outcome_the_money_counts() -> None:
    """Stayed on, kept, or nothing where no money is shown."""
    assert "who stayed on: an order after the offer had expired" in summary.money_counts(reading_of())
    campaign = drawn()
    assert "who was kept" in summary.money_counts(measure(campaign, played(campaign), as_of=READ_ON))
    assert summary.money_counts(reading_of(per_head=None)) == ""


def test_money_that_may_not_be_shown_has_no_measured_tag() -> None:
    """A tile says why, and is tagged with nothing but the assumption that stands in it."""
    kept, profit, _, cost = summary.tiles(reading_of(per_head=None))
    assert kept.evidence == ("measured",)
    assert (profit.figure, profit.note, profit.evidence) == ("not shown", "too skewed for an interval", ())
    assert (cost.note, cost.evidence) == ("too skewed for an interval; ₹1,000 was assumed", ("assumed",))


def test_a_list_that_is_too_small_shows_no_figure() -> None:
    """Neither a tile, nor a chart, nor a row of the arms has a number of an effect."""
    campaign = drawn(60)
    reading = measure(campaign, played(campaign), as_of=READ_ON)
    assert reading.verdict == "too small"
    assert {tile.figure for tile in summary.tiles(reading)} == {"not shown"}
    assert summary.promise_bars(reading) is None
    assert {(row.kept, row.money) for row in summary.arm_rows(reading)} == {("not shown", "not shown")}


def test_before_the_day_there_are_counts_and_nothing_else() -> None:
    """Drawn, held out, and redemptions where the outcomes have them; no tile and no chart."""
    campaign = drawn(500)
    outcomes = played(campaign)
    reading = measure(campaign, outcomes, as_of=READ_ON - dt.timedelta(days=1))
    redeemed = int(outcomes["redeemed"].sum())
    assert summary.counts_before_the_day(reading) == (
        ("Drawn", 500), ("Held out", 100), ("Redeemed so far", redeemed),
    )  # fmt: skip
    assert summary.tiles(reading) == ()
    assert summary.promise_bars(reading) is None
    nothing = measure(campaign, pd.DataFrame(index=pd.Index([], dtype="str")), as_of=SENT_ON)
    assert summary.counts_before_the_day(nothing) == (("Drawn", 500), ("Held out", 100))


def test_the_strip_has_every_check_and_the_rows_every_arm() -> None:
    """Split, complete, untouched, as registered; the arms of the plan with their sizes."""
    campaign = drawn()
    reading = measure(campaign, played(campaign), as_of=READ_ON)
    assert [item.label for item in summary.health(reading)] == ["Split", "Complete", "Untouched", "As registered"]
    assert {item.severity for item in summary.health(reading)} == {"ok"}
    rows = summary.arm_rows(reading)
    counts = campaign.assignments["arm"].value_counts()
    assert [(row.name, row.customers) for row in rows] == [
        (arm, f"{counts[arm]:,}") for arm in campaign.design.arms[1:]
    ]
    assert all(row.money.startswith(("₹", "−₹")) for row in rows)
    assert summary.segment_rows(reading) == ()


@pytest.mark.parametrize("money", [None, "spend"])
def test_an_experiment_run_elsewhere_has_tiles_of_its_own(money: str | None) -> None:
    """No plan, no holdout cost; whoever vouched for the randomisation is named in the basis."""
    rng = np.random.default_rng(3)
    n = 2000
    table = pd.DataFrame(
        {
            "arm": np.tile(["none", "mail"], n // 2),
            "kept": np.where(rng.random(n) < 0.5, "yes", "no"),
            "spend": rng.gamma(2.0, 10.0, n),
        }
    )
    reading = measure_experiment(
        table, ExperimentColumns(arm="arm", control="none", kept="kept", chance="0.5", money=money)
    )
    labels = [tile.label for tile in summary.tiles(reading)]
    assert labels == ["Kept, percentage points", "Money a head", "Save rate", "Kept anyway, in control"]
    bars = summary.promise_bars(reading)
    assert bars is not None and bars.assumed is None and bars.currency is None
    assert summary.basis(reading) == "90% interval; experiment, randomisation declared"
    assert (summary.tiles(reading)[1].note == "no money was given") is (money is None)
    (row,) = summary.arm_rows(reading)
    assert (row.money == "not shown") is (money is None)


def test_a_saved_reading_says_the_same() -> None:
    """The segments of a saved reading come back as rows."""
    content = reading_of().overall.as_dict()
    reading = reading_of()
    reading = replace(reading, campaign={**reading.campaign, "segments": {"Pune": content}})
    (row,) = summary.segment_rows(reading)
    assert (row.name, row.kept, row.money) == ("Pune", "5.0 (1.0 to 9.0)", "₹10 (−₹2 to ₹22)")
