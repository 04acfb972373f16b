"""Opening orders where they live, on real servers: what is read, what is refused, and what an error never says."""

from pathlib import Path
from typing import Any

import pandas as pd
import psycopg
import pytest

from retention.errors import InputError
from retention.orders.sources.remote_orders import RemoteOrders, open_remote_orders
from tests.orders.sources.conftest import LINES
from tests.stand_ins.postgres import PASSWORD, USER, PostgresServer
from tests.stand_ins.s3 import BUCKET, SECRET, put
from tests.stand_ins.spark_connect import SparkConnectProcess, running_spark_connect

pytestmark = pytest.mark.slow


def refusal(location: str, table: str | None = None) -> str:
    """Return the sentence with which a source is refused, which shows no secret and is one line."""
    with pytest.raises(InputError) as caught:
        open_remote_orders(location, table)
    sentence = str(caught.value)
    assert PASSWORD not in sentence and SECRET not in sentence and "\n" not in sentence
    assert caught.value.__cause__ is None and caught.value.__suppress_context__ in {True, False}
    return sentence


def count(source: RemoteOrders) -> int:
    """Count the rows of a source, where it is."""
    with source.failures():
        return int(source.table.count().to_pyarrow().as_py())


# Postgres


def test_a_table_of_postgres_is_read_in_one_state(orders_url: str, postgres: PostgresServer) -> None:
    """Whatever others commit meanwhile, every query sees the same rows; what is shown leaves the password out."""
    source = open_remote_orders(orders_url, "public.orders")
    assert count(source) == LINES
    with owner(postgres) as connection:
        connection.execute("INSERT INTO orders (customer_id) VALUES ('late')")
        assert count(source) == LINES
        connection.execute("DELETE FROM orders WHERE customer_id = 'late'")
    assert (source.name, str(source.address)) == ("public.orders", postgres.url)
    assert PASSWORD not in repr(source)
    assert not source.connection._con_kwargs and not source.connection._con_args  # ibis could not sign in again
    source.close()


def owner(server: PostgresServer) -> psycopg.Connection:
    """Connect to the server as its owner, each statement on its own."""
    return psycopg.connect(
        host="127.0.0.1", port=server.port, user=USER, password=PASSWORD, dbname="postgres", autocommit=True
    )


def test_nothing_can_be_written_to_postgres(orders_url: str) -> None:
    """The session is read-only, unless the snapshot is to be left there."""
    source = open_remote_orders(orders_url, "orders")
    with pytest.raises(InputError, match="may not do that"), source.failures():
        source.connection.raw_sql("DELETE FROM orders")
    source.close()


def test_a_wrong_table_of_postgres_names_the_nearest(orders_url: str, postgres: PostgresServer) -> None:
    """Five names at the most, of whatever schema, as they would be passed."""
    with owner(postgres) as connection:
        connection.execute("CREATE SCHEMA raw")
        connection.execute("CREATE TABLE raw.order_lines (a int)")
    sentence = refusal(orders_url, "public.order")
    assert sentence == (
        f"{postgres.url}: there is no table 'public.order'; there are 'public.orders', 'raw.order_lines'; "
        "pass another --table"
    )


