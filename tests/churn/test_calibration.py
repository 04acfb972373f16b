from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from retention.churn.calibration import Calibration, calibrate


def draw_scores(n: int, *, seed: int = 0, rate: float = 0.2) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """Draw calibrated log-odds and labels of n customers."""
    rng = np.random.default_rng(seed)
    log_odds = rng.normal(np.log(rate / (1 - rate)), 1.5, n)
    return log_odds, (rng.random(n) < 1 / (1 + np.exp(-log_odds))).astype(np.int8)


def test_well_calibrated_scores_are_left_alone() -> None:
    """Without a gain beyond noise, nothing is mapped."""
    log_odds, label = draw_scores(2000)
    assert calibrate(log_odds, label, weighted=False) == Calibration()


def test_weighting_is_undone() -> None:
    """Odds multiplied by five come back: the sigmoid's intercept is about minus log 5, and the mean fits."""
    log_odds, label = draw_scores(3000)
    calibration = calibrate(log_odds + np.log(5), label, weighted=True)
    assert calibration.kind == "sigmoid"
    assert calibration.intercept == pytest.approx(-np.log(5), abs=0.25)
    assert calibration.apply(log_odds + np.log(5)).mean() == pytest.approx(label.mean(), abs=0.002)


def test_a_weighted_model_always_gets_a_map() -> None:
    """Even if the gain is within noise: a weight was applied, so it is undone."""
    log_odds, label = draw_scores(60)
    assert calibrate(log_odds, label, weighted=True).kind == "sigmoid"


def test_a_score_that_no_line_fits_gets_an_isotonic_map_when_there_are_many() -> None:
    """Steps are mapped by increasing knots, never 0 or 1."""
    rng = np.random.default_rng(1)
    log_odds = rng.normal(0, 2, 6000)
    truth = np.where(log_odds < 0, 0.2, np.where(log_odds < 2, 0.25, 0.9))
    calibration = calibrate(log_odds, (rng.random(6000) < truth).astype(np.int8), weighted=False)
    assert calibration.kind == "isotonic"
    mapped = calibration.apply(np.linspace(-20, 20, 400))
    assert (np.diff(mapped) >= 0).all()
    assert 0 < mapped.min() < mapped.max() < 1


def test_scores_that_rank_backwards_give_everyone_the_base_rate() -> None:
    """A decreasing map would be a model of its own, so the map is flat."""
    log_odds, label = draw_scores(500)
    calibration = calibrate(-log_odds, label, weighted=True)
    np.testing.assert_allclose(calibration.apply(log_odds), label.mean(), atol=1e-6)


@given(st.floats(-1e6, 1e6), st.floats(0, 100), st.floats(-100, 100))
def test_probabilities_stay_between_0_and_1(log_odds: float, slope: float, intercept: float) -> None:
    """However far the log-odds, no probability is exactly 0 or 1."""
    (probability,) = Calibration("sigmoid", slope=slope, intercept=intercept).apply(np.array([log_odds]))
    assert 0 < probability < 1


@pytest.mark.parametrize(
    "calibration",
    [
        Calibration(),
        Calibration("sigmoid", slope=0.7, intercept=-1.2),
        Calibration("isotonic", at=(0.0, 1.0), probability=(0.1, 0.4)),
    ],
)
def test_a_map_survives_json(calibration: Calibration) -> None:
    """Rebuilt from its fields it is equal."""
    assert Calibration.from_json(asdict(calibration)) == calibration
