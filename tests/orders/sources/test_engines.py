"""Spark itself, with two threads on this machine: `make test-engines` runs it, where there is a JRE."""

import subprocess
from pathlib import Path

import pandas as pd
import pytest

from retention.errors import InputError
from retention.orders.order_log import read_orders
from retention.orders.sources.remote_orders import RemoteOrders
from retention.pipeline.customers import customers_from_orders
from retention.pipeline.sources import SnapshotChoices, leave_snapshot, opened_orders
from tests.orders.sources.snapshots import assert_same_customers
from tests.stand_ins.java import missing_java

pytestmark = [pytest.mark.slow, pytest.mark.engines]


@pytest.fixture(scope="module", autouse=True)
def spark() -> None:
    """Spark and a JRE to run it."""
    pytest.importorskip("py4j", reason="Spark is not installed here; `make test-engines` installs it")
    if reason := missing_java():
        pytest.skip(reason)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which Spark keeps its tables."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_spark_gives_the_snapshot_of_a_frame(market: pd.DataFrame, parquet: Path) -> None:
    """Of 50,000 lines at two cutoffs, read by Spark from its files, with every note."""
    expected = customers_from_orders(read_orders(market), periods=2)
    with opened_orders(f"spark:{parquet}/*.parquet?master=local[2]") as (log, _):
        panel = customers_from_orders(log, periods=2)
    assert_same_customers(panel.frame, expected.frame)
    assert panel.notes == expected.notes


def test_spark_keeps_the_snapshot_as_a_table(parquet: Path, here: Path) -> None:
    """A new table holds the customers; one of that name stays unless it may be replaced."""
    with opened_orders(f"spark:{parquet}/*.parquet?master=local[2]", writes=True) as (log, source):
        first, _ = leave_snapshot(log, source, SnapshotChoices(periods=1), table="customers")
        with pytest.raises(InputError, match="there is a table 'customers' already"):
            leave_snapshot(log, source, SnapshotChoices(today=True), table="customers")
        assert source.connection.table("customers").count().to_pyarrow().as_py() == first["rows"]
        second, _ = leave_snapshot(log, source, SnapshotChoices(today=True), table="customers", overwrite=True)
        assert source.connection.table("customers").count().to_pyarrow().as_py() == second["rows"]
        assert first["rows"] != second["rows"]
        assert isinstance(source, RemoteOrders)
        assert source.kind.table_names(source.connection, []) == ["customers"]


def test_spark_refuses_in_one_sentence(parquet: Path) -> None:
    """No such files, no such table."""
    with (
        pytest.raises(InputError, match="there are no such files"),
        opened_orders(f"spark:{parquet}/no/*.parquet"),
    ):
        pass
    with pytest.raises(InputError, match="there is no table 'ordres'"), opened_orders("spark:", table="ordres"):
        pass


def test_a_jre_that_dies_midway_is_one_sentence(parquet: Path) -> None:
    """Its process is killed: the sentence comes, and nothing waits. It is the last test, having no JRE left."""
    from pyspark import SparkContext

    with opened_orders(f"spark:{parquet}/*.parquet?master=local[2]") as (log, source):
        gateway = SparkContext._gateway
        assert gateway is not None
        process: subprocess.Popen[bytes] = gateway.proc
        process.kill()
        process.wait()
        with pytest.raises(InputError, match="the server ended the connection; nothing"), source.failures():
            log.rows.count().to_pyarrow()
