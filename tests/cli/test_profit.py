"""The command ``profit``."""

from pathlib import Path

import pandas as pd
import pytest

from tests.cli.commands import run
from tests.files import write


def test_profit_needs_nothing_but_the_model(capsys: pytest.CaptureFixture[str], telecom_folder: Path) -> None:
    """All keys a script relies on are there, and every amount has its evidence."""
    result = run(capsys, "profit", "--model", telecom_folder, "--value", 500, "--offer-cost", 50)
    matrix = result["matrix"]
    assert matrix["saved_amount"] == 450 * matrix["saved"]
    assert matrix["wasted_amount"] == -50 * matrix["wasted"]
    assert matrix["lost_amount"] == -500 * matrix["lost"]
    assert result["threshold_break_even"] == pytest.approx(0.1)
    assert result["profit_none"] == 0
    assert result["profit_perfect"] > result["profit_best"] > result["profit_random"]
    amounts = {key for key in result if key.startswith("profit_")} | {"matrix", "band"}
    assert amounts <= result["evidence"].keys()


def test_the_presets_and_flags_set_the_money(capsys: pytest.CaptureFixture[str], telecom_folder: Path) -> None:
    """A flag overrides the preset."""
    assert run(capsys, "profit", "--model", telecom_folder, "--preset", "realistic")["threshold_break_even"] == (
        pytest.approx(31 / 165, abs=1e-4)  # (1 + .6·50) / (.3·450 + .6·50)
    )
    result = run(capsys, "profit", "--model", telecom_folder, "--preset", "realistic", "--contact-cost", 0)
    assert result["threshold_break_even"] == pytest.approx(30 / 165)


def test_a_catalogue_sets_the_money_and_the_message(
    capsys: pytest.CaptureFixture[str], telecom_folder: Path, tmp_path: Path
) -> None:
    """The file's first offer is what the profit is worked out with, unless a flag says otherwise."""
    offers = write(tmp_path / "offers.toml", "[[offer]]\nid = 'tea'\ncost = 80\nsave_rate = 0.5\n"
                   "gives.en = '{cost} off your next tea'\n")  # fmt: skip
    command = ("profit", "--model", telecom_folder, "--catalogue", offers)
    # d / (γ(V − d) + d) with ρ = 1
    assert run(capsys, *command)["threshold_break_even"] == pytest.approx(80 / (0.5 * 420 + 80))
    dearer = run(capsys, *command, "--offer-cost", 100, "--save-rate", 1)
    assert dearer["threshold_break_even"] == pytest.approx(100 / (400 + 100))
    pd.DataFrame({"id": ["a"], "send": "yes"}).to_csv(tmp_path / "send.csv", index=False)
    run(capsys, "offers", tmp_path / "send.csv", "--out", tmp_path / "messages.csv", "--catalogue", offers)
    assert "₹80 off your next tea" in pd.read_csv(tmp_path / "messages.csv")["message"].iloc[0]
