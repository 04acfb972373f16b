from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention.churn.evaluation import (
    calibration_table,
    compute_metrics,
    log_losses,
    log_losses_from_logits,
    significantly_lower,
    wilson_interval,
)


def test_metrics_of_four_customers_by_hand() -> None:
    """Two churned (0.8, 0.4), two were retained (0.6, 0.2): three of four pairs are ranked rightly."""
    metrics = compute_metrics(np.array([1, 1, 0, 0], np.int8), np.array([0.8, 0.4, 0.6, 0.2]))
    assert metrics.roc_auc == pytest.approx(0.75)
    assert metrics.brier == pytest.approx((0.04 + 0.36 + 0.36 + 0.04) / 4)
    assert metrics.log_loss == pytest.approx(-np.log([0.8, 0.4, 0.4, 0.8]).mean())
    assert metrics.average_precision == pytest.approx((1 / 1 + 2 / 3) / 2)
    assert metrics.mean_probability == pytest.approx(0.5)


def test_a_certain_error_costs_much_but_not_everything() -> None:
    """The loss of probability 0 for somebody who churned stays finite."""
    assert log_losses(np.array([1], np.int8), np.array([0.0]))[0] == pytest.approx(-np.log(1e-12))


@given(st.floats(-20, 20), st.booleans())
def test_the_log_loss_from_logits_is_that_of_the_probability(logits: float, churned: bool) -> None:
    """Both functions give the same number; one of them never computes a probability."""
    label = np.array([churned], np.int8)
    direct = log_losses_from_logits(label, np.array([logits]))[0]
    assert direct == pytest.approx(log_losses(label, 1 / (1 + np.exp(-np.array([logits]))))[0], abs=1e-6)


def test_calibration_table_counts_everyone_once() -> None:
    """Ten groups of ten; each observed share lies in its interval."""
    rng = np.random.default_rng(0)
    score = np.linspace(0.01, 0.99, 100)
    table = calibration_table((rng.random(100) < score).astype(np.int8), score)
    assert [group.customers for group in table] == [10] * 10
    assert all(group.low <= group.observed <= group.high for group in table)
    assert all(group.predicted < later.predicted for group, later in pairwise(table))


def test_equal_scores_stay_in_one_group() -> None:
    """One score for all is one group."""
    (only,) = calibration_table(np.array([1, 0, 0, 0], np.int8), np.full(4, 0.25))
    assert (only.customers, only.predicted, only.observed) == (4, 0.25, 0.25)


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_wilson_interval_holds_the_share_and_stays_inside_0_and_1(count: int, rate: float) -> None:
    """The interval is wider for fewer customers, and never leaves [0, 1]."""
    low, high = wilson_interval(rate, count)
    assert 0 <= low <= rate + 1e-9
    assert rate - 1e-9 <= high <= 1
    wider = wilson_interval(rate, max(1, count // 2))
    assert wider[1] - wider[0] >= high - low - 1e-12


def test_a_gain_must_exceed_its_noise() -> None:
    """Ten gains of 1 are significant; gains that cancel, or no difference at all, are not."""
    reference = np.ones(10)
    assert significantly_lower(np.zeros(10), reference)
    assert not significantly_lower(reference, reference)
    assert not significantly_lower(np.array([0.0, 2.0] * 5), reference)
    assert not significantly_lower(np.array([0.0, 1.9] * 5), reference, standard_errors=2.0)


def test_a_gain_of_one_customer_in_many_rows_is_one_gain() -> None:
    """Twenty rows of five customers with equal gains in all their rows give the certainty of five rows."""
    gains = np.array([1.0, 1.0, 1.0, -0.5, -0.4])
    reference = np.ones(5)
    assert not significantly_lower(reference - gains, reference, standard_errors=2.0)
    more, customer = np.repeat(gains, 4), np.repeat(np.arange(5), 4)
    assert significantly_lower(1 - more, np.ones(20), standard_errors=2.0)
    assert not significantly_lower(1 - more, np.ones(20), standard_errors=2.0, customer=customer)
    assert significantly_lower(
        1 - more, np.ones(20), standard_errors=1.0, customer=customer
    ) == significantly_lower(reference - gains, reference, standard_errors=1.0)
