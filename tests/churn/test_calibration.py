from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention.churn.calibration import Calibration, calibrate


def drawn(n, *, seed=0, rate=0.2):
    rng = np.random.default_rng(seed)
    margin = rng.normal(np.log(rate / (1 - rate)), 1.5, n)
    return margin, (rng.random(n) < 1 / (1 + np.exp(-margin))).astype(np.int8)


def test_well_calibrated_scores_are_left_alone():
    """Without a gain beyond noise, nothing is mapped."""
    margin, label = drawn(2000)
    assert calibrate(margin, label, weighted=False) == Calibration()


def test_weighting_is_undone():
    """Odds multiplied by five come back: the sigmoid's intercept is about minus log 5, and the mean fits."""
    margin, label = drawn(3000)
    found = calibrate(margin + np.log(5), label, weighted=True)
    assert found.kind == "sigmoid"
    assert found.intercept == pytest.approx(-np.log(5), abs=0.25)
    assert found.apply(margin + np.log(5)).mean() == pytest.approx(label.mean(), abs=0.002)


def test_a_weighted_model_always_gets_a_map():
    """Even if the gain is within noise: a weight was applied, so it is undone."""
    margin, label = drawn(60)
    assert calibrate(margin, label, weighted=True).kind == "sigmoid"


def test_a_crooked_score_gets_an_isotonic_map_when_there_are_many():
    """Steps that no line fits are mapped by knots, rising, never 0 or 1."""
    rng = np.random.default_rng(1)
    margin = rng.normal(0, 2, 6000)
    truth = np.where(margin < 0, 0.2, np.where(margin < 2, 0.25, 0.9))
    found = calibrate(margin, (rng.random(6000) < truth).astype(np.int8), weighted=False)
    assert found.kind == "isotonic"
    mapped = found.apply(np.linspace(-20, 20, 400))
    assert (np.diff(mapped) >= 0).all()
    assert 0 < mapped.min() < mapped.max() < 1


def test_scores_that_rank_backwards_give_everyone_the_base_rate():
    """A falling map would be a model of its own; a flat one is honest."""
    margin, label = drawn(500)
    found = calibrate(-margin, label, weighted=True)
    np.testing.assert_allclose(found.apply(margin), label.mean(), atol=1e-6)


@given(st.floats(-1e6, 1e6), st.floats(0, 100), st.floats(-100, 100))
def test_probabilities_stay_between_0_and_1(margin, slope, intercept):
    """However far the log-odds, no probability is exactly 0 or 1."""
    (probability,) = Calibration("sigmoid", slope=slope, intercept=intercept).apply(np.array([margin]))
    assert 0 < probability < 1


@pytest.mark.parametrize(
    "one",
    [
        Calibration(),
        Calibration("sigmoid", slope=0.7, intercept=-1.2),
        Calibration("isotonic", at=(0.0, 1.0), probability=(0.1, 0.4)),
    ],
)
def test_a_map_survives_json(one):
    """Rebuilt from its fields it is equal."""
    assert Calibration.from_json(asdict(one)) == one
