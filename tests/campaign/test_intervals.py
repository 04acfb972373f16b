"""Intervals by hand: save rates, ratios of effects, and the tails of money."""

import math

import numpy as np
import pytest

from retention.campaign.effect import Estimate, arm_means
from retention.campaign.intervals import (
    MOST_TAIL_ERROR_POINTS,
    Interval,
    Z,
    normal_interval,
    ratio_interval,
    save_rate_interval,
    tail_error_points,
)


def test_the_interval_of_an_effect() -> None:
    """5% lie beyond each end."""
    interval = normal_interval(Estimate(10.0, 2.0))
    assert (interval.low, interval.high) == pytest.approx((10 - 2 * 1.644853627, 10 + 2 * 1.644853627))
    assert not interval.holds_zero
    assert interval.times(-0.5) == Interval(-5.0, -interval.high / 2, -interval.low / 2)


def test_the_save_rate_by_hand() -> None:
    """30% churn held out and 24% treated: a net save rate of 20%, symmetric on the logarithm of the ratio."""
    outcomes = np.r_[np.arange(1000) >= 300, np.arange(1000) >= 240]
    rate = save_rate_interval(arm_means(outcomes, np.arange(2000) >= 1000))
    assert rate is not None
    assert rate.value == pytest.approx(0.20)
    error = math.sqrt(0.7 / (0.3 * 999) + 0.76 / (0.24 * 999))
    assert 1 - rate.low == pytest.approx(0.8 * math.exp(Z * error))
    assert 1 - rate.high == pytest.approx(0.8 * math.exp(-Z * error))


def test_no_save_rate_without_churn() -> None:
    """Where nobody of an arm churned there is no ratio."""
    assert save_rate_interval(arm_means([1, 1, 1, 0], [0, 0, 1, 1])) is None


def test_a_ratio_by_the_delta_method() -> None:
    """₹12 a head over 4 points is ₹300 a saved customer; the error follows both and their covariance."""
    ratio = ratio_interval(Estimate(12.0, 3.0), Estimate(0.04, 0.01), 0.02)
    assert ratio is not None
    assert ratio.value == pytest.approx(300.0)
    error = math.sqrt(9.0 - 2 * 300 * 0.02 + 300**2 * 1e-4) / 0.04
    assert ratio.high - ratio.value == pytest.approx(Z * error)


def test_no_ratio_where_none_may_be_saved() -> None:
    """A denominator whose interval holds 0 gives no cost per saved customer."""
    assert ratio_interval(Estimate(12.0, 1.0), Estimate(0.01, 0.01), 0.0) is None


def test_the_tails_of_money_by_formula() -> None:
    """0.11·|κ|/D^1.5 for skewed spend in unequal arms, and next to nothing in equal arms."""
    rng = np.random.default_rng(1)
    spend = np.where(rng.random(20_000) < 0.01, rng.exponential(100, 20_000), 0.0)
    treated = np.arange(20_000) < 2_000
    fit = arm_means(spend, treated)
    small, large = spend[treated], spend[~treated]
    kappa = ((large - large.mean()) ** 3).mean() / 18_000**2 - ((small - small.mean()) ** 3).mean() / 2_000**2
    variance = large.var() / 18_000 + small.var() / 2_000
    assert tail_error_points(fit) == pytest.approx(11 * abs(kappa) / variance**1.5)
    assert tail_error_points(fit) > MOST_TAIL_ERROR_POINTS
    assert tail_error_points(arm_means(np.r_[spend, spend], np.arange(40_000) < 20_000)) < 0.01
