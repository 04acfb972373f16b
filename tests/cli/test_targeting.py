"""The command ``score``."""

from pathlib import Path

import pandas as pd
import pytest

from tests.cli.commands import run


def test_scoring_makes_a_send_list(
    capsys: pytest.CaptureFixture[str], telecom_folder: Path, telecom_file: Path, tmp_path: Path
) -> None:
    """One row an input customer, id first; an unseen category and a label nobody can read are no error."""
    table = pd.read_csv(telecom_file)
    table.loc[0, "Contract"] = "Weekly"
    table["Churn"] = "who knows"
    table.to_csv(tmp_path / "today.csv", index=False)
    out = tmp_path / "scored.csv"
    result = run(capsys, "score", tmp_path / "today.csv", "--model", telecom_folder, "--out", out)
    scored = pd.read_csv(out)
    assert list(scored.columns[:11]) == [
        "customerID", "churn_probability", "value", "expected_profit", "send", "offer", "reason_1", "reason_2",
        "reason_3", "value_evidence", "expected_profit_evidence",
    ]  # fmt: skip
    assert list(scored["customerID"]) == list(table["customerID"])
    assert result["customers"] == len(table) == len(scored)
    assert result["mean_probability"] == pytest.approx(scored["churn_probability"].mean())
    p = scored["churn_probability"]
    assert scored["expected_profit"].to_numpy() == pytest.approx((450 * p - 50 * (1 - p)).to_numpy(), abs=0.006)
    assert set(scored["send"]) == {"yes", "no"}
    assert set(scored.loc[scored["send"] == "yes", "offer"]) == {"cash_50"}


def test_top_keeps_the_most_profitable(
    capsys: pytest.CaptureFixture[str], telecom_folder: Path, telecom_file: Path, tmp_path: Path
) -> None:
    """--top caps the send list at those with the highest expected profit."""
    out = tmp_path / "scored.csv"
    run(capsys, "score", telecom_file, "--model", telecom_folder, "--out", out, "--top", 7)
    scored = pd.read_csv(out)
    sent = scored["send"] == "yes"
    assert sent.sum() == 7
    assert scored.loc[sent, "expected_profit"].min() >= scored.loc[~sent, "expected_profit"].max()


def test_probabilities_are_rebased_on_another_churn_rate(
    capsys: pytest.CaptureFixture[str], telecom_folder: Path, telecom_file: Path, tmp_path: Path
) -> None:
    """--churn-rate multiplies everyone's odds by one factor, and the money follows; the estimate stays."""
    plain = run(capsys, "score", telecom_file, "--model", telecom_folder, "--out", tmp_path / "a.csv")
    rate = plain["drift"]["churn_rate"]["in_training"]
    flags = ("--out", tmp_path / "b.csv", "--churn-rate", rate / 2)
    rebased = run(capsys, "score", telecom_file, "--model", telecom_folder, *flags)
    before, after = (pd.read_csv(tmp_path / name)["churn_probability"] for name in ("a.csv", "b.csv"))
    odds = (rate / 2 / (1 - rate / 2)) / (rate / (1 - rate))
    assert after.to_numpy() == pytest.approx(odds * before / (1 - before + odds * before), abs=2e-4)
    assert rebased["mean_probability"] == pytest.approx(after.mean(), abs=1e-4)
    assert rebased["expected_profit"] < plain["expected_profit"]
    assert rebased["drift"] == plain["drift"]
