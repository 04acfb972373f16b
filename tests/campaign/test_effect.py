"""Effects and their errors, by hand and against statsmodels."""

import time

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from retention.campaign.effect import arm_means, independent_columns
from retention.errors import InputError

Floats = NDArray[np.float64]


def experiment(seed: int, n: int = 400, p: int = 3) -> tuple[Floats, NDArray[np.bool_], Floats, Floats]:
    """Outcomes (n, 2), treatment, covariates (n, p) and weights of a small experiment."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, p)) * 10.0 ** rng.integers(-3, 4, p) + rng.normal(size=p) * 5
    treated = rng.random(n) < 0.7
    treated[:2], treated[-2:] = True, False
    y = np.column_stack([rng.random(n) < 0.4, rng.gamma(0.5, 100, n)]) + 0.3 * treated[:, np.newaxis]
    return y, treated, x, rng.uniform(0.5, 5.0, n)


def lin_design(treated: NDArray[np.bool_], x: Floats, weights: Floats | None = None) -> Floats:
    """The columns of Lin's regression."""
    centred = x - (x.mean(axis=0) if weights is None else np.average(x, axis=0, weights=weights))
    return np.column_stack([np.ones(len(x)), treated, centred, centred * treated[:, np.newaxis]])


def test_a_difference_by_hand() -> None:
    """Kept 2 of 4 in control and 3 of 4 treated: +1/4, with the arms' own variances over n − 1."""
    effect = arm_means([1, 1, 0, 0, 1, 1, 1, 0], [0, 0, 0, 0, 1, 1, 1, 1]).difference()
    assert effect.value == pytest.approx(0.25)
    # variances 1/3 and 1/4, each over four customers
    assert effect.standard_error == pytest.approx((1 / 3 / 4 + 1 / 4 / 4) ** 0.5)


@given(seed=st.integers(0, 10_000), p=st.integers(1, 5))
def test_hc2_equals_statsmodels(seed: int, p: int) -> None:
    """Effect and HC2 error of Lin's regression agree to 1e-8, for yes/no and for money."""
    y, treated, x, _ = experiment(seed, p=p)
    fit = arm_means(y, treated, covariates=x)
    for outcome in range(2):
        oracle = sm.OLS(y[:, outcome], lin_design(treated, x)).fit(cov_type="HC2")
        effect = fit.difference(outcome)
        assert effect.value == pytest.approx(oracle.params[1], rel=1e-8, abs=1e-8)
        assert effect.standard_error == pytest.approx(oracle.bse[1], rel=1e-8)


@given(seed=st.integers(0, 10_000))
def test_weights_equal_statsmodels(seed: int) -> None:
    """The same with weights, as where chances differ."""
    y, treated, x, weights = experiment(seed)
    oracle = sm.WLS(y[:, 1], lin_design(treated, x, weights), weights=weights).fit(cov_type="HC2")
    effect = arm_means(y, treated, covariates=x, weights=weights).difference(1)
    assert effect.value == pytest.approx(oracle.params[1], rel=1e-8)
    assert effect.standard_error == pytest.approx(oracle.bse[1], rel=1e-8)


@given(seed=st.integers(0, 10_000), groups=st.integers(5, 150), crossing=st.booleans())
def test_clusters_equal_statsmodels(seed: int, groups: int, crossing: bool) -> None:
    """The cluster-robust error with its small-sample correction, also where a group spans both arms."""
    y, treated, x, weights = experiment(seed)
    rng = np.random.default_rng(seed)
    cluster = rng.integers(0, groups, len(y))
    if not crossing:
        treated = rng.random(groups)[cluster] < 0.5
        treated[cluster == cluster[0]], treated[cluster != cluster[0]] = True, treated[cluster != cluster[0]]
        treated[cluster == cluster[np.argmax(cluster != cluster[0])]] = False
        if min(treated.sum(), (~treated).sum()) < 60:
            return
    model = sm.WLS(y[:, 0], lin_design(treated, x, weights), weights=weights)
    oracle = model.fit(cov_type="cluster", cov_kwds={"groups": cluster})
    effect = arm_means(y, treated, covariates=x, weights=weights, clusters=cluster).difference()
    assert effect.value == pytest.approx(oracle.params[1], rel=1e-8, abs=1e-8)
    assert effect.standard_error == pytest.approx(oracle.bse[1], rel=1e-8)


