"""A run that is killed goes on where it stopped, with one command."""

import json
import signal
from pathlib import Path

import pandas as pd
import pytest

from retention.messages.ledger import Ledger, LedgerEntry
from tests.messages.cases import many_kinds
from tests.stand_ins.fault_server import FaultServer
from tests.stand_ins.messages_process import offers_process


def sealed(path: Path) -> dict[str, LedgerEntry]:
    """Return what the killed process left in its ledger."""
    with Ledger(path) as ledger:
        return ledger.entries("june")


@pytest.mark.slow
def test_kills_lose_change_and_double_nothing(tmp_path: Path) -> None:
    """Killed at its 40th call three times over, a run ends with every customer once and nothing rewritten."""
    scored, out, ledger = tmp_path / "scored.csv", tmp_path / "messages.csv", tmp_path / "offers.sqlite"
    rows = many_kinds(1000)
    rows.to_csv(scored, index=False)
    known: dict[str, LedgerEntry] = {}
    with FaultServer() as server:
        for _ in range(3):
            assert offers_process(server, scored, out, ledger, kill_at=40).returncode == -signal.SIGKILL
            assert not out.exists()
            now = sealed(ledger)
            assert known.items() <= now.items()
            known = now
        ended = offers_process(server, scored, out, ledger)
        again = offers_process(server, scored, tmp_path / "again.csv", ledger)
    assert known
    assert json.loads(ended.stdout)["messages"] == 1000
    final = sealed(ledger)
    assert known.items() <= final.items()
    messages = pd.read_csv(out)
    assert messages["customer_id"].tolist() == rows["customer_id"].tolist()
    assert messages["message"].tolist() == [final[customer].message for customer in rows["customer_id"]]
    assert json.loads(again.stdout)["breaker"]["calls"] == 0
    assert (tmp_path / "again.csv").read_bytes() == out.read_bytes()
