"""Campaigns in the ledger: written once, guarded in every run, and added to a ledger of version 0."""

import datetime as dt
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from retention.errors import OfferError
from retention.messages import review
from retention.messages.batch import write_messages
from retention.messages.ledger import Ledger
from retention.profit.catalogue import read_offers
from tests.campaign.cases import SALT, design
from tests.messages.test_ledger import entry

OLD_LEDGER = Path(__file__).parent / "files" / "ledger_version_0.sqlite"
START = dt.datetime(2026, 10, 13, tzinfo=dt.UTC).timestamp()
DAY_S = 86_400.0


def assigned(**arms: str) -> pd.DataFrame:
    """Return assignments of these customers to arms; ``c1`` is the customer C-1."""
    customers = [name.upper().replace("C", "C-") for name in arms]
    return pd.DataFrame(
        {
            "customer": customers, "arm": list(arms.values()), "stratum": "risk 1", "lot": "00" * 8,
            "chance_control": 0.5, "chance_cash_50": 0.5, "probability": 0.4, "value": 500.0,
        }
    )  # fmt: skip


def send_list(*customers: str) -> pd.DataFrame:
    """Return a send list of these customers."""
    return pd.DataFrame({"id": list(customers), "send": "yes", "offer": "cash_50"})


def test_a_held_out_customer_gets_no_message_in_any_run(tmp_path: Path) -> None:
    """Until the campaign ends, every run holds them back and says until when; afterwards they are written to."""
    clock = [START]
    with Ledger(tmp_path / "l.sqlite", now=lambda: clock[0]) as ledger:
        assert ledger.register_campaign(design(2), SALT, assigned(c1="control", c2="cash_50"))
        for run in ("diwali", "other"):
            written = write_messages(
                send_list("C-1", f"{run}-2"), id="id", offers=read_offers(), ledger=ledger, run=run, everyone=True
            )
            assert [message.customer for message in written.messages] == [f"{run}-2"]
            assert written.held_back_by_reason == {"held out of diwali until 12 Nov": 1}
        clock[0] = START + 30 * DAY_S
        late = write_messages(send_list("C-1"), id="id", offers=read_offers(), ledger=ledger, run="late")
        assert [message.customer for message in late.messages] == ["C-1"]


def test_a_draw_between_writing_and_approving_holds_back(tmp_path: Path) -> None:
    """Messages that wait for approval do not go out to customers who are held out meanwhile."""
    with Ledger(tmp_path / "l.sqlite", now=lambda: START) as ledger:
        run = write_messages(
            send_list("C-1", "C-2"), id="id", offers=read_offers(), ledger=ledger, run="june", review=True
        )
        assert run.message_count == 2
        ledger.register_campaign(design(2), SALT, assigned(c1="control", c2="cash_50"))
        approved = review.approve(run, ledger=ledger)
        assert [message.customer for message in approved.messages] == ["C-2"]
        assert approved.held_back_by_reason == {"held out of diwali until 12 Nov": 1}
        assert ledger.entries("june").keys() == {"C-2"}


def test_two_processes_that_approve_at_once_pass_nobody(tmp_path: Path) -> None:
    """Runs that looked before the draw, in processes of their own, still write to no held-out customer."""
    path = tmp_path / "l.sqlite"
    code = (
        "import sys; from retention.messages.ledger import Ledger, LedgerEntry\n"
        "ledger = Ledger(sys.argv[1], now=lambda: float(sys.argv[3]))\n"
        "assert ledger.held_out() == {}\n"
        "print('looked', flush=True); sys.stdin.readline()\n"
        "ledger.approve(sys.argv[2], [LedgerEntry(f'C-{i}', 'h', 'l', 'm', 't', 's', 'n', 'o', 1.0)"
        " for i in range(300)], cool_down_days=0)\n"
        "ledger.close()\n"
    )
    with Ledger(path, now=lambda: START) as ledger:
        runs = [
            subprocess.Popen(
                [sys.executable, "-c", code, str(path), run, repr(START)], text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": "."},
            )
            for run in ("june", "july")
        ]  # fmt: skip
        for run in runs:
            assert run.stdout is not None and run.stdout.readline() == "looked\n"
        arms = {f"c{number}": "control" if number % 3 == 0 else "cash_50" for number in range(300)}
        ledger.register_campaign(design(300), SALT, assigned(**arms))
        for run in runs:
            run.communicate("go\n", timeout=60)
            assert run.returncode == 0
        for name in ("june", "july"):
            assert len(ledger.entries(name)) == 200
            assert not any(int(customer.removeprefix("C-")) % 3 == 0 for customer in ledger.entries(name))


def test_a_message_that_goes_out_before_the_registration_stops_the_draw(tmp_path: Path) -> None:
    """Nobody of a campaign was written to within the cool-down, even if only after the draw looked."""
    clock = [START]
    with Ledger(tmp_path / "l.sqlite", now=lambda: clock[0]) as ledger:
        write_messages(send_list("C-1"), id="id", offers=read_offers(), ledger=ledger, run="june", everyone=True)
        arms = assigned(c1="control", c2="cash_50")
        clock[0] += DAY_S
        with pytest.raises(OfferError, match="1 of its customers got a message meanwhile; draw it again"):
            ledger.register_campaign(design(2), SALT, arms, cool_down_days=14)
        assert ledger.campaign("diwali") is None
        clock[0] += 13 * DAY_S
        assert ledger.register_campaign(design(2), SALT, arms, cool_down_days=14)


