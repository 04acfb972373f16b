import numpy as np
import pytest

from retention.churn.evaluation import compute_metrics
from retention.churn.ladder import RUNGS, Ladder, hold_out
from retention.churn.nested_cv import nested_cross_validate
from retention.churn.parallel import Heartbeat
from retention.churn.schema import Column, encode, learn_columns
from retention.churn.training_set import TrainingSet
from retention.errors import Cancelled


def examples_of(customers, **more) -> TrainingSet:
    columns, _ = learn_columns(customers)
    return TrainingSet(columns, encode(columns, customers), customers.label, **more)


def numbers(matrix, label) -> TrainingSet:
    columns = tuple(Column(f"x{at}", "number") for at in range(matrix.shape[1]))
    return TrainingSet(columns, matrix, label.astype(np.int8))


@pytest.fixture(scope="module")
def result(customers):
    return nested_cross_validate(examples_of(customers))


def test_every_customer_is_held_out_once(result, customers):
    """Five folds share all customers about evenly, churners too."""
    sizes = np.bincount(result.fold)
    churners = np.bincount(result.fold, weights=customers.label)
    assert len(sizes) == 5
    assert sizes.max() - sizes.min() <= 1
    assert churners.max() - churners.min() <= 1


def test_scores_are_probabilities_of_every_rung(result, customers):
    """Each rung scores each customer between 0 and 1; the base rate is the same for all."""
    assert tuple(result.candidate_scores) == RUNGS
    for score in (*result.candidate_scores.values(), result.score):
        assert score.shape == (len(customers),)
        assert ((score > 0) & (score < 1)).all()
    assert np.ptp(result.candidate_scores["base rate"]) == 0


def test_an_additive_truth_is_found_by_a_simple_rung(result, customers):
    """With log-odds linear in the features, the regression is near the best and trees are not preferred."""
    assert result.selection.plan.rung in {"logistic regression", "blend"}
    assert compute_metrics(customers.label, result.score).roc_auc > 0.7


@pytest.mark.slow
def test_shuffled_labels_fall_back_to_the_base_rate(draw):
    """Nothing to learn: the base rate is chosen, and held-out ranking is chance within noise."""
    customers = draw(600, seed=3, shuffled=True)
    result = nested_cross_validate(examples_of(customers))
    assert result.selection.plan.rung == "base rate"
    left = int(customers.label.sum())
    noise = np.sqrt(601 / (12 * left * (600 - left)))
    assert abs(compute_metrics(customers.label, result.score).roc_auc - 0.5) < 4 * noise


@pytest.mark.slow
def test_one_deciding_column_needs_no_more_than_a_rule():
    """Where a single threshold is all there is, nothing more complex is kept unless it is really better."""
    rng = np.random.default_rng(4)
    matrix = rng.normal(size=(500, 4))
    label = rng.random(500) < np.where(matrix[:, 2] > 0, 0.8, 0.2)
    result = nested_cross_validate(numbers(matrix, label))
    assert result.selection.rule.column == 2
    assert result.selection.plan.rung in {"one feature", "xgboost"}


@pytest.mark.slow
def test_an_interaction_is_left_to_the_trees():
    """Risk that depends on two signs together is invisible to the regression."""
    rng = np.random.default_rng(5)
    matrix = rng.normal(size=(900, 3))
    label = rng.random(900) < np.where((matrix[:, 0] > 0.3) ^ (matrix[:, 1] > -0.3), 0.85, 0.15)
    result = nested_cross_validate(numbers(matrix, label))
    assert result.selection.plan.rung in {"xgboost", "blend"}
    assert compute_metrics(label.astype(np.int8), result.score).roc_auc > 0.75
    assert result.selection.tree_share >= 0.5


def test_choosing_does_not_see_the_held_out_labels(customers):
    """Whatever the held-out customers did, plan and scores are the same."""
    examples = examples_of(customers)
    train, held = np.arange(300), np.arange(300, 400)
    label = examples.label.copy()
    label[held] = 1 - label[held]
    flipped = TrainingSet(examples.columns, examples.matrix, label)
    plan, margins = hold_out(examples, train, held, seed=0, heartbeat=Heartbeat())
    other_plan, other_margins = hold_out(flipped, train, held, seed=0, heartbeat=Heartbeat())
    assert plan == other_plan
    for rung in RUNGS:
        np.testing.assert_array_equal(margins[rung], other_margins[rung])


def test_the_same_seed_gives_the_same_model_on_any_number_of_processes(result, customers):
    """Threads change the time it takes, nothing else."""
    again = nested_cross_validate(examples_of(customers), jobs=2)
    np.testing.assert_array_equal(again.score, result.score)
    assert again.selection.plan == result.selection.plan
    assert again.selection.logistic == result.selection.logistic


def test_progress_rises_and_may_stop_the_work(customers):
    """Shares never fall; an exception from the callback ends training."""
    shares = []
    examples = examples_of(customers)
    nested_cross_validate(examples, progress=lambda share, words: shares.append(share))
    assert shares == sorted(shares)
    assert shares[-1] <= 1

    def stop(share, words):
        raise Cancelled("enough")

    with pytest.raises(Cancelled, match="enough"):
        nested_cross_validate(examples, progress=stop)


def test_a_ladder_survives_json(result, customers):
    """Rebuilt from its fields and its trees, every rung says the same to the digit."""
    ladder = result.selection
    again = Ladder.from_json(ladder.as_json(), ladder.trees)
    matrix = examples_of(customers).matrix
    assert again.plan == ladder.plan
    for rung in RUNGS:
        np.testing.assert_array_equal(again.margin(rung, matrix), ladder.margin(rung, matrix))


def test_an_unknown_rung_is_refused(result):
    """A plan that names no candidate cannot be followed."""
    saved = result.selection.as_json()
    saved["plan"]["rung"] = "oracle"
    with pytest.raises(ValueError, match="not in"):
        Ladder.from_json(saved, result.selection.trees)
