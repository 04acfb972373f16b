"""Snapshots taken where the orders live, of 50,000 lines on real servers: the same as those of a file."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import psycopg
import pytest
from psycopg import sql

from retention.orders.order_log import read_orders
from retention.orders.snapshot import Snapshot
from retention.pipeline.customers import customers_from_orders
from retention.pipeline.sources import SnapshotChoices, opened_orders
from retention.pipeline.sources import leave_snapshot as leave
from tests.cli.commands import refused, run
from tests.orders.sources.snapshots import assert_same_customers
from tests.stand_ins.postgres import PASSWORD, USER, PostgresServer
from tests.stand_ins.s3 import BUCKET, put
from tests.stand_ins.spark_connect import SparkConnectProcess

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def of_a_frame(market: pd.DataFrame) -> Snapshot:
    """The panel that the market gives as a frame: two cutoffs, with labels."""
    panel = customers_from_orders(read_orders(market), periods=2)
    assert len(panel.cutoffs) == 2
    return panel


@pytest.fixture
def spark_url(spark_connect: SparkConnectProcess, parquet: Path) -> str:
    """The address of a session of Spark Connect with the market as its table."""
    session = spark_connect.session()
    session.sql(f"CREATE TABLE IF NOT EXISTS orders USING parquet LOCATION '{parquet}'")
    return f"{spark_connect.url}?session_id={session.session_id}"


@pytest.fixture
def s3_url(s3: dict[str, str], parquet: Path) -> str:
    """The market in a bucket."""
    put({f"market/{file.name}": file for file in parquet.iterdir()})
    return f"s3://{BUCKET}/market/*.parquet"


def assert_same_panel(location: str, table: str | None, expected: Snapshot) -> None:
    """Take the panel where the orders live, and compare features, labels, cutoffs and every note."""
    with opened_orders(location, table=table) as (log, source):
        panel = customers_from_orders(log, periods=2)
    assert_same_customers(panel.frame, expected.frame)
    assert panel.as_dict() == expected.as_dict()
    assert panel.notes == expected.notes
    assert panel.source == source.name


def test_parquet_files_give_the_snapshot_of_a_frame(parquet: Path, of_a_frame: Snapshot) -> None:
    """A pattern of files is read by DuckDB inside this process."""
    assert_same_panel(f"{parquet}/*.parquet", None, of_a_frame)


def test_postgres_gives_the_snapshot_of_a_frame(orders_url: str, of_a_frame: Snapshot) -> None:
    """Its times have a zone there, and Postgres computes every feature."""
    assert_same_panel(orders_url, "public.orders", of_a_frame)


def test_s3_gives_the_snapshot_of_a_frame(s3_url: str, of_a_frame: Snapshot) -> None:
    """Files of a bucket are read by DuckDB through s3fs."""
    assert_same_panel(s3_url, None, of_a_frame)


def test_the_dialect_of_spark_gives_the_snapshot_of_a_frame(spark_url: str, of_a_frame: Snapshot) -> None:
    """Through Spark Connect, on a server that speaks Spark's dialect."""
    assert_same_panel(spark_url, "orders", of_a_frame)


def test_a_snapshot_is_left_where_the_orders_live(
    orders_url: str, postgres: PostgresServer, spark_url: str, of_a_frame: Snapshot
) -> None:
    """As a table with the same rows; a table of that name stays unless it may be replaced."""
    for location in (orders_url, spark_url):
        with opened_orders(location, table="orders", writes=True) as (log, source):
            result, _ = leave(log, source, SnapshotChoices(periods=2), table="customers")
        assert result == {**of_a_frame.as_dict(), "table": "customers"}
        with opened_orders(location, table="orders") as (log, source):
            left = source.connection.table("customers").to_pyarrow().to_pandas()
        assert_same_customers(left, of_a_frame.frame)
    assert churners(postgres) == int(of_a_frame.frame["churn"].sum())


def churners(server: PostgresServer) -> int:
    """Count the churned rows of the table that was left in Postgres."""
    with psycopg.connect(
        host="127.0.0.1", port=server.port, user=USER, password=PASSWORD, dbname="postgres", client_encoding="utf8"
    ) as connection:
        (count,) = connection.execute("SELECT sum(churn) FROM customers").fetchone() or (None,)
    return int(count)


# The command


