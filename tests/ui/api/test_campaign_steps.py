"""The steps for campaigns: the command line's answers, from files and plain values."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from retention.campaign.campaign_file import Campaign
from retention.campaign.learned_rates import LearnedRates
from retention.campaign.reading import Reading
from retention.errors import InputError
from retention.messages.ledger import Ledger
from retention.ui.api.campaign import holdout, measure
from tests.campaign.campaigns import READ_ON, drawn, order_log, played
from tests.campaign.test_experiment import shuffled
from tests.campaign.test_holdout import scored
from tests.cli.commands import run
from tests.cli.test_measured_rates import measured

PRICES: dict[str, Any] = {"save_rate": 0.3, "stayer_redemption": 0.6, "contact_cost": 1.0}


@pytest.fixture
def send_list(tmp_path: Path) -> Path:
    """A send list of 666 customers in 1,000."""
    path = tmp_path / "scored.csv"
    scored().to_csv(path, index=False)
    return path


def answers(tmp_path: Path, name: str) -> Path:
    """Make a folder for the files of a call."""
    folder = tmp_path / name
    folder.mkdir()
    return folder


def test_the_ledger_goes_in_and_comes_back(send_list: Path, tmp_path: Path) -> None:
    """The same call with it resumes with the same bytes; another name draws nobody who is held out already."""
    asked: dict[str, Any] = {**PRICES, "share": "0.2"}
    sent, campaign, ledger, first = holdout(send_list, "diwali", **asked, folder=answers(tmp_path, "1"))
    assert sent and campaign and ledger
    uploaded = ledger.read_bytes()
    again = holdout(send_list, "diwali", ledger=ledger, **asked, folder=answers(tmp_path, "2"))
    assert again[3] == {**first, "resumed": True}
    assert [path.read_bytes() for path in again[:2] if path] == [sent.read_bytes(), campaign.read_bytes()]
    *_, holi = holdout(send_list, "holi", ledger=ledger, **asked, folder=answers(tmp_path, "3"))
    assert holi["excluded"] == {"live holdout": first["held_out"]}
    assert ledger.read_bytes() == uploaded
    assert len(list(ledger.parent.iterdir())) == 3


def test_a_dry_run_hands_nothing_out(send_list: Path, tmp_path: Path) -> None:
    """It answers with the cost and the power, and leaves no file."""
    folder = answers(tmp_path, "dry")
    *made, summary = holdout(send_list, "diwali", **PRICES, dry_run=True, folder=folder)
    assert made == [None, None, None]
    assert summary["drawn"] is False and summary["holdout"]["cost"] > 0
    assert list(folder.iterdir()) == []


def test_a_draw_promises_what_measured_rates_say(
    send_list: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With rates the design is the command line's with the same rates, and another than without."""
    rates = tmp_path / "rates.zip"
    LearnedRates(rates=measured()).save(rates)
    asked: dict[str, Any] = {**PRICES, "dry_run": True, "sent_on": "2026-10-13", "folder": answers(tmp_path, "a")}
    command = (
        "holdout", send_list, "--ledger", tmp_path / "l.sqlite", "--name", "diwali", "--preset", "realistic",
        "--sent-on", "2026-10-13", "--dry-run",
    )  # fmt: skip
    *_, with_rates = holdout(send_list, "diwali", rates=rates, **asked)
    assert with_rates == run(capsys, *command, "--rates", rates)
    *_, without = holdout(send_list, "diwali", **asked)
    assert without == run(capsys, *command)
    assert with_rates["design_sha256"] != without["design_sha256"]


