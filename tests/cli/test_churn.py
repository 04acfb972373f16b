"""The command ``train``."""

from pathlib import Path

import pytest

from retention.cli import main
from tests.cli.commands import refused, run
from tests.files import telecom_customers, write


@pytest.mark.slow
def test_a_file_becomes_a_model(capsys: pytest.CaptureFixture[str], telecom_file: Path, tmp_path: Path) -> None:
    """Blanks, Yes/No labels and text categories need no preparation; the figures come with the model."""
    result = run(
        capsys, "train", telecom_file, "--id", "customerID", "--label", "Churn", "--out", tmp_path / "model"
    )
    assert result["customers"] == 1500
    assert result["churn_rate"] == pytest.approx((telecom_customers()["Churn"] == "Yes").mean())
    assert result["chosen"] in [candidate["name"] for candidate in result["candidates"]]
    assert result["metrics"]["roc_auc"] > 0.7
    assert result["metrics"]["mean_probability"] == pytest.approx(result["churn_rate"], abs=0.02)
    assert {path.name for path in (tmp_path / "model").iterdir()} == {
        "manifest.json", "model.json", "booster.json", "out_of_fold.parquet"
    }  # fmt: skip


@pytest.mark.slow
def test_training_prints_the_comparison_of_candidates(
    capsys: pytest.CaptureFixture[str], telecom_file: Path, tmp_path: Path
) -> None:
    """The text has a line for each candidate, the lead of the chosen one, and the effect of weighting."""
    flags = ["--id", "customerID", "--label", "Churn", "--scale-pos-weight", "4", "--out", str(tmp_path / "model")]
    assert main(["train", str(telecom_file), *flags]) == 0
    words = capsys.readouterr().out
    for name in ("base rate", "one feature", "logistic regression", "xgboost", "blend"):
        assert f"  {name}: log-loss 0." in words
    assert "of log-loss below" in words
    assert "weighted by 4: " in words


BAD_FILES: dict[str, str | bytes] = {
    "empty": "",
    "header only": "customer_id,tenure,churn\n",
    "binary": bytes(range(256)) * 10,
    "no id": "a,b,churn\n1,2,0\n3,4,1\n",
    "no label": "customer_id,tenure\n1,2\n3,4\n",
    "one class": "customer_id,tenure,churn\n" + "".join(f"{i},{i % 7},0\n" for i in range(50)),
    "same ids": "customer_id,tenure,churn\n" + "".join(f"a,{i},{i % 2}\n" for i in range(50)),
    "three labels": "customer_id,tenure,churn\n" + "".join(f"{i},{i},{i % 3}\n" for i in range(50)),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_bad_file_is_refused_in_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path, kind: str) -> None:
    """Exit code 2, one line naming the file, and no model folder."""
    path = write(tmp_path / "bad.csv", BAD_FILES[kind])
    model = tmp_path / "model"
    assert "bad.csv" in refused(capsys, "train", path, "--out", model)
    assert not model.exists()


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--cutoff", "2025-01-01"], "--cutoff: is for --left-alone"),
        (["--horizon-days", "30"], "--horizon-days: is for --left-alone"),
        (["--left-alone", "absent.sqlite"], "absent.sqlite: there is no such ledger"),
    ],
)
def test_left_alone_needs_a_ledger(
    capsys: pytest.CaptureFixture[str], telecom_file: Path, tmp_path: Path, flags: list[str], words: str
) -> None:
    """The days belong to the ledger, and a ledger that does not exist is not made."""
    line = refused(
        capsys,
        "train",
        telecom_file,
        "--id",
        "customerID",
        "--label",
        "Churn",
        "--out",
        tmp_path / "model",
        *flags,
    )
    assert words in line
    assert not (tmp_path / "model").exists()
