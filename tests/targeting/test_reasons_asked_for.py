"""Reasons are worked out for those whom the policy asks about, and for nobody else."""

from pathlib import Path
from typing import get_args

import pandas as pd
import pytest

from retention.churn.model import ChurnModel
from retention.errors import InputError
from retention.targeting import REASONS, SendPolicy, read_send_list, score
from retention.targeting.send_policy import Reasons
from tests.files import write
from tests.targeting.cases import as_text, run, table_of, today, whole_and_streamed

NAMES = list(REASONS)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Sixty customers to score."""
    return write(tmp_path / "today.csv", as_text(today()))


def test_only_those_on_the_list_are_explained(telecom_model: ChurnModel, path: Path) -> None:
    """By default the listed have the reasons that they have where all are explained, and the others have none."""
    table = table_of(path, telecom_model)
    listed, explained = (
        score(table, telecom_model, SendPolicy(threshold=0.3, reasons=reasons)).send_list
        for reasons in ("list", "all")
    )
    sent = listed["send"] == "yes"
    assert 0 < sent.sum() < len(sent)
    assert (explained.loc[~sent, "reason_1"] != "").any()
    pd.testing.assert_frame_equal(listed[sent], explained[sent])
    assert (listed.loc[~sent, NAMES] == "").all().all()
    pd.testing.assert_frame_equal(listed.drop(columns=NAMES), explained.drop(columns=NAMES))


def test_nobody_is_explained_on_request(telecom_model: ChurnModel, path: Path) -> None:
    """With none the columns stay, empty."""
    rows = score(table_of(path, telecom_model), telecom_model, SendPolicy(threshold=0, reasons="none")).send_list
    assert (rows["send"] == "yes").all()
    assert (rows[NAMES] == "").all().all()


@pytest.mark.parametrize("reasons", get_args(Reasons))
@pytest.mark.parametrize("limits", [{}, {"top": 9}])
def test_a_file_in_parts_explains_the_same(
    telecom_model: ChurnModel, path: Path, reasons: Reasons, limits: dict[str, int]
) -> None:
    """However many rows are read at a time, and whatever limits the list."""
    whole, streamed, _ = whole_and_streamed(path, telecom_model, reasons=reasons, **limits)
    assert streamed == whole


def test_the_command_takes_the_choice(
    telecom_folder: Path, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``--reasons all`` explains those, too, who get no offer; messages can be written from either list."""
    explained = {}
    for reasons in ("list", "all"):
        out = path.with_name(f"{reasons}.csv")
        run(capsys, "score", path, "--model", telecom_folder, "--top", 3, "--reasons", reasons, "--out", out)
        explained[reasons] = (read_send_list(out)["reason_1"].fillna("") != "").sum()
    assert explained["list"] <= 3 < explained["all"]


def test_another_choice_is_refused() -> None:
    """A word that is no choice is named with those that are."""
    with pytest.raises(InputError, match="'some' is no choice; pass list, all, none"):
        SendPolicy(reasons="some")  # type: ignore[arg-type]