def test_a_sign_in_that_postgres_refuses_is_one_sentence(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong password, none at all, another database, a port where nobody listens: each names what to check."""
    monkeypatch.setenv("WRONG", postgres.secret_url.replace("canary", "magpie"))
    monkeypatch.setenv("ELSEWHERE", postgres.secret_url.replace("/postgres", "/shop"))
    monkeypatch.setenv("NOWHERE", postgres.secret_url.replace(str(postgres.port), "1"))
    assert refusal("env:WRONG", "orders").startswith(
        f"{postgres.url}: cannot sign in; check the user and the pass"
    )
    assert refusal(postgres.url, "orders").startswith(
        f"{postgres.url}: cannot sign in; check the user and the pass"
    )
    assert "there is no such database" in refusal("env:ELSEWHERE", "orders")
    assert "cannot be reached; check the server" in refusal("env:NOWHERE", "orders")


def test_a_backend_that_is_killed_midway_is_one_sentence(orders_url: str, postgres: PostgresServer) -> None:
    """An administrator ends the session while a query runs, and between two."""
    for query in ("SELECT pg_terminate_backend(pg_backend_pid())", "SELECT 1"):
        source = open_remote_orders(orders_url, "orders")
        if query == "SELECT 1":
            with owner(postgres) as connection:
                pid = source.connection.con.info.backend_pid
                connection.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        with pytest.raises(InputError, match="the server ended the connection; nothing"), source.failures():
            source.connection.raw_sql(query)
        source.close()


def test_what_postgres_says_of_a_cell_is_not_passed_on(orders_url: str) -> None:
    """A cast that fails quotes the value; the sentence has its SQLSTATE only."""
    source = open_remote_orders(orders_url, "orders")
    broken = source.table.mutate(number=source.table["customer_id"].cast("float64")).aggregate(
        total=lambda rows: rows["number"].sum()
    )
    with pytest.raises(InputError) as caught, source.failures():
        broken.to_pyarrow()
    assert str(caught.value).endswith("Postgres could not do what was asked (SQLSTATE 22P02); nothing was written")
    source.close()


# S3


@pytest.fixture
def lake(s3: dict[str, str], parquet: Path) -> str:
    """The market in a bucket, beside a file that is none."""
    files = {f"orders/{file.name}": file for file in parquet.iterdir()}
    put({**files, "broken/0.parquet": Path(__file__)})
    return f"s3://{BUCKET}/orders/*.parquet"


def test_files_of_a_bucket_are_one_table(lake: str, market: pd.DataFrame) -> None:
    """All rows of all files, with their sums, without an extension that DuckDB would have to download."""
    source = open_remote_orders(lake)
    assert count(source) == LINES
    assert source.table["amount"].sum().to_pyarrow().as_py() == pytest.approx(market["amount"].sum(), rel=1e-12)
    loaded = source.connection.raw_sql(
        "SELECT extension_name FROM duckdb_extensions() WHERE loaded AND install_mode <> 'STATICALLY_LINKED'"
    )
    assert loaded.fetchall() == []
    source.close()


def test_a_bucket_that_cannot_be_read_is_one_sentence(lake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No files, no bucket, a file that is no Parquet, nobody there, no credentials."""
    assert "there are no such files" in refusal(f"s3://{BUCKET}/nothing/*.parquet")
    assert "there are no such files" in refusal("s3://no-bucket/orders/*.parquet")
    assert "is no Parquet file" in refusal(f"s3://{BUCKET}/broken/*.parquet")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert "cannot be reached" in refusal(lake)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert "cannot sign in; check the credentials" in refusal(lake)


# Spark Connect


@pytest.fixture
def spark_orders(spark_connect: SparkConnectProcess, parquet: Path) -> tuple[str, Any]:
    """The address of a session with the market as its table, and the session."""
    session = spark_connect.session()
    session.sql(f"CREATE TABLE IF NOT EXISTS orders USING parquet LOCATION '{parquet}'")
    return f"{spark_connect.url}?session_id={session.session_id}", session


def test_a_table_behind_spark_connect_is_read(spark_orders: tuple[str, Any]) -> None:
    """Also a second time, in the session that is open already."""
    for _ in range(2):
        source = open_remote_orders(spark_orders[0], "orders")
        assert count(source) == LINES
        source.close()


def test_spark_connect_refuses_in_one_sentence(spark_orders: tuple[str, Any]) -> None:
    """No table, no schema, nobody there."""
    url, _ = spark_orders
    assert "there is no table 'order'; there are 'orders'; pass another --table" in refusal(url, "order")
    assert "there is no table 'shop.orders'" in refusal(url, "shop.orders")
    assert "cannot be reached" in refusal("sc://127.0.0.1:1", "orders")
    source = open_remote_orders(url, "orders")
    with pytest.raises(InputError, match=r"Spark Connect could not do what was asked \(\w+\)"), source.failures():
        source.table["customer_id"].cast("float64").sum().to_pyarrow()


def test_a_spark_that_is_killed_midway_is_one_sentence(parquet: Path, tmp_path: Path) -> None:
    """It is said at once, not after minutes of trying again; a server in its place is connected to anew."""
    with running_spark_connect(tmp_path) as server:
        session = server.session()
        session.sql(f"CREATE TABLE orders USING parquet LOCATION '{parquet}'")
        source = open_remote_orders(f"{server.url}?session_id={session.session_id}", "orders")
        server.process.kill()
        server.process.wait()
        with pytest.raises(InputError, match="the server ended the connection; nothing was written"):
            count(source)
        assert "cannot be reached" in refusal(f"{server.url}?session_id={session.session_id}", "orders")
