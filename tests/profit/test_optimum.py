"""The most profitable threshold, against trying every one."""

import numpy as np
import pytest
from hypothesis import given, settings

from retention.profit.economics import Economics
from retention.profit.optimum import best_thresholds
from retention.profit.ranking import ABOVE_EVERY_SCORE, FINE_FROM, rank_customers
from tests.profit.cases import FOLD, LABEL, SCORE, VALUE, brute_profit, customers, terms


def test_the_optimum_by_hand() -> None:
    """Running profit, highest score first: 450, 900, tie 1300, 1250, 1200, 1650, 1600: contact down to 0.2."""
    found = best_thresholds(rank_customers(score=SCORE, label=LABEL, fold=FOLD), Economics())
    # any threshold above 0.05 and up to 0.2 does; the middle, 0.125, needs three digits
    assert found.best == 0.125
    # fold 0 is priced on fold 1: 0.8 → 450, 0.6 → 900, 0.3 → 850; fold 1 on fold 0: 450, 400, 350, 800
    assert found.by_fold.tolist() == [0.6, 0.2]


def test_tied_scores_move_together() -> None:
    """A leaver who shares a score with three stayers cannot be contacted without them."""
    score, label = np.array([0.5, 0.5, 0.5, 0.5]), np.array([1, 0, 0, 0])
    ranking = rank_customers(score=score, label=label, fold=[0, 1, 0, 1])
    # 150 − 3 · 60 < 0 though the leaver alone would bring 150
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


def test_among_equals_the_fewest_messages() -> None:
    """Contacting nine stayers to win one more leaver earns nothing more, so they are left alone."""
    score = np.linspace(0.9, 0.1, 11)
    label = np.array([1] + [0] * 9 + [1])
    found = best_thresholds(rank_customers(score=score, label=label, fold=np.arange(11) % 2), Economics())
    assert score[1] < found.best <= score[0]


@settings(max_examples=50, deadline=None)
@given(customers(), terms)
def test_no_threshold_earns_more(case: dict, money: Economics) -> None:
    """On all customers, and on all but each fold, the best of every distinct threshold is found."""
    found = best_thresholds(rank_customers(**case), money)
    value = money.value if case["value"] is None else case["value"]
    for part, threshold in enumerate([found.best, *found.by_fold]):
        kept = np.ones(len(case["score"]), bool) if part == 0 else case["fold"] != part - 1
        own = (case["score"][kept], case["label"][kept], np.broadcast_to(value, len(kept))[kept], money)
        best = max((brute_profit(*own, cut) for cut in own[0]), default=0.0)
        assert brute_profit(*own, threshold) == pytest.approx(max(best, 0.0), abs=1e-6)


@given(customers())
@settings(max_examples=50, deadline=None)
def test_the_deployed_threshold_is_a_short_decimal(case: dict) -> None:
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
    money = Economics(save_rate=0.4, stayer_redemption=0.7, harm_rate=0.01, contact_cost=1)
    found = best_thresholds(rank_customers(score=score, label=label, fold=fold, value=value), money)
    head = money.amounts_per_customer(np.full(n, 500.0) if value is None else value)
    gain = np.where(label == 1, head.saved, head.wasted)
    for part, threshold in enumerate([found.best, *found.by_fold]):
        kept = np.ones(n, bool) if part == 0 else fold != part - 1
        distinct, place = np.unique(score[kept], return_inverse=True)
        running = np.bincount(place, gain[kept])[::-1].cumsum()[::-1]
        assert gain[kept & (score >= threshold)].sum() == pytest.approx(running.max(), rel=1e-9)
        assert len(distinct) < kept.sum()
