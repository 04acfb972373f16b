"""Servers on loopback that hold orders; each starts once a process, and only where a test asks for it."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import psycopg
import pyarrow.parquet as pq
import pytest

from retention.simulation.simulate import simulate
from tests.stand_ins.postgres import PASSWORD, USER, PostgresServer, missing_postgres, running_postgres
from tests.stand_ins.s3 import running_s3
from tests.stand_ins.spark_connect import SparkConnectProcess, running_spark_connect

LINES = 50_000


@pytest.fixture(scope="session")
def market() -> pd.DataFrame:
    """The first 50,000 lines of a simulated market with blanks, refunds and several orders a day."""
    orders = simulate(2_400, seed=11).orders.head(LINES).reset_index(drop=True)
    assert len(orders) == LINES
    refunded = orders.index % 97 == 0
    orders.loc[refunded, "amount"] = -orders.loc[refunded, "amount"]
    orders.loc[orders.index % 89 == 0, "amount"] = float("nan")
    orders.loc[orders.index % 83 == 0, "city"] = None
    return orders


@pytest.fixture(scope="session")
def parquet(market: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the market in two Parquet files."""
    folder = tmp_path_factory.mktemp("lake")
    for number, rows in enumerate((market.iloc[: LINES // 3], market.iloc[LINES // 3 :])):
        rows.to_parquet(folder / f"{number}.parquet", index=False)
    return folder


@pytest.fixture(scope="session")
def postgres(market: pd.DataFrame, parquet: Path) -> Iterator[PostgresServer]:
    """A server with the market in ``public.orders``, its times with a zone."""
    if reason := missing_postgres():
        pytest.skip(reason)
    with running_postgres() as server:
        columns = pq.read_table(parquet)
        kinds = {"string": "text", "large_string": "text", "double": "double precision"}
        declared = ", ".join(
            f'"{field.name}" {kinds.get(str(field.type), "timestamptz")}' for field in columns.schema
        )
        with psycopg.connect(
            host="127.0.0.1", port=server.port, user=USER, password=PASSWORD, dbname="postgres"
        ) as connection:
            connection.execute("SET timezone = 'UTC'")
            connection.execute(f"CREATE TABLE orders ({declared})")
            with connection.cursor().copy("COPY orders FROM STDIN") as copy:
                for row in zip(*(column.to_pylist() for column in columns.columns), strict=True):
                    copy.write_row(row)
        yield server


@pytest.fixture
def orders_url(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> str:
    """The server's address with its password, by the name of a variable."""
    monkeypatch.setenv("ORDERS_URL", postgres.secret_url)
    return "env:ORDERS_URL"


@pytest.fixture(scope="session")
def s3_variables() -> Iterator[dict[str, str]]:
    """The variables that lead to an S3 server."""
    with running_s3() as variables:
        yield variables


@pytest.fixture
def s3(s3_variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An S3 server that the environment leads to."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    for name, value in s3_variables.items():
        monkeypatch.setenv(name, value)
    return s3_variables


@pytest.fixture(scope="session")
def spark_connect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkConnectProcess]:
    """A server of Spark Connect without any table."""
    with running_spark_connect(tmp_path_factory.mktemp("spark")) as server:
        yield server
