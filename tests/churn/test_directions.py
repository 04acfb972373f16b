from dataclasses import replace

import numpy as np
import pytest

from retention.churn.directions import find_directions
from retention.churn.examples import Examples
from retention.churn.schema import encode
from retention.churn.trees import TreeSettings, fit_trees
from retention.churn.workers import Pulse


@pytest.fixture
def examples(model, customers):
    return Examples(model.columns, encode(model.columns, customers), customers.label)


def test_every_column_has_a_direction_and_the_weightiest_comes_first(model, examples):
    """Four columns, four directions; stability is a share."""
    found = find_directions(model.ladder, examples)
    assert {one.feature for one in found} == {column.name for column in model.columns}
    sizes = [one.mean_abs_shap for one in found]
    assert sizes == sorted(sizes, reverse=True)
    assert all(0 <= one.sign_stability <= 1 for one in found)


def test_disagreement_between_regression_and_trees_is_said(model, examples):
    """Trees that learned the opposite point the other way, in every column that has a clear direction."""
    opposite = replace(examples, label=(1 - examples.label).astype(np.int8))
    trees = fit_trees(opposite, settings=TreeSettings(2, 0.1), rounds=50, pulse=Pulse())
    found = {one.feature: one for one in find_directions(replace(model.ladder, trees=trees), examples)}
    for feature, effect in (
        ("tenure", "higher values go with less churn"),
        ("contract", "most churn with Monthly, least with Yearly"),
    ):
        assert not found[feature].agree
        assert found[feature].effect == f"{effect} in the regression, but the trees point the other way"


def test_the_same_seed_gives_the_same_directions(model, examples):
    """The bootstrap is seeded."""
    assert find_directions(model.ladder, examples, seed=1) == find_directions(model.ladder, examples, seed=1)
