"""The bootstrap band, against resampling rows, and the headroom it decides."""

import numpy as np
import pytest
from numpy.typing import NDArray

from retention.profit.bootstrap import draw_customer_counts, percentile_interval, resampled_profit
from retention.profit.curve import profit_curve
from retention.profit.economics import Economics
from retention.profit.ranking import Sums, rank_customers

TERMS = Economics(value=400, save_rate=0.5, stayer_redemption=0.6, contact_cost=1)


def market(n: int, *, seed: int = 0) -> dict[str, NDArray[np.float64]]:
    """Draw customers whose calibrated scores tell leavers from stayers quite well."""
    generator = np.random.default_rng(seed)
    score = generator.beta(0.6, 2.4, n)
    label = (generator.random(n) < score).astype(int)
    return {"score": score, "label": label, "fold": np.arange(n) % 5}


def resampled_money(groups: Sums, economics: Economics, *, draws: int = 2000) -> NDArray[np.float64]:
    """Draw what contacting each group brings, (draws, groups)."""
    generator = np.random.default_rng(0)
    return resampled_profit(draw_customer_counts(groups, generator, draws=draws), groups, economics, generator)


def row_resampled(heads: NDArray[np.float64], draws: int = 3000) -> NDArray[np.float64]:
    """Draw n rows with replacement and sum their (n, k) amounts, the slow way; per 1,000 customers."""
    generator = np.random.default_rng(99)
    n = len(heads)
    return np.array([heads[generator.integers(0, n, n)].sum(axis=0) for _ in range(draws)]) * 1000 / n


@pytest.mark.parametrize("per_customer", [False, True])
def test_drawing_groups_is_resampling_rows(per_customer: bool) -> None:
    """Spread and ends agree with row resampling, group by group and for what two groups earn together."""
    case = market(2000)
    value = np.random.default_rng(5).gamma(0.7, 600, 2000) if per_customer else None
    head = TERMS.amounts_per_customer(np.full(2000, 400.0) if value is None else value)
    each = np.where(case["label"] == 1, head.saved, head.wasted)
    chosen = case["score"] >= 0.3
    slow = row_resampled(np.column_stack([each * ~chosen, each * chosen]))
    groups = rank_customers(**case, value=value).group_sums(chosen.astype(np.int32), 2)
    drawn = resampled_money(groups, TERMS, draws=3000) / 2  # of 2,000 -> per 1,000
    for fast, rows in [
        (drawn[:, 0], slow[:, 0]),
        (drawn[:, 1], slow[:, 1]),
        (drawn.sum(axis=1), slow.sum(axis=1)),
    ]:
        low, high = np.quantile(rows, [0.05, 0.95])
        assert percentile_interval(fast) == pytest.approx((low, high), abs=0.06 * (high - low))


@pytest.mark.slow
@pytest.mark.parametrize("per_customer", [False, True])
def test_the_bands_are_those_of_starting_over(per_customer: bool) -> None:
    """Resampling rows and picking every fold's threshold anew, exactly, spreads the profits as much."""
    case = market(1000)
    if per_customer:
        case["value"] = np.random.default_rng(5).gamma(0.7, 600, 1000)
    curve = profit_curve(**case, economics=TERMS)
    generator = np.random.default_rng(3)
    slow = []
    for _ in range(600):
        rows = generator.integers(0, 1000, 1000)
        again = profit_curve(**{name: column[rows] for name, column in case.items()}, economics=TERMS)
        over = over_rival = 0.0
        if again.per_customer is not None:
            over, over_rival = (
                again.per_customer.over_threshold,
                again.per_customer.profit - max(again.profit_all, 0.0),
            )
        slow.append([again.profit_best, again.profit_best - max(again.profit_all, 0.0), over, over_rival])
    for band, rows in zip(curve.bands, np.transpose(slow), strict=True):
        if band is not None:
            low, high = np.quantile(rows, [0.05, 0.95])
            assert band == pytest.approx((low, high), abs=0.12 * (high - low))


