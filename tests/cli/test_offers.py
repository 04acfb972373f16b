"""The command ``offers``."""

from pathlib import Path

import pandas as pd
import pytest

from retention.cli import main
from tests.cli.commands import refused, run


def test_everyone_on_the_send_list_gets_a_message(
    capsys: pytest.CaptureFixture[str], telecom_folder: Path, telecom_file: Path, tmp_path: Path
) -> None:
    """With no token and no network the backup library writes to all of them."""
    scored, out = tmp_path / "scored.csv", tmp_path / "messages.csv"
    run(capsys, "score", telecom_file, "--model", telecom_folder, "--out", scored)
    result = run(capsys, "offers", scored, "--out", out, "--ledger", tmp_path / "offers.sqlite")
    sent = (pd.read_csv(scored)["send"] == "yes").sum()
    messages = pd.read_csv(out)
    assert result["messages"] == len(messages) == sent
    assert result["customers"] == result["messages"] + result["held_back"]
    assert messages["message"].str.len().between(20, 160).all()
    assert messages["message"].str.contains("₹50").all()
    everyone = run(capsys, "offers", scored, "--out", tmp_path / "all.csv", "--everyone")
    assert everyone["messages"] == 1500


def test_customers_held_back_are_listed_with_the_reason(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A second campaign within the cool-down says how many wait and why; a shorter cool-down lets them through."""
    june, july = tmp_path / "june.csv", tmp_path / "july.csv"
    pd.DataFrame({"id": ["a", "b"], "send": "yes"}).to_csv(june, index=False)
    pd.DataFrame({"id": ["b", "c", "c"], "send": "yes"}).to_csv(july, index=False)
    common = ("--out", tmp_path / "messages.csv", "--ledger", tmp_path / "offers.sqlite")
    run(capsys, "offers", june, *common)
    held = tmp_path / "held.csv"
    result = run(capsys, "offers", july, *common, "--run", "july", "--held-back", held)
    assert (result["customers"], result["messages"], result["held_back"]) == (3, 1, 2)
    because = {"messaged less than 14 days ago": 1, "stands in the list twice": 1}
    assert result["held_back_because"] == because
    assert dict(pd.read_csv(held)[["id", "held_back_because"]].to_numpy()) == {
        "b": "messaged less than 14 days ago", "c": "stands in the list twice",
    }  # fmt: skip
    assert result["breaker"].keys() == {"state", "reason", "calls", "failures", "next_probe_s"}
    assert main(["offers", str(july), *map(str, common), "--run", "august", "--cool-down-days", "0"]) == 0
    words = capsys.readouterr().out
    assert "2 messages in" in words
    assert "held back: 1 stands in the list twice" in words
    assert "circuit breaker off: no language model is set up" in words
    assert "cool-down" in refused(capsys, "offers", july, *common, "--cool-down-days", "-1")
