"""The ledger: written once, never changed, on the disk when it says so."""

import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from retention.errors import OfferError
from retention.messages.ledger import Ledger, LedgerEntry, LedgerRecord

DAY_S = 86_400.0


def entry(customer: str = "C-1", message: str = "Hi Priya, enjoy it.") -> LedgerEntry:
    """Return an entry for one customer."""
    return LedgerEntry(
        customer, "hash", "Hi {name}, enjoy {offer}.", message, "backup", "backup", "", "cash_50", 50.0
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a ledger may be made."""
    return tmp_path / "offers.sqlite"


def test_what_is_sealed_is_read_back(path: Path) -> None:
    """After closing and opening again, a run's entries are the same."""
    with Ledger(path) as ledger:
        ledger.approve("run", [entry(), entry("C-2", "नमस्ते आरव")], cool_down_days=14)
    with Ledger(path) as ledger:
        assert ledger.entries("run") == {"C-1": entry(), "C-2": entry("C-2", "नमस्ते आरव")}
        assert ledger.entries("other") == {}


def test_an_entry_is_never_changed(path: Path) -> None:
    """The first one for a customer and run stays."""
    with Ledger(path) as ledger:
        ledger.approve("run", [entry()], cool_down_days=0)
        ledger.approve("run", [replace(entry(), message="something else"), entry("C-2")], cool_down_days=0)
        ledger.flush()
        assert ledger.entries("run") == {"C-1": entry(), "C-2": entry("C-2")}


def test_other_runs_cool_down(path: Path) -> None:
    """A customer messaged lately is known, by other runs only, and for so many days."""
    clock = [1_700_000_000.0]
    with Ledger(path, now=lambda: clock[0]) as ledger:
        ledger.approve("first", [entry()], cool_down_days=14)
        ledger.flush()
        clock[0] += 13.9 * DAY_S
        assert ledger.recently_messaged("second", 14) == {"C-1": 1_700_000_000.0}
        assert ledger.recently_messaged("first", 14) == {}
        clock[0] += 0.2 * DAY_S
        assert ledger.recently_messaged("second", 14) == {}


def test_two_runs_at_once_message_a_customer_once(path: Path) -> None:
    """The cool-down holds at the moment of writing, not just when somebody looked."""
    with Ledger(path) as one, Ledger(path) as other:
        assert one.recently_messaged("one", 14) == other.recently_messaged("other", 14) == {}
        one.approve("one", [entry()], cool_down_days=14)
        one.flush()
        other.approve("other", [entry(), entry("C-2")], cool_down_days=14)
        other.flush()
        assert one.entries("one").keys() == {"C-1"}
        assert other.entries("other").keys() == {"C-2"}


def test_commits_are_durable_ones(path: Path) -> None:
    """The journal is a write-ahead log, kept in step with the disk."""
    with Ledger(path) as ledger:
        ledger.approve("run", [entry()], cool_down_days=14)
        ledger.flush()
        assert path.with_name("offers.sqlite-wal").exists()
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    database.close()


def test_a_killed_process_loses_nothing_that_was_flushed(path: Path) -> None:
    """What flush has seen to the disk survives SIGKILL, whole."""
    code = (
        "import os, signal, sys; from retention.messages.ledger import Ledger, LedgerEntry;"
        "ledger = Ledger(sys.argv[1]);"
        "entries = [LedgerEntry(f'C-{i}', 'h', 'l', 'm', 't', 's', 'n', 'o', 1.0) for i in range(1000)];"
        "ledger.approve('run', entries, cool_down_days=1);"
        "ledger.flush(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run(
        [sys.executable, "-c", code, str(path)], check=False, env={**os.environ, "PYTHONPATH": "."}
    )
    assert killed.returncode == -signal.SIGKILL
    with Ledger(path) as ledger:
        assert len(ledger.entries("run")) == 1000


def test_another_file_is_not_touched(tmp_path: Path) -> None:
    """A database of somebody else's, a text file and a missing folder are refused in one sentence."""
    other = tmp_path / "other.sqlite"
    database = sqlite3.connect(other)
    database.execute("CREATE TABLE theirs (x)")
    database.commit()
    database.close()
    before = other.read_bytes()
    text = tmp_path / "notes.txt"
    text.write_text("not a database, but long enough to be looked at " * 100, encoding="utf-8")
    for wrong in (other, text, tmp_path / "nowhere" / "offers.sqlite"):
        with pytest.raises(OfferError, match=f"{wrong.name}: cannot be used as a ledger"):
            Ledger(wrong)
    assert other.read_bytes() == before


def test_closing_twice_is_fine(path: Path) -> None:
    """The second time does nothing."""
    ledger = Ledger(path)
    ledger.close()
    ledger.close()


def test_drafts_are_no_messages(path: Path) -> None:
    """A draft can be replaced and dropped, holds nobody back, and is not among the records."""
    with Ledger(path) as ledger:
        ledger.save_drafts("run", [entry(), entry("C-2")])
        ledger.save_drafts("run", [replace(entry(), message="something else")])
        ledger.flush()
    with Ledger(path) as ledger:
        assert ledger.drafts("run") == {"C-1": replace(entry(), message="something else"), "C-2": entry("C-2")}
        assert (ledger.entries("run"), ledger.recently_messaged("other", 14), list(ledger.records())) == (
            {},
            {},
            [],
        )
        ledger.drop_drafts("run")
        ledger.flush()
        assert ledger.drafts("run") == {}


def test_two_copies_agree_after_merging_both_ways(tmp_path: Path) -> None:
    """Each has what either sealed, once, with its time; what was here already stays as it is."""
    clock = [1_700_000_000.0]
    here = Ledger(tmp_path / "here.sqlite", now=lambda: clock[0])
    there = Ledger(tmp_path / "there.sqlite", now=lambda: clock[0])
    here.approve("june", [entry(f"C-{number}") for number in range(2500)], cool_down_days=0)
    clock[0] += 1
    there.approve("june", [entry("C-1", "another text"), entry("D-1", "नमस्ते आरव")], cool_down_days=0)
    for ledger in (here, there):
        ledger.flush()
    assert here.merge(there.records()) == 1
    assert there.merge(here.records()) == 2499
    assert here.merge(there.records()) == 0
    mine, theirs = list(here.records()), list(there.records())
    assert len(mine) == len(theirs) == 2501
    assert [record.sealed_at for record in mine] == sorted(record.sealed_at for record in mine)
    assert mine[-1] == LedgerRecord("june", entry("D-1", "नमस्ते आरव"), clock[0])
    assert {record.entry.message for record in theirs if record.entry.customer == "C-1"} == {"another text"}
    assert there.recently_messaged("july", 14).keys() == here.recently_messaged("july", 14).keys()
    here.close()
    there.close()
