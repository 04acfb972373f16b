"""The command ``measure``."""

from pathlib import Path

import pytest

from retention.campaign.reading import Reading
from tests.campaign.test_experiment import shuffled
from tests.cli.commands import refused, run


def test_an_experiment_from_its_table(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """One JSON object, and the same reading in a zip."""
    shuffled().to_csv(tmp_path / "t.csv", index=False)
    flags = ("--arm", "arm", "--control", "nothing", "--kept", "kept", "--money", "spend", "--chance", "0.5")
    out = tmp_path / "reading.zip"
    result = run(capsys, "measure", "--experiment", tmp_path / "t.csv", *flags, "--id", "customer", "--out", out)
    assert result["verdict"] == "earned"
    assert result["kept"]["low"] < result["kept"]["points"] < result["kept"]["high"]
    assert result["money"]["low"] < result["money"]["mean"] < result["money"]["high"]
    assert result["evidence"] == "measured, randomisation declared"
    assert {name: value for name, value in result.items() if name != "reading"} == Reading.load(out).as_dict()


def test_a_table_without_control_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """One line, exit code 2, and no file."""
    shuffled().to_csv(tmp_path / "t.csv", index=False)
    out = tmp_path / "reading.zip"
    line = refused(
        capsys, "measure", "--experiment", tmp_path / "t.csv", "--arm", "arm", "--kept", "kept", "--out", out
    )
    assert "without --control and --chance" in line
    assert not out.exists()
