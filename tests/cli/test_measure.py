"""The command ``measure``."""

import json
from pathlib import Path

import pytest

from retention.campaign.reading import Reading
from retention.messages.ledger import Ledger
from tests.campaign.campaigns import READ_ON, drawn, order_log, played
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


def test_a_campaign_from_its_log_and_its_table(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The order log and the table of the same outcomes give the same effect."""
    campaign = drawn()
    outcomes = played(campaign)
    campaign.save(tmp_path / "diwali.zip")
    order_log(campaign, outcomes).to_csv(tmp_path / "log.csv", index=False)
    outcomes[["kept"]].to_csv(tmp_path / "table.csv")
    command = ("measure", tmp_path / "diwali.zip", "--as-of", READ_ON.isoformat())
    by_log = run(capsys, *command, "--orders", tmp_path / "log.csv", "--out", tmp_path / "reading.zip")
    by_table = run(capsys, *command, "--outcomes", tmp_path / "table.csv")
    assert by_log["kept"] == by_table["kept"]
    assert by_log["profit"] == by_table["profit"]
    assert by_log["verdict"] in {"earned", "kept customers, money not shown"}
    assert Reading.load(tmp_path / "reading.zip").as_dict()["profit"] == by_log["profit"]


def test_a_campaign_that_cannot_be_measured_writes_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A log that ends early, no outcomes, both, a table instead of a campaign: one line each, exit code 2."""
    campaign = drawn(400)
    campaign.save(tmp_path / "diwali.zip")
    log = order_log(campaign, played(campaign))
    log[log["date"] <= "2026-11-04"].to_csv(tmp_path / "log.csv", index=False)
    out, zipped = tmp_path / "reading.zip", tmp_path / "diwali.zip"
    line = refused(
        capsys, "measure", zipped, "--orders", tmp_path / "log.csv", "--as-of", "2026-11-12", "--out", out
    )
    assert "ends 4 Nov; diwali is read from 12 Nov on" in line
    assert "--orders" in refused(capsys, "measure", zipped, "--as-of", "2026-11-12", "--out", out)
    assert "is no date" in refused(capsys, "measure", zipped, "--as-of", "today", "--out", out)
    assert "is no zip of a campaign" in refused(capsys, "measure", tmp_path / "log.csv", "--out", out)
    assert "pass the campaign's zip" in refused(capsys, "measure", "--out", out)
    assert "--experiment" in refused(capsys, "measure", zipped, "--arm", "x", "--out", out)
    assert not out.exists()


def test_a_second_reading_stands_beside_the_first(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The ledger keeps each once, and the first stays the registered one; another design is not valid."""
    campaign = drawn()
    ledger, zipped, table = tmp_path / "l.sqlite", tmp_path / "diwali.zip", tmp_path / "table.csv"
    with Ledger(ledger) as opened:
        opened.register_campaign(campaign.design, bytes(16), campaign.assignments)
    campaign.save(zipped)
    command = ("measure", zipped, "--outcomes", table, "--as-of", READ_ON.isoformat(), "--ledger", ledger)
    played(campaign).to_csv(table)
    first = run(capsys, *command)
    assert run(capsys, *command) == first
    played(campaign, seed=3).to_csv(table)
    second = run(capsys, *command)
    assert first["sentence"] in second["notes"][-1]
    with Ledger(ledger) as opened:
        readings = [json.loads(record.reading)["sentence"] for record in opened.readings("diwali")]
    assert readings == [first["sentence"], second["sentence"]]
    drawn(share=0.3).save(zipped)
    redrawn = run(capsys, *command)
    assert redrawn["verdict"] == "not valid" and redrawn["as_registered"] is False
    assert "there is no such ledger" in refused(capsys, *command[:-1], tmp_path / "none.sqlite")
