from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from retention.churn.candidates.candidate import FitContext
from retention.churn.candidates.logistic import Ridge
from retention.churn.candidates.one_feature import OneFeature
from retention.churn.candidates.xgboost import TreeSettings, TunedTrees, XGBoost
from retention.churn.explanation.directions import Direction, find_directions
from retention.churn.model import ChurnModel
from retention.churn.parallel import Heartbeat
from retention.churn.schema import Column, encode
from retention.churn.selection import SelectedSettings, fit_selection
from retention.churn.training_set import TrainingSet
from retention.customers.table import Customers
from tests.churn.cases import labels_of


@pytest.fixture
def training_set(model: ChurnModel, customers: Customers) -> TrainingSet:
    return TrainingSet(model.columns, encode(model.columns, customers), labels_of(customers))


def test_every_column_has_a_direction_and_the_weightiest_comes_first(
    model: ChurnModel, training_set: TrainingSet
) -> None:
    """Four columns, four directions; stability is a share; the order is by what moves the chosen scores."""
    directions = find_directions(model.selection, training_set)
    assert {direction.feature for direction in directions} == {column.name for column in model.columns}
    sizes = [direction.mean_abs_contribution for direction in directions]
    assert sizes == sorted(sizes, reverse=True)
    assert all(0 <= direction.sign_stability <= 1 for direction in directions)


def test_disagreement_between_regression_and_trees_is_reported(
    model: ChurnModel, training_set: TrainingSet
) -> None:
    """Trees that learned the opposite point the other way, in every column that has a clear direction."""
    opposite = replace(training_set, label=(1 - training_set.label).astype(np.int8))
    trees = XGBoost.fit(opposite, TunedTrees(TreeSettings(2, 0.1), 50), FitContext())
    selection = replace(model.selection, candidates={**model.selection.candidates, XGBoost.name: trees})
    directions = {direction.feature: direction for direction in find_directions(selection, training_set)}
    for feature, effect in (
        ("tenure", "higher values go with less churn"),
        ("contract", "most churn with Monthly, least with Yearly"),
    ):
        assert not directions[feature].agree
        assert directions[feature].effect == f"{effect} in the regression, but the trees point the other way"


def test_the_same_seed_gives_the_same_directions(model: ChurnModel, training_set: TrainingSet) -> None:
    """The bootstrap is seeded."""
    assert find_directions(model.selection, training_set, seed=1) == find_directions(
        model.selection, training_set, seed=1
    )


def direction_of(codes: NDArray[np.float64], churned: NDArray[np.bool_], *, seed: int = 0) -> Direction:
    """Return the direction of one text column, encoded, beside a number without an effect."""
    names = tuple("abcdefghij"[: int(np.nanmax(codes)) + 1])
    columns = (Column("kind", "category", names), Column("noise", "number"))
    noise = np.random.default_rng(seed).normal(size=len(churned))
    training_set = TrainingSet(columns, np.column_stack([codes, noise]), churned.astype(np.int8))
    settings = {
        "base rate": None,
        "one feature": None,
        "logistic regression": Ridge(),
        "xgboost": TunedTrees(TreeSettings(2, 0.1), 5),
        "blend": 0.5,
    }
    selected = SelectedSettings("logistic regression", settings, {})
    selection = fit_selection(selected, training_set, seed=seed, threads=1, heartbeat=Heartbeat())
    return {direction.feature: direction for direction in find_directions(selection, training_set, seed=seed)}[
        "kind"
    ]


@pytest.mark.parametrize("values", [3, 10])
def test_a_category_without_an_effect_seldom_has_a_clear_direction(values: int) -> None:
    """Some value always has the most churn; of ten columns at most two have it again in resamples, by chance."""
    rng = np.random.default_rng(values)
    columns = [(rng.integers(0, values, 600).astype(float), rng.random(600) < 0.3) for _ in range(10)]
    directions = [direction_of(kind, churned, seed=seed) for seed, (kind, churned) in enumerate(columns)]
    assert sum(direction.effect != "no clear direction in the regression" for direction in directions) <= 2


@pytest.mark.parametrize("values", [2, 4])
def test_a_category_with_an_effect_has_a_direction(values: int) -> None:
    """Customers with the first value churn at 60%, all others at 20%."""
    rng = np.random.default_rng(values)
    kind = rng.integers(0, values, 800).astype(float)
    direction = direction_of(kind, rng.random(800) < np.where(kind == 0, 0.6, 0.2))
    assert direction.effect.startswith("most churn with a, least with ")
    assert direction.sign_stability > 0.9


def test_blanks_are_held_against_the_only_value() -> None:
    """Customers with the value churn at 60%, those without at 20%; a value is never compared with itself."""
    rng = np.random.default_rng(0)
    kind = np.where(rng.random(800) < 0.5, 0.0, np.nan)
    direction = direction_of(kind, rng.random(800) < np.where(np.isnan(kind), 0.2, 0.6))
    assert direction.effect.startswith("most churn with a, least with a blank or rare value")
    assert direction.coefficient > 1
    alone = direction_of(np.zeros(800), rng.random(800) < 0.5)
    assert (alone.coefficient, alone.effect) == (0.0, "no clear direction in the regression")


def test_what_moves_the_chosen_candidate_comes_first(model: ChurnModel, training_set: TrainingSet) -> None:
    """Where one feature was chosen, only that feature contributes, whatever the trees make of the others."""
    selection = replace(model.selection, chosen="one feature")
    first, *others = find_directions(selection, training_set)
    assert first.feature == model.columns[selection.get(OneFeature).column].name
    assert first.mean_abs_contribution > 0
    assert {direction.mean_abs_contribution for direction in others} == {0.0}
    assert min(direction.mean_abs_shap for direction in others) > 0
