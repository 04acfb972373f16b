import numpy as np
import pytest

from retention.churn.candidates.base_rate import BaseRate
from retention.churn.candidates.blend import Blend
from retention.churn.candidates.candidate import FitContext, LoadContext
from retention.churn.schema import Column
from retention.churn.training_set import TrainingSet

COLUMNS = (Column("x", "number"),)
TRAINING_SET = TrainingSet(COLUMNS, np.arange(4.0)[:, None], np.array([1, 1, 0, 0], np.int8))
SPLITS = [(np.array([2, 3]), np.array([0, 1])), (np.array([0, 1]), np.array([2, 3]))]


def test_log_odds_are_the_weighted_mean_of_both_candidates() -> None:
    """A quarter of the trees' 2 and three quarters of the regression's 1 are 1.25; it is saved as its share."""
    simpler = {"logistic regression": BaseRate(1.0), "xgboost": BaseRate(2.0)}
    blend = Blend.fit(TRAINING_SET, 0.25, FitContext(simpler=simpler))
    assert blend.predict_log_odds(np.zeros((1, 1))).tolist() == [1.25]
    assert blend.to_json() == {"share": 0.25}
    assert Blend.from_json(blend.to_json(), LoadContext(COLUMNS, simpler=simpler)) == blend


@pytest.mark.parametrize(("better", "share"), [("xgboost", 0.9), ("logistic regression", 0.1)])
def test_the_share_goes_to_the_candidate_that_is_better_on_held_out_rows(better: str, share: float) -> None:
    """One candidate ranks rightly and surely, the other the wrong way round."""
    right = np.array([3.0, 3.0, -3.0, -3.0])
    held_out = {"xgboost": -right, "logistic regression": -right, better: right}
    result = Blend.search(TRAINING_SET, SPLITS, held_out, FitContext())
    assert result.settings == pytest.approx(share)
    np.testing.assert_allclose(result.log_odds, 0.8 * right)


def test_outer_folds_agree_on_the_mean_share() -> None:
    """0.2 and 0.6 give 0.4."""
    assert Blend.combine_settings([0.2, 0.6], growth=1.25) == pytest.approx(0.4)
