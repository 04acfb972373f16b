"""Files that people have -> customers, and one clear sentence for those that cannot be used."""

import gzip
import io
import pickle
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retention.customers.intake import Limits, Table, read_customers, read_table
from retention.errors import InputError

LIMITS = Limits(megabytes=20, rows=50_000, columns=300, cells=1_000_000)

Save = Callable[[str | bytes], Path]


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Write a file and return its path."""

    def save(content: str | bytes) -> Path:
        path = tmp_path / "customers.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return save


def table(path: Path, **more: object) -> Table:
    """Read with small limits."""
    return read_table(path, limits=LIMITS, **more)  # type: ignore[arg-type]


def refusal(path: Path, **more: object) -> str:
    """Return the sentence with which the file is refused."""
    with pytest.raises(InputError) as refused:
        read_customers(path, limits=LIMITS, **more)  # type: ignore[arg-type]
    sentence = str(refused.value)
    assert str(path.parent) not in sentence
    assert "\n" not in sentence
    return sentence


def column(save: Save, *cells: str) -> tuple[list[object], tuple[str, ...]]:
    """Read one column ``x`` of a semicolon-separated file."""
    found = table(save("who;x\n" + "".join(f"a{place};{cell}\n" for place, cell in enumerate(cells))))
    return found.frame["x"].astype(object).tolist(), found.notes


# --- separators, encodings, formats -------------------------------------------------------------


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
    found = table(save("id,name\n1,José\n".encode(encoding)))
    assert found.frame.columns.tolist() == ["id", "name"]
    assert found.frame["name"].tolist() == ["José"]
    assert any("Latin-1" in note for note in found.notes) == (encoding in {"latin-1", "cp1252"})


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


def test_frame_and_file_are_typed_alike(save: Save) -> None:
    """A frame in memory gives the customers that its file gives."""
    frame = pd.DataFrame({
        "id": [7, 8],
        "n": [1, 2],
        "flag": ["Yes", "No"],
        "d": pd.to_datetime(["2025-06-30", "2025-07-01"]),
        "c": pd.Categorical(["x", None]),
        "churn": [True, False],
    })  # fmt: skip
    text = "id,n,flag,d,c,churn\n7,1,Yes,2025-06-30,x,True\n8,2,No,2025-07-01,,False\n"
    one, other = read_customers(frame), read_customers(save(text))
    pd.testing.assert_frame_equal(one.frame, other.frame)
    assert one.roles == other.roles


# --- what a cell means --------------------------------------------------------------------------


@pytest.mark.parametrize("blank", ["", "  ", "NA", "N/A", "-", "?", "null", "NULL", "NaN", "nan", "None", "#N/A"])
def test_blanks_in_a_numeric_column(save: Save, blank: str) -> None:
    """Blanks and words for them are missing among numbers, and a note tells where the first is."""
    values, (note,) = column(save, "1", blank, "3")
    assert values[0] == 1.0
    assert np.isnan(values[1])  # type: ignore[call-overload]
    assert "'x'" in note
    assert "1 of 3 cells" in note
    assert "row 3" in note


def test_words_for_blanks_are_values_in_a_text_column(save: Save) -> None:
    """A membership called None is a membership; only an empty cell is missing."""
    values, notes = column(save, "None", "None", "Gold", "No", "  ", "")
    assert values[:4] == ["None", "None", "Gold", "No"]
    assert pd.isna(pd.Series(values[4:6], dtype="str")).all()
    assert notes == ()


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["12,50", "3"], [12.5, 3.0]),
        (["1.234,50", "2,5"], [1234.5, 2.5]),
        (["1,234.50", "12"], [1234.5, 12.0]),
        (["1,23,456.00", "5.5"], [123456.0, 5.5]),
        (["₹1,234", "-₹50"], [1234.0, -50.0]),
        (["Rs. 1,234", "Rs. 50"], [1234.0, 50.0]),
        (["12%", "3.5%"], [12.0, 3.5]),
        (["1 234", "12 345,5"], [1234.0, 12345.5]),
        (["1'234.50", "−12"], [1234.5, -12.0]),
        (["12,50", "?"], [12.5, np.nan]),
    ],
)
def test_marks_on_numbers_are_taken_off_visibly(save: Save, cells: list[str], expected: list[float]) -> None:
    """Decimal commas, groups, currencies and percent signs are read, and a note shows the first."""
    values, (note,) = column(save, *cells)
    np.testing.assert_array_equal(np.array(values, dtype=float), expected)
    assert f"'{cells[0]}' in row 2 as {expected[0]:.15g}" in note


@pytest.mark.parametrize("cells", [["1,234", "5,678"], ["1.5", "2,5", "3.5", "4,5"], ["12%", "3"], ["$1", "€2"]])
def test_doubtful_numbers_stay_text(save: Save, cells: list[str]) -> None:
    """Where a column can be read in two ways, or mixes them, it stays text with a note."""
    values, (note,) = column(save, *cells)
    assert values == cells
    assert "kept as text" in note


@pytest.mark.parametrize(
    "cells", [["007", "012"], ["1000000000000000001", "2"], ["+919876543210", "+919876543211"]]
)
def test_codes_stay_text(save: Save, cells: list[str]) -> None:
    """Digits that would be lost as a number are kept, whatever the column is called."""
    values, (note,) = column(save, *cells)
    assert values == cells
    assert "code" in note


@pytest.mark.parametrize("cells", [["2025-06-30", "2025-07-01"], ["12.05.2025", "13.05.2025"], ["true", "false"]])
def test_dates_and_truth_values_stay_text(save: Save, cells: list[str]) -> None:
    """They are words here; what they mean is said elsewhere."""
    assert column(save, *cells) == (cells, ())


def test_a_stray_word_among_numbers_is_refused(save: Save) -> None:
    """One cell that is no number is shown with its column and row."""
    rows = [str(number) for number in range(200)]
    rows[98] = "abc"
    with pytest.raises(InputError, match=r"^customers\.csv: column 'x', row 100: 'abc' is not a number"):
        column(save, *rows)


@pytest.mark.parametrize("cells", [["0", "1", "2", "4+", "4+"], ["0", "1", "2.5", "> 4"], ["0", "1", "", ">=4"]])
def test_open_ends_among_numbers_are_read_and_told(save: Save, cells: list[str]) -> None:
    """A survey's "4 or more" is the number 4, as long as most cells are plain numbers; a note shows the first."""
    values, (note,) = column(save, *cells)
    assert values[0] == 0.0
    assert values[-1] == 4.0
    assert "open-ended" in note
    assert f"'{cells[3]}' in row 5 as 4" in note