def test_the_command_leaves_a_table_and_replaces_it_only_if_asked(
    capsys: pytest.CaptureFixture[str], orders_url: str, postgres: PostgresServer
) -> None:
    """What was there stays as it was when a name is taken, and when the orders cannot be described."""
    command = ("snapshot", orders_url, "--table", "public.orders", "--periods", 1, "--out-table", "public.monthly")
    first = run(capsys, *command)
    assert first["table"] == "public.monthly"
    assert "there is a table 'public.monthly' already; pass --replace" in refused(capsys, *command)
    refused(capsys, *command, "--replace", "--cutoff", "1999-01-01")
    assert rows_of(postgres, "monthly") == first["rows"]
    second = run(capsys, *command, "--replace", "--today")
    assert second["churn_rate"] is None
    assert rows_of(postgres, "monthly") == second["rows"] != first["rows"]


def rows_of(server: PostgresServer, table: str) -> int:
    """Count the rows of a table of Postgres."""
    with psycopg.connect(
        host="127.0.0.1", port=server.port, user=USER, password=PASSWORD, dbname="postgres", client_encoding="utf8"
    ) as connection:
        (count,) = connection.execute(
            sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
        ).fetchone() or (None,)
    return int(count)


def test_sql_is_printed_and_not_run(
    capsys: pytest.CaptureFixture[str], orders_url: str, postgres: PostgresServer, of_a_frame: Snapshot
) -> None:
    """It is one statement that Postgres takes as it stands, and gives the customers of the snapshot."""
    command = ("snapshot", orders_url, "--table", "orders", "--sql", "--periods")
    query = run(capsys, *command, 2)["sql"]
    creating = run(capsys, *command, 1, "--out-table", "planned")["sql"]
    assert creating.startswith('CREATE TABLE "planned" AS\n')
    with psycopg.connect(
        host="127.0.0.1",
        port=postgres.port,
        user=USER,
        password=PASSWORD,
        dbname="postgres",
        client_encoding="utf8",
    ) as connection:
        assert connection.execute("SELECT to_regclass('planned')").fetchone() == (None,)
        cursor = connection.execute(query)
        names = [column.name for column in cursor.description or ()]
        assert_same_customers(pd.DataFrame(cursor.fetchall(), columns=names), of_a_frame.frame)


def test_the_command_writes_parquet_where_the_name_says_so(
    capsys: pytest.CaptureFixture[str], parquet: Path, tmp_path: Path
) -> None:
    """The same table as the CSV, for `train` to read."""
    files = [tmp_path / "customers.csv", tmp_path / "customers.parquet"]
    for file in files:
        run(capsys, "snapshot", parquet / "*.parquet", "--periods", 1, "--out", file)
    assert_same_customers(pd.read_parquet(files[1]), pd.read_csv(files[0]))


