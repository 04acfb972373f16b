import numpy as np
import pytest

from retention.churn.schema import Column
from retention.churn.training_set import TrainingSet


@pytest.fixture
def examples():
    return TrainingSet((Column("x", "number"),), np.arange(4.0)[:, None], np.array([1, 0, 0, 1], np.int8), 3.0)


def test_churners_count_as_often_as_told(examples):
    """Weight 3 counts each who left three times."""
    assert examples.sample_weight.tolist() == [3, 1, 1, 3]
    assert examples.churn_rate == 0.5


def test_rows_are_taken_with_their_labels(examples):
    """Matrix and label stay together, the weight stays."""
    taken = examples.take(np.array([3, 1]))
    assert (taken.matrix[:, 0].tolist(), taken.label.tolist(), taken.churned_weight) == ([3, 1], [1, 0], 3.0)


def test_a_sample_is_drawn_without_repeats_and_only_if_needed(examples):
    """Few customers stay as they are; many become exactly as many as asked for."""
    assert examples.sample(4, seed=0) is examples
    assert len(set(examples.sample(3, seed=0).matrix[:, 0].tolist())) == 3
