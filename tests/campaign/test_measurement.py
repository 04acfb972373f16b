"""A campaign of one's own: the verdict, its money by hand, and what is not valid."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from retention.campaign.campaign_file import Campaign
from retention.campaign.design import CONTROL
from retention.campaign.effect import arm_means
from retention.campaign.measurement import measure
from retention.campaign.outcome_rows import join_outcomes
from retention.campaign.reading import Reading
from retention.campaign.verdict import VERDICTS
from tests.campaign.campaigns import ECONOMICS, READ_ON, drawn, played


def test_money_by_hand() -> None:
    """V·S − d·R − c·A of each customer, by Lin's regression, times the customers who were treated."""
    campaign = drawn()
    outcomes = played(campaign)
    reading = measure(campaign, outcomes, as_of=READ_ON).as_dict()
    table = campaign.assignments
    treated = (table["arm"] != CONTROL).to_numpy()
    cost = table["offer_cost"] * outcomes["redeemed"].to_numpy() + ECONOMICS.contact_cost * treated
    money = 500 * outcomes["kept"].to_numpy() - cost
    p = table["probability"].to_numpy()
    x = np.column_stack([p, np.log(p / (1 - p)), 500 * (1 - p)])
    fit = arm_means(np.column_stack([outcomes["kept"], money, cost]), treated, covariates=x)
    per_head, kept = fit.difference(1), fit.difference(0)
    assert reading["profit_per_head"]["mean"] == pytest.approx(per_head.value)
    assert reading["profit"]["amount"] == pytest.approx(per_head.value * treated.sum())
    assert reading["profit"]["low"] == pytest.approx((per_head.value - 1.644854 * per_head.standard_error) * 1600)
    assert reading["kept"]["points"] == pytest.approx(100 * kept.value)
    assert reading["kept"]["customers"]["value"] == pytest.approx(kept.value * 1600)
    assert reading["holdout_cost"]["amount"] == pytest.approx(per_head.value * 400)
    assert reading["cost_per_saved"]["value"] == pytest.approx(fit.difference(2).value / kept.value)
    assert reading["save_rate"]["value"] == pytest.approx(1 - (1 - fit.means[1, 0]) / (1 - fit.means[0, 0]))
    assert reading["save_rate"]["assumed"] == pytest.approx(0.3)
    assert reading["redemption"]["value"] == pytest.approx(outcomes["redeemed"].to_numpy()[treated].mean())
    assert reading["redemption"]["low"] < reading["redemption"]["assumed"] < reading["redemption"]["high"]
    assert reading["evidence_of"]["profit"] == ["measured", "assumed"]
    assert reading["verdict"] in VERDICTS
    assert reading["as_registered"] is True


def test_the_true_effect_lies_in_the_interval() -> None:
    """A save rate of 30% of a mean churn of 43% is about 12.9 points, and the interval holds it."""
    campaign = drawn(6000)
    kept = measure(campaign, played(campaign), as_of=READ_ON).overall.kept
    assert kept is not None
    truth = 30 * campaign.assignments["probability"].mean()
    assert kept.low < truth < kept.high


def test_without_a_redemption_column_the_cost_is_assumed() -> None:
    """R is then p·γ + (1 − p)·ρ of each treated customer, and the reading says so."""
    campaign = drawn()
    outcomes = played(campaign)[["kept"]]
    reading = measure(campaign, outcomes, as_of=READ_ON).as_dict()
    p = campaign.assignments["probability"]
    treated = campaign.assignments["arm"] != CONTROL
    assert reading["redemption"]["value"] is None
    assert reading["redemption"]["assumed"] == pytest.approx((0.3 * p + 0.6 * (1 - p))[treated].mean())
    assert reading["evidence_of"]["redemption"] == ["assumed"]
    assert reading["profit"]["amount"] is not None


