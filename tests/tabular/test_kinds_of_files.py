"""One way in: the same table, whatever kind of file holds it and whatever stands around it."""

import io
import zipfile
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from retention.errors import InputError
from tests.reading import LIMITS, Save, refusal, table

ROWS = [
    ["id", "spend", "city", "since"],
    ["a", "534.56", "Kochi", "2024-01-02"],
    ["b", "12", "Pune", "2024-02-03"],
]
ROWS += [[f"k{number}", str(number), "Delhi", "2024-03-04"] for number in range(3)]
CSV = "\n".join(",".join(row) for row in ROWS) + "\n"


def workbook(folder: Path, rows: list[list[str]], *, before: str | None = None) -> Path:
    """Write a workbook with numbers and dates in their own types, and perhaps an empty sheet in front."""
    path = folder / "customers.xlsx"
    with xlsxwriter.Workbook(path) as book:
        if before is not None:
            book.add_worksheet(before)
        sheet = book.add_worksheet("Customers")
        date = book.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate(rows):
            for position, cell in enumerate(row):
                if cell.replace(".", "").isdigit():
                    sheet.write_number(number, position, float(cell))
                elif cell.startswith("20"):
                    sheet.write_datetime(number, position, pd.Timestamp(cell).to_pydatetime(), date)
                elif cell:
                    sheet.write_string(number, position, cell)
        book.add_worksheet("Notes").write_string(0, 0, "nothing")
    return path


def expected(save: Save) -> pd.DataFrame:
    """Return the table as a plain CSV gives it."""
    return table(save(CSV)).frame


def test_a_sheet_is_read_as_its_csv_would_be(save: Save, tmp_path: Path) -> None:
    """Numbers, dates and text of the first sheet that holds any; a note names the others."""
    read = table(workbook(tmp_path, ROWS, before="Cover"))
    pd.testing.assert_frame_equal(read.frame, expected(save))
    assert read.row_numbers.tolist() == [2, 3, 4, 5, 6]
    assert "sheet 'Customers' is read; 2 other sheets ('Cover', 'Notes')" in read.notes[0]


def test_a_sheet_is_chosen_behind_the_name(save: Save, tmp_path: Path) -> None:
    """The file's name, a #, and the sheet; another sheet is refused with those that there are."""
    path = workbook(tmp_path, ROWS)
    chosen = table(path.with_name("customers.xlsx#Customers"))
    pd.testing.assert_frame_equal(chosen.frame, expected(save))
    assert chosen.notes == ()
    with pytest.raises(InputError, match="has no sheet 'July'; its sheets are 'Customers', 'Notes'"):
        table(path.with_name("customers.xlsx#July"))


def test_titles_and_totals_of_a_sheet_are_left_out(save: Save, tmp_path: Path) -> None:
    """As those of a CSV are, and said."""
    rows = [["Customer report", "", "", ""], ["", "", "", ""], *ROWS, ["Total", "549.56", "", ""]]
    read = table(workbook(tmp_path, rows))
    pd.testing.assert_frame_equal(read.frame, expected(save))
    assert read.row_numbers.tolist() == [4, 5, 6, 7, 8]


@pytest.mark.parametrize(
    "content",
    [
        "sep=,\n" + CSV,
        "Customer report,,,\nGenerated 2025-01-31,,,\n,,,\n" + CSV,
        "Customer report\nGenerated on 2025-01-31 10:00\n\n" + CSV,
        "# exported by crm\n" + CSV,
        CSV + "Grand Total,549.56,,\n",
        CSV + "\nTotal,549.56\n5 rows\n",
        CSV + "\nSee the manual for the meaning of these columns\n",
    ],
)
def test_what_stands_around_a_table_is_left_out(save: Save, content: str) -> None:
    """Titles, Excel's own line, comments, totals and remarks are no rows."""
    pd.testing.assert_frame_equal(table(save(content)).frame, expected(save))


def test_rows_keep_the_numbers_of_the_file(save: Save) -> None:
    """A message about a row names it as a spreadsheet shows it, and notes say what was left out."""
    read = table(save("Report\n\n" + CSV + "Grand Total,549.56,,\n"))
    assert read.row_numbers.tolist() == [4, 5, 6, 7, 8]
    assert read.notes == (
        "the header is in row 3; the 2 lines above are left out",
        "the last lines are totals or remarks, no rows of the table, and are left out",
    )


@pytest.mark.parametrize(
    "content", ["id,name\nK1,Smith, John\nK2,Rao, Asha\nK3,Das, Ravi\n", "a\n1,2\n3,4\n5,6\n"]
)
def test_a_ragged_table_is_not_mended_by_guessing(save: Save, content: str) -> None:
    """Without a line that plainly is a header, the wrong row is named."""
    assert "row 2 has" in refusal(save(content))


def test_a_row_that_was_cut_off_is_refused(save: Save) -> None:
    """The last row of a file that was copied in part is no remark."""
    assert "row 7 has 1 cell" in refusal(save(CSV + "k9\n"))


def test_a_zipped_table_is_read(save: Save, tmp_path: Path) -> None:
    """One file in a zip; what a Mac adds does not count, and several files are named."""
    path = tmp_path / "customers.csv.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("customers.csv", CSV)
        packed.writestr("__MACOSX/._customers.csv", "x")
    pd.testing.assert_frame_equal(table(path).frame, expected(save))
    with zipfile.ZipFile(path, "a") as packed:
        packed.writestr("orders.csv", CSV)
    assert "holds 'customers.csv', 'orders.csv'; unpack it" in refusal(path)


def test_json_lines_are_read(save: Save, tmp_path: Path) -> None:
    """One object a line; numbers stay numbers, and dates text."""
    frame = expected(save)
    path = tmp_path / "customers.jsonl"
    frame.to_json(path, orient="records", lines=True)
    read = table(path)
    pd.testing.assert_frame_equal(read.frame, frame)
    assert read.row_numbers.tolist() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("<html><body><table><tr><th>id</th></tr></table></body></html>", "is a web page (HTML)"),
        ('[{"id": 1, "spend": 2}]', "is JSON"),
        ('{\n  "customers": [{"id": 1}]\n}', "is JSON"),
        ('<?xml version="1.0"?><Workbook/>', "is XML"),
    ],
)
def test_what_is_no_table_is_called_by_its_name(save: Save, content: str, words: str) -> None:
    """Whatever the file is called."""
    assert words in refusal(save(content))


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    """A cell at the far end of a sheet, or gigabytes of zeros, are refused before they are laid out."""
    path = tmp_path / "customers.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_string(1_048_575, 16_383, "far")
    assert "more than the limit" in refusal(path)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"0" * (6 * LIMITS.bytes))
    path.write_bytes(content.getvalue())
    assert "unpacks far beyond the limit" in refusal(path)
