from dataclasses import replace

import numpy as np
import pytest

from retention.churn.diagnostics import (
    NO_BETTER_THAN_BASE_RATE,
    CandidateMetrics,
    comparison_lines,
    training_warnings,
)
from retention.churn.model import ChurnModel
from retention.churn.nested_cv import nested_cross_validate
from retention.churn.schema import Column
from retention.churn.training_set import TrainingSet
from retention.customers.table import Customers
from tests.churn.cases import labels_of


@pytest.mark.slow
def test_a_column_that_gives_the_answer_away_is_named() -> None:
    """A feature that was filled in after the customer churned is too good, and the only warning."""
    rng = np.random.default_rng(0)
    label = (np.arange(400) % 3 == 0).astype(np.int8)
    matrix = np.column_stack([rng.normal(size=400), label + rng.normal(0, 0.1, 400)])
    training_set = TrainingSet((Column("age", "number"), Column("closed_on", "number")), matrix, label)
    result = nested_cross_validate(training_set)
    (sentence,) = training_warnings(training_set, result)
    assert "column 'closed_on' alone almost gives away who churned" in sentence
    both = replace(training_set, matrix=np.column_stack([label * -2.0 + rng.normal(0, 0.1, 400), matrix[:, 1]]))
    (sentence,) = training_warnings(both, result)
    assert "columns 'age', 'closed_on' each almost give away who churned" in sentence


@pytest.mark.slow
def test_columns_that_give_the_answer_away_together_are_named() -> None:
    """Each column alone says little, their sum says all: the model is too good to be believed unchecked."""
    rng = np.random.default_rng(0)
    parts = rng.normal(size=(600, 3))
    label = (parts[:, 0] + parts[:, 1] > 0.5).astype(np.int8)
    training_set = TrainingSet(tuple(Column(name, "number") for name in ("paid", "owed", "noise")), parts, label)
    result = nested_cross_validate(training_set)
    (sentence,) = training_warnings(training_set, result)
    assert "the model almost gives away who churned (AUC 0.99" in sentence
    assert "what moves it most ('paid', 'owed', 'noise')" in sentence or "('owed', 'paid', 'noise')" in sentence


@pytest.mark.parametrize(
    ("churned", "words"),
    [(99, "only 99 customers churned: too few to show that the model is better"), (100, NO_BETTER_THAN_BASE_RATE)],
)
def test_too_few_to_know_is_another_thing_than_knowing_nothing(churned: int, words: str) -> None:
    """With a hundred churned customers the columns are at fault; with fewer it cannot be known yet."""
    label = (np.arange(400) < churned).astype(np.int8)
    training_set = TrainingSet((Column("age", "number"),), np.random.default_rng(0).normal(size=(400, 1)), label)
    (sentence,) = training_warnings(training_set, nested_cross_validate(training_set))
    assert sentence.startswith(words)


def test_the_comparison_says_why_the_chosen_candidate_was_chosen() -> None:
    """Log-loss 0.5 against 0.6, the best of the simpler ones; what is less simple won nothing beyond noise."""
    compared = [
        CandidateMetrics("base rate", 0.65, 0.5),
        CandidateMetrics("one feature", 0.6, 0.7),
        CandidateMetrics("xgboost", 0.5, 0.8),
    ]
    compared.append(CandidateMetrics("blend", 0.499, 0.81))
    *lines, reason = comparison_lines(compared, "xgboost")
    assert lines[1] == "  one feature: log-loss 0.6000, AUC 0.700"
    assert len(lines) == 4
    assert reason == (
        "chosen: xgboost, 0.1000 of log-loss below one feature; what is less simple was not better beyond noise"
    )
    assert comparison_lines(compared, "blend")[-1] == "chosen: blend, 0.0010 of log-loss below xgboost"
    assert comparison_lines(compared, "base rate")[-1].startswith("chosen: base rate, since nothing else")


def test_candidates_come_simplest_first_with_their_figures(customers: Customers, model: ChurnModel) -> None:
    """The base rate ranks nobody, and its log-loss is the entropy of the label."""
    base, *others = model.candidates
    rate = float(labels_of(customers).mean())
    assert base.roc_auc == 0.5
    np.testing.assert_allclose(base.log_loss, -rate * np.log(rate) - (1 - rate) * np.log(1 - rate))
    assert [metrics.name for metrics in others] == ["one feature", "logistic regression", "xgboost", "blend"]
    assert all(metrics.log_loss < base.log_loss for metrics in others)


def test_a_good_model_gets_no_warning(model: ChurnModel) -> None:
    """Enough customers and a real signal give no warning."""
    assert model.warnings == ()
    assert NO_BETTER_THAN_BASE_RATE not in model.warnings
