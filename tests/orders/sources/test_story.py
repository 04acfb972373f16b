"""As a data engineer: orders in Postgres become approved messages, and a lake gives the same customers."""

from pathlib import Path

import pandas as pd
import pytest

from retention.messages.ledger import Ledger
from tests.cli.commands import run
from tests.orders.sources.snapshots import assert_same_customers

pytestmark = pytest.mark.slow


def test_orders_in_postgres_become_approved_messages(
    capsys: pytest.CaptureFixture[str], orders_url: str, parquet: Path, tmp_path: Path
) -> None:
    """Snapshot, train, score, write; and the same two snapshots from Parquet files."""
    places = {"postgres": (orders_url, "--table", "public.orders"), "lake": (parquet / "*.parquet",)}
    for name, place in places.items():
        run(capsys, "snapshot", *place, "--periods", 1, "--out", tmp_path / f"{name}.parquet")
        run(capsys, "snapshot", *place, "--today", "--out", tmp_path / f"{name}_today.csv")
    assert_same_customers(
        pd.read_parquet(tmp_path / "lake.parquet"), pd.read_parquet(tmp_path / "postgres.parquet")
    )
    of_lake, of_postgres = (pd.read_csv(tmp_path / f"{name}_today.csv") for name in ("lake", "postgres"))
    assert_same_customers(of_lake, of_postgres)
    run(capsys, "train", tmp_path / "postgres.parquet", "--out", tmp_path / "model")
    scored = tmp_path / "scored.csv"
    run(capsys, "score", tmp_path / "postgres_today.csv", "--model", tmp_path / "model", "--out", scored)
    messages, record = tmp_path / "messages.csv", tmp_path / "offers.sqlite"
    written = run(capsys, "offers", scored, "--out", messages, "--ledger", record, "--run", "story")
    on_the_list = set(pd.read_csv(scored).query("send == 'yes'")["customer_id"])
    ledger = Ledger(record)
    approved = set(ledger.entries("story"))
    ledger.close()
    assert written["messages"] == len(on_the_list) > 0
    assert approved == on_the_list == set(pd.read_csv(messages)["customer_id"])
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or b"canary" not in file.read_bytes(), file
