"""What the large benchmark proves, on fewer campaigns whose truth is known, and so within wider bounds."""

import numpy as np
import pytest

from benchmarks.campaign import Trial, bias_of, expected_power, run_trial, splits
from benchmarks.randomised_sets import by_hand
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
    assert 0.82 <= np.mean([found.covered for found in measured]) <= 0.98
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