def test_before_the_day_there_are_counts_only() -> None:
    """No effect is shown, on screen or in JSON, however clear it is already."""
    campaign = drawn()
    reading = measure(campaign, played(campaign), as_of=READ_ON - dt.timedelta(days=1))
    content = reading.as_dict()
    assert reading.verdict == "too early"
    assert content["kept"]["points"] is None and content["profit"]["amount"] is None
    assert all(value is None for value in content["save_rate"].values() if not isinstance(value, float))
    assert content["arms"] == {}
    assert content["drawn"][CONTROL] == 400
    assert "read from 12 Nov on" in reading.sentence
    empty = measure(campaign, pd.DataFrame(index=pd.Index([], dtype="str")), as_of=dt.date(2026, 10, 20))
    assert empty.verdict == "too early"


def test_held_out_customers_who_redeemed_are_not_valid() -> None:
    """Over 5% of control redeeming ends the measurement, with a reason and without any amount."""
    campaign = drawn()
    outcomes = played(campaign)
    control = campaign.assignments.loc[campaign.assignments["arm"] == CONTROL, "customer"]
    outcomes.loc[control[:30], "redeemed"] = True
    reading = measure(campaign, outcomes, as_of=READ_ON)
    assert reading.verdict == "not valid"
    assert "30 of 400 customers held out redeemed" in reading.reasons[0]
    content = reading.as_dict()
    assert content["profit"]["amount"] is None and content["kept"]["points"] is None
    assert "₹" not in reading.sentence
    outcomes.loc[control[8:30], "redeemed"] = False
    warned = measure(campaign, outcomes, as_of=READ_ON)
    assert warned.valid and len(warned.reasons) == 1


def test_gaps_and_broken_splits_are_not_valid() -> None:
    """Outcomes that lack many customers of one arm fail the split, the gaps, or both."""
    campaign = drawn()
    treated = campaign.assignments.loc[campaign.assignments["arm"] != CONTROL, "customer"]
    reading = measure(campaign, played(campaign).drop(treated[:400]), as_of=READ_ON)
    assert reading.verdict == "not valid"
    assert {check.name for check in reading.checks if check.severity == "not valid"} == {"split", "complete"}


def test_another_design_than_the_registered_one_is_not_valid() -> None:
    """The hash of the design must be the registered one."""
    campaign = drawn()
    assert measure(campaign, played(campaign), as_of=READ_ON, registered_sha256=campaign.design.sha256).valid
    reading = measure(campaign, played(campaign), as_of=READ_ON, registered_sha256="0" * 64)
    assert reading.verdict == "not valid"
    assert reading.as_dict()["as_registered"] is False


def test_arms_that_were_changed_after_the_draw_are_not_valid(tmp_path: Path) -> None:
    """Two customers who change places leave every count as it was, but their lots tell."""
    campaign = drawn()
    arms = campaign.assignments["arm"].to_numpy(object, copy=True)
    places = [int(np.argmax(arms == CONTROL)), int(np.argmax(arms != CONTROL))]
    arms[places] = arms[places[::-1]]
    Campaign(campaign.design, campaign.assignments.assign(arm=arms)).save(tmp_path / "diwali.zip")
    swapped = Campaign.load(tmp_path / "diwali.zip")  # its manifest was made anew, so its hashes are right
    reading = measure(swapped, played(campaign), as_of=READ_ON, registered_sha256=campaign.design.sha256)
    assert reading.verdict == "not valid"
    assert "2 customers are in another arm than the draw gives" in reading.sentence
    assert reading.as_dict()["as_registered"] is False


def test_too_small_says_what_is_needed() -> None:
    """With 40 held out there is no interval, but the number that would show the assumed effect."""
    campaign = drawn(200)
    reading = measure(campaign, played(campaign), as_of=READ_ON)
    assert reading.verdict == "too small"
    assert reading.overall.kept is None
    p = campaign.assignments["probability"].mean()
    expected = 6.18 * p * (1 - p) / ((0.3 * p) ** 2 * 0.2 * 0.8)
    assert reading.overall.needed == pytest.approx(expected, rel=0.1)
    assert "needs about" in reading.sentence


