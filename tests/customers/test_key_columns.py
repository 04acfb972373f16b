"""Ids, labels and values, and the sentences when they cannot be used."""

import numpy as np
import pandas as pd
import pytest

from retention.customers.intake import read_customers
from retention.errors import InputError
from tests.reading import Save, refusal


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
    churned, retained = words
    customers = read_customers(save(f"id,churn\na,{churned}\nb,{retained}\nc,{retained}\n"))
    assert customers.label is not None
    assert customers.label.dtype == np.int8
    assert customers.label.tolist() == [1, 0, 0]


def test_other_labels_need_positive(save: Save) -> None:
    """Two other values are listed; --positive names the one that means churned."""
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
    """A note says why the guessed column cannot be the value, and it is used like any other feature."""
    customers = read_customers(save(f"id,clv\na,5\nb,{cell}\n"))
    assert customers.roles.value is None
    assert customers.value is None
    assert customers.feature_names == ["clv"]
    (note,) = [note for note in customers.notes if "value" in note]
    assert note.startswith(
        "column 'clv' is not used as the customers' value, only as a feature: in row 3 it " + words
    )


def test_a_label_of_three_words_needs_the_one_for_churned() -> None:
    """With --positive that word means churned, and all others count as retained."""
    frame = pd.DataFrame(
        {"Customer ID": list("abcd"), "Customer Status": ["Stayed", "Churned", "Joined", "Stayed"]}
    )
    with pytest.raises(InputError, match=r"label 'Customer Status' has 3 values .* as --positive"):
        read_customers(frame)
    customers = read_customers(frame, positive="churned")
    assert customers.label is not None
    assert customers.label.tolist() == [0, 1, 0, 0]
