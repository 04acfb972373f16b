"""Opening an order log: frames and Parquet files as tables, and what the engine inside this process may do."""

import subprocess
import sys
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from retention.errors import InputError
from retention.orders.source import open_frame, open_parquet
from retention.settings import Settings

FRAME = pd.DataFrame(
    {
        "who": pd.array(["a", None], dtype="str"),
        "at": pd.to_datetime(["2025-01-01 10:30", ""]).astype("datetime64[us]"),
        "paid": [np.nan, 2.5],
    }
)


def test_a_frame_is_a_table_with_its_blanks() -> None:
    """NaN, NaT and None are missing; names and order of columns stay."""
    rows = open_frame(FRAME).table.to_pyarrow().to_pylist()
    assert list(rows[0]) == ["who", "at", "paid"]
    assert (rows[0]["who"], rows[0]["paid"]) == ("a", None)
    assert (rows[1]["who"], rows[1]["at"], rows[1]["paid"]) == (None, None, 2.5)


def test_a_pattern_of_parquet_files_is_one_table(tmp_path: Path) -> None:
    """Columns are matched by name, and a quote in a folder's name does no harm."""
    folder = tmp_path / "o'rders"
    folder.mkdir()
    FRAME.to_parquet(folder / "1.parquet")
    FRAME[["paid", "who"]].to_parquet(folder / "2.parquet")
    source = open_parquet(folder / "*.parquet")
    assert (source.name, source.table.count().to_pyarrow().as_py()) == ("*.parquet", 4)
    assert source.table.paid.sum().to_pyarrow().as_py() == 5
    source.close()


@pytest.mark.parametrize(
    ("name", "sentence"), [("none.parquet", "there is no such Parquet file"), ("x.csv", "is no Parquet file")]
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, name: str, sentence: str) -> None:
    """The sentence names the file, without its folder."""
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match=f"^{name}: {sentence}"):
        open_parquet(tmp_path / name)


@pytest.mark.parametrize(
    "statement",
    ["SELECT * FROM read_text('/etc/hostname')", "INSTALL httpfs", "LOAD httpfs", "SET memory_limit = '9GB'",
     "COPY (SELECT 1) TO '/tmp/never.csv'", "ATTACH '/tmp/never.duckdb'"],
)  # fmt: skip
def test_an_upload_reaches_nothing_outside(statement: str) -> None:
    """The engine that reads a frame opens no file, installs nothing, and keeps its limits."""
    with pytest.raises(duckdb.Error):
        open_frame(FRAME).connection.con.execute(statement)


@pytest.mark.parametrize("size", ["4", "0 GB", "lots", "4 TB"])
def test_the_memory_is_a_number_with_its_unit(size: str) -> None:
    """Anything else is refused when the settings are read."""
    with pytest.raises(ValueError, match="such as 4 GB"):
        Settings(RETENTION_MEMORY=size)
    assert Settings(RETENTION_MEMORY="512MB").memory == "512MB"


def test_the_engine_is_not_loaded_before_it_is_needed() -> None:
    """Neither the command line nor the app's start waits for ibis."""
    loaded = (
        "import sys, retention.cli, retention.ui.app; print([m for m in ('ibis', 'duckdb') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