@pytest.mark.parametrize(("kind", "unit"), [("plan", False), ("offers", False), ("text", False), ("plan", True)])
def test_every_design_measures_each_arm(kind: str, unit: bool) -> None:
    """Each arm against control, among those who could have got it, near the truth."""
    campaign = drawn(8000, kind=kind, share=0.3, unit=unit)
    reading = measure(campaign, played(campaign), as_of=READ_ON)
    assert set(reading.arms) == set(campaign.design.arms[1:])
    truth = 30 * campaign.assignments["probability"].mean()
    for arm, comparison in reading.arms.items():
        if comparison.kept is not None:
            width = comparison.kept.high - comparison.kept.low
            assert abs(comparison.kept.value - truth) < 1.5 * width, arm
    assert reading.overall.kept is not None


def test_stayed_on_takes_the_headline() -> None:
    """Where the outcomes say who ordered again after the offer expired, money counts those only."""
    campaign = drawn()
    outcomes = played(campaign)
    content = measure(campaign, outcomes.assign(stayed_on=played(campaign, save_rate=0.0)["kept"]), as_of=READ_ON)
    stricter, plain = content.as_dict(), measure(campaign, outcomes, as_of=READ_ON).as_dict()
    assert stricter["profit"]["counts"] == "stayed on"
    assert stricter["profit"]["amount"] < plain["profit"]["amount"]
    assert stricter["kept"]["points"] == plain["kept"]["points"]
    assert stricter["stayed_on"]["low"] < 0 < stricter["stayed_on"]["high"]
    counting = ", counting only who ordered again after the offer had expired)"
    assert counting in stricter["sentence"] and "counting" not in plain["sentence"]
    assert plain["kept"]["customers"] == stricter["kept"]["customers"]  # the sentence still counts who was kept


def test_who_was_drawn_only_to_explore_is_in_no_effect() -> None:
    """A note says so, with both numbers; the effects equal those of the listed customers alone."""
    campaign = drawn(3000)
    outcomes = played(campaign)
    explored = np.arange(3000) % 10 == 0
    wider = Campaign(campaign.design, campaign.assignments.assign(listed=~explored))
    reading = measure(wider, outcomes, as_of=READ_ON)
    note = (
        "effects are of the 2,700 customers on the send list; 300 drawn only to explore are in the counts, "
        "but in no effect"
    )
    assert reading.notes == (note,)
    listed = Campaign(campaign.design, campaign.assignments[~explored].reset_index(drop=True))
    assert join_outcomes(listed, outcomes).compare() == reading.overall
    assert measure(campaign, outcomes, as_of=READ_ON).notes == ()
    assert sum(reading.counts.values()) == 3000


def test_a_campaign_reading_is_saved_and_loaded(tmp_path: Path) -> None:
    """The zip gives the same numbers back."""
    campaign = drawn()
    campaign.save(tmp_path / "diwali.zip")
    reading = measure(Campaign.load(tmp_path / "diwali.zip"), played(campaign), as_of=READ_ON)
    reading.save(tmp_path / "reading.zip")
    assert Reading.load(tmp_path / "reading.zip").as_dict() == reading.as_dict()


def test_no_effect_is_seldom_found() -> None:
    """Of 200 campaigns without any effect or cost, about 5% are called earned and about 5% lost."""
    campaign = drawn(1000, share=0.3)
    free = Campaign(campaign.design, campaign.assignments.assign(offer_cost=0.0))
    verdicts = []
    for seed in range(200):
        outcomes = played(free, save_rate=0.0, seed=seed).assign(redeemed=False, contacted=False)
        verdicts.append(measure(free, outcomes, as_of=READ_ON).verdict)
    assert 0.01 <= np.mean([verdict == "earned" for verdict in verdicts]) <= 0.09
    assert 0.01 <= np.mean([verdict == "lost" for verdict in verdicts]) <= 0.09
