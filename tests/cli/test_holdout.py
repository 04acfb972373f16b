"""The command ``holdout``."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from retention.campaign.campaign_file import Campaign
from retention.cli import main
from retention.messages.ledger import Ledger
from tests.campaign.test_holdout import scored
from tests.cli.commands import refused, run


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    """Return a command that draws a send list of 666 customers."""
    scored().to_csv(tmp_path / "scored.csv", index=False)
    return [
        "holdout", str(tmp_path / "scored.csv"), "--ledger", str(tmp_path / "l.sqlite"), "--name", "diwali",
        "--out", str(tmp_path / "send.csv"), "--campaign", str(tmp_path / "diwali.zip"), "--preset", "realistic",
        "--share", "0.2", "--sent-on", "2026-10-13",
    ]  # fmt: skip


def test_a_list_is_drawn_and_only_the_treated_are_written_to(
    capsys: pytest.CaptureFixture[str], arguments: list[str], tmp_path: Path
) -> None:
    """JSON, list, zip and ledger agree; ``offers`` writes to the treated; a second call gives the same files."""
    result = run(capsys, *arguments)
    campaign, sent = Campaign.load(tmp_path / "diwali.zip"), pd.read_csv(tmp_path / "send.csv")
    assert result["customers"] == campaign.design.eligible == 666
    assert result["held_out"] == (sent["arm"] == "control").sum() == result["arms"]["control"]
    assert result["design_sha256"] == campaign.design.sha256
    assert (result["sent_on"], result["read_on"], result["drawn"], result["resumed"]) == (
        "2026-10-13", "2026-11-12", True, False,
    )  # fmt: skip
    with Ledger(tmp_path / "l.sqlite") as ledger:
        record = ledger.campaign("diwali")
        assert record is not None and record.design == campaign.design.as_json()
        assert len(ledger.assignments("diwali")) == 666
    messages = tmp_path / "messages.csv"
    written = run(capsys, "offers", tmp_path / "send.csv", "--ledger", tmp_path / "l.sqlite", "--out", messages)
    assert written["messages"] == (sent["send"] == "yes").sum() == 666 - result["held_out"]
    before = [(tmp_path / name).read_bytes() for name in ("send.csv", "diwali.zip")]
    assert run(capsys, *arguments)["resumed"] is True
    assert [(tmp_path / name).read_bytes() for name in ("send.csv", "diwali.zip")] == before


def test_a_dry_run_leaves_no_file(
    capsys: pytest.CaptureFixture[str], arguments: list[str], tmp_path: Path
) -> None:
    """It prints the cost and the power, and makes neither files nor a ledger."""
    result = run(capsys, *arguments, "--dry-run")
    assert result["drawn"] is False and result["holdout"]["cost"] > 0 and result["arms"] == {}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["scored.csv"]
    assert main([*arguments, "--dry-run"]) == 0
    assert "dry run: nothing is drawn; 666 customers could be" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("killed_in", ["register_campaign", "save", "write_csv"])
def test_a_killed_draw_is_completed_by_a_second_call(
    capsys: pytest.CaptureFixture[str], arguments: list[str], tmp_path: Path, killed_in: str
) -> None:
    """Killed before the registration, or between it and a file, it leaves nothing half-written."""
    code = (
        "import os, signal, sys\n"
        "from retention.cli import main\n"
        "from retention.campaign.campaign_file import Campaign\n"
        "from retention.messages.ledger_campaigns import CampaignLedger\n"
        "import retention.pipeline.campaign as pipeline\n"
        "place = {'register_campaign': CampaignLedger, 'save': Campaign, 'write_csv': pipeline}[sys.argv[1]]\n"
        "setattr(place, sys.argv[1], lambda *given, **named: os.kill(os.getpid(), signal.SIGKILL))\n"
        "main(sys.argv[2:])\n"
    )
    killed = subprocess.run(
        [sys.executable, "-c", code, killed_in, *arguments], check=False, env={**os.environ, "PYTHONPATH": "."}
    )
    assert killed.returncode == -signal.SIGKILL
    files = {path.name for path in tmp_path.iterdir()} - {"scored.csv", "l.sqlite", "l.sqlite-wal", "l.sqlite-shm"}
    assert files == ({"diwali.zip"} if killed_in == "write_csv" else set())
    with Ledger(tmp_path / "l.sqlite") as ledger:
        registered = ledger.campaign("diwali")
        assert (registered is None) == (killed_in == "register_campaign")
        assert len(ledger.assignments("diwali")) == (0 if registered is None else 666)
    assert run(capsys, *arguments)["resumed"] == (registered is not None)
    assert Campaign.load(tmp_path / "diwali.zip").design.eligible == 666
    assert len(pd.read_csv(tmp_path / "send.csv")) == 1000


def test_bad_requests_are_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], tmp_path: Path
) -> None:
    """A name that is taken, a date or a share that is none, missing or equal files: exit 2, and no file."""
    assert "must be auto or a share" in refused(capsys, *arguments, "--share", "a fifth")
    assert "must be a date such as" in refused(capsys, *arguments, "--sent-on", "soon")
    assert "must be files of their own" in refused(capsys, *arguments, "--out", tmp_path / "scored.csv")
    assert "is a folder" in refused(capsys, *arguments, "--out", tmp_path)
    assert "are both needed" in refused(capsys, *arguments[:6], "--preset", "realistic")
    assert "name: must be" in refused(capsys, *arguments, "--name", "../x")
    assert sorted(path.name for path in tmp_path.iterdir() if "sqlite" not in path.name) == ["scored.csv"]
    run(capsys, *arguments)
    before = (tmp_path / "send.csv").read_bytes()
    longer = [*arguments, "--horizon-days", "45"]
    assert "campaign 'diwali': was drawn already" in refused(capsys, *longer)
    assert (tmp_path / "send.csv").read_bytes() == before


def test_what_is_known_of_the_customers_is_kept_with_the_draw(
    capsys: pytest.CaptureFixture[str], arguments: list[str], tmp_path: Path
) -> None:
    """--customers keeps their columns beside the arms, no names or phones; the list to send stays as it is."""
    people = scored()[["customer_id"]].assign(
        spend=range(1000), plus=["yes", "no"] * 500, phone=[f"+9198{number:08d}" for number in range(1000)],
        full_name=[f"Asha {number}" for number in range(1000)],
    )  # fmt: skip
    people.sample(frac=1, random_state=1).to_csv(tmp_path / "today.csv", index=False)
    run(capsys, *arguments)
    plain = pd.read_csv(tmp_path / "send.csv")
    again = [*arguments, "--name", "holi", "--ledger", str(tmp_path / "other.sqlite")]
    run(capsys, *again, "--customers", tmp_path / "today.csv")
    campaign, sent = Campaign.load(tmp_path / "diwali.zip"), pd.read_csv(tmp_path / "send.csv")
    assert set(sent.columns) == set(plain.columns)
    kept = [name for name in map(str, campaign.assignments) if name.startswith("feature_")]
    assert {"feature_spend", "feature_plus"} <= set(kept)
    assert not any("phone" in name or "name" in name for name in kept)
    number = campaign.assignments["customer"].str.removeprefix("C-").astype(int)
    assert (campaign.assignments["feature_spend"] == number).all()
    assert (campaign.assignments["feature_plus"] == (number % 2 == 0)).all()
    assert set(campaign.design.features) >= {"spend", "plus"}
    people.assign(customer_id=[f"X{number}" for number in range(1000)]).to_csv(
        tmp_path / "others.csv", index=False
    )
    error = refused(capsys, *arguments, "--name", "new", "--customers", tmp_path / "others.csv")
    assert "others.csv: holds 0 of 1,000 customers of scored.csv; pass the customers that were scored" in error
