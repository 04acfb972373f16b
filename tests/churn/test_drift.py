from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from retention.churn.drift import Drift, measure_drift, stability_index
from retention.churn.explanation.directions import find_directions
from retention.churn.model import ChurnModel
from retention.churn.schema import encode
from retention.churn.training_set import TrainingSet
from retention.customers.table import Customers
from tests.churn.cases import labels_of


def drift_after(model: ChurnModel, customers: Customers, **changes: Any) -> Drift:
    """Return the drift of the customers after some of their columns were changed."""
    frame = customers.frame.assign(**changes)
    other = Customers(frame, customers.roles)
    return measure_drift(model, other, model.predict(other))


@pytest.mark.parametrize("seed", range(5))
def test_a_random_half_of_the_same_customers_is_quiet(model: ChurnModel, customers: Customers, seed: int) -> None:
    """Chance differences are no drift."""
    half = customers.take(np.random.default_rng(seed).permutation(500)[:250])
    of_half, of_all = (measure_drift(model, people, model.predict(people)) for people in (half, customers))
    assert (of_half.level, of_half.reasons) == (of_all.level, of_all.reasons) == ("none", ())


@pytest.mark.parametrize("n", [1, 20, 500, 5000])
def test_other_customers_of_the_same_market_are_quiet(
    model: ChurnModel, draw: Callable[..., Customers], n: int
) -> None:
    """Freshly drawn, few or many: no alarm."""
    fresh = draw(n, seed=100 + n)
    assert measure_drift(model, fresh, model.predict(fresh)).reasons == ()


@pytest.mark.slow
@pytest.mark.parametrize("fresh", [0, 500, 1000])
def test_trees_spread_the_customers_they_learned_from_wider_and_that_is_no_drift(
    trees_model: ChurnModel, draw_crossed: Callable[..., Customers], fresh: int
) -> None:
    """Fresh customers, those of the training and both together: quiet, though seen and unseen scores lie apart."""
    assert trees_model.chosen == "xgboost"
    profile = trees_model.profile
    assert stability_index(*(np.maximum(shares, 0.001) for shares in (profile.score.shares, profile.unseen))) > 0.2
    frames = [draw_crossed(1000).frame[fresh:], draw_crossed(1000, seed=1).frame[:fresh]]
    people = Customers(pd.concat(frames, ignore_index=True), trees_model.roles)
    assert measure_drift(trees_model, people, trees_model.predict(people)).reasons == ()


@pytest.mark.slow
def test_scores_like_neither_seen_nor_unseen_ones_are_severe(
    trees_model: ChurnModel, draw_crossed: Callable[..., Customers]
) -> None:
    """Everybody in the quarter at risk: no training customers had such a spread of scores."""
    fresh = draw_crossed(1000, seed=1)
    drift = drift_after(trees_model, fresh, c0=fresh.frame["c0"].abs() + 0.5, c1=fresh.frame["c1"].abs() + 0.5)
    assert drift.level == "severe"
    assert any("the scores are spread differently from training" in sentence for sentence in drift.reasons)


def test_many_thin_categories_cannot_change_unseen(table: Callable[..., Customers]) -> None:
    """Sixty-four cities of 1.6% each, then only eight of them, then none of them: drift; another draw: none."""
    rng = np.random.default_rng(0)
    cities = np.array([f"city {at:02}" for at in range(64)])
    tenure = rng.normal(size=3200)

    def customers_in(names: NDArray[np.str_]) -> Customers:
        shuffled = pd.array(rng.permutation(np.resize(names, 3200)), dtype="str")
        return table(tenure=tenure, city=shuffled, label=rng.random(3200) < 1 / (1 + np.exp(tenure)))

    model = ChurnModel.fit(customers_in(cities))
    again = table(tenure=tenure, city=pd.array(rng.choice(cities, 3200), dtype="str"))
    assert measure_drift(model, again, model.predict(again)).reasons == ()
    for names in (cities[:8], np.array(["elsewhere"])):
        drift = measure_drift(model, customers_in(names), model.predict(customers_in(names)))
        assert any("column 'city'" in sentence for sentence in drift.reasons)


@pytest.mark.parametrize(("chosen", "level"), [("logistic regression", "severe"), ("base rate", "some")])
def test_only_columns_that_move_the_chosen_scores_can_make_it_severe(
    model: ChurnModel, customers: Customers, chosen: str, level: str
) -> None:
    """The trees may use tenure, but where the base rate was chosen tenure does not move scores."""
    selection = replace(model.selection, chosen=chosen)
    training_set = TrainingSet(model.columns, encode(model.columns, customers), labels_of(customers))
    other = replace(model, selection=selection, directions=find_directions(selection, training_set))
    moved = customers.frame.assign(tenure=customers.frame["tenure"] * 0.1)
    drift = measure_drift(other, Customers(moved, customers.roles), model.predict(customers))
    assert drift.level == level


