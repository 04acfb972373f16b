"""A model release as it is planned, before anything is pushed."""

from dataclasses import replace
from pathlib import Path

import pytest

from retention.churn.model import ChurnModel
from retention.customers.table import Customers
from retention.errors import InputError, ModelError
from retention.hub.connection import Hub
from retention.hub.model_release import plan_model
from retention.hub.publish import push
from retention.hub.pull import pull
from retention.hub.release import readable_size


def test_evaluation_rows_are_not_shared_by_default(telecom_folder: Path) -> None:
    """The preview says that they are left out; with the flag they are shared."""
    planned = plan_model(telecom_folder, repo="alice/churn")
    assert "out_of_fold.parquet" not in planned.content
    assert "out_of_fold.parquet: scores and labels of 1,500 training customers" in planned.left_out[0]
    full = plan_model(telecom_folder, repo="alice/churn", with_evaluation=True)
    assert full.content["out_of_fold.parquet"] == (telecom_folder / "out_of_fold.parquet").read_bytes()
    assert full.left_out == ()


def test_a_preview_shows_files_sizes_and_columns(telecom_folder: Path) -> None:
    """The preview text names everything that would be published."""
    planned = plan_model(telecom_folder, repo="alice/churn")
    words = planned.preview_text()
    assert "private: only you and your organisation see it" in words
    for file in planned.files:
        assert f"{file.path}  {readable_size(file.size)}" in words
        assert file.size == len(planned.content[file.path])
    assert "not shared: out_of_fold.parquet" in words
    assert "tenure" in words
    assert planned.size == sum(map(len, planned.content.values()))
    assert "PUBLIC" in plan_model(telecom_folder, repo="alice/churn", private=False).preview_text()


def test_a_planned_release_prints_no_content(telecom_folder: Path) -> None:
    """Its repr leaves the bytes out."""
    assert "content" not in repr(plan_model(telecom_folder, repo="alice/churn"))


@pytest.mark.parametrize("with_evaluation", [False, True])
def test_a_pulled_model_predicts_the_same(
    telecom_folder: Path, telecom: Customers, hub: Hub, tmp_path: Path, with_evaluation: bool
) -> None:
    """From the Hub it gives the same probabilities, with its evaluation rows only if they were shared."""
    push(plan_model(telecom_folder, repo="alice/churn", with_evaluation=with_evaluation), hub=hub)
    pull("alice/churn", kind="model", out=tmp_path / "model", hub=hub)
    there, here = ChurnModel.load(tmp_path / "model"), ChurnModel.load(telecom_folder)
    assert (there.predict(telecom) == here.predict(telecom)).all()
    assert (there.out_of_fold is not None) == with_evaluation


def test_a_damaged_model_is_not_planned(telecom_folder: Path, tmp_path: Path) -> None:
    """A byte changed on the disk is noticed before anything is pushed."""
    for path in telecom_folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes() + (b" " if path.name == "model.json" else b""))
    with pytest.raises(ModelError, match=r"model\.json is not the file that was saved"):
        plan_model(tmp_path, repo="alice/churn")


def test_a_name_without_an_owner_is_reported(telecom_folder: Path) -> None:
    """The repository must be OWNER/NAME."""
    with pytest.raises(InputError, match="pass OWNER/NAME"):
        plan_model(telecom_folder, repo="churn")


def test_columns_that_look_personal_cause_warnings(telecom_model: ChurnModel, tmp_path: Path) -> None:
    """A model holds names of columns and frequent values; both are checked."""
    columns = list(telecom_model.columns)
    columns[0] = replace(columns[0], name="mobile_number", categories=())
    columns[2] = replace(columns[2], categories=("a@b.example", *columns[2].categories[1:]))
    replace(telecom_model, columns=tuple(columns)).save(tmp_path / "model")
    warnings = plan_model(tmp_path / "model", repo="alice/churn").warnings
    assert warnings == (
        "the model uses column 'mobile_number', which may hold phone numbers",
        f"the model uses column '{columns[2].name}', which may hold e-mail addresses",
    )


def test_a_model_shares_no_column_of_rows(telecom_folder: Path) -> None:
    """The preview says that names and summaries of columns are shared, and rows are not."""
    words = plan_model(telecom_folder, repo="alice/churn").preview_text()
    assert "columns shared (name and summary only): gender, tenure, " in words
    assert "shared as they are" not in words


def test_a_model_without_personal_columns_causes_no_warning(telecom_folder: Path) -> None:
    """Users stop reading warnings that always appear."""
    assert plan_model(telecom_folder, repo="alice/churn").warnings == ()
