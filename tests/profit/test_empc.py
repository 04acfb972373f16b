"""The expectation over save rates, against numerical integration and by hand."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta as beta_distribution

from retention.errors import InputError
from retention.profit.curve import profit_curve
from retention.profit.economics import Economics
from retention.profit.empc import expected_maximum_profit
from tests.profit.cases import FOLD, LABEL, SCORE, VALUE, brute_profit

PAPER = Economics(value=200, offer_cost=10, contact_cost=1)


def test_one_threshold_by_hand() -> None:
    """With a uniform rate and two tied customers, ∫ max(0, γ·190 − 12) dγ / 2."""
    curve = profit_curve([0.4, 0.4], [1, 0], fold=[0, 1], economics=PAPER)
    # contacting both costs 2 · 1 + 10 and gains γ · 190; it pays from γ = 12 / 190
    start = 12 / 190
    area = 190 * (1 - start**2) / 2 - 12 * (1 - start)
    empc = expected_maximum_profit(curve.ranking, curve.economics, alpha=1, beta=1)
    assert empc.profit == pytest.approx(area / 2 * 1000)
    assert empc.share == pytest.approx(1 - start)


@pytest.mark.parametrize("per_customer", [False, True])
@pytest.mark.parametrize(("alpha", "beta"), [(6, 14), (1, 1)])
def test_it_is_the_integral_of_the_best_profit(alpha: float, beta: float, per_customer: bool) -> None:
    """Integrating the best profit at each save rate numerically gives the same."""
    value = VALUE if per_customer else None
    curve = profit_curve(SCORE, LABEL, fold=FOLD, value=value, economics=PAPER)
    cuts = [*np.unique(SCORE), 2.0]

    def best(rate: float) -> float:
        economics = Economics(value=200, offer_cost=10, contact_cost=1, save_rate=rate)
        return max(brute_profit(SCORE, LABEL, VALUE if per_customer else 200.0, economics, cut) for cut in cuts)

    wanted, _ = quad(lambda rate: best(rate) * beta_distribution.pdf(rate, alpha, beta), 0, 1, limit=400)
    empc = expected_maximum_profit(curve.ranking, curve.economics, alpha=alpha, beta=beta)
    assert empc.profit == pytest.approx(wanted * 1000 / 8, rel=1e-5)
    assert 0 <= empc.share <= 1


def test_a_certain_save_rate_is_the_in_sample_profit() -> None:
    """A distribution drawn tight around a rate gives the best profit at that rate."""
    curve = profit_curve(SCORE, LABEL, fold=FOLD, economics=Economics(save_rate=0.3))
    empc = expected_maximum_profit(curve.ranking, curve.economics, alpha=3e5, beta=7e5)
    assert empc.profit == pytest.approx(curve.profit_in_sample, rel=1e-3)


def test_nobody_is_worth_it() -> None:
    """An offer dearer than the customers earns nothing at any save rate."""
    curve = profit_curve(SCORE, LABEL, fold=FOLD, economics=Economics(value=20, offer_cost=30))
    assert expected_maximum_profit(curve.ranking, curve.economics).profit == 0
    assert expected_maximum_profit(curve.ranking, curve.economics).share == 0


@pytest.mark.parametrize("wrong", [0, -1, math.nan, math.inf])
def test_parameters_are_above_zero(wrong: float) -> None:
    """Just above 0 is taken, 0 and endless are not."""
    curve = profit_curve(SCORE, LABEL, fold=FOLD)
    assert expected_maximum_profit(curve.ranking, curve.economics, alpha=0.01, beta=0.01).profit > 0
    with pytest.raises(InputError, match="alpha: must be above 0"):
        expected_maximum_profit(curve.ranking, curve.economics, alpha=wrong)
    with pytest.raises(InputError, match="beta: must be above 0"):
        expected_maximum_profit(curve.ranking, curve.economics, beta=wrong)
