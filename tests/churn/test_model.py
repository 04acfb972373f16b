import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from retention.artifacts import read_folder, write_folder
from retention.churn.diagnostics import NO_BETTER_THAN_BASE_RATE
from retention.churn.drift import measure_drift
from retention.churn.model import ChurnModel
from retention.churn.model_files import FORMAT, KIND
from retention.churn.training_set import ScalePosWeight
from retention.customers.table import Customers
from retention.errors import InputError, ModelError
from tests.churn.cases import labels_of


@pytest.fixture
def folder(model: ChurnModel, tmp_path: Path) -> Path:
    model.save(tmp_path / "model")
    return tmp_path / "model"


def rewritten(
    folder: Path, *, fields: dict[str, Any] | None = None, drop: tuple[str, ...] = (), **changed: bytes
) -> Path:
    """Write the folder again with other content but valid hashes, as an attacker might."""
    files = dict(read_folder(folder, kind=KIND).files)
    files |= {name.replace("_json", ".json"): content for name, content in changed.items()}
    kept = {name: content for name, content in files.items() if name not in drop}
    write_folder(folder, kept, fields or {"kind": KIND, "format": FORMAT})
    return folder


def test_what_a_fitted_model_holds(model: ChurnModel, customers: Customers) -> None:
    """Metrics, candidates and facts about the training are there and fit together."""
    assert (model.customers, model.churn_rate) == (500, labels_of(customers).mean())
    assert model.candidates[0].name == "base rate"
    assert model.chosen in {metrics.name for metrics in model.candidates}
    assert 0.7 < model.metrics.roc_auc < 0.95
    assert model.metrics.mean_probability == pytest.approx(model.churn_rate, abs=0.03)
    assert model.weighting is None
    assert set(model.versions) == {"python", "numpy", "scikit-learn", "xgboost"}
    assert model.trained_at.endswith("+00:00")
    assert model.roles == customers.roles


def test_held_out_rows_carry_label_value_and_fold_in_table_order(model: ChurnModel, customers: Customers) -> None:
    """What profit needs is there, and nothing that identifies a customer."""
    rows = model.out_of_fold
    assert rows
    np.testing.assert_array_equal(rows.label, customers.label)
    np.testing.assert_array_equal(rows.value, customers.value)
    assert set(vars(rows)) == {"score", "label", "value", "fold", "weight"}
    assert rows.weight is None
    assert np.unique(rows.fold).tolist() == [0, 1, 2, 3, 4]


def test_a_loaded_model_scores_to_the_same_digits(model: ChurnModel, customers: Customers, folder: Path) -> None:
    """Saved and loaded, every probability is equal, and so is everything reported about the model."""
    loaded = ChurnModel.load(folder)
    np.testing.assert_array_equal(loaded.predict(customers), model.predict(customers))
    for name in ("columns", "roles", "candidates", "metrics", "warnings", "directions", "profile", "trained_at"):
        assert getattr(loaded, name) == getattr(model, name)
    assert loaded.out_of_fold and model.out_of_fold
    np.testing.assert_array_equal(loaded.out_of_fold.score, model.out_of_fold.score)
    np.testing.assert_array_equal(loaded.out_of_fold.value, model.out_of_fold.value)


def test_column_order_extra_columns_and_the_label_do_not_matter(model: ChurnModel, customers: Customers) -> None:
    """New customers come with their columns in any order, with more of them, and without a label."""
    frame = customers.frame[customers.frame.columns[::-1]].drop(columns="churn").assign(colour="red", zip=1.0)
    other = Customers(frame, replace(customers.roles, label=None))
    np.testing.assert_array_equal(model.predict(other), model.predict(customers))


def test_each_customer_is_scored_on_their_own(model: ChurnModel, customers: Customers) -> None:
    """A score does not depend on who else is in the file; nobody gets none."""
    rows = np.array([7, 3, 400])
    np.testing.assert_array_equal(model.predict(customers.take(rows)), model.predict(customers)[rows])
    assert model.predict(customers.take(np.array([], dtype=np.int64))).shape == (0,)


def test_a_missing_column_is_named(model: ChurnModel, customers: Customers) -> None:
    """The sentence says what to add."""
    frame = customers.frame.drop(columns="tenure")
    with pytest.raises(ModelError, match="column 'tenure' is missing"):
        model.predict(Customers(frame, customers.roles))


def test_a_changed_byte_is_refused(folder: Path) -> None:
    """Every file is verified before it is read."""
    for name in ("model.json", "booster.json", "out_of_fold.parquet"):
        path = folder / name
        content = path.read_bytes()
        path.write_bytes(content[:-5] + b"?" + content[-4:])
        with pytest.raises(ModelError, match=name):
            ChurnModel.load(folder)
        path.write_bytes(content)
    ChurnModel.load(folder)


