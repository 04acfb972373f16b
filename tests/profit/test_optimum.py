"""The most profitable threshold, against trying every one."""

import numpy as np
import pytest
from hypothesis import given, settings

from retention.profit.economics import Economics
from retention.profit.optimum import best_thresholds
from retention.profit.ranking import ABOVE_EVERY_SCORE, FINE_FROM, rank_customers
from tests.profit.cases import FOLD, LABEL, SCORE, VALUE, ValuedHeldOut, brute_profit, customers, economics


def test_the_optimum_by_hand() -> None:
    """Running profit, highest score first: 450, 900, tie 1300, 1250, 1200, 1650, 1600: contact down to 0.2."""
    thresholds = best_thresholds(rank_customers(score=SCORE, label=LABEL, fold=FOLD), Economics())
    # any threshold above 0.05 and up to 0.2 does; the middle, 0.125, needs three digits
    assert thresholds.best == 0.125
    # fold 0 is priced on fold 1: 0.8 → 450, 0.6 → 900, 0.3 → 850; fold 1 on fold 0: 450, 400, 350, 800
    assert thresholds.by_fold.tolist() == [0.6, 0.2]


def test_tied_scores_move_together() -> None:
    """A churned customer who shares a score with three retained customers cannot be contacted without them."""
    score, label = np.array([0.5, 0.5, 0.5, 0.5]), np.array([1, 0, 0, 0])
    ranking = rank_customers(score=score, label=label, fold=[0, 1, 0, 1])
    # 150 − 3 · 60 < 0 though the churned customer alone would earn 150
    assert best_thresholds(ranking, Economics(value=210, offer_cost=60)).best == 1.0
    # 190 − 3 · 60 > 0
    assert best_thresholds(ranking, Economics(value=250, offer_cost=60)).best == 0.0


def test_values_change_the_optimum() -> None:
    """With values 500, 100, 300, 40, ...: 450, 500, tie (−50 − 10) 440, 390, 340, 1290, 1240."""
    ranking = rank_customers(score=SCORE, label=LABEL, fold=FOLD, value=VALUE)
    assert best_thresholds(ranking, Economics()).best == 0.125
    # at d = 200 they bring 300, −100, tie −360, −200, −200, +800, −200: the first alone is best
    assert best_thresholds(ranking, Economics(offer_cost=200)).best == 0.85


def test_nobody() -> None:
    """Where no contact pays the threshold is 1, or just above when a score is 1."""
    below = rank_customers(score=[0.9, 0.2], label=[0, 0], fold=[0, 1])
    assert best_thresholds(below, Economics()).best == 1.0
    assert best_thresholds(below, Economics()).by_fold.tolist() == [ABOVE_EVERY_SCORE, ABOVE_EVERY_SCORE]
    sure = rank_customers(score=[1.0, 0.2], label=[0, 0], fold=[0, 1])
    assert best_thresholds(sure, Economics()).best == ABOVE_EVERY_SCORE


def test_everyone() -> None:
    """Where all contacts pay the threshold is 0."""
    assert best_thresholds(rank_customers(score=[0.9, 0.2], label=[1, 1], fold=[0, 1]), Economics()).best == 0.0


def test_of_equally_good_thresholds_the_highest_wins() -> None:
    """Contacting nine retained customers to save one churned customer earns nothing more."""
    score = np.linspace(0.9, 0.1, 11)
    label = np.array([1] + [0] * 9 + [1])
    thresholds = best_thresholds(rank_customers(score=score, label=label, fold=np.arange(11) % 2), Economics())
    assert score[1] < thresholds.best <= score[0]


@settings(max_examples=50, deadline=None)
@given(customers(), economics)
def test_no_threshold_earns_more(case: ValuedHeldOut, economics: Economics) -> None:
    """On all customers, and on all but each fold, the best of every distinct threshold is thresholds."""
    thresholds = best_thresholds(rank_customers(**case), economics)
    value = economics.value if case["value"] is None else case["value"]
    for part, threshold in enumerate([thresholds.best, *thresholds.by_fold]):
        is_kept = np.ones(len(case["score"]), bool) if part == 0 else case["fold"] != part - 1
        case_kept = (
            case["score"][is_kept],
            case["label"][is_kept],
            np.broadcast_to(value, len(is_kept))[is_kept],
            economics,
        )
        best = max((brute_profit(*case_kept, cut) for cut in case_kept[0]), default=0.0)
        assert brute_profit(*case_kept, threshold) == pytest.approx(max(best, 0.0), abs=1e-6)


@given(customers())
@settings(max_examples=50, deadline=None)
def test_the_deployed_threshold_is_a_short_decimal(case: ValuedHeldOut) -> None:
    """It lies in the slider's range and reads back from text as the same number."""
    best = best_thresholds(rank_customers(**case), Economics()).best
    assert float(repr(best)) == best
    assert 0 <= best <= ABOVE_EVERY_SCORE


@pytest.mark.parametrize("per_customer", [False, True])
def test_many_customers(per_customer: bool) -> None:
    """Finer cells and the bound on what a cell may hold find the same optimum as sorting everyone."""
    generator = np.random.default_rng(3)
    n = FINE_FROM + 1
    score = generator.beta(1, 6, n).round(4)  # ties
    label = (generator.random(n) < score).astype(int)
    value = generator.gamma(1, 400, n) if per_customer else None
    fold = generator.integers(0, 3, n)
    economics = Economics(save_rate=0.4, stayer_redemption=0.7, harm_rate=0.01, contact_cost=1)
    thresholds = best_thresholds(rank_customers(score=score, label=label, fold=fold, value=value), economics)
    amounts = economics.amounts_per_customer(np.full(n, 500.0) if value is None else value)
    gain = np.where(label == 1, amounts.saved, amounts.wasted)
    for part, threshold in enumerate([thresholds.best, *thresholds.by_fold]):
        is_kept = np.ones(n, bool) if part == 0 else fold != part - 1
        distinct, place = np.unique(score[is_kept], return_inverse=True)
        running = np.bincount(place, gain[is_kept])[::-1].cumsum()[::-1]
        assert gain[is_kept & (score >= threshold)].sum() == pytest.approx(running.max(), rel=1e-9)
        assert len(distinct) < is_kept.sum()
