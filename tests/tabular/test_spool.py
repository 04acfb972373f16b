"""Columns that were parsed once are read back as they were, any number of times."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention.tabular.spool import ColumnSpool, Values

cells = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=5) | st.none()
batch = st.lists(st.tuples(st.floats(width=64), cells), min_size=1, max_size=6)


@given(st.lists(batch, max_size=4))
def test_batches_come_back_bit_for_bit(batches: list[list[tuple[float, str | None]]]) -> None:
    """Numbers with NaN and text with blanks, batch by batch, twice."""
    written: list[dict[str, Values]] = [
        {"number": np.array([row[0] for row in rows]), "text": pd.Series([row[1] for row in rows], dtype="str")}
        for rows in batches
    ]
    spool = ColumnSpool()
    for columns in written:
        spool.append(len(columns["number"]), columns)
    for _ in range(2):
        back = list(spool.read(["text", "number"]))
        assert [rows for rows, _ in back] == [len(columns["number"]) for columns in written]
        for (_, columns), wanted in zip(back, written, strict=True):
            assert np.asarray(columns["number"]).dtype == np.float64
            np.testing.assert_array_equal(
                np.asarray(columns["number"]).view(np.int64), np.asarray(wanted["number"]).view(np.int64)
            )
            pd.testing.assert_series_equal(pd.Series(columns["text"]), pd.Series(wanted["text"]))


def test_a_batch_without_a_column_says_how_many_rows_it_has() -> None:
    """A column that could not be parsed with the others is missing; the rows still count."""
    spool = ColumnSpool()
    spool.append(2, {"a": np.array([1.0, 2.0])})
    spool.append(3, {})
    assert [(rows, sorted(columns)) for rows, columns in spool.read(["a"])] == [(2, ["a"]), (3, [])]


def test_two_readers_do_not_disturb_each_other() -> None:
    """One reader goes on where it was after another has read on."""
    spool = ColumnSpool()
    for number in (1.0, 2.0):
        spool.append(1, {"a": np.array([number])})
    first, second = spool.read(["a"]), spool.read(["a"])
    read = [float(next(reader)[1]["a"][0]) for reader in (first, second, second, first)]
    assert read == pytest.approx([1, 1, 2, 2])
