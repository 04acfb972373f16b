"""Separators, encodings and formats: the table is the same."""

import gzip
import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.reading import Save, table


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends(save: Save, separator: str, newline: str) -> None:
    """Whatever separates cells and lines, the table is the same."""
    text = newline.join(separator.join(row) for row in (["id", "a", "b"], ["x", "1.5", "p"], ["y", "", "q"]))
    frame = table(save(text)).frame
    assert frame["a"].tolist()[0] == 1.5
    assert np.isnan(frame["a"].iloc[1])
    assert frame["b"].tolist() == ["p", "q"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"])
def test_encodings(save: Save, encoding: str) -> None:
    """UTF-8 with or without a mark, UTF-16 and Latin-1 read the same; a guess is noted."""
    read = table(save("id,name\n1,José\n".encode(encoding)))
    assert read.frame.columns.tolist() == ["id", "name"]
    assert read.frame["name"].tolist() == ["José"]
    assert any("Latin-1" in note for note in read.notes) == (encoding in {"latin-1", "cp1252"})


def test_quotes_and_lines_inside_cells(save: Save) -> None:
    """Quoted cells may hold separators, quotes and line ends."""
    assert table(save('id,t\n1,"a, ""b""\nc"\n')).frame["t"].tolist() == ['a, "b"\nc']


def test_gzip_and_parquet_whatever_the_name(save: Save) -> None:
    """What a file is, its content says."""
    plain = table(save("id,a,t\nx,1,None\ny,2,z\n"), text_columns=["id"]).frame
    zipped = table(save(gzip.compress(b"id,a,t\nx,1,None\ny,2,z\n")), text_columns=["id"]).frame
    buffer = io.BytesIO()
    pq.write_table(pa.table({"id": ["x", "y"], "a": [1, 2], "t": ["None", "z"]}), buffer)
    parquet = table(save(buffer.getvalue()), text_columns=["id"]).frame
    pd.testing.assert_frame_equal(plain, zipped)
    pd.testing.assert_frame_equal(plain, parquet)
