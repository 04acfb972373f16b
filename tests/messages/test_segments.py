"""Segments: every value comes from a list."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention.errors import OfferError
from retention.messages.segments import (
    AWAY,
    CUISINES,
    REASONS,
    MessageSegment,
    reason_code,
    segments_of,
)

ANYTHING = st.one_of(st.text(), st.floats(), st.integers(), st.none())


@given(cuisine=st.lists(ANYTHING, min_size=1, max_size=4), days=ANYTHING, reason=st.text())
def test_only_listed_values_come_out(cuisine: list[object], days: object, reason: str) -> None:
    """Whatever the row holds, every value of the segment is on its list."""
    rows = pd.DataFrame({"cuisine": pd.Series(cuisine, dtype=object)})
    rows = rows.assign(days_since_order=pd.Series([days] * len(rows), dtype=object), reason_1=reason, name="Priya")
    for segment in segments_of(rows, tone="warm", language="en"):
        assert segment.cuisine in CUISINES
        assert segment.away in AWAY
        assert segment.reason in REASONS


@pytest.mark.parametrize(
    ("days", "band"),
    [
        (0, "under a week"), (6.9, "under a week"), (7, "one to two weeks"), (13, "one to two weeks"),
        (14, "two to four weeks"), (28, "one to two months"), (60, "one to two months"), (61, "over two months"),
        (4000, "over two months"), (float("inf"), "over two months"), (-1, "unknown"), (None, "unknown"),
        ("soon", "unknown"),
    ],
)  # fmt: skip
def test_days_become_bands(days: object, band: str) -> None:
    """An edge belongs to the later band; what is no number of days is unknown."""
    rows = pd.DataFrame({"days_since_order": pd.Series([days], dtype=object)})
    assert segments_of(rows, tone="warm", language="en")[0].away == band


def test_a_cuisine_is_recognised_however_it_is_spelled() -> None:
    """Case, plural and the word food do not matter; an unlisted one becomes plain food."""
    rows = pd.DataFrame({"cuisine": ["BIRYANI", "burger", "North-Indian food", "'; drop table", None]})
    cuisines = [segment.cuisine for segment in segments_of(rows, tone="warm", language="en")]
    assert cuisines == ["biryani", "burgers", "North Indian", "food", "food"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("last order 41 days ago; usually every 9 days", "away"),
        ("1 order in the last 30 days, 6 in the last 90", "fewer_orders"),
        ("basket of 300 last time; 450 on average", "smaller_orders"),
        ("delivery minutes 52 last time, 41 on average", "late_delivery"),
        ("rating 2 last time, 3.5 on average", "bad_experience"),
        ("MonthlyCharges is 89, high against a typical 70", "price"),
        ("usual time of day: late evening", None),
        ("city is Delivery Town", None),
    ],
)
def test_a_reason_becomes_a_code(words: str, code: str | None) -> None:
    """The column a reason is about decides, not the customer's own value."""
    assert reason_code(words) == code


def test_the_first_reason_with_a_code_counts() -> None:
    """A reason about a habit has no code, so the next reason counts."""
    rows = pd.DataFrame({"reason_1": ["usually orders on a Monday", ""], "reason_2": ["rating 2 last time", None]})
    assert [segment.reason for segment in segments_of(rows, tone="warm", language="en")] == [
        "bad_experience",
        "general",
    ]


@pytest.mark.parametrize("wrong", [{"tone": "angry"}, {"language": "fr"}])
def test_an_unknown_tone_or_language_is_refused(wrong: dict[str, str]) -> None:
    """The error lists the values to choose from."""
    with pytest.raises(OfferError, match="choose one of"):
        segments_of(pd.DataFrame({"id": []}), **{"tone": "warm", "language": "en", **wrong})


def test_a_segment_takes_no_free_text() -> None:
    """A value that is not on its list is an error, also from the program itself."""
    with pytest.raises(OfferError):
        MessageSegment(cuisine="Priya")
