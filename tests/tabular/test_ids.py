"""The one spelling of an id, whatever program wrote the file."""

import numpy as np
import pandas as pd
import pytest

from retention.errors import InputError
from retention.tabular.ids import NormalIds, in_spelling_of, normalize_id, normalize_ids
from retention.tabular.locations import ColumnLocation


def normal(*cells: str | None) -> NormalIds:
    """Normalise the ids of a column."""
    location = ColumnLocation("orders.csv", "id", np.arange(2, len(cells) + 2))
    return normalize_ids(pd.Series(cells, dtype="str"), location)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("17", "17"),
        ("17.0", "17"),
        ("17.00", "17"),
        (" 17 ", "17"),
        ("17\u00a0", "17"),
        ("\ufeff17", "17"),
        ("007", "007"),
        ("17.5", "17.5"),
        ("K1.0", "K1.0"),
        ("Asha.Rao@Example.COM", "asha.rao@example.com"),
        ("K1", "K1"),
        ("1e5", "1e5"),  # a code in hexadecimal
        ("9.19812345678E+11", "919812345678"),  # all twelve digits are there
    ],
)
def test_one_spelling(cell: str, expected: str) -> None:
    """White space, a trailing .0 and the case of an address go; nothing else does."""
    assert normal(cell).values.tolist() == [expected]


@pytest.mark.parametrize("cell", ["9.19812E+11", "9E+11", "9,19812E+11"])
def test_lost_digits_are_refused_with_the_cure(cell: str) -> None:
    """Twelve digits of which a spreadsheet kept six are many customers in one."""
    with pytest.raises(
        InputError, match=r"column 'id', row 3: .* a spreadsheet has dropped.*export the table again"
    ):
        normal("919812345678", cell)


def test_words_for_blanks_are_missing() -> None:
    """An id that says NA is no customer."""
    assert normal("a", "NA", " ", None).values.isna().tolist() == [False, True, True, True]


def test_what_was_taken_off_is_said() -> None:
    """The note counts the cells, and the customers who became one."""
    assert normal("17", "17.0").notes == ("column 'id': ids are read without the trailing '.0' (1 cell)",)
    assert normal("A@x.org", "a@x.org", "b@x.org").notes == (
        "column 'id': e-mail addresses are one whatever their case (1 cell; 3 spellings are 2 customers)",
    )
    assert normal("17", "K1").notes == ()


def test_stored_spellings_are_matched_unless_they_are_two_customers() -> None:
    """A campaign that was drawn from 17.0 finds 17; one that holds both keeps both apart."""
    ids = pd.Series(["17", "a@x.org", None], dtype="str")
    assert in_spelling_of(ids, pd.Index(["17.0", "A@x.org"])).tolist()[:2] == ["17.0", "A@x.org"]
    assert in_spelling_of(ids, pd.Index(["17.0", "17"])).tolist()[0] == "17"
    assert normalize_id("17.0") == "17"
