"""Save rate, harm rate and redemption of an offer from a campaign, against known truth and statsmodels."""

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm

from retention.campaign.structural_rates import OfferSample, estimate_structural_rates


def sample(
    seed: int,
    n: int = 4000,
    *,
    save_rate: float = 0.2,
    harm: float = 0.05,
    redemption: float = 0.3,
    held_out: float = 0.3,
) -> OfferSample:
    """Draw a campaign whose offer has these rates."""
    rng = np.random.default_rng(seed)
    p = rng.beta(1.3, 1.87, n)
    treated = np.zeros(n, dtype=bool)
    treated[rng.permutation(n)[: round(n * (1 - held_out))]] = True
    retained, luck = rng.random(n) >= p, rng.random(n)
    saved, driven = treated & ~retained & (luck < save_rate), treated & retained & (luck < harm)
    redeems = saved | (treated & retained & ~driven & (rng.random(n) < redemption / (1 - harm)))
    chance = np.where(treated, 1 - held_out, held_out)
    return OfferSample(
        probability=p,
        treated=treated,
        kept=(retained | saved) & ~driven,
        redeemed=redeems,
        weight=1 / chance,
        unit=None,
    )


def test_the_rates_by_hand() -> None:
    """At p = .5 all: of 1,000 each, 700 of control are kept and 760 of the treated; the line needs two risks."""
    p = np.repeat([0.2, 0.8], 1000)
    treated = np.tile([False, True], 1000)
    half = np.arange(2000) % 1000 // 2  # 0 to 499 in each risk and arm
    # control stays 80% and 20%; the treated 78% and 34%: τ(.2) = -.02, τ(.8) = .14, so τ(0) = -.0733, τ(1) = .1933
    stays = np.where(treated, np.where(p == 0.2, 390, 170), np.where(p == 0.2, 400, 100))
    rates = estimate_structural_rates(
        [
            OfferSample(
                probability=p,
                treated=treated,
                kept=half < stays,
                redeemed=None,
                weight=np.full(2000, 2.0),
                unit=None,
            )
        ]
    )
    assert rates is not None
    assert rates.harm_rate.value == pytest.approx(0.02 + 0.16 / 0.6 * 0.2)
    assert rates.save_rate.value == pytest.approx(0.14 + 0.16 / 0.6 * 0.2)
    assert (rates.redemption, rates.customers) == (None, 2000)


def test_known_rates_are_found_without_bias() -> None:
    """Over 200 campaigns: mean within three standard errors, nine intervals in ten hold the truth."""
    truth = {"save_rate": 0.2, "harm_rate": 0.05, "redemption": 0.3}
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in truth}
    for seed in range(200):
        rates = estimate_structural_rates([sample(seed)])
        assert rates is not None and rates.redemption is not None
        for name in truth:
            estimate = getattr(rates, name)
            found[name].append((estimate.value, estimate.standard_error))
    for name, value in truth.items():
        values, errors = np.transpose(found[name])
        assert abs(values.mean() - value) < 3 * values.std() / np.sqrt(200) + 0.004
        assert 0.84 <= np.mean(np.abs(values - value) < 1.645 * errors) <= 0.96


def test_without_harm_the_save_rate_is_that_of_a_line_through_nobody_at_risk() -> None:
    """Where the estimate of s would be below 0 it is 0, and γ follows from a line through the origin."""
    clipped = [rates for seed in range(40) if (rates := estimate_structural_rates([sample(seed, harm=0.0)]))]
    at_zero = [rates for rates in clipped if rates.harm_rate.value == 0]
    assert 8 <= len(at_zero) <= 32
    assert all(rates.harm_rate.value >= 0 for rates in clipped)
    assert np.mean([rates.save_rate.value for rates in at_zero]) == pytest.approx(0.2, abs=0.03)


def test_redemption_equals_a_weighted_regression_of_statsmodels() -> None:
    """Coefficients and HC1 errors to 1e-8; with households, errors of groups."""
    one = sample(3)
    rates = estimate_structural_rates([one])
    assert rates is not None and rates.redemption is not None and one.redeemed is not None
    at = one.treated
    x = np.column_stack([1 - one.probability[at], one.probability[at]])
    y = one.redeemed[at].astype(float)
    fit = sm.WLS(y, x, weights=one.weight[at]).fit(cov_type="HC1")
    assert rates.redemption.value == pytest.approx(fit.params[0], abs=1e-8)
    assert rates.redemption.standard_error == pytest.approx(fit.bse[0], abs=1e-8)
    unit = np.arange(len(at)) // 2
    grouped = estimate_structural_rates([replace(one, unit=unit)])
    fit = sm.WLS(y, x, weights=one.weight[at]).fit(
        cov_type="cluster", cov_kwds={"groups": np.unique(unit[at], return_inverse=True)[1]}
    )
    assert grouped is not None and grouped.redemption is not None
    assert grouped.redemption.standard_error == pytest.approx(fit.bse[0], rel=0.02)


def test_two_campaigns_know_more_than_one() -> None:
    """The error of γ falls with the root of the customers; a campaign too small is left out."""
    both = estimate_structural_rates([sample(1), sample(2)])
    one = estimate_structural_rates([sample(1)])
    assert both is not None and one is not None
    assert both.save_rate.standard_error == pytest.approx(one.save_rate.standard_error / np.sqrt(2), rel=0.1)
    assert estimate_structural_rates([sample(1), sample(2, n=30)]) == one
    assert estimate_structural_rates([sample(2, n=30)]) is None
