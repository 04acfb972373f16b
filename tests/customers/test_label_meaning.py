"""Labels whose words alone do not say who churned, ids that are none, and digits that are no quantity."""

import numpy as np
import pandas as pd
import pytest

from retention.customers.intake import read_customers
from retention.errors import InputError

ROWS = 40


def table(**columns: object) -> pd.DataFrame:
    """Forty customers with a spend."""
    return pd.DataFrame(
        {"customer_id": [f"K{row}" for row in range(ROWS)], "spend": np.arange(ROWS) + 0.5} | columns
    )


@pytest.mark.parametrize(
    "name", ["retained", "active", "is_active", "renewed", "loyal", "stayed", "still_customer", "subscribed"]
)
@pytest.mark.parametrize("words", [(1, 0), ("Yes", "No"), (True, False)])
def test_a_label_that_says_who_stayed_is_inverted(name: str, words: tuple[object, object]) -> None:
    """Thirty stayed and ten churned, never the other way round; --positive still decides where it is passed."""
    stayed, left = words
    frame = table(**{name: [left if row % 4 == 0 else stayed for row in range(ROWS)]})
    customers = read_customers(frame, label=name)
    assert customers.label is not None
    assert customers.label.sum() == 10
    assert any("says who stayed" in note for note in customers.notes)
    asked = read_customers(frame, label=name, positive=str(stayed))
    assert asked.label is not None
    assert asked.label.sum() == 30


def test_a_label_of_unmistakable_words_is_read_by_them() -> None:
    """Under a name that speaks of staying, churned still means churned."""
    customers = read_customers(table(retention=["Churned", "Active"] * 20), label="retention")
    assert customers.label is not None
    assert customers.label.tolist() == [1, 0] * 20


@pytest.mark.parametrize(
    ("name", "cell"),
    [("churn_date", "2024-01-11"), ("cancelled_at", "2024-01-11 10:00"), ("churn_reason", "price")],
)
def test_when_or_why_somebody_left_is_a_label(name: str, cell: str) -> None:
    """Filled in means churned, blank means retained; nobody is asked to drop those who stayed."""
    frame = table(**{name: [cell if row % 4 == 0 else None for row in range(ROWS)]})
    for customers in (read_customers(frame), read_customers(frame, label=name)):
        assert customers.roles.label == name
        assert customers.label is not None
        assert customers.label.tolist() == [1, 0, 0, 0] * 10
        assert any("filled in means churned" in note for note in customers.notes)


@pytest.mark.parametrize("name", ["Churn (next 30 days)", "churned_90d", "Will churn?", "renewed"])
def test_labels_are_found_by_words_in_their_names(name: str) -> None:
    """A yes/no column about churn or staying is the label; a score or a count is none."""
    frame = table(**{name: ["Yes", "No"] * 20}, churn_score=np.arange(ROWS) / 40)
    assert read_customers(frame).roles.label == name


def test_a_flag_or_a_mostly_blank_contact_is_no_id() -> None:
    """The e-mail address is; where there is nothing else, the sentence says why."""
    mails = [f"u{row}@example.org" for row in range(ROWS)]
    phones = ["+919800000000" if row == 0 else None for row in range(ROWS)]
    contacts = pd.DataFrame({"Phone": phones, "Email": mails, "spend": np.arange(ROWS) + 0.5})
    assert read_customers(contacts).roles.id == "Email"
    with pytest.raises(InputError, match="'Phone' cannot be the id, being a flag or mostly blank"):
        read_customers(pd.DataFrame({"Phone": [0, 1] * 20, "spend": np.arange(ROWS) + 0.5}))


def test_postcodes_are_text_and_dates_of_digits_are_left_out() -> None:
    """Neither has a mean or a typical value."""
    days = [20240101 + row % 28 for row in range(ROWS)]
    customers = read_customers(table(zip_code=[400_001 + row % 5 for row in range(ROWS)], joined=days))
    assert customers.feature_names == ["spend", "zip_code"]
    assert customers.frame["zip_code"].tolist()[:2] == ["400001", "400002"]
    assert "'joined' (a date)" in customers.notes[1]


def test_a_name_with_commas_is_excluded() -> None:
    """Split at its commas, as flags are, it is still the column."""
    frame = table(**{"reason, if any": ["a", "b"] * 20})
    assert read_customers(frame, exclude=["spend", "reason", "if any"]).roles.excluded == (
        "spend",
        "reason, if any",
    )