def test_an_empty_file_has_not_drifted(model: ChurnModel, customers: Customers) -> None:
    """An empty file is no alarm."""
    empty = customers.take(np.array([], dtype=np.int64))
    assert measure_drift(model, empty, model.predict(empty)).level == "none"


def test_a_changed_population_is_severe(model: ChurnModel, customers: Customers) -> None:
    """Everybody is new: scores double, and the advice is to retrain before acting."""
    drift = drift_after(model, customers, tenure=customers.frame["tenure"] * 0.1)
    assert drift.level == "severe"
    assert drift.reasons[-1] == "retrain on customers like these before acting on the scores"
    assert any(
        "column 'tenure'" in sentence and "typically 3.85 against 38.5" in sentence for sentence in drift.reasons
    )


def test_a_shift_the_model_hardly_looks_at_is_not_severe(model: ChurnModel, customers: Customers) -> None:
    """A column that does not move scores shifts: some drift, retrain when outcomes are known."""
    drift = drift_after(model, customers, noise=customers.frame["noise"] + 1.0)
    assert drift.level == "some"
    assert drift.reasons[-1] == "retrain as soon as it is known which of these customers churned"


@pytest.mark.parametrize("months", [1, 6, 24])
def test_customers_who_only_grew_older_are_quiet(model: ChurnModel, customers: Customers, months: int) -> None:
    """Time passed equally for everybody; nothing else changed."""
    frame = customers.frame.assign(tenure=customers.frame["tenure"] + months)
    older = Customers(frame, customers.roles)
    assert measure_drift(model, older, model.predict(customers)).reasons == ()


def test_growing_older_hides_nothing_else(model: ChurnModel, customers: Customers) -> None:
    """Something else moved as well, or half of them grew no older, or all grew younger: each is reported."""
    tenure = customers.frame["tenure"]
    other = drift_after(model, customers, tenure=tenure + 6, noise=customers.frame["noise"] + 1.0)
    assert [sentence for sentence in other.reasons if "column" in sentence] == [
        sentence for sentence in other.reasons if "'noise'" in sentence
    ]
    for changed in (tenure + 60 * (np.arange(500) % 2), np.maximum(tenure - 20, 0)):
        assert any(
            "column 'tenure'" in sentence for sentence in drift_after(model, customers, tenure=changed).reasons
        )


def test_older_scores_are_still_compared(model: ChurnModel, customers: Customers) -> None:
    """Where a longer tenure means less churn, the scores fall, and that is reported."""
    drift = drift_after(model, customers, tenure=customers.frame["tenure"] + 36)
    assert any("mean churn probability" in sentence for sentence in drift.reasons)


def test_unknown_values_are_reported(model: ChurnModel, customers: Customers) -> None:
    """The reason says that the model does not know a contract that did not exist in training."""
    drift = drift_after(model, customers, contract=pd.array(["Weekly"] * 500, dtype="str"))
    assert any(
        "column 'contract'" in sentence and "100% hold values that the model does not know" in sentence
        for sentence in drift.reasons
    )


def test_blanks_are_reported(model: ChurnModel, customers: Customers) -> None:
    """The reason says that a column is no longer filled."""
    drift = drift_after(model, customers, tenure=np.nan)
    assert any(
        "column 'tenure'" in sentence and "100% blank against 0% in training" in sentence
        for sentence in drift.reasons
    )


def test_another_mix_of_categories_is_reported(model: ChurnModel, customers: Customers) -> None:
    """All on yearly contracts: the share that grew is named."""
    drift = drift_after(model, customers, contract=pd.array(["Yearly"] * 500, dtype="str"))
    assert any("column 'contract'" in sentence and "in training" in sentence for sentence in drift.reasons)


def test_stability_index_by_hand() -> None:
    """From 50:50 to 90:10 is 0.4 ln 1.8 - 0.4 ln 0.2; no change is 0."""
    even = np.array([0.5, 0.5])
    expected = 0.4 * np.log(1.8) - 0.4 * np.log(0.2)
    assert stability_index(even, np.array([0.9, 0.1])) == pytest.approx(expected)
    assert stability_index(even, even) == 0


@given(st.lists(st.tuples(st.floats(0.01, 1), st.floats(0.01, 1)), min_size=2, max_size=12))
def test_stability_index_is_symmetric_and_never_negative(pairs: list[tuple[float, float]]) -> None:
    """It measures a distance, whichever set of shares came first."""
    before, now = (np.array(side) / sum(side) for side in zip(*pairs, strict=True))
    assert stability_index(before, now) >= 0
    assert stability_index(before, now) == pytest.approx(stability_index(now, before))
