"""AUTOC, Qini and fifths by hand, and their errors by simulation."""

import numpy as np
import pytest

from retention.campaign.ranking_metrics import autoc, autoc_estimate, fifths, qini, qini_curve, qini_estimate


def test_areas_by_hand() -> None:
    """Scores 6, 3, 0 in order have means 6, 4.5, 3 of the first: TOC 3, 1.5, 0; with ties only the mean counts."""
    scores = np.array([3.0, 0.0, 6.0])
    assert autoc(np.array([2.0, 1.0, 3.0]), scores) == pytest.approx((3 + 1.5 + 0) / 3)
    assert qini(np.array([2.0, 1.0, 3.0]), scores) == pytest.approx((3 * 1 / 3 + 1.5 * 2 / 3 + 0) / 3)
    assert autoc(np.ones(3), scores) == pytest.approx(0.0)
    assert qini(np.ones(3), scores) == pytest.approx(0.0)


def test_the_half_sample_error_is_that_of_fresh_draws() -> None:
    """It is within a third of the spread over 200 draws of predictions that say something."""
    rng = np.random.default_rng(0)

    def draw() -> tuple[np.ndarray, np.ndarray]:
        predicted = rng.normal(size=500)
        return predicted, predicted + rng.normal(size=500) * 3

    for area, estimate in ((autoc, autoc_estimate), (qini, qini_estimate)):
        spread = np.std([area(*draw()) for _ in range(200)])
        errors = [estimate(*draw(), seed=seed).standard_error for seed in range(20)]
        assert 0.67 < np.mean(errors) / spread < 1.5


def test_predictions_that_say_nothing_are_not_shown_to_order_effects() -> None:
    """Of 200 random orders at most a tenth lie 1.645 standard errors above 0."""
    rng = np.random.default_rng(1)
    tests = [autoc_estimate(rng.normal(size=300), rng.normal(size=300), seed=seed) for seed in range(200)]
    assert np.mean([test.value > 1.645 * test.standard_error for test in tests]) <= 0.10


def test_fifths_start_with_the_largest_predictions() -> None:
    """Ten customers make five pairs; predicted and measured are their means."""
    parts = fifths(np.arange(10.0), 2 * np.arange(10.0))
    assert [part.customers for part in parts] == [2] * 5
    assert [part.predicted for part in parts] == [8.5, 6.5, 4.5, 2.5, 0.5]
    assert [part.measured.value for part in parts] == [17.0, 13.0, 9.0, 5.0, 1.0]


def test_the_qini_curve_of_bare_outcomes_by_hand() -> None:
    """Control's outcomes are scaled to the treated so far, and equal predictions are one step."""
    outcome, treated = np.array([1.0, 1.0, 0.0, 1.0]), np.array([True, False, False, True])
    customers, gain = qini_curve(outcome, treated, np.array([3.0, 2.0, 2.0, 1.0]))
    assert customers.tolist() == [0, 1, 3, 4]
    assert gain.tolist() == [0.0, 1.0, 0.5, 1.0]
