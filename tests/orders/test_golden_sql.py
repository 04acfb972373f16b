"""The SQL of the features in six dialects, so that a change of ibis or sqlglot that changes it is seen."""

import datetime as dt
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ibis.backends.sql.compilers as sql
import pandas as pd
import pytest

from retention.orders.features import describe_customers
from retention.orders.labels import label_by_horizon
from retention.orders.order_table import OrderTable
from retention.orders.source import open_frame

FOLDER = Path(__file__).parent / "golden_sql"
COMPILERS = {
    "postgres": sql.PostgresCompiler,
    "spark": sql.PySparkCompiler,
    "snowflake": sql.SnowflakeCompiler,
    "bigquery": sql.BigQueryCompiler,
    "databricks": sql.DatabricksCompiler,
    "trino": sql.TrinoCompiler,
}


@pytest.fixture(scope="module")
def features() -> Any:
    """Return the features of a small log with every kind of column, refunds, blanks and a label."""
    frame = pd.DataFrame(
        {
            "who": ["a", "a", "b"],
            "at": pd.to_datetime(["2025-01-01 10:00", "2025-01-05 20:00", "2025-01-09 08:00"]).astype(
                "datetime64[us]"
            ),
            "paid": [10.5, -1.0, 20.0],
            "rating": [5.0, float("nan"), 3.0],
            "late": ["yes", "no", "no"],
            "dish": ["rice", "dal", "rice"],
        }
    )
    log = OrderTable(open_frame(frame).table, list(frame.columns), "who", "at", "paid")
    customers = describe_customers(log, dt.date(2025, 1, 10))
    return label_by_horizon(customers, horizon_days=30, known_until=dt.date(2025, 2, 9)).table(active_days=60)


def sql_of(features: Any, dialect: str) -> str:
    """Return the SQL of an expression in a dialect, whether or not its engine is installed."""
    compiler = COMPILERS[dialect]()
    return str(compiler.to_sqlglot(features.unbind()).sql(dialect=compiler.dialect, pretty=True)) + "\n"


@pytest.mark.parametrize("dialect", COMPILERS)
def test_the_sql_is_the_one_that_was_checked(features: Any, dialect: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a new version writes it differently, run the tests on the engines before the file is written anew."""
    spark = SimpleNamespace(treat_nan_as_null=False)  # the default, which only an installed Spark registers
    monkeypatch.setattr("ibis.backends.sql.compilers.pyspark.options", SimpleNamespace(pyspark=spark))
    assert sql_of(features, dialect) == (FOLDER / f"{dialect}.sql").read_text()
