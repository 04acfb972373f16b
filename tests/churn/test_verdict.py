import numpy as np
import pytest

from retention.churn.climb import climb
from retention.churn.examples import Examples
from retention.churn.schema import Column
from retention.churn.verdict import NO_BETTER, warnings


@pytest.mark.slow
def test_a_column_that_gives_the_answer_away_is_named():
    """A feature that was filled in after the customer left looks too good; nothing else is said."""
    rng = np.random.default_rng(0)
    label = (np.arange(400) % 3 == 0).astype(np.int8)
    matrix = np.column_stack([rng.normal(size=400), label + rng.normal(0, 0.1, 400)])
    examples = Examples((Column("age", "number"), Column("closed_on", "number")), matrix, label)
    result = climb(examples)
    (sentence,) = warnings(examples, result)
    assert "column 'closed_on' alone almost tells who left" in sentence


def test_candidates_come_simplest_first_with_their_figures(customers, model):
    """The base rate ranks nobody, and its log-loss is the entropy of the label."""
    base, *others = model.candidates
    rate = customers.label.mean()
    assert base.roc_auc == 0.5
    np.testing.assert_allclose(base.log_loss, -rate * np.log(rate) - (1 - rate) * np.log(1 - rate))
    assert [one.name for one in others] == ["one feature", "logistic regression", "xgboost", "blend"]
    assert all(one.log_loss < base.log_loss for one in others)


def test_a_good_model_gets_no_warning(model):
    """Enough customers and a real signal: nothing to say."""
    assert model.warnings == ()
    assert NO_BETTER not in model.warnings