def test_a_campaign_is_registered_once(tmp_path: Path) -> None:
    """The same one again changes nothing; another one of the name, or of held-out customers, is refused."""
    with Ledger(tmp_path / "l.sqlite", now=lambda: START) as ledger:
        arms = assigned(c1="control", c2="cash_50")
        assert ledger.register_campaign(design(2), SALT, arms) is True
        assert ledger.register_campaign(design(2), SALT, arms[::-1]) is False
        for changed, salt, assignments in [
            (design(2, horizon_days=31), SALT, arms),
            (design(2), bytes(16), arms),
            (design(2), SALT, assigned(c1="cash_50", c2="control")),
        ]:
            with pytest.raises(OfferError, match="campaign 'diwali': was drawn already"):
                ledger.register_campaign(changed, salt, assignments)
        with pytest.raises(OfferError, match="another campaign holds out 1 of its customers"):
            ledger.register_campaign(design(1, name="holi"), SALT, assigned(c1="cash_50"))
        record = ledger.campaign("diwali")
        assert record is not None and record.salt == SALT and record.design_sha256 == design(2).sha256
        assert (record.drawn_at, record.ends_on) == (START, dt.date(2026, 11, 12))
        assert ledger.campaign("holi") is None
        assert [(row.customer, row.arm) for row in ledger.assignments("diwali")] == [
            ("C-1", "control"),
            ("C-2", "cash_50"),
        ]
        assert ledger.held_out(["C-1", "C-2"], START) == {"C-1": ("diwali", dt.date(2026, 11, 12))}
        assert ledger.held_out(["C-2"]) == {}
        assert ledger.held_out(at=START + 30 * DAY_S) == {}


def test_nothing_of_a_campaign_can_be_changed(tmp_path: Path) -> None:
    """The file itself refuses to change or delete what was registered."""
    path = tmp_path / "l.sqlite"
    with Ledger(path, now=lambda: START) as ledger:
        ledger.register_campaign(design(2), SALT, assigned(c1="control", c2="cash_50"))
        ledger.add_reading("diwali", "hash", "{}")
    database = sqlite3.connect(path)
    for statement in (
        "UPDATE assignments SET arm = 'cash_50'",
        "DELETE FROM assignments",
        "UPDATE campaigns SET ends_at = 0",
        "DELETE FROM readings",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            database.execute(statement)
    database.close()


def test_readings_are_kept_side_by_side(tmp_path: Path) -> None:
    """The same reading is recorded once, a different one stands after the first."""
    with Ledger(tmp_path / "l.sqlite", now=lambda: START) as ledger:
        ledger.register_campaign(design(2), SALT, assigned(c1="control", c2="cash_50"))
        assert ledger.add_reading("diwali", "first", "{}") is True
        assert ledger.add_reading("diwali", "first", "{}") is False
        assert ledger.add_reading("diwali", "second", "{}") is True
        assert [reading.input_sha256 for reading in ledger.readings("diwali")] == ["first", "second"]
        assert ledger.readings("holi") == ()
        with pytest.raises(OfferError, match="campaign 'holi': is not in this ledger"):
            ledger.add_reading("holi", "hash", "{}")


def test_a_ledger_of_version_0_is_migrated(tmp_path: Path) -> None:
    """A file that an earlier release wrote keeps its messages, and takes campaigns; a newer file is refused."""
    path = tmp_path / "l.sqlite"
    shutil.copy(OLD_LEDGER, path)
    database = sqlite3.connect(path)
    assert database.execute("PRAGMA user_version").fetchone() == (0,)
    before = database.execute("SELECT * FROM messages ORDER BY customer").fetchall()
    database.close()
    assert [row[:2] for row in before] == [("june", "C-1"), ("june", "C-2")]
    with Ledger(path) as ledger:
        assert ledger.entries("june").keys() == {"C-1", "C-2"}
        assert ledger.register_campaign(design(1), SALT, assigned(c9="control"))
        ledger.approve("july", [entry("C-8"), entry("C-9")], cool_down_days=0)
    database = sqlite3.connect(path)
    assert database.execute("PRAGMA user_version").fetchone() == (1,)
    kept = "SELECT * FROM messages WHERE run = 'june' ORDER BY customer"
    assert database.execute(kept).fetchall() == before
    database.execute("PRAGMA user_version = 2")
    database.close()
    with pytest.raises(OfferError, match="a newer program made it, with schema version 2"):
        Ledger(path)


def test_the_standing_salt_is_made_once(tmp_path: Path) -> None:
    """Every call and every copy of the ledger has the same."""
    with Ledger(tmp_path / "l.sqlite") as ledger:
        salt = ledger.standing_salt()
        assert len(salt) == 16 and ledger.standing_salt() == salt
        with Ledger(tmp_path / "copy.sqlite") as copy:
            copy.merge_readings((), ledger.standing_salts())
            assert copy.standing_salt() == salt


def test_a_holdout_is_found_under_the_spelling_of_an_older_ledger(tmp_path: Path) -> None:
    """17.0 is held out by a campaign that was drawn before ids had one spelling, so nobody writes to 17."""
    path = tmp_path / "ledger.sqlite"
    with Ledger(path, now=lambda: START) as ledger:
        ledger.register_campaign(design(2), SALT, assigned(**{"17.0": "control", "c2": "cash_50"}))
    with Ledger(path, now=lambda: START) as ledger:
        assert ledger.held_out(["17", "c2"]).keys() == {"17"}
        assert "held out of" in ledger.protected(["17"])["17"]
        ledger.approve("run", [entry("17"), entry("c9")], cool_down_days=0)
        ledger.flush()
        assert ledger.entries("run").keys() == {"c9"}