def test_useless_covariates_change_nothing() -> None:
    """A constant column, a doubled one, one constant in an arm, and a sum of others are left out."""
    y, treated, x, _ = experiment(3)
    more = np.column_stack([np.full(len(x), 7.0), x, 2 * x[:, 0] - 1, treated * x[:, 1], x.sum(axis=1)])
    plain, extended = arm_means(y, treated, covariates=x), arm_means(y, treated, covariates=more)
    assert extended.covariates_used.tolist() == [False, True, True, True, False, False, False]
    assert extended.difference().value == pytest.approx(plain.difference().value, rel=1e-12)
    assert extended.difference().standard_error == pytest.approx(plain.difference().standard_error, rel=1e-12)


def test_more_covariates_than_customers_are_not_fitted() -> None:
    """Ten customers a covariate in the smaller arm; the first ones count."""
    y, treated, x, _ = experiment(5, n=60, p=40)
    fit = arm_means(y, treated, covariates=x)
    smaller = min(treated.sum(), (~treated).sum())
    assert fit.covariates_used.sum() == smaller // 10 - 1
    assert np.isfinite(fit.difference().standard_error)


def test_the_two_effects_vary_together_as_statsmodels_says() -> None:
    """The covariance of two effects is that of a sum: var(a + b) = var a + var b + 2 cov."""
    y, treated, x, _ = experiment(8)
    fit = arm_means(np.column_stack([y, y.sum(axis=1)]), treated, covariates=x)
    variance = [fit.difference(outcome).standard_error ** 2 for outcome in range(3)]
    expected = (variance[2] - variance[0] - variance[1]) / 2
    assert fit.covariance_of_differences(0, 1) == pytest.approx(expected, rel=1e-9)


def test_order_of_rows_does_not_matter() -> None:
    """Shuffled customers have the same effect."""
    y, treated, x, weights = experiment(9)
    shuffled = np.random.default_rng(0).permutation(len(y))
    effect = arm_means(y, treated, covariates=x, weights=weights).difference(1)
    again = arm_means(
        y[shuffled], treated[shuffled], covariates=x[shuffled], weights=weights[shuffled]
    ).difference(1)
    assert again.value == pytest.approx(effect.value, rel=1e-10)
    assert again.standard_error == pytest.approx(effect.standard_error, rel=1e-10)


def test_too_few_to_compare_is_an_error() -> None:
    """One customer in an arm, or one group in all, gives no error to estimate."""
    with pytest.raises(InputError, match="fewer than two customers"):
        arm_means([1, 0, 1], [0, 1, 1])
    with pytest.raises(InputError, match="one unit"):
        arm_means([1, 0, 1, 0], [0, 0, 1, 1], clusters=[5, 5, 5, 5])


def test_independent_columns_of_many_scales() -> None:
    """Columns of very different size and offset are told from multiples of others."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(1000, 3)) * [1e-6, 1.0, 1e6] + [1.0, 0.0, 1e7]
    assert independent_columns(np.column_stack([x, x[:, 2] * 3 + x[:, 1]])).tolist() == [True, True, True, False]


@pytest.mark.slow
def test_a_million_customers_take_under_two_seconds() -> None:
    """Three outcomes, three covariates and a million customers, in processor time."""
    rng = np.random.default_rng(0)
    n = 1_000_000
    x, treated = rng.normal(size=(n, 3)), rng.random(n) < 0.8
    y = np.column_stack([rng.random(n) < 0.4, rng.normal(size=(n, 2))])
    began = time.thread_time()
    arm_means(y, treated, covariates=x)
    assert time.thread_time() - began < 2.0
