"""Counting customers by cell: exact at every slider threshold; wrong input is refused."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.typing import ArrayLike

from retention.errors import InputError
from retention.profit.economics import Economics
from retention.profit.ranking import (
    ABOVE_EVERY_SCORE,
    FINE_FROM,
    GRID,
    STEPS,
    incremental_profit,
    incremental_profit_squared,
    rank_customers,
    total_value,
)
from tests.profit.cases import FOLD, LABEL, SCORE, VALUE, ValuedHeldOut, customers


def test_the_grid_is_the_decimals_people_type() -> None:
    """Thresholds are the doubles of 0.000, 0.001, ... 1.000, as round, JSON and text have them."""
    assert GRID.tolist() == [round(step / 1000, 3) for step in range(1001)]
    assert GRID.tolist() == [float(f"{step / 1000:.3f}") for step in range(1001)]
    assert json.loads(json.dumps(GRID.tolist())) == GRID.tolist()


def test_above_every_score_is_a_threshold_that_json_can_hold() -> None:
    """It contacts nobody, not even a score of 1, and survives a round trip."""
    assert json.loads(json.dumps(ABOVE_EVERY_SCORE)) == ABOVE_EVERY_SCORE > 1.0


def test_sums_by_hand() -> None:
    """Customers, values and squared values from 0.6 on, a score that a churned and a retained customer share."""
    ranking = rank_customers(score=SCORE, label=LABEL, fold=FOLD, value=VALUE)
    # retained customers: 300; churned customers: 500, 100, 40
    assert ranking.contacted(0.6).tolist() == [[1, 3], [300, 640], [90_000, 250_000 + 10_000 + 1_600]]
    assert ranking.all_customers.tolist()[:2] == [[4, 4], [300 + 800 + 200 + 60, 500 + 100 + 40 + 1000]]
    # 0.5 lies between the same customers, and 0.61 is above the tie
    assert ranking.contacted(0.5).tolist() == ranking.contacted(0.6).tolist()
    assert ranking.contacted(0.61)[0].tolist() == [0, 2]
    # off the grid
    assert ranking.contacted(0.59999999)[0].tolist() == [1, 3]
    assert ranking.contacted(0.60000001)[0].tolist() == [0, 2]


def test_pricing_sums_by_hand() -> None:
    """The sums give the profit and its squares without going over the customers again."""
    ranking = rank_customers(score=SCORE, label=LABEL, fold=FOLD, value=VALUE)
    economics = Economics(
        value=9, offer_cost=50, save_rate=0.5, stayer_redemption=0.4, harm_rate=0.1, contact_cost=1
    )
    contacted = ranking.contacted(0.6)
    # retained, worth 300: −(0.4 · 50 + 0.1 · 300) − 1 = −51; churned: 0.5 · (500 + 100 + 40 − 150) − 3 = 242
    assert incremental_profit(contacted, economics) == pytest.approx([-51, 242])
    # each churned customer: 224, 24, −6
    assert incremental_profit_squared(contacted, economics) == pytest.approx([51**2, 224**2 + 24**2 + 6**2])


def test_one_value_for_all_comes_from_the_economics() -> None:
    """Without a column, the economics' value stands for that of each customer."""
    contacted = rank_customers(score=SCORE, label=LABEL, fold=FOLD).contacted(0.6)
    assert contacted.tolist() == [[1, 3]]
    assert total_value(contacted, Economics(value=80)).tolist() == [80, 240]
    assert incremental_profit(contacted, Economics(value=80)).tolist() == [-50, 90]
    assert incremental_profit_squared(contacted, Economics(value=80)).tolist() == [2500, 2700]


@settings(max_examples=50, deadline=None)
@given(customers())
def test_the_grid_counts_exactly_those_at_or_above(case: ValuedHeldOut) -> None:
    """At each of the 1,001 thresholds the contacted are those with score >= threshold."""
    ranking = rank_customers(**case)
    at_or_above = case["score"][:, np.newaxis] >= GRID
    churned = case["label"] == 1
    assert ranking.grid[0, :, 1].tolist() == at_or_above[churned].sum(axis=0).tolist()
    assert ranking.grid[0, :, 0].tolist() == at_or_above[~churned].sum(axis=0).tolist()
    if case["value"] is not None:
        worth = np.where(at_or_above[churned], case["value"][churned, np.newaxis], 0).sum(axis=0)
        assert ranking.grid[1, :, 1] == pytest.approx(worth)


