import math
from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention.churn.drift import measure_drift
from retention.churn.label_shift import ClassScores, HeldOutScores, estimate_churn_rate, rebase
from retention.churn.model import ChurnModel
from retention.churn.profile import Profile
from retention.errors import InputError
from tests.churn.cases import telecom

HELD_OUT = HeldOutScores(ClassScores(200, 0.5, 0.04), ClassScores(800, 0.125, 0.01))


def test_the_rate_and_its_interval_are_those_computed_by_hand() -> None:
    """The mean score lies a tenth of the way between the classes; three sources of error add up."""
    estimate = estimate_churn_rate(HELD_OUT, customers=1000, mean=0.1625, variance=0.02)
    assert estimate is not None
    error = math.sqrt(0.02 / 1000 + 0.01 * 0.04 / 200 + 0.81 * 0.01 / 800) / 0.375
    assert estimate.value == pytest.approx(0.1, abs=1e-6)
    assert estimate.low == pytest.approx(0.1 - 1.645 * error, abs=1e-4)
    assert estimate.high == pytest.approx(0.1 + 1.645 * error, abs=1e-4)
    assert estimate.in_training == 0.2
    assert estimate.shifted
    assert estimate.sentence == (
        "the scores point to a churn rate of 10.0% (7.5% to 12.5%), where 20.0% churned in training"
    )


@pytest.mark.parametrize(("mean", "shifted"), [(0.2, False), (0.205, False), (0.23, True), (0.17, True)])
def test_a_shift_is_named_beyond_chance_alone(mean: float, shifted: bool) -> None:
    """Held-out customers have a mean score of 0.2; chance moves the mean of 1,000 by up to 0.023 (2.8 errors)."""
    estimate = estimate_churn_rate(HELD_OUT, customers=1000, mean=mean, variance=0.02)
    assert estimate is not None
    assert estimate.shifted is shifted


def test_a_tiny_change_among_a_million_is_no_shift() -> None:
    """A change of less than a tenth of the rate is beyond chance there, and moves no decision."""
    held_out = HeldOutScores(ClassScores(200_000, 0.5, 0.04), ClassScores(800_000, 0.125, 0.01))
    by_mean = [
        estimate_churn_rate(held_out, customers=1_000_000, mean=mean, variance=0.02) for mean in (0.204, 0.2085)
    ]
    assert [estimate and estimate.shifted for estimate in by_mean] == [False, True]


def test_scores_that_say_nothing_give_no_estimate() -> None:
    """Too few customers, a class without held-out customers, or equal scores for everyone."""
    alike = HeldOutScores(ClassScores(200, 0.2, 0.0), ClassScores(800, 0.2, 0.0))
    empty = HeldOutScores(ClassScores(0, 0.0, 0.0), ClassScores(800, 0.2, 0.01))
    assert estimate_churn_rate(alike, customers=1000, mean=0.2, variance=0.0) is None
    assert estimate_churn_rate(empty, customers=1000, mean=0.2, variance=0.01) is None
    assert estimate_churn_rate(HELD_OUT, customers=49, mean=0.4, variance=0.01) is None
    assert estimate_churn_rate(HELD_OUT, customers=50, mean=0.4, variance=0.01) is not None


@given(
    st.lists(st.floats(0.001, 0.999), min_size=1, max_size=20),
    st.floats(0.01, 0.99),
    st.floats(0.01, 0.99),
)
def test_rebasing_keeps_the_order_and_can_be_undone(scores: list[float], trained: float, current: float) -> None:
    """The odds change by one factor, and change back."""
    probability = np.sort(np.array(scores))
    rebased = rebase(probability, trained=trained, current=current)
    assert (np.diff(rebased) >= 0).all()
    assert ((rebased > 0) & (rebased < 1)).all()
    assert rebase(rebased, trained=current, current=trained) == pytest.approx(probability, rel=1e-6)


@pytest.mark.parametrize("rate", [0.0, 1.0, -0.1, 10.0, math.nan])
def test_a_rate_that_is_no_share_is_refused(model: ChurnModel, rate: float) -> None:
    """10 per cent is 0.1."""
    with pytest.raises(InputError, match=r"pass a share between 0 and 1, e\.g\. 0\.1"):
        model.at_churn_rate(rate)


@pytest.mark.slow
def test_half_the_churn_is_seen_and_rebasing_restores_calibration() -> None:
    """Of 30 markets whose churn fell by half, 27 or more are named; of 30 unchanged ones, at most one."""
    model = ChurnModel.fit(telecom(2000, seed=50))
    rng = np.random.default_rng(0)
    named = {False: 0, True: 0}
    gaps = []
    for seed in range(30):
        fresh = telecom(3000, seed=1000 + seed)
        label = fresh.frame["churn"].to_numpy() == 1
        churned, retained = np.flatnonzero(label), np.flatnonzero(~label)
        fewer = rng.permutation(churned)[: len(retained) // 4]
        for shifted, rows in ((False, np.arange(len(label))), (True, np.concatenate([fewer, retained]))):
            people = fresh.take(rows)
            rate = measure_drift(model, people, model.predict(people)).churn_rate
            assert rate is not None
            named[shifted] += rate.shifted
            if shifted:
                rebased = model.at_churn_rate(rate.value).predict(people).mean()
                gaps.append((rebased - label[rows].mean(), model.predict(people).mean() - label[rows].mean()))
    assert named[True] >= 27
    assert named[False] <= 1
    after, before = np.abs(np.mean(gaps, axis=0))
    assert after < 0.01 < before


def test_a_model_saved_before_has_no_estimate(model: ChurnModel) -> None:
    """Its profile lacks the scores by class; everything else is as it was."""
    saved = asdict(model.profile)
    assert Profile.from_json(saved) == model.profile
    del saved["held_out"]
    assert Profile.from_json(saved) == replace(model.profile, held_out=None)