@pytest.mark.parametrize("junk", [b"", b"{}", b"[]", b"null", b'{"columns": 3}', b"\xff\xfe", b"[" * 100_000])
def test_json_that_is_no_model_is_refused(folder: Path, junk: bytes) -> None:
    """Even with valid hashes, what cannot be read is a ModelError."""
    with pytest.raises(ModelError, match="cannot be read as a model"):
        ChurnModel.load(rewritten(folder, model_json=junk))


def test_a_booster_that_does_not_parse_is_refused_at_load(folder: Path) -> None:
    """Not at the first customer."""
    with pytest.raises(ModelError, match=r"booster\.json"):
        ChurnModel.load(rewritten(folder, booster_json=b'{"learner": {}}'))


def test_parts_that_do_not_fit_together_are_refused(folder: Path) -> None:
    """A regression with one term too few for the columns is noticed at load."""
    saved = json.loads((folder / "model.json").read_bytes())
    saved["ladder"]["rule"]["column"] = 99
    with pytest.raises(ModelError, match="cannot be read as a model"):
        ChurnModel.load(rewritten(folder, model_json=json.dumps(saved).encode()))


def test_another_format_is_refused(folder: Path) -> None:
    """A folder written by a later program says so."""
    with pytest.raises(ModelError, match="another format"):
        ChurnModel.load(rewritten(folder, fields={"kind": KIND, "format": FORMAT + 1}))


def test_a_fault_in_a_copy_names_what_was_copied(folder: Path) -> None:
    """Whoever fetched a model reads the repository in every message, not a folder that is gone."""
    changes: list[dict[str, Any]] = [{"model_json": b"{}"}, {"fields": {"kind": KIND, "format": FORMAT + 1}}]
    for change in changes:
        with pytest.raises(ModelError, match=r"^alice/churn@0123456: "):
            ChurnModel.load(rewritten(folder, **change), source="alice/churn@0123456")
    (folder / "model.json").unlink()
    with pytest.raises(ModelError, match=r"^alice/churn@0123456: ") as error:
        ChurnModel.load(folder, source="alice/churn@0123456")
    assert str(folder) not in str(error.value)


def test_a_copy_without_held_out_rows_loads(folder: Path, customers: Customers, model: ChurnModel) -> None:
    """They are optional: scores stay, profit cannot be measured."""
    (folder / "out_of_fold.parquet").unlink()
    loaded = ChurnModel.load(folder)
    assert loaded.out_of_fold is None
    np.testing.assert_array_equal(loaded.predict(customers), model.predict(customers))
    loaded.save(folder)
    assert not (folder / "out_of_fold.parquet").exists()


def test_nothing_personal_is_saved(folder: Path) -> None:
    """No id, and no name of a customer, is in any file."""
    content = b"".join(path.read_bytes() for path in folder.iterdir())
    assert b"C499" not in content
    assert b"C0" not in (folder / "model.json").read_bytes()


@pytest.mark.slow
def test_a_model_without_trees_or_regression_is_still_saved_whole(
    draw: Callable[..., Customers], tmp_path: Path
) -> None:
    """Shuffled labels: the base rate is chosen with a warning, saved and loaded."""
    customers = draw(300, seed=5, shuffled=True)
    model = ChurnModel.fit(customers)
    assert model.chosen == "base rate"
    assert NO_BETTER_THAN_BASE_RATE in model.warnings
    assert "no better than the base rate" in NO_BETTER_THAN_BASE_RATE
    model.save(tmp_path / "model")
    probability = ChurnModel.load(tmp_path / "model").predict(customers)
    np.testing.assert_allclose(probability, float(labels_of(customers).mean()))


@pytest.mark.slow
@pytest.mark.parametrize("weight", ["balanced", 5.0])
def test_weighted_probabilities_still_mean_what_they_say(
    draw: Callable[..., Customers], weight: ScalePosWeight, tmp_path: Path
) -> None:
    """A weight on churned customers raises raw scores; calibration brings the mean back to the base rate."""
    customers = draw(800, seed=6, rate_shift=-1.5)
    model = ChurnModel.fit(customers, scale_pos_weight=weight)
    before, after, rate = model.before_calibration, model.metrics, model.churn_rate
    assert before and model.weighting
    noise = 3 * np.sqrt(after.brier / 800)
    assert before.metrics.mean_probability > rate + 0.05
    assert after.mean_probability == pytest.approx(rate, abs=noise)
    assert model.predict(customers).mean() == pytest.approx(rate, abs=noise)
    assert after.brier < before.metrics.brier
    assert before.metrics.log_loss > model.metrics.log_loss
    assert sum(group.customers for group in before.groups) == 800
    model.save(tmp_path / "model")
    loaded = ChurnModel.load(tmp_path / "model")
    assert loaded.before_calibration == before
    assert loaded.weighting == model.weighting
    assert model.weighting["words"] == (
        f"weighted by {model.scale_pos_weight:.3g}: {before.metrics.mean_probability:.0%} predicted on average "
        f"before, {after.mean_probability:.0%} after calibration; {rate:.0%} actually churned"
    )