def test_many_customers_are_counted_as_exactly() -> None:
    """Finer cells, and the doubles right at, just under and just over every threshold."""
    generator = np.random.default_rng(1)
    n = FINE_FROM
    score = generator.random(n)
    score[: 3 * STEPS : 3] = GRID[1:]
    score[1 : 3 * STEPS : 3] = np.nextafter(GRID[1:], 0)
    score[2 : 3 * STEPS : 3] = np.nextafter(GRID[1:], 2).clip(max=1)
    label = generator.integers(0, 2, n)
    ranking = rank_customers(score=score, label=label, fold=np.arange(n) % 3)
    churned = np.sort(score[label == 1])
    assert ranking.sums.shape[2] > STEPS + 1
    assert ranking.grid[0, :, 1].tolist() == (len(churned) - np.searchsorted(churned, GRID)).tolist()
    order = np.argsort(score)
    assert np.all(np.diff(ranking.cell[order].astype(int)) >= 0)


def test_single_precision_scores_are_compared_exactly() -> None:
    """A float32 0.1 is a little above 0.1 and a float32 0.3 a little above 0.3; 0.7 falls short."""
    score = np.array([0.1, 0.3, 0.7], dtype=np.float32)
    ranking = rank_customers(score=score, label=[1, 1, 1], fold=[0, 1, 1])
    assert [int(ranking.contacted(t)[0, 1]) for t in (0.1, 0.3, 0.7)] == [3, 2, 0]


@pytest.mark.parametrize("label", [[True, False, True], [1.0, 0.0, 1.0], np.array([1, 0, 1], dtype=np.uint8)])
def test_labels_of_any_kind(label: ArrayLike) -> None:
    """True/False, whole floats and small integers are the same label."""
    assert rank_customers(score=[0.1, 0.2, 0.3], label=label, fold=[0, 1, 1]).all_customers.tolist() == [[1, 2]]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"score": []}, "score: holds no customers"),
        ({"score": [0.1, 0.2, 1.0000001]}, "score: 1 of 3 are missing or outside 0 to 1"),
        ({"score": [-1e-9, np.nan, 0.5]}, "score: 2 of 3"),
        ({"score": ["high", 0.2, 0.3]}, "score: holds something that is not a number"),
        ({"score": [[0.1, 0.2, 0.3]]}, "score: has shape"),
        ({"label": [0, 1]}, "label: has shape .2,., expected .3,."),
        ({"label": [0, 1, 2]}, "label: must be whole numbers from 0 to 1"),
        ({"label": [0, 1, -1]}, "label: must be"),
        ({"label": [0, 1, 0.5]}, "label: must be"),
        ({"label": [0, 1, np.nan]}, "label: must be"),
        ({"label": ["Yes", "No", "No"]}, "label: holds something that is not a number"),
        ({"fold": [0, 0, 0]}, "fold: all customers are in one fold"),
        ({"fold": [0, 1, 100]}, "fold: must be whole numbers from 0 to 99"),
        ({"fold": [0, 1, -1]}, "fold: must be"),
        ({"fold": [0, 1, 1.5]}, "fold: must be"),
        ({"fold": [0, 1]}, "fold: has shape"),
        ({"value": [1, 2]}, "value: has shape"),
        ({"value": [1, 2, -3]}, "value: 1 of 3 are missing, negative"),
    ],
)
def test_wrong_input_is_refused_by_name(change: dict[str, Any], sentence: str) -> None:
    """One sentence names the column and what is wrong with it."""
    good: dict[str, Any] = {"score": [0.1, 0.2, 0.3], "label": [0, 1, 1], "fold": [0, 1, 99]}
    assert len(rank_customers(**good)) == 3
    with pytest.raises(InputError, match=sentence):
        rank_customers(**{**good, **change})
