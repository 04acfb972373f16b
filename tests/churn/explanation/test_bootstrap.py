import numpy as np
import pytest

from retention.churn.candidates.logistic import fit_logistic
from retention.churn.explanation.bootstrap import bootstrap_weights
from retention.churn.training_set import TrainingSet
from tests.churn.cases import tenure_and_plan


@pytest.fixture(scope="module")
def training_set() -> TrainingSet:
    return tenure_and_plan()


def test_the_bootstrap_agrees_with_refitting_on_drawn_customers(training_set: TrainingSet) -> None:
    """One Newton step a draw spreads a weight as widely as thirty full refits do, within a third."""
    fitted = fit_logistic(training_set)[0]
    step = bootstrap_weights(fitted, training_set, draws=200)[0][:, 0]
    rng = np.random.default_rng(2)
    refits = [
        fit_logistic(training_set.take(rng.integers(0, len(training_set), len(training_set))))[0]
        .terms[0]
        .weights[0]
        for _ in range(30)
    ]
    assert step.mean() == pytest.approx(fitted.terms[0].weights[0], abs=0.05)
    assert 0.67 < step.std() / np.std(refits) < 1.5
