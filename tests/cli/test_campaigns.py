"""The command ``campaigns``."""

import shutil
from pathlib import Path

import pytest

from retention.cli import main
from retention.messages.ledger import Ledger
from tests.campaign.campaigns import drawn
from tests.cli.commands import refused, run

OLD_LEDGER = Path(__file__).parent.parent / "messages" / "files" / "ledger_version_0.sqlite"


def test_campaigns_are_listed_with_their_programme(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A drawn campaign has its days and arms, and no verdict yet."""
    campaign = drawn(200)
    with Ledger(tmp_path / "l.sqlite") as ledger:
        ledger.register_campaign(campaign.design, bytes(16), campaign.assignments)
    result = run(capsys, "campaigns", "--ledger", tmp_path / "l.sqlite")
    assert [(entry["name"], entry["verdict"]) for entry in result["campaigns"]] == [("diwali", None)]
    assert sum(result["campaigns"][0]["arms"].values()) == 200
    assert result["programme"]["campaigns"] == 0
    assert main(["campaigns", "--ledger", str(tmp_path / "l.sqlite")]) == 0
    assert "Programme: nothing to add up yet." in capsys.readouterr().out


def test_an_old_ledger_has_no_campaign(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A ledger from before campaigns is migrated, and says what to do."""
    shutil.copy(OLD_LEDGER, tmp_path / "old.sqlite")
    result = run(capsys, "campaigns", "--ledger", tmp_path / "old.sqlite")
    assert result["campaigns"] == []
    assert result["words"] == ["the ledger holds no campaign yet; draw one with holdout"]


def test_a_missing_or_foreign_file_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Nothing is made where there is no ledger, and another file is left as it is."""
    assert "absent.sqlite: there is no such ledger" in refused(
        capsys, "campaigns", "--ledger", tmp_path / "absent.sqlite"
    )
    assert not (tmp_path / "absent.sqlite").exists()
    (tmp_path / "other.txt").write_text("id,churn\n1,0\n" * 100, encoding="utf-8")
    assert "cannot be used as a ledger" in refused(capsys, "campaigns", "--ledger", tmp_path / "other.txt")
