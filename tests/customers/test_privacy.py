"""Columns that look personal are found by name and by content, and harmless ones are not."""

import numpy as np
import pandas as pd
import pytest

from retention.customers.privacy import PersonalColumn, find_personal_columns, personal_kind

N = 200
IDS = pd.Series([f"C-{i:04d}" for i in range(N)], dtype="str")


def find_personal(name: str, cells: object) -> PersonalColumn | None:
    frame = pd.DataFrame({name: cells})
    if not pd.api.types.is_numeric_dtype(frame[name]):
        frame = frame.astype("str")
    personal = find_personal_columns(frame, IDS)
    return personal[0] if personal else None


def cycled(*values: str) -> list[str]:
    return [values[i % len(values)] for i in range(N)]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ([f"user{i}@mail.example" for i in range(N)], "e-mail addresses"),
        (["fine"] * (N - 1) + ["write to a.b@c.org"], "e-mail addresses"),
        ([f"+91 98765 {i:05d}" for i in range(N)], "phone numbers"),
        ([f"98765-{i:05d}" for i in range(N)], "phone numbers"),
        ([9_876_500_000.0 + i for i in range(N)], "phone numbers"),
        (IDS.tolist(), "the customers' ids"),
        ([f"remark number {i}" for i in range(N)], "a text of its own for nearly every customer"),
    ],
)
def test_what_certainly_is_personal_is_found_by_its_content(cells: list[object], kind: str) -> None:
    """The column's name says nothing, its cells do."""
    assert find_personal("extra", cells) == PersonalColumn("extra", kind, certain=True)


def test_names_of_people_are_found_by_the_column() -> None:
    """Sixty first names repeat, so only the column's name and their number give them away."""
    names = cycled(*(f"Name{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(60)))
    assert find_personal("first_name", names) == PersonalColumn("first_name", "names of people", certain=True)


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("PhoneService", cycled("Yes", "No")),
        ("MultipleLines", cycled("Yes", "No", "No phone service")),
        ("phone_calls", [float(i % 9) for i in range(N)]),
        ("city", cycled("Pune", "Delhi", "Goa")),
        ("recency_days", [float(i) for i in range(N)]),
        ("spend_total", [1000.5 * i for i in range(N)]),
        ("since", cycled("2024-01-01 10:00:00", "2025-06-30 12:30:00")),
        ("paid_share", [0.5] * N),
        ("empty", [None] * N),
        ("nothing", [np.nan] * N),
    ],
)
def test_harmless_columns_pass(name: str, cells: list[object]) -> None:
    """Ordinary features raise no alarm."""
    assert find_personal(name, cells) is None


@pytest.mark.parametrize(
    ("name", "cells", "kind"),
    [
        ("account", [1e7 + i for i in range(N)], "numbers of papers or accounts"),
        ("latitude", [12.9 + i / 1000 for i in range(N)], "addresses"),
        ("pincode", cycled(*(str(560001 + i) for i in range(30))), "addresses"),
        ("note", ["call +91 98765 43210"] + ["ok"] * (N - 1), "phone numbers"),
        ("favourite", cycled(*(f"Burger {chr(65 + i)}arn" for i in range(25))), "names of people"),
    ],
)
def test_what_may_be_personal_is_a_warning(name: str, cells: list[object], kind: str) -> None:
    """A column that only may be personal is named in a warning, not left out."""
    assert find_personal(name, cells) == PersonalColumn(name, kind, certain=False)


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("eMail", "e-mail addresses"), ("e_mail", "e-mail addresses"), ("ContactEmail2", "e-mail addresses"),
        ("mobileNo", "phone numbers"), ("WhatsApp", "phone numbers"), ("Home Address", "addresses"),
        ("date_of_birth", "dates of birth"), ("customerName", "names of people"),
        ("PAN card", "numbers of papers or accounts"),
        ("emailed", None), ("renamed", None), ("tenure", None), ("mailing", None), ("identity_checks", None),
    ],
)  # fmt: skip
def test_names_are_read_word_by_word(column: str, kind: str | None) -> None:
    """Whatever the spelling, a whole word counts and a part of one does not."""
    assert personal_kind(column) == kind
