"""A run with a ledger: repeated it is the same, killed or stopped it continues where it was."""

import json
import signal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from retention.errors import Cancelled, OfferError
from retention.messages.ledger import Ledger, LedgerEntry
from retention.messages.llm.client import HubWriter
from tests.messages.cases import assert_sound, many_kinds, send_list, write
from tests.stand_ins.fault_server import FAULTS, FaultServer, says
from tests.stand_ins.messages_process import run_offers


def recorded(path: Path) -> dict[str, LedgerEntry]:
    """Return the entries that the killed process left in its ledger."""
    with Ledger(path) as ledger:
        return ledger.entries("june")


@pytest.mark.slow
def test_a_killed_run_loses_and_repeats_nothing(tmp_path: Path) -> None:
    """Killed at its 40th call three times over, a run ends with every customer once and nothing rewritten."""
    scored, out, ledger = tmp_path / "scored.csv", tmp_path / "messages.csv", tmp_path / "offers.sqlite"
    rows = many_kinds(1000)
    rows.to_csv(scored, index=False)
    known: dict[str, LedgerEntry] = {}
    with FaultServer() as server:
        for _ in range(3):
            assert run_offers(server, scored, out, ledger, kill_at=40).returncode == -signal.SIGKILL
            assert not out.exists()
            entries = recorded(ledger)
            assert known.items() <= entries.items()
            known = entries
        ended = run_offers(server, scored, out, ledger)
        again = run_offers(server, scored, tmp_path / "again.csv", ledger)
    assert known
    assert json.loads(ended.stdout)["messages"] == 1000
    final = recorded(ledger)
    assert known.items() <= final.items()
    messages = pd.read_csv(out)
    assert messages["customer_id"].tolist() == rows["customer_id"].tolist()
    assert messages["message"].tolist() == [final[customer].message for customer in rows["customer_id"]]
    assert json.loads(again.stdout)["breaker"]["calls"] == 0
    assert (tmp_path / "again.csv").read_bytes() == out.read_bytes()


def test_a_repeated_run_is_the_same_byte_for_byte(ledger: Ledger, writer: HubWriter, server: FaultServer) -> None:
    """The model is not asked again and nobody is write to twice, even when the model would now reply otherwise."""
    rows = send_list(100)
    first = write(rows, ledger=ledger, writer=writer, run="june")
    calls = len(server.requests)
    server.answer = says("Hello {name}, how about {offer} tonight?")
    again = write(rows, ledger=ledger, writer=writer, run="june")
    assert again.messages_frame.equals(first.messages_frame)
    assert again.template_use.equals(first.template_use)
    assert len(server.requests) == calls
    assert again.held_back_count == 0


def test_a_run_is_named_by_its_input(ledger: Ledger) -> None:
    """Without a name, the same input is the same run, and other input is another run."""
    rows = send_list(50)
    first = write(rows, ledger=ledger)
    assert write(rows, ledger=ledger).name == first.name
    other_run = write(rows.assign(value=501.0), ledger=ledger)
    assert other_run.name != first.name
    assert (other_run.message_count, other_run.held_back_count) == (0, 50)


@pytest.mark.parametrize("change", [{"name": "Aarav"}, {"offer": "free_delivery"}, {"churn_probability": 0.9}])
def test_the_same_run_with_other_input_is_an_error(ledger: Ledger, change: dict[str, Any]) -> None:
    """A run's name stands for one input, and nothing is write when it does not."""
    rows = send_list(10, offer="cash_50")
    write(rows, ledger=ledger, run="june")
    with pytest.raises(OfferError, match=r"'june'.*name a new run"):
        write(rows.assign(**change), ledger=ledger, run="june")
    with pytest.raises(OfferError, match="name a new run"):
        write(rows, ledger=ledger, run="june", tone="playful")
    assert len(ledger.entries("june")) == 10


def test_the_ledger_records_the_source_and_the_offer(
    ledger: Ledger, writer: HubWriter, server: FaultServer
) -> None:
    """Each entry holds the message's tier, model and note, the offer and its cost."""
    write(send_list(10, offer="cash_50", name="Bob 2"), ledger=ledger, writer=writer, run="june")
    server.answer = FAULTS["402"]
    write(send_list(20, offer="cash_50"), ledger=ledger, writer=writer, run="july")
    model, backup = ledger.entries("june")["C-00003"], ledger.entries("july")["C-00013"]
    assert (model.tier, model.source, model.note) == ("model", "m", "the name does not look like one")
    assert (backup.tier, backup.source, backup.note) == ("backup", "backup", "the server asks for payment (402)")
    assert (backup.offer, backup.cost) == ("cash_50", 50.0)


def test_stopping_keeps_what_is_recorded(ledger: Ledger, writer: HubWriter, server: FaultServer) -> None:
    """A stopped run keeps its finished messages, and continues from there."""
    server.answer = says(after_s=0.02)
    rows = send_list(600)

    def stop(share: float, sentence: str) -> None:
        if share > 0.5:
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        write(rows, ledger=ledger, writer=writer, run="june", progress=stop)
    ledger.flush()
    entries = ledger.entries("june")
    assert 0 < len(entries) < 600
    message_run = write(rows, ledger=ledger, writer=writer, run="june")
    assert_sound(message_run, rows)
    texts = dict(
        zip(message_run.messages_frame["customer_id"], message_run.messages_frame["message"], strict=True)
    )
    assert all(texts[customer] == entry.message for customer, entry in entries.items())
