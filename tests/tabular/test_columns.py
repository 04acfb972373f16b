"""How the cells of a column are read: numbers, blanks, codes, words."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retention.customers.intake import read_customers
from retention.errors import InputError
from tests.reading import Save, column, table


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
        (["(45.50)", "12"], [-45.5, 12.0]),
        (["$(45.50)", "$12"], [-45.5, 12.0]),
        (["45.50-", "12"], [-45.5, 12.0]),
        (["$-", "$12.50"], [0.0, 12.5]),
        (["US$45.50", "US$ 12"], [45.5, 12.0]),
        (["R$ 1.234,50", "R$ 12"], [1234.5, 12.0]),
        (["R$ 1.234", "R$ 12"], [1234.0, 12.0]),
        (["AED 45.50", "aed 12"], [45.5, 12.0]),
        (["450/-", "Rs. 1,23,456/-", "₹12"], [450.0, 123456.0, 12.0]),
        (["12,50", "1\u00a0234,50", "12\u202f345"], [12.5, 1234.5, 12345.0]),
    ],
)
def test_units_and_separators_are_removed_with_a_note(save: Save, cells: list[str], expected: list[float]) -> None:
    """Decimal commas, groups, currencies and percent signs are read, and a note shows the first."""
    values, (note,) = column(save, *cells)
    np.testing.assert_array_equal(np.array(values, dtype=float), expected)
    assert f"'{cells[0]}' in row 2 as {expected[0]:.15g}" in note


@pytest.mark.parametrize("cells", [["1,234", "5,678"], ["1.5", "2,5", "3.5", "4,5"], ["12%", "3"], ["$1", "€2"]])
def test_ambiguous_numbers_stay_text(save: Save, cells: list[str]) -> None:
    """Where a column can be read in two ways, or mixes them, it stays text with a note."""
    values, (note,) = column(save, *cells)
    assert values == cells
    assert "kept as text" in note


def test_many_groups_of_three_beside_small_numbers_are_thousands(save: Save) -> None:
    """Fifty amounts with three digits after the comma and one without a comma leave no room for decimals."""
    cells = [f"{thousands},{thousands + 100}" for thousands in range(1, 51)]
    values, (note,) = column(save, *cells, "987")
    assert values == [thousands * 1000.0 + thousands + 100 for thousands in range(1, 51)] + [987.0]
    assert "'1,101' in row 2 as 1101" in note
    assert column(save, *cells)[0] == cells  # all of them could have three decimals


@pytest.mark.parametrize(
    ("rows", "x", "y"),
    [
        ('"1.234";"12,50"\n"5.678";"3,25"\n', [1234.0, 5678.0], [12.5, 3.25]),  # a point groups thousands
        ('"1,234";"12,50"\n"5,678";"3,25"\n', [1.234, 5.678], [12.5, 3.25]),
        ('"1,234";"12.50"\n"5,678";"3.25"\n', [1234.0, 5678.0], [12.5, 3.25]),
        ('"1,234";"x"\n"5,678";"y"\n', ["1,234", "5,678"], ["x", "y"]),
        ('"1.234";"12.50"\n"5.678";"3.25"\n', [1.234, 5.678], [12.5, 3.25]),
        ('"1.234";"7"\n"5.678";"3"\n', [1.234, 5.678], [7.0, 3.0]),
    ],
)
def test_the_whole_file_decides_the_decimal_mark(save: Save, rows: str, x: list[object], y: list[object]) -> None:
    """What one column leaves open, another one settles."""
    frame = table(save("x;y\n" + rows)).frame
    assert frame["x"].astype(object).tolist() == x
    assert frame["y"].astype(object).tolist() == y


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
    """They stay text here; dates are parsed by another module."""
    assert column(save, *cells) == (cells, ())


def test_a_word_among_numbers_is_refused(save: Save) -> None:
    """One cell that is no number is shown with its column and row."""
    rows = [str(number) for number in range(200)]
    rows[98] = "abc"
    with pytest.raises(InputError, match=r"^customers\.csv: column 'x', row 100: 'abc' is not a number"):
        column(save, *rows)


@pytest.mark.parametrize("cells", [["0", "1", "2", "4+", "4+"], ["0", "1", "2.5", "> 4"], ["0", "1", "", ">=4"]])
def test_open_ends_among_numbers_are_read_with_a_note(save: Save, cells: list[str]) -> None:
    """A survey's "4 or more" is the number 4, as long as most cells are plain numbers; a note shows the first."""
    values, (note,) = column(save, *cells)
    assert values[0] == 0.0
    assert values[-1] == 4.0
    assert "open-ended" in note
    assert f"'{cells[3]}' in row 5 as 4" in note


def test_open_ends_in_most_cells_are_words(save: Save) -> None:
    """Bands are categories, not numbers."""
    assert column(save, "1+", "2+", "3")[0] == ["1+", "2+", "3"]


def test_a_word_that_may_be_personal_is_shown_by_its_shape(save: Save) -> None:
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
