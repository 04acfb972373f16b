import numpy as np
import pytest

from retention.churn.candidates.base_rate import BaseRate
from retention.churn.candidates.candidate import FitContext, LoadContext
from retention.churn.schema import Column
from retention.churn.training_set import TrainingSet

COLUMNS = (Column("x", "number"),)


def test_everybody_gets_the_churn_rate() -> None:
    """One of four churned: log-odds of log(1/3) for everybody, and no column contributes."""
    training_set = TrainingSet(COLUMNS, np.arange(4.0)[:, None], np.array([1, 0, 0, 0], np.int8))
    fitted = BaseRate.fit(training_set, None, FitContext())
    assert fitted.predict_log_odds(np.zeros((2, 1))).tolist() == pytest.approx([np.log(1 / 3)] * 2)
    assert fitted.contributions(np.ones((2, 1))).tolist() == [[0.0], [0.0]]
    assert BaseRate.from_json(fitted.to_json(), LoadContext(COLUMNS)) == fitted
