"""``/learn`` and ``learn``: the same answer and the same file, which the next plan takes."""

from dataclasses import replace
from pathlib import Path

import pytest

from retention.campaign.learned_rates import LearnedRates
from retention.errors import InputError
from retention.ui.api.learning import learn
from tests.campaign.campaigns import READ_ON, drawn
from tests.campaign.test_rate_learning import trial_reading
from tests.cli.commands import refused, run


def test_learn_answers_as_the_command_does(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One reading, or two together: equal JSON but for the file's name, and equal bytes."""
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    trial_reading(1, customers=900).save(first)
    other = trial_reading(2, customers=900)
    assert other.design is not None
    replace(other, name="second", design=replace(other.design, name="second")).save(second)
    file, summary = learn(first, second, folder=tmp_path)
    command = run(capsys, "learn", first, second, "--out", tmp_path / "by_command.zip")
    assert command.pop("learned") == str(tmp_path / "by_command.zip")
    assert summary.pop("learned") == "rates.zip"
    assert command == summary
    assert file.read_bytes() == (tmp_path / "by_command.zip").read_bytes()
    assert LearnedRates.load(file).rates.offers["cash_50"].save_rate.assumed == 0.3
    assert summary["rates"]["cash_50"]["campaigns"] == ["trial", "second"]
    one = run(capsys, "learn", first)
    assert one["learned"] is None
    width = {
        name: rate["high"] - rate["low"]
        for name, rate in (
            ("two", summary["rates"]["cash_50"]["save_rate"]),
            ("one", one["rates"]["cash_50"]["save_rate"]),
        )
    }
    assert width["two"] < width["one"]


def test_what_is_no_reading_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A campaign in place of its reading, or a file that is not there: one sentence, and no file written."""
    campaign = drawn(200)
    assert campaign.design.read_on == READ_ON
    campaign.save(tmp_path / "campaign.zip")
    with pytest.raises(InputError, match=r"campaign\.zip"):
        learn(tmp_path / "campaign.zip", folder=tmp_path)
    out = tmp_path / "rates.zip"
    assert "missing.zip" in refused(capsys, "learn", tmp_path / "missing.zip", "--out", out)
    assert not out.exists()