def test_open_ends_in_most_cells_are_words(save: Save) -> None:
    """Bands are categories, not numbers."""
    assert column(save, "1+", "2+", "3")[0] == ["1+", "2+", "3"]


def test_a_stray_that_may_be_personal_is_shown_by_its_shape(save: Save) -> None:
    """A phone number or an address in the wrong column is not repeated in the message."""
    with pytest.raises(InputError) as refused:
        column(save, "1", "2", "3", "a.person@example.org")
    assert "person" not in str(refused.value)


def test_words_and_numbers_half_and_half_are_text(save: Save) -> None:
    """A column of mixed codes is text."""
    values, notes = column(save, "A1", "2", "B", "7")
    assert values == ["A1", "2", "B", "7"]
    assert notes == ()


def test_infinite_numbers_are_refused(save: Save) -> None:
    """There is no learning from infinity."""
    with pytest.raises(InputError, match="row 3: the number is infinite"):
        column(save, "1", "inf", "2")


@settings(deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, width=64), min_size=1))
def test_every_float_is_read_exactly(tmp_path_factory: pytest.TempPathFactory, numbers: list[float]) -> None:
    """No digit is lost in a numeric column."""
    path = tmp_path_factory.mktemp("read") / "customers.csv"
    path.write_text("who,x\n" + "".join(f"a,{number!r}\n" for number in numbers))
    values = table(path).frame["x"]
    if values.dtype == np.float64:
        assert values.tolist() == numbers
    else:  # whole numbers beyond what a float counts exactly
        assert max(map(abs, numbers)) >= 2**53


