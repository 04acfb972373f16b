"""Scores of treatments, values of policies and the gate."""

import numpy as np
import pytest

from retention.campaign.effect import Estimate
from retention.campaign.learning_rows import pool_rows
from retention.campaign.policy_value import (
    NOBODY,
    best_policy,
    mean_estimate,
    one_sided_low,
    treatment_scores,
    value_of,
    value_over,
)
from tests.campaign.learning_cases import trial


def test_the_value_of_a_policy_by_hand() -> None:
    """Of scores 2, 4 and −6, contacting the first two is worth 2 a head, everyone 0; the standard errors too."""
    scores = np.array([[2.0], [4.0], [-6.0]])
    some, everyone = np.array([0, 0, NOBODY]), np.zeros(3, dtype=np.int64)
    assert value_of(some, scores).value == pytest.approx(2.0)
    assert value_of(some, scores).standard_error == pytest.approx(2.0 / 3**0.5)
    assert value_over(some, everyone, scores).value == pytest.approx(2.0)


def test_the_gate_is_one_sided_at_ninety_percent() -> None:
    """1.2815 standard errors above 0 pass, 1.2816 below do not."""
    assert one_sided_low(Estimate(1.2816, 1.0)) > 0
    assert one_sided_low(Estimate(1.2815, 1.0)) < 0


def test_a_policy_gives_the_best_possible_treatment_or_none() -> None:
    """The best treatment that the customer could get and that earns; else nobody is contacted."""
    effects = np.array([[1.0, 2.0], [1.0, 2.0], [-1.0, -2.0]])
    possible = np.array([[True, True], [True, False], [True, True]])
    assert best_policy(effects, possible).tolist() == [1, 0, NOBODY]


def test_units_that_were_drawn_whole_widen_the_error() -> None:
    """Pairs of equal customers hold half as much information: the error is that of their sums."""
    numbers = np.array([1.0, 1.0, 3.0, 3.0, 8.0, 8.0])
    pairs = mean_estimate(numbers, np.array([0, 0, 1, 1, 2, 2]))
    assert pairs.standard_error == pytest.approx(mean_estimate(np.array([1.0, 3.0, 8.0])).standard_error)


def test_scores_hold_the_true_value_of_every_policy() -> None:
    """With three offers, the value of three policies lies within 3.5 standard errors of the known truth."""
    case = trial(1, customers=20_000, offers=3)
    rows = pool_rows([case.rows], [offer.id for offer in case.offers])
    scores = treatment_scores(rows, rows.outcome, rows.folds(0))
    for policy in (np.zeros(len(rows), dtype=np.int64), best_policy(case.profit, rows.possible)):
        truth = np.where(policy == NOBODY, 0.0, case.profit[np.arange(len(rows)), np.maximum(policy, 0)]).mean()
        value = value_of(policy, scores)
        assert abs(value.value - truth) < 3.5 * value.standard_error
        assert value.standard_error < 10
