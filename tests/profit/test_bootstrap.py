"""The bootstrap bands, against resampling rows, and the headroom that follows from them."""

import numpy as np
import pytest
from numpy.typing import NDArray

from retention.profit.bootstrap import draw_customer_counts, percentile_interval, resampled_profit
from retention.profit.curve import profit_curve
from retention.profit.economics import Economics
from retention.profit.ranking import Sums, rank_customers
from tests.profit.cases import HeldOut, ValuedHeldOut, held_out, with_value

ECONOMICS = Economics(value=400, save_rate=0.5, stayer_redemption=0.6, contact_cost=1)


def market(n: int, *, seed: int = 0) -> HeldOut:
    """Draw customers whose calibrated scores separate churned from retained customers quite well."""
    generator = np.random.default_rng(seed)
    score = generator.beta(0.6, 2.4, n)
    label = (generator.random(n) < score).astype(int)
    return held_out(score, label, np.arange(n) % 5)


def take_rows(case: ValuedHeldOut, rows: NDArray[np.int64]) -> ValuedHeldOut:
    """Return the customers of some rows."""
    value = case["value"]
    part = held_out(case["score"][rows], case["label"][rows], case["fold"][rows])
    return with_value(part, None if value is None else value[rows])


def draw_profit(groups: Sums, economics: Economics, *, draws: int = 2000) -> NDArray[np.float64]:
    """Draw the profit of contacting each group, (draws, groups)."""
    generator = np.random.default_rng(0)
    return resampled_profit(draw_customer_counts(groups, generator, draws=draws), groups, economics, generator)


def row_resampled(amounts: NDArray[np.float64], draws: int = 3000) -> NDArray[np.float64]:
    """Draw n rows with replacement and sum their (n, k) amounts, the slow way; per 1,000 customers."""
    generator = np.random.default_rng(99)
    n = len(amounts)
    return np.array([amounts[generator.integers(0, n, n)].sum(axis=0) for _ in range(draws)]) * 1000 / n


@pytest.mark.parametrize("per_customer", [False, True])
def test_drawing_groups_is_resampling_rows(per_customer: bool) -> None:
    """Spread and ends agree with row resampling, group by group and for what two groups earn together."""
    case = market(2000)
    value = np.random.default_rng(5).gamma(0.7, 600, 2000) if per_customer else None
    amounts = ECONOMICS.amounts_per_customer(np.full(2000, 400.0) if value is None else value)
    profit = np.where(case["label"] == 1, amounts.saved, amounts.wasted)
    chosen = case["score"] >= 0.3
    slow = row_resampled(np.column_stack([profit * ~chosen, profit * chosen]))
    groups = rank_customers(**case, value=value).group_sums(chosen.astype(np.int32), 2)
    drawn = draw_profit(groups, ECONOMICS, draws=3000) / 2  # of 2,000 -> per 1,000
    for fast, rows in [
        (drawn[:, 0], slow[:, 0]),
        (drawn[:, 1], slow[:, 1]),
        (drawn.sum(axis=1), slow.sum(axis=1)),
    ]:
        low, high = np.quantile(rows, [0.05, 0.95])
        assert percentile_interval(fast) == pytest.approx((low, high), abs=0.06 * (high - low))


@pytest.mark.slow
@pytest.mark.parametrize("per_customer", [False, True])
def test_the_bands_are_those_of_repeating_the_whole_procedure(per_customer: bool) -> None:
    """Resampling rows and picking every fold's threshold again, exactly, spreads the profits as much."""
    value = np.random.default_rng(5).gamma(0.7, 600, 1000) if per_customer else None
    case = with_value(market(1000), value)
    curve = profit_curve(**case, economics=ECONOMICS)
    generator = np.random.default_rng(3)
    slow = []
    for _ in range(600):
        rows = generator.integers(0, 1000, 1000)
        again = profit_curve(**take_rows(case, rows), economics=ECONOMICS)
        over_threshold = gain = 0.0
        if again.per_customer is not None:
            over_threshold = again.per_customer.over_threshold
            gain = again.per_customer.profit - max(again.profit_all, 0.0)
        slow.append([again.profit_best, again.profit_best - max(again.profit_all, 0.0), over_threshold, gain])
    for band, rows in zip(curve.bands, np.transpose(slow), strict=True):
        if band is not None:
            low, high = np.quantile(rows, [0.05, 0.95])
            assert band == pytest.approx((low, high), abs=0.12 * (high - low))