@settings(deadline=None)
@given(st.lists(st.integers(), min_size=1, unique=True))
def test_ids_keep_every_digit(tmp_path_factory: pytest.TempPathFactory, ids: list[int]) -> None:
    """Ids are text, however long the number."""
    path = tmp_path_factory.mktemp("read") / "customers.csv"
    path.write_text("id,x\n" + "".join(f"{number},1\n" for number in ids))
    assert read_customers(path).ids.tolist() == [str(number) for number in ids]


# --- files that cannot be used ------------------------------------------------------------------


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
        (b"PK\x03\x04...", "Excel"),
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
    """There is nothing to read there, and that is said without the folder's path."""
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
    header = ",".join(f"c{place}" for place in range(columns))
    return f"{header}\n".encode() + (b"1," * (columns - 1) + b"1\n") * rows


BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "a million columns": (lambda: b"column," * 10**6 + b"c\n1\n", "about 1,000,001 columns"),
    "301 columns": (lambda: ",".join(f"c{place}" for place in range(301)).encode() + b"\n", "301 columns"),
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


# --- roles --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["customer_id", "customerID", "CustomerId", "Customer ID", "user_id", "id", "USERID"]
)
@pytest.mark.parametrize("label", ["churn", "Churn", "churned", "Exited", "Attrition", "target", "Churn Label"])
def test_id_and_label_are_found_by_name(save: Save, name: str, label: str) -> None:
    """The usual names are known in any case, and the notes tell what was taken."""
    customers = read_customers(save(f"n,{label},{name}\n1,1,a\n2,0,b\n3,0,c\n"))
    assert (customers.roles.id, customers.roles.label) == (name, label)
    assert customers.feature_names == ["n"]
    assert customers.notes[0] == f"id: {name}, label: {label} (1 of 3 churned)"


def test_value_is_found_only_by_a_plain_name(save: Save) -> None:
    """A margin is money kept; monthly charges need asking."""
    assert read_customers(save("id,margin\na,5\n")).roles.value == "margin"
    charges = save("id,MonthlyCharges\na,5\n")
    assert read_customers(charges).roles.value is None
    asked = read_customers(charges, value="MonthlyCharges")
    assert asked.value is not None
    assert asked.value.tolist() == [5.0]
    assert asked.feature_names == ["MonthlyCharges"]


def test_personal_data_is_set_aside(save: Save) -> None:
    """Contacts are no features, by name or by content, and no note repeats one."""
    rows = "".join(f"{n},Asha,Rao{n},Yes,98765 4321{n},a{n}@example.org,{n}\n" for n in range(5))
    customers = read_customers(save(f"id,first_name,Surname,PhoneService,reach,other,visits\n{rows}"))
    assert customers.roles.name == "first_name"
    assert customers.roles.excluded == ("Surname", "reach", "other")
    assert customers.feature_names == ["PhoneService", "visits"]
    assert "98765" not in " ".join(customers.notes)
    assert "'reach' (personal data)" in customers.notes[1]


def test_numeric_mobile_numbers_are_set_aside(save: Save) -> None:
    """Ten digits from 6 up, all different, are phones even without a telling name; amounts are not."""
    rows = "".join(f"{n},{9_100_000_000 + n * 7919},{100 + n}\n" for n in range(40))
    assert read_customers(save(f"id,reach,spend\n{rows}")).feature_names == ["spend"]


@pytest.mark.parametrize("header", ["Unnamed: 0", "RowNumber", "index", ""])
def test_a_pasted_index_is_set_aside(save: Save, header: str) -> None:
    """A column that numbers the rows is no feature."""
    customers = read_customers(save(f"{header},id,n\n0,a,5\n1,b,3\n2,c,9\n"))
    assert customers.feature_names == ["n"]
    assert "only numbers the rows" in customers.notes[1]


