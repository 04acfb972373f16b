"""CSV files that a spreadsheet opens without running them, and that read back the same."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retention.customers.intake import Limits, read_customers, read_table
from retention.tabular.csv_export import write_csv

LIMITS = Limits(megabytes=10, rows=10_000, columns=100, cells=1_000_000)
LIVE = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"]


def cells(path: Path) -> list[list[str]]:
    """Read the file with another reader than ours."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("start", LIVE)
def test_no_cell_starts_like_a_formula(tmp_path: Path, start: str) -> None:
    """Whatever a spreadsheet would run gets an apostrophe in front, in cells and in the header."""
    write_csv(pd.DataFrame({f"{start}cmd": [f"{start}1+cmd|' /C calc'!A0"]}), tmp_path / "a.csv")
    (header,), (cell,) = cells(tmp_path / "a.csv")
    assert header == f"'{start}cmd"
    assert cell == f"'{start}1+cmd|' /C calc'!A0"


def test_nul_is_left_out_before_looking_at_the_start(tmp_path: Path) -> None:
    """A NUL cannot hide a formula behind it."""
    write_csv(pd.DataFrame({"text": ["\0=1+1", "a\0b"]}), tmp_path / "a.csv")
    assert cells(tmp_path / "a.csv")[1:] == [["'=1+1"], ["ab"]]


@pytest.mark.parametrize("text", ["-5", "+5.25", "-1,234.50", "-1e5", "+91 98765 43210", "+91-98765-43210", "-5%"])
def test_numbers_and_phone_numbers_survive(tmp_path: Path, text: str) -> None:
    """Text that is plainly a number or a phone number is written as it is."""
    write_csv(pd.DataFrame({"contact": [text]}), tmp_path / "a.csv")
    assert cells(tmp_path / "a.csv")[1] == [text]


@pytest.mark.parametrize("text", ["-2+3", "+1-cmd", "-A1", "=5", "@5", "+91 98765 ext 3"])
def test_what_only_begins_like_a_number_is_escaped(tmp_path: Path, text: str) -> None:
    """A sign before something else than one number is a formula."""
    write_csv(pd.DataFrame({"contact": [text]}), tmp_path / "a.csv")
    assert cells(tmp_path / "a.csv")[1] == [f"'{text}"]


texts = st.text(st.sampled_from("'=+-@＝ab1 ;,\"\n₹\t"), min_size=1, max_size=8).map(str.strip).filter(bool)
ids = st.lists(
    st.one_of(texts, st.text(min_size=1).map(lambda t: t.replace("\0", "").strip()).filter(bool)), min_size=1
)


@settings(deadline=None)
@given(ids)
def test_ids_come_back_the_same(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    """Writing and reading gives back every id, apostrophes and quotes and all."""
    texts = [text for text in texts if text.replace("\n", " ").isprintable()]
    path = tmp_path_factory.mktemp("export") / "a.csv"
    frame = pd.DataFrame({"n": np.arange(len(texts) + 1.0), "id": [*texts, "last"]})
    write_csv(frame, path)
    table = read_table(path, limits=LIMITS, text_columns=["id"])
    assert table.frame["id"].tolist() == frame["id"].tolist()


@settings(deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=20))
def test_floats_come_back_the_same(tmp_path_factory: pytest.TempPathFactory, numbers: list[float]) -> None:
    """A float has as many digits as it takes."""
    path = tmp_path_factory.mktemp("export") / "a.csv"
    write_csv(pd.DataFrame({"n": [*numbers, 0.5], "x": "x"}), path)
    assert [float(row[0]) for row in cells(path)[1:]] == [*numbers, 0.5]


def test_blanks_and_kinds_of_columns(tmp_path: Path) -> None:
    """Blanks are empty; days, categories and mixed objects are text a person can read."""
    frame = pd.DataFrame({
        "n": [1.5, np.nan],
        "t": pd.Series(["a", None], dtype="str"),
        "d": pd.to_datetime(["2025-06-30", "2025-07-01"]),
        "c": pd.Categorical(["x", "y"]),
        "o": [1, "=a"],
        "i": np.array([7, 8], dtype=np.int8),
    })  # fmt: skip
    write_csv(frame, tmp_path / "a.csv")
    assert cells(tmp_path / "a.csv") == [
        ["n", "t", "d", "c", "o", "i"],
        ["1.5", "a", "2025-06-30", "x", "1", "7"],
        ["", "", "2025-07-01", "y", "'=a", "8"],
    ]


def test_a_byte_order_mark_only_where_excel_needs_it(tmp_path: Path) -> None:
    """₹ and Hindi get a byte order mark, ASCII stays plain; both read back."""
    write_csv(pd.DataFrame({"id": ["a"], "t": ["₹ 50, नमस्ते"]}), tmp_path / "rupee.csv")
    write_csv(pd.DataFrame({"id": ["a"], "t": ["Rs 50"]}), tmp_path / "plain.csv")
    assert (tmp_path / "rupee.csv").read_bytes().startswith(b"\xef\xbb\xbfid,t\n")
    assert (tmp_path / "plain.csv").read_bytes() == b'id,t\n"a","Rs 50"\n'
    assert read_customers(tmp_path / "rupee.csv").frame["t"].tolist() == ["₹ 50, नमस्ते"]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    """Writing is all or nothing."""
    path = tmp_path / "a.csv"
    write_csv(pd.DataFrame({"id": ["old"]}), path)
    with pytest.raises(Exception, match="list"):
        write_csv(pd.DataFrame({"id": [["a", "list"], ["of", "lists"]]}), path)
    assert cells(path) == [["id"], ["old"]]
    assert [file.name for file in tmp_path.iterdir()] == ["a.csv"]


def test_a_frame_without_rows_keeps_its_header(tmp_path: Path) -> None:
    """No customers is a file too."""
    write_csv(
        pd.DataFrame({"id": pd.Series([], dtype="str"), "n": pd.Series([], dtype=float)}), tmp_path / "a.csv"
    )
    assert cells(tmp_path / "a.csv") == [["id", "n"]]
