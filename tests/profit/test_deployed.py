"""The policy that is deployed, what it earns, and whether its bands cover."""

from dataclasses import replace

import numpy as np
import pytest

from retention.profit.bootstrap import Band, band_of_the_lower
from retention.profit.curve import ProfitCurve, profit_curve
from retention.profit.deployed import send_by_break_even
from retention.profit.economics import PRESETS, Economics
from retention.profit.profit_text import profit_summary
from retention.profit.ranking import ABOVE_EVERY_SCORE, rank_customers
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
    # nine customers with the half ones added: 4.5 earn 450, 3.5 cost 50, one is not contacted
    assert deployed.band == pytest.approx(hall([(450, 4.5), (-50, 3.5), (0, 1)], customers=8), rel=1e-4)
    # everyone earns 50 less, by the one retained customer below 0.1
    without = hall([(450, 0.5), (-50, 1.5), (0, 7)], customers=8)
    assert deployed.gain_band == pytest.approx(
        (min(-without[1], deployed.band.low), min(-without[0], deployed.band.high)), rel=1e-4
    )


def hall(amounts: list[tuple[float, float]], *, customers: int) -> tuple[float, float]:
    """Return Hall's 90% band per 1,000 customers of (amount, number of customers), term by term."""
    number = sum(weight for _, weight in amounts)
    mean, variance, third = (
        sum(weight * (amount - centre) ** power for amount, weight in amounts) / number
        for power, centre in ((1, 0.0), (2, mean_of(amounts)), (3, mean_of(amounts)))
    )
    skewness, error = third / variance**1.5 / np.sqrt(customers), np.sqrt(variance / customers)
    ends = [
        mean - error * 3 / skewness * (np.cbrt(1 + skewness * (normal - skewness / 6)) - 1)
        for normal in (1.6448536, -1.6448536)
    ]
    return 1000 * ends[0], 1000 * ends[1]


def mean_of(amounts: list[tuple[float, float]]) -> float:
    """Return the mean of (amount, number of customers)."""
    return sum(weight * amount for amount, weight in amounts) / sum(weight for _, weight in amounts)


def test_a_band_holds_its_figure_even_if_one_customer_is_contacted() -> None:
    """One of 20 reaches 0.1, retained or churned: −50 or +450 over 20 customers, between the ends."""
    for label, profit in ((0, -2500.0), (1, 22_500.0)):
        deployed = profit_curve([0.9, *[0.05] * 19], [label, *[0] * 19], fold=np.arange(20) % 2).deployed
        assert deployed.profit == pytest.approx(profit)
        assert deployed.band.low < profit < deployed.band.high


def test_weights_of_few_effective_customers_widen_the_band() -> None:
    """Weights 1 and 9 in turn are as informative as 61% of the customers: the band is 1 / √0.61 as wide."""
    generator = np.random.default_rng(3)
    score = generator.beta(0.6, 2.4, 2000)
    draws, fold, weight = generator.random(2000) < score, np.arange(2000) % 5, np.tile([1.0, 9.0], 1000)
    plain, weighted = (
        profit_curve(score, draws, fold=fold, weight=column).deployed.band for column in (None, weight)
    )
    assert (weighted.high - weighted.low) / (plain.high - plain.low) == pytest.approx(
        1 / np.sqrt(25 / 41), rel=0.08
    )


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


@pytest.mark.parametrize(("churned", "value"), [(0.048, None), (0.048, 1), (0.5, None)])
def test_rare_churn_is_covered_as_well(churned: float, value: int | None) -> None:
    """Of 500 samples of 500, about 24 of whom churn: 90% (± 1.3); the normal band covers 82%."""
    economics = PRESETS["realistic"]
    generator = np.random.default_rng(97)
    a = 0.8
    p = generator.beta(a, a * (1 - churned) / churned, 200_000)
    truth = 1000 * float(np.maximum(economics.expected_profit(p), 0).mean())

    def covers(seed: int) -> bool:
        sampler = np.random.default_rng(seed)
        score = sampler.beta(a, a * (1 - churned) / churned, 500)
        values = None if value is None else np.full(500, economics.value)
        ranking = rank_customers(score, sampler.random(500) < score, fold=np.arange(500) % 5, value=values)
        band = send_by_break_even(ranking, economics).band
        return band.low <= truth <= band.high

    assert 0.86 <= np.mean([covers(seed) for seed in range(500)]) <= 0.94


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
    assert deployed.profit - deployed.next_band.low == pytest.approx(
        np.sqrt(2) * (deployed.profit - deployed.band.low)
    )


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
