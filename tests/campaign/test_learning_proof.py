"""What the large benchmark of learning proves, on fewer campaigns and markets, and so within wider bounds."""

import numpy as np
import pytest

from benchmarks.learning import adopted_in_null, earned


@pytest.mark.slow
def test_nothing_is_adopted_where_effects_follow_risk_alone() -> None:
    """Of four campaigns, at most one is adopted, and at most one said to differ."""
    results = np.array([adopted_in_null(seed, customers=2000) for seed in range(4)])
    assert (results.sum(axis=0) <= 1).all()


@pytest.mark.slow
def test_the_fitted_formula_earns_what_the_plan_does_in_a_small_market() -> None:
    """In two markets of 5,000 it truly earns at least 95% of the every-offer plan, and less than the bound."""
    amounts = np.array([earned(5000, seed) for seed in (1, 2)])
    plan, formula, bound = amounts.mean(axis=0)
    assert formula >= 0.95 * plan
    assert formula < bound