def test_a_gain_that_depends_on_the_threshold_picked_is_no_headroom() -> None:
    """With fixed thresholds the gain would seem certain; thresholds that are picked again often miss it."""
    # the 180 lowest scores hold 9 churned customers: leaving them all out earns 171·50 − 9·450 = 4,500
    score = np.append(np.linspace(0.05, 0.25, 180), np.linspace(0.4, 0.9, 820))
    label = np.append(np.arange(180) % 20 == 10, np.arange(820) % 10 < 6).astype(int)
    fold = np.arange(1000) % 5
    curve = profit_curve(score, label, fold=fold)
    assert curve.profit_in_sample - curve.profit_all == pytest.approx(4500)
    chosen = (score >= curve.fold_thresholds[fold]).astype(np.int32)
    fixed = draw_profit(curve.ranking.group_sums(chosen, 2), curve.economics)
    assert percentile_interval(fixed[:, 1] - fixed.sum(axis=1)).low > 0
    assert curve.gain_band.low < 0 < curve.gain_band.high
    assert not curve.headroom


@pytest.mark.parametrize("per_customer", [False, True])
def test_the_curve_band_is_that_of_resampling_rows(per_customer: bool) -> None:
    """Threshold by threshold the closed form agrees with row resampling, where values differ as well."""
    case = market(2000, seed=1)
    value = np.random.default_rng(6).gamma(0.7, 600, 2000) if per_customer else None
    curve = profit_curve(**case, value=value, economics=ECONOMICS)
    amounts = ECONOMICS.amounts_per_customer(np.full(2000, 400.0) if value is None else value)
    profit = np.where(case["label"] == 1, amounts.saved, amounts.wasted)
    cuts = np.array([0.0, 0.1, 0.3, 0.6])
    index = np.searchsorted(curve.threshold, cuts)
    drawn = (
        row_resampled(profit[:, np.newaxis] * (case["score"][:, np.newaxis] >= cuts)) * 2
    )  # per 1,000 → all 2,000
    low, high = np.quantile(drawn, [0.05, 0.95], axis=0)
    assert np.all(np.abs(curve.profit_band.low[index] - low) < 0.06 * (high - low))
    assert np.all(np.abs(curve.profit_band.high[index] - high) < 0.06 * (high - low))


def test_values_that_differ_widen_the_band() -> None:
    """The same total value in fewer customers is less certain."""
    case = market(3000)
    uneven = np.where(np.arange(3000) // 5 % 10 == 0, 4000.0, 0.0)
    narrow = profit_curve(**case, value=np.full(3000, 400.0), economics=ECONOMICS).band
    wide = profit_curve(**case, value=uneven, economics=ECONOMICS).band
    assert wide.high - wide.low > 1.5 * (narrow.high - narrow.low)


def test_a_column_of_equal_values_is_the_one_value() -> None:
    """One number for all, or the same number in a column: the same profits and band."""
    case = market(500)
    single = profit_curve(**case, economics=ECONOMICS)
    column = profit_curve(**case, value=np.full(500, 400.0), economics=ECONOMICS)
    assert column.profit_best == pytest.approx(single.profit_best)
    assert column.profit.tolist() == pytest.approx(single.profit.tolist())
    assert tuple(column.band) == pytest.approx(tuple(single.band), rel=0.03)
    assert column.profit_band.high == pytest.approx(single.profit_band.high)


def test_the_seed_fixes_the_band() -> None:
    """The same seed draws the same band; another seed nearly the same."""
    case = market(2000)
    first, same, another = (profit_curve(**case, economics=ECONOMICS, seed=seed).band for seed in (1, 1, 2))
    assert first == same != another
    assert first.low == pytest.approx(another.low, rel=0.05)


def test_headroom_where_the_model_separates_customers() -> None:
    """Good scores beat send-to-all and doing nothing beyond chance."""
    curve = profit_curve(**market(3000), economics=ECONOMICS)
    assert curve.gain_band.low > 0
    assert curve.headroom


def test_no_headroom_where_scores_are_random() -> None:
    """Scores unrelated to churn gain nothing over the better of everyone and nobody."""
    case = market(3000)
    case["score"] = np.random.default_rng(8).random(3000)
    assert not profit_curve(**case, economics=ECONOMICS).headroom


def test_no_headroom_where_everyone_should_get_it() -> None:
    """When each contact pays, sending to all is as good."""
    case = market(500)
    curve = profit_curve(**case, economics=Economics(stayer_redemption=0))
    assert curve.profit_best <= curve.profit_all
    assert not curve.headroom
