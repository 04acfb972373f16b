"""Several files of customers are scored as the one table they are parts of, each into a file of its own."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from retention.churn.model import ChurnModel
from retention.cli import main
from retention.errors import Cancelled, InputError, ModelError
from retention.tabular.file_sets import files_of
from retention.targeting import SendPolicy, read_send_list, score_file
from tests.files import write
from tests.targeting.cases import today, whole_and_streamed

LIMITS: list[dict[str, Any]] = [{}, {"top": 7}, {"every_offer": True, "budget": 300.0}]


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    """Sixty customers in three Parquet files of 25, 25 and 10, and beside them all in one CSV."""
    table = today().drop(columns="comment")
    (tmp_path / "customers").mkdir()
    for number, rows in enumerate(np.split(np.arange(60), [25, 50])):
        table.iloc[rows].to_parquet(tmp_path / "customers" / f"part-{number}.parquet", index=False)
    table.to_csv(tmp_path / "all.csv", index=False)
    return tmp_path


@pytest.mark.parametrize("limits", LIMITS, ids=["threshold", "top", "budget"])
@pytest.mark.parametrize("pattern", ["customers", "customers/*.parquet"])
def test_the_parts_together_are_the_whole(
    telecom_model: ChurnModel, parts: Path, pattern: str, limits: dict[str, Any]
) -> None:
    """A limit holds for all files together, and each file's rows stand in the file of its name, in order."""
    _, streamed, wanted = whole_and_streamed(parts / "all.csv", telecom_model, exclude=(), **limits)
    policy = SendPolicy(**limits)
    summary = score_file(parts / pattern, parts / "scored", telecom_model, policy, rows_at_once=10)
    files = sorted((parts / "scored").iterdir())
    assert [file.name for file in files] == ["part-0.parquet", "part-1.parquet", "part-2.parquet"]
    rows = [read_send_list(file) for file in files]
    assert [len(part) for part in rows] == [25, 25, 10]
    write(parts / "streamed.csv", streamed)
    pd.testing.assert_frame_equal(
        pd.concat(rows, ignore_index=True), read_send_list(parts / "streamed.csv"), check_exact=True
    )
    assert (summary.contacted, summary.expected_profit) == (wanted.contacted, wanted.expected_profit)


def test_parquet_and_csv_hold_the_same(telecom_model: ChurnModel, parts: Path) -> None:
    """The name of the file to write says in which form, and both read back the same, bit for bit."""
    for name in ("list.csv", "list.parquet"):
        score_file(parts / "all.csv", parts / name, telecom_model, SendPolicy(), rows_at_once=25)
    assert (parts / "list.parquet").read_bytes().startswith(b"PAR1")
    pd.testing.assert_frame_equal(
        read_send_list(parts / "list.parquet"), read_send_list(parts / "list.csv"), check_exact=True
    )


def test_an_id_in_two_files_is_refused(telecom_model: ChurnModel, parts: Path) -> None:
    """A customer must not get two offers because two files hold them."""
    first = parts / "customers" / "part-0.parquet"
    (parts / "customers" / "part-9.parquet").write_bytes(first.read_bytes())
    with pytest.raises(InputError, match=r"part-0\.parquet and 3 other files.*customerID"):
        score_file(parts / "customers", parts / "scored", telecom_model, SendPolicy())
    assert not (parts / "scored").exists()


def test_files_of_other_columns_are_refused(telecom_model: ChurnModel, parts: Path) -> None:
    """The sentence says which file lacks which column."""
    path = parts / "customers" / "part-1.parquet"
    pd.read_parquet(path).drop(columns="Contract").to_parquet(path, index=False)
    with pytest.raises(InputError, match=r"part-1\.parquet: has no column 'Contract', which part-0\.parquet has"):
        score_file(parts / "customers", parts / "scored", telecom_model, SendPolicy())


def test_stopped_midway_the_older_folder_stays(telecom_model: ChurnModel, parts: Path) -> None:
    """Nothing is left half-written, and a second run takes the place of the first."""
    score_file(parts / "customers", parts / "scored", telecom_model, SendPolicy(threshold=0.9))
    before = {file.name: file.read_bytes() for file in (parts / "scored").iterdir()}

    def stop(share: float, words: str) -> None:
        if words.startswith("Scored 50"):
            raise Cancelled

    with pytest.raises(Cancelled):
        score_file(
            parts / "customers", parts / "scored", telecom_model, SendPolicy(), rows_at_once=10, progress=stop
        )
    assert {file.name: file.read_bytes() for file in (parts / "scored").iterdir()} == before
    assert {path.name for path in parts.iterdir()} == {"customers", "all.csv", "scored"}
    score_file(parts / "customers", parts / "scored", telecom_model, SendPolicy(threshold=0))
    assert all((read_send_list(file)["send"] == "yes").all() for file in (parts / "scored").iterdir())


def test_a_folder_of_other_files_is_not_replaced(telecom_model: ChurnModel, parts: Path) -> None:
    """What somebody else keeps in the folder stays there."""
    (parts / "scored").mkdir()
    write(parts / "scored" / "notes.txt", b"mine")
    with pytest.raises(ModelError, match="already holds other files"):
        score_file(parts / "customers", parts / "scored", telecom_model, SendPolicy())
    assert (parts / "scored" / "notes.txt").read_bytes() == b"mine"


def test_the_command_takes_a_pattern(
    telecom_folder: Path, parts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A pattern that matches nothing, and a file where a folder must be, are one sentence each."""
    score = ["score", "--model", str(telecom_folder), "--out"]
    assert main([*score, str(parts / "scored"), str(parts / "customers" / "*.parquet")]) == 0
    assert "60 customers in" in capsys.readouterr().out
    assert main([*score, str(parts / "scored"), str(parts / "customers" / "*.csv")]) == 2
    assert "there is no file of this kind" in capsys.readouterr().err
    assert main([*score, str(parts / "all.csv"), str(parts / "customers")]) == 2
    assert "all.csv: is a file; for the send lists of several files pass a new folder" in capsys.readouterr().err


def test_a_name_with_a_bracket_is_a_file(tmp_path: Path) -> None:
    """A file that exists is no pattern, and hidden files are not taken."""
    path = write(tmp_path / "a[1].csv", b"x")
    write(tmp_path / ".hidden", b"x")
    write(tmp_path / "_SUCCESS", b"")
    assert files_of(path) is None
    assert files_of(tmp_path) == (path,)
