"""Files that cannot be used get one clear sentence, and none fills the memory."""

import gzip
import io
import pickle
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.reading import Save, refusal


def parquet_of(columns: dict[str, object]) -> bytes:
    """Return a small Parquet file."""
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n\n\n", "only blank lines"),
        (b"id,a\n", "no rows"),
        (b"id,a", "no rows"),
        (b"id,a\n,\n", "no rows"),
        (b"\x89PNG\r\n\x1a\n\0\0", "picture"),
        (b"PK\x03\x04...", "damaged Excel"),
        (pickle.dumps({"id": [1]}), "not a text file"),
        (np.random.default_rng(5).bytes(64) + b"\0", "not a text file"),
        (b"id,a\n1,2\n\0,3\n", "line 3 holds a NUL"),
        (b"\x1f\x8b not gzip", "damaged"),
        (gzip.compress(b"id,a\n1,2\n" * 5, mtime=0)[:-9], "damaged"),
        (gzip.compress(gzip.compress(b"id,a\n", mtime=0), mtime=0), "packed twice"),
        (b"PAR1 not parquet PAR1", "damaged Parquet"),
        (parquet_of({"id": ["a"], "l": [[1, 2]]}), "column 'l' holds list"),
        (b"id,a,a\n1,2,3\n", "columns 2 and 3 are both called 'a'"),
        (b"id,,a\n1,2,3\n", "column 2 has values but no name"),
        (b"id,a\n1,2\n3\n", "row 3 has 1 cell and the header 2"),
        (b"id,a\n1,2\n\n3,4,5\n", "row 4 has 3 cells and the header 2"),
        (b'id,a\n1,"x\ny"\n3\n', "row 3 has 1 cell"),
        (b'id,a\n1,"x\n2,y\n', "a quote that is not closed"),
    ],
)
def test_rubbish_gets_one_sentence(save: Save, content: bytes, words: str) -> None:
    """Whatever is wrong with a file, one sentence says what and where."""
    sentence = refusal(save(content))
    assert sentence.startswith("customers.csv: ")
    assert words in sentence


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    """The sentence names the file without its folder."""
    assert refusal(tmp_path / "none.csv") == "none.csv: there is no such file; check the path"
    (tmp_path / "folder").mkdir()
    assert "is a folder" in refusal(tmp_path / "folder")


def same_text(kind: pa.DataType) -> object:
    """Return 20,000 rows of one long text, which take the room of one."""
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(20_000, np.int32)), pa.array(["x" * 100_000], kind))


def digits(number: int) -> bytes:
    """Return digits that pack badly."""
    return np.random.default_rng(0).integers(48, 58, number, np.uint8).tobytes()


def wide(rows: int, columns: int) -> bytes:
    """Return a file of small numbers."""
    header = ",".join(f"c{number}" for number in range(columns))
    return f"{header}\n".encode() + (b"1," * (columns - 1) + b"1\n") * rows


BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "a million columns": (lambda: b"column," * 10**6 + b"c\n1\n", "about 1,000,001 columns"),
    "301 columns": (lambda: ",".join(f"c{number}" for number in range(301)).encode() + b"\n", "301 columns"),
    "packed rows": (lambda: gzip.compress(b"id,a\n" + b"1,2\n" * 4_500_000, 1), "100 times its size"),
    "packed over the limit": (lambda: gzip.compress(digits(21_000_000), 1), "limit of 20 MB"),
    "too many rows": (lambda: b"id,a\n" + b"1,2\n" * 50_001, "limit of 50,000"),
    "blank lines": (lambda: b"id,a,b,c,d,e,f,g,h,i,j,k,l,m\n" + b"\n" * 10**6, "blank lines"),
    "an open quote": (lambda: b'id,a\n1,"' + b"x,y\n" * 4_000_000, "a quote that is not closed"),
    "an open quote above": (lambda: b'id,"a\n' + b"x,y\n" * 4_000_000, "a quote that is not closed"),
    "one long line": (lambda: b"x" * 19_000_000, "first line is over 1 MB"),
    "one long row": (lambda: b"id,a\n1,2\n" + b"1," * 9_000_000, "after row 2"),
    "too large": (lambda: b"id,a\n" + b"1,2\n" * 5_000_000, "limit of 20 MB"),
    "a text in every row": (lambda: parquet_of({"id": ["a"] * 20_000, "t": same_text(pa.string())}), "20 MB"),
    "a large text": (lambda: parquet_of({"id": ["a"] * 20_000, "t": same_text(pa.large_string())}), "20 MB"),
    "too many cells": (lambda: wide(20_000, 290), "limit of 1,000,000 cells"),
    "Parquet rows": (lambda: parquet_of({"id": np.zeros(10**6, np.int8)}), "limit of 50,000"),
}


@pytest.mark.parametrize("bomb", list(BOMBS))
def test_bombs_are_refused_before_they_fill_the_memory(save: Save, bomb: str) -> None:
    """What would unpack or parse into gigabytes is refused within a few times the size limit."""
    make, words = BOMBS[bomb]
    path = save(make())
    before = pa.total_allocated_bytes()
    tracemalloc.start()
    try:
        assert words in refusal(path)
        assert tracemalloc.get_traced_memory()[1] < 60e6
        assert pa.total_allocated_bytes() - before < 100e6
    finally:
        tracemalloc.stop()