def test_a_label_is_needed(customers: Customers) -> None:
    """Without it there is nothing to learn."""
    with pytest.raises(InputError, match=r"telecom\.csv: no label column"):
        ChurnModel.fit(replace(customers, roles=replace(customers.roles, label=None)))


@pytest.mark.parametrize(
    ("churned", "words"),
    [
        (0, "0 customers churned"),
        (1, "1 customer churned"),
        (9, "9 customers churned"),
        (299, "1 customer was retained"),
    ],
)
def test_too_few_of_a_class_are_refused(table: Callable[..., Customers], churned: int, words: str) -> None:
    """Ten churned and ten retained customers are the minimum: two for each fold."""
    customers = table(age=np.arange(300.0), label=np.arange(300) < churned)
    with pytest.raises(InputError, match=f"says that {words}; training needs at least 10 of each class"):
        ChurnModel.fit(customers)


@pytest.mark.slow
def test_ten_of_a_class_are_enough(table: Callable[..., Customers]) -> None:
    """The smallest table that can be divided trains, and says how uncertain it is."""
    model = ChurnModel.fit(table(age=np.arange(40.0), label=np.arange(40) % 4 == 0))
    assert any("only 10 customers churned" in sentence for sentence in model.warnings)


def test_a_model_of_an_earlier_version_still_loads(model: ChurnModel, customers: Customers, folder: Path) -> None:
    """It saved one reference for scores, TreeSHAP sizes only, and the weight in another place."""
    saved = json.loads((folder / "model.json").read_bytes())
    for name in ("unseen", "mean_unseen"):
        del saved["profile"][name]
    for entry in (saved["profile"]["score"], *saved["profile"]["columns"]):
        del entry["flag"]
    for entry in saved["directions"]:
        del entry["mean_abs_contribution"]
    del saved["scale_pos_weight"]
    saved["weighting"] = {"scale_pos_weight": 2.0, "churn_rate": 0.3, "mean_raw": 0.5, "mean_calibrated": 0.3,
                          "brier_raw": 0.2, "brier_calibrated": 0.1}  # fmt: skip
    loaded = ChurnModel.load(rewritten(folder, model_json=json.dumps(saved).encode()))
    np.testing.assert_array_equal(loaded.predict(customers), model.predict(customers))
    assert loaded.scale_pos_weight == 2.0
    assert loaded.directions[0].mean_abs_contribution == loaded.directions[0].mean_abs_shap
    assert loaded.profile.unseen == model.profile.score.shares
    assert measure_drift(loaded, customers, loaded.predict(customers)).level == "none"


def test_no_usable_column_is_refused(table: Callable[..., Customers]) -> None:
    """A constant cannot separate customers, and the error says so."""
    with pytest.raises(InputError, match="no usable feature column; column 'land' is the same for everyone"):
        ChurnModel.fit(table(land=np.ones(40), label=np.arange(40) % 2))


@pytest.mark.parametrize("weight", [0, -1, float("nan"), float("inf"), "heavy"])
def test_a_weight_that_cannot_be_is_refused(customers: Customers, weight: float) -> None:
    """Zero, negative or infinite weights are refused."""
    with pytest.raises(InputError, match="scale_pos_weight"):
        ChurnModel.fit(customers, scale_pos_weight=weight)


def test_deeply_nested_json_is_one_clear_sentence(model: ChurnModel, tmp_path: Path) -> None:
    """A model file that nests a hundred thousand times is refused like any other damaged file."""
    model.save(tmp_path / "model")
    files = dict(read_folder(tmp_path / "model", kind=KIND).files)
    for name in ("model.json", "booster.json"):
        write_folder(tmp_path / name, {**files, name: b"[" * 100_000}, {"kind": KIND, "format": FORMAT})
        with pytest.raises(ModelError, match="fetch or train"):
            ChurnModel.load(tmp_path / name)


def test_evaluation_rows_of_a_stranger_are_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A short Parquet file may unpack to a billion rows; a model's is held to the limits of an upload."""
    monkeypatch.setenv("RETENTION_MAX_ROWS", "50")
    with pytest.raises(ModelError, match="cannot be read as a model"):
        ChurnModel.load(folder)
