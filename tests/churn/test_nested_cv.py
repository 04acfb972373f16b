from collections.abc import Callable

import numpy as np
import pytest

from retention.churn.candidates import CANDIDATES, Blend, Logistic, OneFeature
from retention.churn.evaluation import compute_metrics
from retention.churn.nested_cv import NestedCVResult, nested_cross_validate
from retention.customers.table import Customers
from retention.errors import Cancelled
from tests.churn.cases import chosen_settings, labels_of, numbers, training_set_of


@pytest.fixture(scope="module")
def result(customers: Customers) -> NestedCVResult:
    return nested_cross_validate(training_set_of(customers))


def test_every_customer_is_held_out_once(result: NestedCVResult, customers: Customers) -> None:
    """Five folds share all customers about evenly, churned ones too."""
    sizes = np.bincount(result.fold)
    churned = np.bincount(result.fold, weights=labels_of(customers))
    assert len(sizes) == 5
    assert sizes.max() - sizes.min() <= 1
    assert churned.max() - churned.min() <= 1


def test_scores_are_probabilities_of_every_candidate(result: NestedCVResult, customers: Customers) -> None:
    """Each candidate scores each customer between 0 and 1; the base rate is the same for all."""
    assert tuple(result.candidate_scores) == tuple(candidate.name for candidate in CANDIDATES)
    for score in (*result.candidate_scores.values(), result.score):
        assert score.shape == (len(customers),)
        assert ((score > 0) & (score < 1)).all()
    assert np.ptp(result.candidate_scores["base rate"]) == 0


def test_a_simple_candidate_finds_an_additive_truth(result: NestedCVResult, customers: Customers) -> None:
    """With log-odds linear in the features, the regression is near the best and trees are not preferred."""
    assert result.selection.chosen in {"logistic regression", "blend"}
    assert compute_metrics(labels_of(customers), result.score).roc_auc > 0.7


@pytest.mark.slow
def test_shuffled_labels_fall_back_to_the_base_rate(draw: Callable[..., Customers]) -> None:
    """Nothing to learn: the base rate is chosen, and held-out ranking is chance within noise."""
    customers = draw(600, seed=3, shuffled=True)
    result = nested_cross_validate(training_set_of(customers))
    assert result.selection.chosen == "base rate"
    churned = int(labels_of(customers).sum())
    noise = np.sqrt(601 / (12 * churned * (600 - churned)))
    assert abs(compute_metrics(labels_of(customers), result.score).roc_auc - 0.5) < 4 * noise


@pytest.mark.slow
def test_where_one_column_decides_one_feature_is_enough() -> None:
    """Where a single threshold is all there is, nothing more complex is kept unless it is really better."""
    rng = np.random.default_rng(4)
    matrix = rng.normal(size=(500, 4))
    label = rng.random(500) < np.where(matrix[:, 2] > 0, 0.8, 0.2)
    result = nested_cross_validate(numbers(matrix, label))
    assert result.selection.get(OneFeature).column == 2
    assert result.selection.chosen in {"one feature", "xgboost"}


@pytest.mark.slow
def test_an_interaction_is_left_to_the_trees() -> None:
    """Risk that depends on two signs together is invisible to the regression."""
    rng = np.random.default_rng(5)
    matrix = rng.normal(size=(900, 3))
    label = rng.random(900) < np.where((matrix[:, 0] > 0.3) ^ (matrix[:, 1] > -0.3), 0.85, 0.15)
    result = nested_cross_validate(numbers(matrix, label))
    assert result.selection.chosen in {"xgboost", "blend"}
    assert compute_metrics(label.astype(np.int8), result.score).roc_auc > 0.75
    assert result.selection.chosen == "xgboost" or result.selection.get(Blend).share >= 0.5


def test_the_same_seed_gives_the_same_model_on_any_number_of_processes(
    result: NestedCVResult, customers: Customers
) -> None:
    """The number of processes changes the time a training takes, and nothing else."""
    again = nested_cross_validate(training_set_of(customers), jobs=2)
    np.testing.assert_array_equal(again.score, result.score)
    assert chosen_settings(again.selection) == chosen_settings(result.selection)
    assert again.selection.get(Logistic) == result.selection.get(Logistic)


def test_progress_rises_and_may_stop_the_work(customers: Customers) -> None:
    """Shares never fall; an exception from the callback ends training."""
    shares: list[float] = []
    training_set = training_set_of(customers)
    nested_cross_validate(training_set, progress=lambda share, words: shares.append(share))
    assert shares == sorted(shares)
    assert shares[-1] <= 1

    def stop(share: float, words: str) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled, match="enough"):
        nested_cross_validate(training_set, progress=stop)
