import numpy as np
import pytest

from retention.churn.schema import Column
from retention.churn.training_set import TrainingSet


@pytest.fixture
def training_set() -> TrainingSet:
    return TrainingSet((Column("x", "number"),), np.arange(4.0)[:, None], np.array([1, 0, 0, 1], np.int8), 3.0)


def test_churned_customers_count_as_often_as_their_weight(training_set: TrainingSet) -> None:
    """Weight 3 counts each churned customer three times."""
    assert training_set.sample_weight.tolist() == [3, 1, 1, 3]
    assert training_set.churn_rate == 0.5


def test_rows_are_taken_with_their_labels(training_set: TrainingSet) -> None:
    """Matrix and label stay together, the weight stays."""
    taken = training_set.take(np.array([3, 1]))
    assert (taken.matrix[:, 0].tolist(), taken.label.tolist(), taken.churned_weight) == ([3, 1], [1, 0], 3.0)


def test_a_sample_is_drawn_without_repeats_and_only_if_needed(training_set: TrainingSet) -> None:
    """Few customers stay as they are; many become exactly as many as requested."""
    assert training_set.sample(4, seed=0) is training_set
    assert len(set(training_set.sample(3, seed=0).matrix[:, 0].tolist())) == 3