def test_a_gain_that_hangs_on_the_threshold_picked_is_no_headroom() -> None:
    """Were the thresholds held fixed the gain would pass for certain; picked anew they often miss it."""
    # the 180 lowest scores hold 9 leavers: leaving them all out earns 171·50 − 9·450 = 4,500
    score = np.append(np.linspace(0.05, 0.25, 180), np.linspace(0.4, 0.9, 820))
    label = np.append(np.arange(180) % 20 == 10, np.arange(820) % 10 < 6).astype(int)
    fold = np.arange(1000) % 5
    curve = profit_curve(score, label, fold=fold)
    assert curve.profit_in_sample - curve.profit_all == pytest.approx(4500)
    chosen = (score >= curve.fold_thresholds[fold]).astype(np.int32)
    fixed = resampled_money(curve.ranking.group_sums(chosen, 2), curve.economics)
    assert percentile_interval(fixed[:, 1] - fixed.sum(axis=1)).low > 0
    assert curve.gain_band.low < 0 < curve.gain_band.high
    assert not curve.headroom


@pytest.mark.parametrize("per_customer", [False, True])
def test_the_curve_band_is_that_of_resampling_rows(per_customer: bool) -> None:
    """Threshold by threshold the closed form agrees with row resampling, where values differ as well."""
    case = market(2000, seed=1)
    value = np.random.default_rng(6).gamma(0.7, 600, 2000) if per_customer else None
    curve = profit_curve(**case, value=value, economics=TERMS)
    head = TERMS.amounts_per_customer(np.full(2000, 400.0) if value is None else value)
    each = np.where(case["label"] == 1, head.saved, head.wasted)
    cuts = np.array([0.0, 0.1, 0.3, 0.6])
    at = np.searchsorted(curve.threshold, cuts)
    drawn = (
        row_resampled(each[:, np.newaxis] * (case["score"][:, np.newaxis] >= cuts)) * 2
    )  # per 1,000 → all 2,000
    low, high = np.quantile(drawn, [0.05, 0.95], axis=0)
    assert np.all(np.abs(curve.profit_band.low[at] - low) < 0.06 * (high - low))
    assert np.all(np.abs(curve.profit_band.high[at] - high) < 0.06 * (high - low))


def test_values_that_differ_widen_the_band() -> None:
    """The same total worth in fewer hands is less certain."""
    case = market(3000)
    uneven = np.where(np.arange(3000) // 5 % 10 == 0, 4000.0, 0.0)
    narrow = profit_curve(**case, value=np.full(3000, 400.0), economics=TERMS).band
    wide = profit_curve(**case, value=uneven, economics=TERMS).band
    assert wide.high - wide.low > 1.5 * (narrow.high - narrow.low)


def test_a_column_of_equal_values_is_the_one_value() -> None:
    """One number for all, or the same number in a column: the same profits and band."""
    case = market(500)
    single = profit_curve(**case, economics=TERMS)
    column = profit_curve(**case, value=np.full(500, 400.0), economics=TERMS)
    assert column.profit_best == pytest.approx(single.profit_best)
    assert column.profit.tolist() == pytest.approx(single.profit.tolist())
    assert tuple(column.band) == pytest.approx(tuple(single.band), rel=0.03)
    assert column.profit_band.high == pytest.approx(single.profit_band.high)


def test_the_seed_fixes_the_band() -> None:
    """The same seed draws the same band; another seed nearly the same."""
    case = market(2000)
    first, same, other = (profit_curve(**case, economics=TERMS, seed=seed).band for seed in (1, 1, 2))
    assert first == same != other
    assert first.low == pytest.approx(other.low, rel=0.05)


def test_headroom_where_the_model_tells_customers_apart() -> None:
    """Good scores beat send-to-all and doing nothing beyond chance."""
    curve = profit_curve(**market(3000), economics=TERMS)
    assert curve.gain_band.low > 0
    assert curve.headroom


def test_no_headroom_where_scores_tell_nothing() -> None:
    """Scores unrelated to who leaves have nothing to gain over the better of all and nobody."""
    case = market(3000)
    case["score"] = np.random.default_rng(8).random(3000)
    assert not profit_curve(**case, economics=TERMS).headroom


def test_no_headroom_where_everyone_should_get_it() -> None:
    """When each contact pays, sending to all is as good."""
    case = market(500)
    curve = profit_curve(**case, economics=Economics(stayer_redemption=0))
    assert curve.profit_best <= curve.profit_all
    assert not curve.headroom