def test_the_draw_of_the_command_line_is_repeated_from_its_ledger(
    send_list: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The ledger that the command wrote gives the same files and the same object."""
    paths = [tmp_path / name for name in ("l.sqlite", "send.csv", "diwali.zip")]
    expected = run(
        capsys, "holdout", send_list, "--ledger", paths[0], "--name", "diwali", "--out", paths[1], "--campaign",
        paths[2], "--preset", "realistic", "--sent-on", "2026-10-13",
    )  # fmt: skip
    sent, campaign, _, summary = holdout(
        send_list, "diwali", ledger=paths[0], **PRICES, folder=answers(tmp_path, "a")
    )
    assert sent and campaign
    assert summary == {**expected, "resumed": True}
    assert sent.read_bytes() == paths[1].read_bytes()
    assert campaign.read_bytes() == paths[2].read_bytes()


def test_measure_answers_as_the_command_does(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By log with oddly named columns, by table, and with the ledger, which then holds the reading."""
    campaign = drawn()
    outcomes = played(campaign)
    zipped, log, table, ledger = (tmp_path / name for name in ("d.zip", "log.csv", "t.csv", "l.sqlite"))
    campaign.save(zipped)
    order_log(campaign, outcomes).set_axis(["x1", "x2", "x3"], axis=1).to_csv(log, index=False)
    outcomes[["kept"]].to_csv(table)
    with Ledger(ledger) as opened:
        opened.register_campaign(campaign.design, bytes(16), campaign.assignments)
    day = READ_ON.isoformat()
    odd: dict[str, Any] = {"customer": "x1", "time": "x2"}
    file, kept, summary = measure(
        zipped, orders=log, as_of=day, ledger=ledger, **odd, folder=answers(tmp_path, "a")
    )
    expected = run(
        capsys, "measure", zipped, "--orders", log, "--customer", "x1", "--time", "x2", "--as-of", day,
    )  # fmt: skip
    assert summary == {**expected, "reading": "reading.zip"}
    assert summary["as_registered"] is True
    assert Reading.load(file).as_dict() == {name: cell for name, cell in summary.items() if name != "reading"}
    assert kept is not None
    with Ledger(kept) as opened, Ledger(ledger) as before:
        assert (len(opened.readings("diwali")), len(before.readings("diwali"))) == (1, 0)
    _, none, by_table = measure(zipped, outcomes=table, as_of=day, folder=answers(tmp_path, "b"))
    assert none is None
    assert by_table["kept"] == summary["kept"]


def test_an_experiment_is_measured_as_by_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One object, and the same reading in a zip."""
    table = tmp_path / "t.csv"
    shuffled().to_csv(table, index=False)
    columns: dict[str, Any] = {
        "arm": "arm",
        "control": "nothing",
        "kept": "kept",
        "money": "spend",
        "chance": "0.5",
    }
    file, ledger, summary = measure(experiment=table, **columns, folder=answers(tmp_path, "a"))
    flags = [part for name, column in columns.items() for part in (f"--{name}", column)]
    assert summary == {**run(capsys, "measure", "--experiment", table, *flags), "reading": "reading.zip"}
    assert ledger is None
    assert Reading.load(file).verdict == "earned"


def test_a_ledger_of_a_strangers_own_making_is_refused(send_list: Path, tmp_path: Path) -> None:
    """No database, another one, one with a trigger more, and one cut in half: a sentence each, and no file."""
    made = tmp_path / "l.sqlite"
    Ledger(made).close()
    whole = made.read_bytes()
    refusals = {"no database": send_list}
    for name, statement in {
        "another": "CREATE TABLE t (x)",
        "trigger": "CREATE TRIGGER t AFTER INSERT ON campaigns BEGIN DELETE FROM messages; END",
        "view": "CREATE VIEW v AS SELECT 1",
    }.items():
        path = tmp_path / f"{name}.sqlite"
        if name != "another":
            path.write_bytes(whole)
        with closing(sqlite3.connect(path)) as database, database:
            database.execute(statement)
        refusals[name] = path
    refusals["cut"] = tmp_path / "cut.sqlite"
    refusals["cut"].write_bytes(whole[: len(whole) // 2])
    for name, path in refusals.items():
        folder = answers(tmp_path, f"answer {name}")
        with pytest.raises(InputError, match=rf"^{path.name}: is (no|a damaged) ledger"):
            holdout(send_list, "diwali", ledger=path, **PRICES, folder=folder)


def test_a_ledger_of_an_older_program_is_taken(send_list: Path, tmp_path: Path) -> None:
    """One that knew no campaigns comes back with one; its messages are still in it."""
    old = Path("tests/messages/files/ledger_version_0.sqlite")
    before = old.read_bytes()
    *_, ledger, summary = holdout(send_list, "diwali", ledger=old, **PRICES, folder=answers(tmp_path, "a"))
    assert summary["drawn"] and ledger is not None
    assert old.read_bytes() == before
    shutil.copy(old, tmp_path / "old.sqlite")
    with Ledger(ledger) as opened, Ledger(tmp_path / "old.sqlite") as known:
        assert opened.campaign("diwali") is not None
        assert list(opened.records()) == list(known.records()) != []


def test_what_does_not_belong_together_is_refused(tmp_path: Path) -> None:
    """A parameter of an experiment with a campaign, of a campaign with an experiment, and neither of the two."""
    zipped, table = tmp_path / "d.zip", tmp_path / "t.csv"
    drawn(200).save(zipped)
    shuffled().to_csv(table, index=False)
    cases: list[tuple[dict[str, Any], str]] = [
        ({"campaign": zipped, "arm": "arm"}, "arm: is for an experiment"),
        ({"campaign": zipped, "time": "t"}, "time: names a column of the order log"),
        ({"campaign": zipped, "as_of": "soon"}, "as_of: 'soon' is no date"),
        ({"experiment": table, "orders": table}, "orders: belongs to a campaign"),
        ({"experiment": table, "kept": "kept"}, "arm: is needed"),
        ({}, "campaign: pass the zip"),
    ]
    for arguments, sentence in cases:
        with pytest.raises(InputError, match=sentence):
            measure(**arguments, folder=tmp_path)
    assert Campaign.load(zipped).design.eligible == 200


def test_other_money_inputs_than_those_of_the_list_are_refused(send_list: Path, tmp_path: Path) -> None:
    """The default ones do not give the list's profits; the sentence names what fits. A few edited rows pass."""
    with pytest.raises(InputError, match=r"row 3 expects a profit of ₹.*those of --preset realistic fit"):
        holdout(send_list, "diwali", folder=answers(tmp_path, "a"))
    rows = pd.read_csv(send_list)
    rows.loc[:300, "expected_profit"] = 0.0
    rows.to_csv(send_list, index=False)
    *_, summary = holdout(send_list, "diwali", **PRICES, folder=answers(tmp_path, "b"))
    assert summary["drawn"] is True