def test_a_second_label_is_set_aside(save: Save) -> None:
    """The same answer in another column must not be a feature."""
    customers = read_customers(save("id,Churn Label,Churn Value,n\na,Yes,1,4\nb,No,0,5\n"))
    assert customers.roles.label == "Churn Label"
    assert customers.feature_names == ["n"]


def test_excluding_a_column(save: Save) -> None:
    """What a person strikes is neither used nor able to stop the reading."""
    rows = "".join(f"{n},{n if n else 'abc'},{n}\n" for n in range(50))
    customers = read_customers(save(f"id,broken,n\n{rows}"), exclude=["broken"])
    assert customers.roles.excluded == ("broken",)
    assert customers.feature_names == ["n"]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"id": "custmer"}, "column 'custmer' is missing (did you mean 'customer'?); rename yours or pass --id"),
        ({"label": "Churn"}, "column 'Churn' is missing (did you mean 'Chrun'?); rename yours or pass --label"),
        ({"value": "money"}, "column 'money' is missing; rename yours or pass --value-column"),
        ({"exclude": ["ages"]}, "column 'ages' is missing (did you mean 'age'?); rename yours or pass --exclude"),
        ({"id": "age", "label": "age"}, "column 'age' is asked for by --label and by --id; choose one"),
        ({"id": "age", "exclude": ["age"]}, "column 'age' is asked for by --id and by --exclude; choose one"),
    ],
)
def test_wrong_wishes(save: Save, asked: dict[str, object], words: str) -> None:
    """A column that is not there, or has two roles, is named; so is the closest."""
    assert refusal(save("customer,age,Chrun\na,1,0\nb,2,1\n"), **asked) == f"customers.csv: {words}"


def test_no_id_column(save: Save) -> None:
    """The sentence tells all ways out."""
    assert refusal(save("who,n\na,1\n")) == (
        "customers.csv: column 'customer_id' is missing; rename yours or pass --id, "
        "or add one that numbers the customers"
    )


# --- ids, labels, values ------------------------------------------------------------------------


def test_ids_that_cannot_be_used(save: Save) -> None:
    """Blank and repeated ids are refused with their rows, never with the id."""
    assert "column 'id', row 3: the id is blank" in refusal(save("id,n\na,1\n ,2\n"))
    twice = refusal(save("id,n\nsecret,1\n\nb,2\nsecret,3\n"))
    assert "rows 2 and 5 hold the same id" in twice
    assert "secret" not in twice
    assert "the same id in every row" in refusal(save("id,n\na,1\na,2\na,3\n"))


@pytest.mark.parametrize(
    "words",
    [
        ("1", "0"),
        ("Yes", "No"),
        ("TRUE", "false"),
        ("y", "N"),
        ("t", "f"),
        ("Churned", "Active"),
        ("left", "stayed"),
        ("1.0", "0.0"),
        ("True.", "False."),
        ("Attrited Customer", "Existing Customer"),
    ],
)
def test_usual_labels(save: Save, words: tuple[str, str]) -> None:
    """The usual words for leaving and staying are known in any case."""
    left, stayed = words
    customers = read_customers(save(f"id,churn\na,{left}\nb,{stayed}\nc,{stayed}\n"))
    assert customers.label is not None
    assert customers.label.dtype == np.int8
    assert customers.label.tolist() == [1, 0, 0]


def test_other_labels_need_to_be_told(save: Save) -> None:
    """Two other values are listed; --positive names the one for those who left."""
    path = save("id,churn\na,silver\nb,gold\n")
    sentence = refusal(path)
    assert "label 'churn' has the values 'silver', 'gold'" in sentence
    assert "--positive" in sentence
    label = read_customers(path, positive="Gold").label
    assert label is not None
    assert label.tolist() == [0, 1]
    assert "no value 'bronze'" in refusal(path, positive="bronze")


def test_labels_that_cannot_be_used(save: Save) -> None:
    """Three values and blanks are refused; a blank has a row, whatever word stands for it."""
    assert "3 values ('a', 'b', 'c')" in refusal(save("id,churn\nx,a\ny,b\nz,c\n"))
    assert "row 3: the label is blank (1 row in all)" in refusal(save("id,churn\nx,1\ny,\nz,0\n"))
    assert "row 4: the label is blank" in refusal(save("id,churn\nx,1\ny,0\nz,?\n"))


