"""The policy that is deployed, what it earns, and whether its bands cover."""

from dataclasses import replace

import numpy as np
import pytest

from retention.profit.bootstrap import Band, band_of_the_lower
from retention.profit.curve import ProfitCurve, profit_curve
from retention.profit.economics import PRESETS, Economics
from retention.profit.profit_text import profit_summary
from retention.profit.ranking import ABOVE_EVERY_SCORE
from tests.profit.cases import FOLD, HAND, LABEL, SCORE, VALUE


def draw(seed: int, n: int, economics: Economics) -> ProfitCurve:
    """Draw n customers whose scores are their true churn probabilities."""
    generator = np.random.default_rng(seed)
    score = generator.beta(0.6, 2.4, n)
    return profit_curve(score, generator.random(n) < score, fold=np.arange(n) % 5, economics=economics)


def test_the_break_even_decides_and_its_profit_is_exact() -> None:
    """Seven of eight reach 0.1, four of them churned: 4 · 450 − 3 · 50 = 1,650 over eight customers."""
    deployed = profit_curve(SCORE, LABEL, fold=FOLD).deployed
    assert (deployed.decided_by, deployed.threshold, deployed.contacted) == ("break-even", 0.1, 7)
    assert deployed.profit == pytest.approx(1650 * 1000 / 8)
    # Σ profit² − (Σ profit)² / n = 4 · 450² + 3 · 50² − 1650² / 8
    error = np.sqrt(4 * 450**2 + 3 * 50**2 - 1650**2 / 8) * 1000 / 8
    assert deployed.band == pytest.approx(
        (deployed.profit - 1.6449 * error, deployed.profit + 1.6449 * error), rel=1e-4
    )
    # everyone earns 50 less, by the one retained customer below 0.1: 50 ± 1.645 · √(50² − 50² / 8)
    over_everyone = 50 - 1.6449 * np.sqrt(50**2 - 50**2 / 8)
    assert deployed.gain_band.low == pytest.approx(min(over_everyone * 125, deployed.band.low), rel=1e-4)


def test_with_values_each_customer_has_a_break_even() -> None:
    """There is no threshold; contacts and profit are those of deciding customer by customer."""
    curve = profit_curve(**HAND, value=VALUE)
    assert curve.per_customer is not None
    assert (curve.deployed.threshold, curve.deployed.decided_by) == (None, "break-even")
    assert curve.deployed.contacted == curve.per_customer.contacted
    assert curve.deployed.profit == pytest.approx(curve.per_customer.profit)


def test_an_offer_that_never_pays_goes_to_nobody() -> None:
    """The break-even is infinite; the threshold is one that no score reaches."""
    curve = profit_curve([1.0, 0.9, 0.2], [1, 1, 0], fold=[0, 1, 0], economics=Economics(value=40))
    assert (curve.threshold_deployed, curve.deployed.contacted) == (ABOVE_EVERY_SCORE, 0)
    assert (curve.deployed.profit, *curve.deployed.band) == (0, 0, 0)


def test_the_deployed_threshold_needs_no_evaluation_rows() -> None:
    """Other customers of the same market give the same threshold; the best one moves."""
    curves = [draw(seed, 500, PRESETS["realistic"]) for seed in range(20)]
    deployed = {curve.threshold_deployed for curve in curves}
    assert deployed == {PRESETS["realistic"].break_even()}
    assert len({curve.threshold_best for curve in curves}) > 10


def test_the_lower_of_two_bands() -> None:
    """End by end."""
    assert band_of_the_lower(Band(1, 9), Band(-2, 12), Band(3, 4)) == (-2, 4)


@pytest.mark.parametrize("preset", ["original", "realistic"])
def test_nine_bands_in_ten_cover_the_truth(preset: str) -> None:
    """Of 400 samples of 500: the true profit, and the true gain over the better of everyone and nobody."""
    economics = PRESETS[preset]
    generator = np.random.default_rng(99)
    p = generator.beta(0.6, 2.4, 400_000)
    each = economics.expected_profit(p)
    send = p >= economics.break_even()
    profit, everyone = 1000 * float(np.where(send, each, 0).mean()), 1000 * float(each.mean())
    gain = profit - max(everyone, 0.0)
    curves = [draw(seed, 500, economics).deployed for seed in range(400)]
    by_break_even = [deployed for deployed in curves if deployed.decided_by == "break-even"]
    assert len(by_break_even) >= 385
    covered = np.mean([deployed.band.low <= profit <= deployed.band.high for deployed in by_break_even])
    gains = np.mean([deployed.gain_band.low <= gain <= deployed.gain_band.high for deployed in by_break_even])
    assert 0.86 <= covered <= 0.94  # 0.90, standard error 0.015
    assert 0.86 <= gains <= 0.97


def test_the_gain_band_covers_where_everyone_earns_nothing() -> None:
    """Money inputs at which sending to everyone earns exactly nothing on average: the kink of the maximum."""
    generator = np.random.default_rng(98)
    p = generator.beta(0.6, 2.4, 400_000)
    free = replace(PRESETS["realistic"], contact_cost=0.0)
    economics = replace(free, contact_cost=float(free.expected_profit(p).mean()))
    each = economics.expected_profit(p)
    gain = 1000 * float(np.where(p >= economics.break_even(), each, 0).mean()) - max(1000 * float(each.mean()), 0)
    bands = [draw(seed, 500, economics).deployed.gain_band for seed in range(300)]
    assert 0.86 <= np.mean([band.low <= gain <= band.high for band in bands]) <= 0.97


def test_the_next_customers_vary_once_more() -> None:
    """The expectation's error and that of another sample of the same size: the root of 2 wider, both sides."""
    deployed = profit_curve(SCORE, LABEL, fold=FOLD).deployed
    width = deployed.band.high - deployed.band.low
    assert deployed.next_band.high - deployed.next_band.low == pytest.approx(np.sqrt(2) * width)
    assert sum(deployed.next_band) / 2 == pytest.approx(deployed.profit)


def test_nine_samples_in_ten_fall_into_the_band_of_the_next() -> None:
    """Of 300 pairs of samples of 500, the profit of the second in the band of the first."""
    pairs = [
        (draw(seed, 500, PRESETS["realistic"]), draw(1000 + seed, 500, PRESETS["realistic"]))
        for seed in range(300)
    ]
    bands = [(first.deployed.next_band, second.deployed.profit) for first, second in pairs]
    assert 0.86 <= np.mean([band.low <= profit <= band.high for band, profit in bands]) <= 0.94


def test_heavy_values_get_a_wider_band_and_a_warning() -> None:
    """Lognormal values (sigma 2): the band covers over 80% of 300 samples, where the normal one covers 70%."""
    economics = replace(PRESETS["realistic"], value=500.0)

    def sample(seed: int, n: int) -> ProfitCurve:
        generator = np.random.default_rng(seed)
        score = generator.beta(0.6, 2.4, n)
        value = generator.lognormal(0, 2, n) * 500 / np.exp(2)
        return profit_curve(
            score, generator.random(n) < score, fold=np.arange(n) % 5, value=value, economics=economics
        )

    truth = np.mean([sample(10_000 + seed, 200_000).deployed.profit for seed in range(5)])
    deployed = [sample(seed, 500).deployed for seed in range(300)]
    assert np.mean([policy.band.low <= truth <= policy.band.high for policy in deployed]) >= 0.8
    assert np.mean([policy.heavy for policy in deployed]) > 0.9
    heavy = sample(0, 500)
    assert "a 90% band covers about 85% here" in profit_summary(heavy)
    assert "very high value" not in profit_summary(draw(0, 500, economics))
