"""A campaign from the order log to its verdict: by command line, endpoints and pipeline alike, and when killed."""

import datetime as dt
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from gradio_client import Client, handle_file

from retention.campaign.reading import Reading
from retention.messages.ledger import Ledger
from retention.pipeline.measure import Campaign, measure_campaign
from tests.browser.server import ROOT, running
from tests.campaign.campaigns import READ_ON, drawn, played
from tests.cli.commands import run

pytestmark = pytest.mark.slow

SENT_ON, DAY = "2025-07-31", "2025-08-30"  # the simulated log ends the day before
_PRICES = {"save_rate": 0.3, "stayer_redemption": 0.6, "contact_cost": 1.0}
_KILL = """
import importlib, os, signal, sys
from retention.cli import main
module, owner, name = sys.argv[1].split(":")
place = importlib.import_module(module)
setattr(getattr(place, owner) if owner else place, name, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
main(sys.argv[2:])
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A script at the endpoints."""
    with running("-m", "tests.stand_ins.step_endpoints") as address:
        yield Client(address, verbose=False, download_files=str(tmp_path_factory.mktemp("downloads")))


def killed_at(place: str, *arguments: object) -> None:
    """Run a command in a process that is killed when it calls ``module:class:function``."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [sys.executable, "-c", _KILL, place, *map(str, arguments)], check=False, env=environment, cwd=ROOT,
        capture_output=True, text=True,
    )  # fmt: skip
    assert ended.returncode == -signal.SIGKILL, ended.stderr


def test_three_ways_to_one_verdict(client: Client, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """From the order log, by command line and by endpoints, and by the pipeline: every number is the same."""
    at = {
        name: tmp_path / name
        for name in ("orders.csv", "past.csv", "today.csv", "scored.csv", "send.csv", "d.zip", "l.sqlite")
    }
    run(capsys, "simulate", "--customers", 1500, "--seed", 7, "--out", at["orders.csv"])
    run(capsys, "snapshot", at["orders.csv"], "--periods", 1, "--out", at["past.csv"])
    run(capsys, "snapshot", at["orders.csv"], "--today", "--out", at["today.csv"])
    run(capsys, "train", at["past.csv"], "--out", tmp_path / "model")
    scored = run(
        capsys, "score", at["today.csv"], "--model", tmp_path / "model", "--preset", "realistic", "--out",
        at["scored.csv"],
    )  # fmt: skip
    drawn_here = run(
        capsys, "holdout", at["scored.csv"], "--ledger", at["l.sqlite"], "--name", "diwali", "--share", "0.3",
        "--sent-on", SENT_ON, "--preset", "realistic", "--out", at["send.csv"], "--campaign", at["d.zip"],
    )  # fmt: skip
    shutil.copy(at["l.sqlite"], tmp_path / "drawn.sqlite")
    run(
        capsys, "simulate", "--customers", 1500, "--seed", 7, "--play", at["d.zip"], "--out",
        tmp_path / "after.csv",
    )  # fmt: skip
    by_command = run(
        capsys, "measure", at["d.zip"], "--orders", tmp_path / "after.csv", "--as-of", DAY, "--ledger",
        at["l.sqlite"], "--out", tmp_path / "reading.zip",
    )  # fmt: skip

    orders, _ = client.predict(customers=1500, seed=7, api_name="/simulate")
    past, _ = client.predict(orders=handle_file(orders), periods=1, api_name="/snapshot")
    today, _ = client.predict(orders=handle_file(orders), today=True, api_name="/snapshot")
    model, _ = client.predict(customers=handle_file(past), api_name="/train")
    list_there, scored_there = client.predict(
        customers=handle_file(today), model=handle_file(model), **_PRICES, api_name="/score"
    )
    assert scored_there["expected_profit"] == scored["expected_profit"]
    assert Path(list_there).read_bytes() == at["scored.csv"].read_bytes()
    sent, campaign, ledger, drawn_there = client.predict(
        scored=handle_file(list_there), name="diwali", ledger=handle_file(tmp_path / "drawn.sqlite"), share="0.3",
        **_PRICES, api_name="/holdout",
    )  # fmt: skip
    assert drawn_there == {**drawn_here, "resumed": True}
    assert Path(sent).read_bytes() == at["send.csv"].read_bytes()
    assert Path(campaign).read_bytes() == at["d.zip"].read_bytes()
    reading, _, by_endpoint = client.predict(
        campaign=handle_file(campaign), orders=handle_file(tmp_path / "after.csv"), as_of=DAY,
        ledger=handle_file(ledger), api_name="/measure",
    )  # fmt: skip
    assert by_endpoint == {**by_command, "reading": "reading.zip"}
    assert Path(reading).read_bytes() == (tmp_path / "reading.zip").read_bytes()

    by_pipeline = measure_campaign(
        Campaign.load(at["d.zip"]), orders=tmp_path / "after.csv", as_of=dt.date.fromisoformat(DAY)
    ).as_dict()
    assert by_pipeline == {name: value for name, value in by_command.items() if name != "reading"}
    assert by_command["profit"]["low"] < by_command["profit"]["amount"] < by_command["profit"]["high"]


@pytest.mark.parametrize(
    ("place", "already_read"),
    [
        ("retention.messages.ledger_campaigns:CampaignLedger:add_reading", False),
        ("retention.campaign.reading:Reading:save", True),
        ("retention.artifacts:os:replace", True),
    ],
)
def test_a_killed_measurement_is_completed_by_a_second_call(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, place: str, already_read: bool
) -> None:
    """Killed before the ledger keeps the reading, before its zip, or while it is written: the end is the same."""
    campaign = drawn()
    zipped, ledger, table = tmp_path / "diwali.zip", tmp_path / "l.sqlite", tmp_path / "table.csv"
    campaign.save(zipped)
    played(campaign).to_csv(table)
    with Ledger(ledger) as opened:
        opened.register_campaign(campaign.design, bytes(16), campaign.assignments)
    shutil.copy(ledger, tmp_path / "untroubled.sqlite")
    command = ("measure", zipped, "--outcomes", table, "--as-of", READ_ON.isoformat(), "--ledger")
    untroubled = run(capsys, *command, tmp_path / "untroubled.sqlite", "--out", tmp_path / "untroubled.zip")

    out = tmp_path / "reading.zip"
    killed_at(place, *command, ledger, "--out", out)
    assert not out.exists()
    with Ledger(ledger) as opened:
        assert len(opened.readings("diwali")) == already_read
    again = run(capsys, *command, ledger, "--out", out)
    assert again == {**untroubled, "reading": str(out)}
    assert out.read_bytes() == (tmp_path / "untroubled.zip").read_bytes()
    assert Reading.load(out).verdict == again["verdict"]
    with Ledger(ledger) as opened:
        assert len(opened.readings("diwali")) == 1
