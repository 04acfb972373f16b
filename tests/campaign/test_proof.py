"""What the large benchmark proves, on fewer campaigns whose truth is known, and so within wider bounds."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.campaign import Trial, bias_of, expected_power, run_trial, splits
from benchmarks.randomised_sets import by_hand, complete_journey
from tests.campaign.market_trial import OFFER, MarketTrial

CUSTOMERS, SEEDS = 1000, 120


@pytest.fixture(scope="module")
def runs() -> list[Trial]:
    """120 campaigns of 1,000 customers, a fifth of them held out."""
    return [run_trial(seed, customers=CUSTOMERS) for seed in range(SEEDS)]


@pytest.mark.slow
@pytest.mark.parametrize("verdict", ["earned", "lost"])
def test_an_offer_that_does_nothing_seldom_gets_a_verdict(runs: list[Trial], verdict: str) -> None:
    """An A/A campaign is said to have earned, or lost, in one of twenty; 120 of them show 10% at most."""
    assert np.mean([run.false_verdict == verdict for run in runs]) <= 0.10


@pytest.mark.slow
@pytest.mark.parametrize("name", ["kept", "money"])
def test_intervals_hold_the_truth_as_often_as_they_say(runs: list[Trial], name: str) -> None:
    """90% intervals hold it in 82 to 98 of 100, and estimates are not biased by 0.3 standard errors."""
    measured = [getattr(run, name) for run in runs]
    assert 0.82 <= np.mean([effect.covered for effect in measured]) <= 0.98
    assert abs(bias_of(measured)[0]) < 0.3


@pytest.mark.slow
@pytest.mark.parametrize("name", ["kept", "money"])
def test_the_sizing_formula_promises_the_power_there_is(runs: list[Trial], name: str) -> None:
    """The share of campaigns that show their effect is within 12 points of the formula."""
    power = np.mean([getattr(run, name).interval.low > 0 for run in runs])
    assert power == pytest.approx(expected_power(CUSTOMERS)[name], abs=0.12)


@pytest.mark.slow
def test_split_alarms_are_rare_and_see_a_break() -> None:
    """At most 0.3% false alarms among 20,000 splits as declared; 60:40 is seen in at least 95%."""
    assert all(finding.reached for finding in splits())


def test_the_answers_by_hand_are_reproduced() -> None:
    """A save rate, and the profit of an offer."""
    answers = list(by_hand())
    assert answers
    assert all(answer.reached for answer in answers)


def test_a_table_of_who_got_which_campaign_is_refused() -> None:
    """Nobody was left out at random: without chances in a sentence, with invented ones by split and balance."""
    households = np.arange(400)
    campaigns = pd.DataFrame({"campaign_id": 1, "household_id": households[:300]})
    later = pd.DataFrame({"campaign_id": 2, "household_id": households[150:]})
    descriptions = pd.DataFrame({
        "campaign_id": [1, 2], "campaign_type": ["Type B", "Type A"],
        "start_date": pd.to_datetime(["2017-03-03", "2017-05-08"]),
        "end_date": pd.to_datetime(["2017-04-09", "2017-06-25"]),
    })  # fmt: skip
    redemptions = pd.DataFrame(
        {"household_id": households[180:260], "redemption_date": pd.Timestamp("2017-05-20")}
    )
    answers = list(complete_journey(pd.concat([campaigns, later]), descriptions, redemptions))
    assert [answer.computed for answer in answers] == ["2 of 2", "2 of 2", "1 of 1", "1 of 1"]


@pytest.mark.slow
def test_a_campaign_in_the_simulated_market_is_read_within_its_noise() -> None:
    """Three draws of one market, read from its order log, lie within 3.5 standard errors of the known effect."""
    trial = MarketTrial(customers=2000, seed=2)
    for number in range(3):
        comparison, truth = trial.measure(draw=number)
        assert comparison.kept is not None
        error = (comparison.kept.high - comparison.kept.low) / 3.29
        assert abs(comparison.kept.value - truth.points) < 3.5 * error
        campaign, played = trial.play(draw=number)
        assert set(played.orders["offer"]) == {"", OFFER.id}
        assert len(played.truth) == campaign.design.eligible
