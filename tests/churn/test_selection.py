import json

import numpy as np
import pytest

from retention.churn.candidates import CANDIDATES
from retention.churn.model import ChurnModel
from retention.churn.parallel import Heartbeat
from retention.churn.selection import SelectedSettings, combine_fold_settings, select_and_score
from retention.churn.selection_json import selection_from_json, selection_to_json
from retention.churn.training_set import TrainingSet
from retention.customers.table import Customers
from tests.churn.cases import training_set_of


def test_choosing_does_not_see_the_held_out_labels(customers: Customers) -> None:
    """Whatever the held-out customers did, the settings and scores are the same."""
    training_set = training_set_of(customers)
    train, test = np.arange(300), np.arange(300, 400)
    label = training_set.label.copy()
    label[test] = 1 - label[test]
    flipped = TrainingSet(training_set.columns, training_set.matrix, label)
    selected, log_odds = select_and_score(training_set, train, test, seed=0, heartbeat=Heartbeat())
    other_selected, other_log_odds = select_and_score(flipped, train, test, seed=0, heartbeat=Heartbeat())
    assert selected == other_selected
    for candidate in CANDIDATES:
        np.testing.assert_array_equal(log_odds[candidate.name], other_log_odds[candidate.name])


def test_a_selection_survives_json(model: ChurnModel, customers: Customers) -> None:
    """Rebuilt from its JSON and its files, every candidate predicts the same to the digit."""
    selection = model.selection
    saved = json.loads(json.dumps(selection_to_json(selection)))
    files = {name: content for fitted in selection.candidates.values() for name, content in fitted.files().items()}
    again = selection_from_json(saved, model.columns, files)
    matrix = training_set_of(customers).matrix
    assert again == selection
    for name, fitted in selection.candidates.items():
        np.testing.assert_array_equal(
            again.candidates[name].predict_log_odds(matrix), fitted.predict_log_odds(matrix)
        )


def test_the_original_candidates_keep_their_places_in_the_file(model: ChurnModel) -> None:
    """Models that were saved before still load, so keys are added and never moved."""
    saved = selection_to_json(model.selection)
    assert list(saved) == ["plan", "base", "rule", "logistic"]
    assert list(saved["plan"]) == ["rung", "ridge", "settings", "rounds", "blend", "calibrations"]
    assert list(saved["rule"]) == ["column", "bins", "rates"]
    assert list(saved["logistic"]) == ["intercept", "terms"]


def test_an_unknown_chosen_candidate_is_refused(model: ChurnModel) -> None:
    """A file that names no candidate of its own as the chosen one cannot be used."""
    saved = selection_to_json(model.selection)
    saved["plan"]["rung"] = "oracle"
    files = {"booster.json": model.selection.candidates["xgboost"].files()["booster.json"]}
    with pytest.raises(ValueError, match="not in"):
        selection_from_json(saved, model.columns, files)


def test_outer_folds_agree_by_majority(model: ChurnModel) -> None:
    """Two folds of three outvote the third; shares of the blend are averaged; more rows take more rounds."""
    from retention.churn.candidates.logistic import Ridge
    from retention.churn.candidates.xgboost import TreeSettings, TunedTrees

    shallow, deep = TreeSettings(2, 0.05), TreeSettings(3, 0.035)

    def fold(ridge: Ridge, tuned: TunedTrees, share: float) -> SelectedSettings:
        settings = {"base rate": None, "one feature": None, "logistic regression": ridge, "xgboost": tuned}
        return SelectedSettings("xgboost", {**settings, "blend": share}, {})

    combined = combine_fold_settings(
        [
            fold(Ridge(0.1), TunedTrees(deep, 100), 0.2),
            fold(Ridge(1.0), TunedTrees(shallow, 500), 0.4),
            fold(Ridge(0.1), TunedTrees(deep, 200), 0.9),
        ],
        growth=1.5,
    )
    assert combined["logistic regression"] == Ridge(0.1)
    assert combined["xgboost"] == TunedTrees(deep, 165)
    assert combined["blend"] == pytest.approx(0.5)
    assert combined["base rate"] is None
