"""Excel workbooks of customers."""

import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from retention.errors import InputError
from retention.tabular.workbook import MOST_ROWS, write_workbook


def inside(path: Path, part: str) -> str:
    with zipfile.ZipFile(path) as book:
        return book.read(part).decode()


def test_ids_stay_text_and_numbers_stay_numbers(tmp_path: Path) -> None:
    """An id keeps its zeros, a probability is a number, and what is missing is an empty cell."""
    frame = pd.DataFrame({"id": pd.Series(["007", "8"], dtype="str"), "p": [0.25, np.nan], "sent": [3, 4]})
    write_workbook(frame, tmp_path / "list.xlsx", sheet="send_list")
    sheet = inside(tmp_path / "list.xlsx", "xl/worksheets/sheet1.xml")
    assert '<c r="A2" t="inlineStr"><is><t>007</t></is></c>' in sheet
    assert '<c r="B2"><v>0.25</v></c>' in sheet
    assert 'r="B3"' not in sheet
    assert '<c r="C3"><v>4</v></c>' in sheet


@pytest.mark.parametrize("cell", ["=1+1", "+1", "@SUM(A1)", "{=1}", "https://example.com", "mailto:a@example.com"])
def test_nothing_in_it_runs_or_links(tmp_path: Path, cell: str) -> None:
    """What looks like a formula or an address is written as words."""
    write_workbook(pd.DataFrame({cell: [cell]}), tmp_path / "list.xlsx", sheet="list")
    sheet = inside(tmp_path / "list.xlsx", "xl/worksheets/sheet1.xml")
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert sheet.count(f"<t>{cell}</t>") == 2


def test_a_control_character_does_no_harm(tmp_path: Path) -> None:
    """A NUL or a bell in a name leaves a workbook that can be opened."""
    write_workbook(pd.DataFrame({"name": ["a\0b\x07"]}), tmp_path / "list.xlsx", sheet="list")
    sheet = inside(tmp_path / "list.xlsx", "xl/worksheets/sheet1.xml")
    assert "a_x0000_b_x0007_" in sheet


def test_more_rows_than_a_sheet_holds_are_refused(tmp_path: Path) -> None:
    """One sentence says so and names the way out; no file is left."""
    with pytest.raises(InputError, match="take the CSV"):
        write_workbook(pd.DataFrame({"id": np.zeros(MOST_ROWS + 1)}), tmp_path / "list.xlsx", sheet="list")
    assert list(tmp_path.iterdir()) == []