def test_a_business_day_is_that_of_the_time_zone(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """An order at 20:00 UTC is one of the next day in India; the whole hours of the day move as well."""
    days = pd.date_range("2025-01-01 20:00", periods=90, freq="D")
    log = pd.DataFrame({"customer_id": "a", "ordered_at": days, "amount": 100.0})
    log.to_parquet(tmp_path / "log.parquet", index=False)
    command = ("snapshot", tmp_path / "l*.parquet", "--today", "--out", tmp_path / "out.csv")
    for zone, day, hours in (
        ((), "2025-03-31", "dinner"),
        (("--timezone", "Asia/Kolkata"), "2025-04-01", "night"),
    ):
        assert run(capsys, *command, *zone)["cutoff"] == day
        assert pd.read_csv(tmp_path / "out.csv")["usual_hours"].tolist() == [hours]
    assert "is no time zone" in refused(capsys, *command, "--timezone", "Kolkata")


def test_rows_that_are_no_orders_are_left_out_as_from_a_file(parquet: Path, tmp_path: Path) -> None:
    """Without a customer or a date, written twice, of the future, taken back: the same frame and counts."""
    log = pd.read_parquet(parquet / "0.parquet").head(3000)
    log["order_id"] = [f"o{number // 2}" for number in range(len(log))]
    log["qty"], log["unit_price"], log["email"] = 2.0, log["amount"].abs(), "a@b.example"
    log = log.drop(columns="amount")
    log.loc[:9, "customer_id"] = None
    log.loc[10:14, "customer_id"] = "N/A"
    log.loc[20:22, "ordered_at"] = pd.NaT
    log.loc[30:33, ["qty", "unit_price"]] = (-1.0, 0.0)
    log.loc[40, "ordered_at"] = pd.Timestamp("2999-01-01")
    log = pd.concat([log, log.iloc[100:140]], ignore_index=True)
    log.to_parquet(tmp_path / "log.parquet", index=False)
    of_file = customers_from_orders(read_orders(log), periods=1)
    with opened_orders(f"{tmp_path}/*.parquet") as (orders, _):
        of_source = customers_from_orders(orders, periods=1)
    assert_same_customers(of_source.frame, of_file.frame)
    counted = ("15 rows without a customer", "3 rows without a date", "40 rows written twice", "1 row dated after")
    for words in (*counted, "rows with the same 'order_id'", "left out 'email' (personal data)"):
        assert any(words in note for note in of_file.notes), words
        assert any(words in note for note in of_source.notes), words


def test_what_the_command_cannot_use_is_one_sentence_and_nothing_is_written(
    capsys: pytest.CaptureFixture[str],
    orders_url: str,
    postgres: PostgresServer,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Text or a number for a time, text for an amount, a wrong password, no table, a password in the open."""
    out = tmp_path / "customers.csv"
    command = ("snapshot", orders_url, "--table", "orders", "--out", out)
    for flags, words in (
        (("--time", "city"), "column 'city' is `string`, a time is needed; pass --time"),
        (("--time", "rating"), "column 'rating' is `float64`, a time is needed; pass --time"),
        (("--amount", "city"), "column 'city' is `string`, a number is needed; pass --amount"),
        (("--customer", "who"), "column 'who' is missing"),
    ):
        assert words in refused(capsys, *command, *flags)
    assert "there is no table 'order'; there are" in refused(capsys, *command[:3], "order", "--out", out)
    secret = refused(capsys, "snapshot", postgres.secret_url, "--table", "orders", "--out", out)
    monkeypatch.setenv("WRONG", postgres.secret_url.replace("canary", "magpie"))
    wrong = refused(capsys, "snapshot", "env:WRONG", "--table", "orders", "--out", out)
    assert "leave the password out" in secret and "cannot sign in" in wrong
    for line in (secret, wrong):
        assert "canary" not in line and "magpie" not in line
    typed_twice = refused(capsys, *command, "postgres://shop:canary@host/db")
    assert "canary" not in typed_twice
    assert not out.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_connection_that_ends_midway_writes_nothing(
    capsys: pytest.CaptureFixture[str], orders_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The backend is killed while it computes the snapshot: one sentence, exit 2, and no file."""
    from retention.orders.sources.postgres_backend import PostgresBackend

    whole = PostgresBackend._rows
    asked: list[str] = []

    def rows(backend: Any, query: str, most: int) -> Any:
        asked.append(query)
        if len(asked) == 5:  # after the queries that read the rows' rules, and before the last one
            query = "SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(30)"
        return whole(backend, query, most)

    monkeypatch.setattr(PostgresBackend, "_rows", rows)
    out = tmp_path / "customers.csv"
    line = refused(capsys, "snapshot", orders_url, "--table", "orders", "--periods", 1, "--out", out)
    assert "the server ended the connection; nothing was written" in line
    assert list(tmp_path.iterdir()) == []


def test_too_little_memory_is_one_sentence(
    capsys: pytest.CaptureFixture[str], parquet: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """DuckDB inside this process gets a few megabytes."""
    from retention.settings import settings

    monkeypatch.setenv("RETENTION_MEMORY", "8 MB")
    settings.cache_clear()
    line = refused(capsys, "snapshot", parquet / "*.parquet", "--out", tmp_path / "customers.csv")
    assert "raise RETENTION_MEMORY, or let TMPDIR name" in line
    assert list(tmp_path.iterdir()) == []


def test_flags_of_a_source_are_refused_for_a_file(
    capsys: pytest.CaptureFixture[str], parquet: Path, tmp_path: Path
) -> None:
    """A file has no table, and is written to a file; one destination is needed."""
    file, out = parquet / "0.parquet", tmp_path / "out.csv"
    for flags in (("--table", "orders"), ("--timezone", "UTC"), ("--sql",)):
        assert f"{flags[0]}: is for orders at an address" in refused(
            capsys, "snapshot", file, "--out", out, *flags
        )
    assert "--out: is missing" in refused(capsys, "snapshot", file)
    assert "leave one of them out" in refused(capsys, "snapshot", file, "--out", out, "--out-table", "x")
    assert "no table can be left beside files" in refused(
        capsys, "snapshot", parquet / "*.parquet", "--out-table", "x"
    )
    assert json.dumps(list(map(str, tmp_path.iterdir()))) == "[]"
