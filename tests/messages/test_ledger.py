"""The ledger: an entry is written once, never changed, and on the disk after a flush."""

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
    """Return the path of a ledger that does not exist yet."""
    return tmp_path / "offers.sqlite"


def test_approved_entries_are_read_back(path: Path) -> None:
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
    """A recently messaged customer is reported to other runs only, for so many days."""
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
    """The cool-down holds at the moment of writing, not only at the query before."""
    with Ledger(path) as first, Ledger(path) as second:
        assert first.recently_messaged("first", 14) == second.recently_messaged("second", 14) == {}
        first.approve("first", [entry()], cool_down_days=14)
        first.flush()
        second.approve("second", [entry(), entry("C-2")], cool_down_days=14)
        second.flush()
        assert first.entries("first").keys() == {"C-1"}
        assert second.entries("second").keys() == {"C-2"}


def test_commits_are_durable(path: Path) -> None:
    """The journal is a write-ahead log, kept in step with the disk."""
    with Ledger(path) as ledger:
        ledger.approve("run", [entry()], cool_down_days=14)
        ledger.flush()
        assert path.with_name("offers.sqlite-wal").exists()
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    database.close()


def test_a_killed_process_loses_nothing_that_was_flushed(path: Path) -> None:
    """Entries survive SIGKILL completely once flush has returned."""
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
    """Another program's database, a text file and a folder below a file are refused in one sentence."""
    foreign = tmp_path / "other.sqlite"
    database = sqlite3.connect(foreign)
    database.execute("CREATE TABLE theirs (x)")
    database.commit()
    database.close()
    before = foreign.read_bytes()
    text = tmp_path / "notes.txt"
    text.write_text("not a database, but long enough to be looked at " * 100, encoding="utf-8")
    for wrong in (foreign, text, text / "offers.sqlite"):
        with pytest.raises(OfferError, match=f"{wrong.name}: cannot be used as a ledger"):
            Ledger(wrong)
    assert foreign.read_bytes() == before


def test_closing_twice_does_nothing(path: Path) -> None:
    """The second call raises nothing."""
    ledger = Ledger(path)
    ledger.close()
    ledger.close()


def test_drafts_are_no_messages(path: Path) -> None:
    """A draft can be replaced and deleted, holds nobody back, and is not among the records."""
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
    """Each holds what either approved, once, with its time; an entry that was there already stays."""
    clock = [1_700_000_000.0]
    first = Ledger(tmp_path / "first.sqlite", now=lambda: clock[0])
    second = Ledger(tmp_path / "second.sqlite", now=lambda: clock[0])
    first.approve("june", [entry(f"C-{number}") for number in range(2500)], cool_down_days=0)
    clock[0] += 1
    second.approve("june", [entry("C-1", "another text"), entry("D-1", "नमस्ते आरव")], cool_down_days=0)
    for ledger in (first, second):
        ledger.flush()
    assert first.merge(second.records()) == 1
    assert second.merge(first.records()) == 2499
    assert first.merge(second.records()) == 0
    first_records, second_records = list(first.records()), list(second.records())
    assert len(first_records) == len(second_records) == 2501
    assert [record.sealed_at for record in first_records] == sorted(record.sealed_at for record in first_records)
    assert first_records[-1] == LedgerRecord("june", entry("D-1", "नमस्ते आरव"), clock[0])
    assert {record.entry.message for record in second_records if record.entry.customer == "C-1"} == {
        "another text"
    }
    assert second.recently_messaged("july", 14).keys() == first.recently_messaged("july", 14).keys()
    first.close()
    second.close()


def test_a_customer_is_found_under_the_spelling_of_an_older_ledger(path: Path) -> None:
    """17.0 and A@X.org were messaged before ids had one spelling: 17 and a@x.org are in their cool-down."""
    with Ledger(path) as ledger:
        ledger.approve("old", [entry("17.0"), entry("A@X.org")], cool_down_days=14)
    with Ledger(path) as ledger:
        assert ledger.recently_messaged("new", 14).keys() == {"17.0", "17", "A@X.org", "a@x.org"}
        assert ledger.entries("old").keys() == {"17.0", "17", "A@X.org", "a@x.org"}
        ledger.approve("new", [entry("17"), entry("a@x.org"), entry("18")], cool_down_days=14)
        ledger.approve("old", [entry("17")], cool_down_days=0)
        ledger.flush()
        assert ledger.entries("new").keys() == {"18"}
        assert [record.entry.customer for record in ledger.records()] == ["17.0", "A@X.org", "18"]
