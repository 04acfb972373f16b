from dataclasses import replace

import numpy as np
import pytest

from retention.churn.candidates.candidate import FitContext
from retention.churn.candidates.logistic import Ridge
from retention.churn.candidates.one_feature import OneFeature
from retention.churn.candidates.xgboost import TreeSettings, TunedTrees, XGBoost
from retention.churn.explanation.directions import find_directions
from retention.churn.parallel import Heartbeat
from retention.churn.schema import Column, encode
from retention.churn.selection import SelectedSettings, fit_selection
from retention.churn.training_set import TrainingSet


@pytest.fixture
def examples(model, customers):
    return TrainingSet(model.columns, encode(model.columns, customers), customers.label)


def test_every_column_has_a_direction_and_the_weightiest_comes_first(model, examples):
    """Four columns, four directions; stability is a share; weight is what moves the scores of the chosen rung."""
    found = find_directions(model.selection, examples)
    assert {one.feature for one in found} == {column.name for column in model.columns}
    sizes = [one.mean_abs_contribution for one in found]
    assert sizes == sorted(sizes, reverse=True)
    assert all(0 <= one.sign_stability <= 1 for one in found)


def test_disagreement_between_regression_and_trees_is_said(model, examples):
    """Trees that learned the opposite point the other way, in every column that has a clear direction."""
    opposite = replace(examples, label=(1 - examples.label).astype(np.int8))
    trees = XGBoost.fit(opposite, TunedTrees(TreeSettings(2, 0.1), 50), FitContext())
    selection = replace(model.selection, candidates={**model.selection.candidates, XGBoost.name: trees})
    found = {one.feature: one for one in find_directions(selection, examples)}
    for feature, effect in (
        ("tenure", "higher values go with less churn"),
        ("contract", "most churn with Monthly, least with Yearly"),
    ):
        assert not found[feature].agree
        assert found[feature].effect == f"{effect} in the regression, but the trees point the other way"


def test_the_same_seed_gives_the_same_directions(model, examples):
    """The bootstrap is seeded."""
    assert find_directions(model.selection, examples, seed=1) == find_directions(model.selection, examples, seed=1)


def told(category, left, *, seed=0):
    """Return the direction of one text column, encoded, beside a number that says nothing."""
    names = tuple("abcdefghij"[: int(np.nanmax(category)) + 1])
    columns = (Column("kind", "category", names), Column("noise", "number"))
    noise = np.random.default_rng(seed).normal(size=len(left))
    examples = TrainingSet(columns, np.column_stack([category, noise]), left.astype(np.int8))
    settings = {
        "base rate": None,
        "one feature": None,
        "logistic regression": Ridge(),
        "xgboost": TunedTrees(TreeSettings(2, 0.1), 5),
        "blend": 0.5,
    }
    selected = SelectedSettings("logistic regression", settings, {})
    selection = fit_selection(selected, examples, seed=seed, threads=1, heartbeat=Heartbeat())
    return {direction.feature: direction for direction in find_directions(selection, examples, seed=seed)}["kind"]


@pytest.mark.parametrize("values", [3, 10])
def test_a_category_that_says_nothing_seldom_has_a_clear_direction(values):
    """Some value always has the most churn; of ten columns at most two have it again in resamples, by chance."""
    rng = np.random.default_rng(values)
    columns = [(rng.integers(0, values, 600).astype(float), rng.random(600) < 0.3) for _ in range(10)]
    found = [told(kind, left, seed=seed) for seed, (kind, left) in enumerate(columns)]
    assert sum(one.effect != "no clear direction in the regression" for one in found) <= 2


@pytest.mark.parametrize("values", [2, 4])
def test_a_category_with_an_effect_has_a_direction(values):
    """The first value leaves at 60%, all others at 20%."""
    rng = np.random.default_rng(values)
    kind = rng.integers(0, values, 800).astype(float)
    found = told(kind, rng.random(800) < np.where(kind == 0, 0.6, 0.2))
    assert found.effect.startswith("most churn with a, least with ")
    assert found.sign_stability > 0.9


def test_blanks_are_held_against_the_only_value():
    """Who has the value leaves at 60%, who has none at 20%; never is a value compared with itself."""
    rng = np.random.default_rng(0)
    kind = np.where(rng.random(800) < 0.5, 0.0, np.nan)
    found = told(kind, rng.random(800) < np.where(np.isnan(kind), 0.2, 0.6))
    assert found.effect.startswith("most churn with a, least with a blank or rare value")
    assert found.coefficient > 1
    alone = told(np.zeros(800), rng.random(800) < 0.5)
    assert (alone.coefficient, alone.effect) == (0.0, "no clear direction in the regression")


def test_what_moves_the_chosen_rung_comes_first(model, examples):
    """Where one feature decides, only that has a say, whatever the trees make of the others."""
    selection = replace(model.selection, chosen="one feature")
    first, *others = find_directions(selection, examples)
    assert first.feature == model.columns[selection.get(OneFeature).column].name
    assert first.mean_abs_contribution > 0
    assert {one.mean_abs_contribution for one in others} == {0.0}
    assert min(one.mean_abs_shap for one in others) > 0