def test_customers_without_a_usable_label_can_be_scored(save: Save) -> None:
    """No label, a blank one, one class only and an unread one are fine here; training says what it lacks."""
    none = read_customers(save("id,n\na,1\n"))
    assert none.label is None
    blank = read_customers(save("id,n,churn\na,1,\nb,2,\n"))
    assert blank.label is None
    assert blank.feature_names == ["n"]
    one_class = read_customers(save("id,churn\na,1\nb,1\n"))
    assert one_class.label is not None and one_class.label.tolist() == [1, 1]
    unread = read_customers(save("id,n,churn\na,1,x\nb,2,y\nc,3,z\n"), ignore_label=True)
    assert unread.label is None
    assert unread.feature_names == ["n"]


UNFIT_VALUES = [("-3", "is -3"), ("0", "is 0"), ("", "is blank"), ("high", "is not a plain number")]


@pytest.mark.parametrize(("cell", "words"), UNFIT_VALUES)
def test_values_that_cannot_be_used(save: Save, cell: str, words: str) -> None:
    """A value is a number above 0 in every row; where it was asked for, anything else is refused."""
    sentence = refusal(save(f"id,value\na,5\nb,{cell}\n"), value="value")
    assert sentence == (
        f"customers.csv: column 'value', row 3: the value {words}, but must be a number above 0; correct it"
    )


@pytest.mark.parametrize(("cell", "words"), UNFIT_VALUES)
def test_a_value_that_was_only_guessed_stays_a_feature(save: Save, cell: str, words: str) -> None:
    """Nobody said that the column is a value: it is told why it is none, and used like any other."""
    customers = read_customers(save(f"id,clv\na,5\nb,{cell}\n"))
    assert customers.roles.value is None
    assert customers.value is None
    assert customers.feature_names == ["clv"]
    (note,) = [note for note in customers.notes if "value" in note]
    assert note.startswith(
        "column 'clv' is not used as the customers' value, only as a feature: in row 3 it " + words
    )


# --- the real thing, made small -----------------------------------------------------------------


def test_times_and_spans_of_a_frame_become_text() -> None:
    """What Arrow or Parquet has no word for is written out; lists and bytes are refused."""
    moments = pd.to_datetime(["2025-06-30 18:05", "2025-07-01 00:00"])
    frame = pd.DataFrame(
        {"id": [1, 2], "t": moments, "span": moments - moments[0], "month": moments.to_period("M")}
    )
    read = read_customers(frame).frame
    assert read["t"].tolist() == ["2025-06-30 18:05:00", "2025-07-01 00:00:00"]
    assert read["month"].tolist() == ["2025-06", "2025-07"]
    assert read["span"].tolist() == ["0 days 00:00:00", "0 days 05:55:00"]
    with pytest.raises(InputError, match="column 'l' holds list"):
        read_customers(pd.DataFrame({"id": [1], "l": [[1, 2]]}))


def test_a_telecom_file_goes_in_unprepared(save: Save) -> None:
    """Blank totals of new customers become missing with a note; nothing else is touched."""
    rows = "".join(
        f"{n:04d}-ABCDE,0,{n % 70},Yes,No internet service,{20 + n / 100:.2f},{' ' if n == 488 else n * 20.5},"
        f"{'Yes' if n % 4 == 0 else 'No'}\n"
        for n in range(1000)
    )
    header = "customerID,SeniorCitizen,tenure,PhoneService,OnlineSecurity,MonthlyCharges,TotalCharges,Churn\n"
    customers = read_customers(save(header + rows))
    assert customers.notes == (
        "id: customerID, label: Churn (250 of 1,000 churned)",
        "column 'TotalCharges': 1 of 1,000 cells hold no number (first in row 490: blank) and count as missing",
    )
    assert customers.roles.value is None
    assert customers.frame["SeniorCitizen"].dtype == np.float64
    assert customers.frame["PhoneService"].dtype == "str"
    assert len(customers.feature_names) == 6
