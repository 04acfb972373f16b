"""A first look at a table of orders: what it counts, and that the order of rows does not matter."""

import datetime as dt

import numpy as np
import pandas as pd

from retention.orders.log_profile import ColumnProfile, LogProfile, profile_log
from retention.orders.source import open_frame

FRAME = pd.DataFrame(
    {
        "who": ["a", "b", "a", None],
        "at": pd.to_datetime(["2025-01-01", "2025-01-02 10:30", "2025-01-02", ""], format="ISO8601"),
        "day": pd.to_datetime(["2025-01-01", "2025-01-02", "2025-01-02", ""]),
        "paid": [10.5, -3.0, np.nan, 10.5],
        "share": [1 / 3, 0.5, 0.25, 7.65],
        "dish": ["rice", "dal", "rice", "idli"],
        "late": [True, False, False, True],
    }
).astype({"at": "datetime64[us]", "day": "datetime64[us]"})


def look(frame: pd.DataFrame) -> LogProfile:
    """Look at a frame."""
    return profile_log(open_frame(frame).table)


def test_each_kind_of_column_by_hand() -> None:
    """Blanks, different values, range, frequent values, clock, and decimal places."""
    profile = look(FRAME)
    assert profile.rows == 4
    assert profile.columns["who"] == ColumnProfile("text", 1, 2, frequent={"a": 2, "b": 1})
    assert list(profile.columns["dish"].frequent.items()) == [("rice", 2), ("dal", 1), ("idli", 1)]
    at, day, paid = (profile.columns[name] for name in ("at", "day", "paid"))
    assert (at.kind, at.has_clock, at.blanks) == ("time", True, 1)
    assert (day.smallest, day.largest) == (dt.datetime(2025, 1, 1), dt.datetime(2025, 1, 2))
    assert not day.has_clock
    assert (paid.kind, paid.smallest, paid.largest) == ("number", -3.0, 10.5)
    assert (paid.blanks, paid.is_decimal) == (1, True)
    assert not profile.columns["share"].is_decimal
    assert profile.columns["late"].kind == "yes/no"


def test_decimal_places_are_those_that_a_person_would_count() -> None:
    """3 times 2.55 is 7.6499999999999995 to a float, and a decimal; fine and huge numbers are none."""
    cells = {"product": [3 * 2.55, 1.0], "four": [0.125, 1.0005], "whole": [3, 4], "five": [1.00005, 1.0]}
    cells |= {"third": [1 / 3, 1.0], "huge": [1e12, 0.5], "endless": [np.inf, 1.0]}
    decimals = [name for name, column in look(pd.DataFrame(cells)).columns.items() if column.is_decimal]
    assert decimals == ["product", "four", "whole"]


def test_the_order_of_rows_does_not_matter() -> None:
    """Rows in any order give the same look."""
    assert look(FRAME) == look(FRAME.iloc[[3, 1, 0, 2]])


def test_at_most_two_hundred_values_are_named() -> None:
    """The most frequent ones, by value where several are as frequent; all are counted."""
    dishes = [f"dish {number:03}" for number in range(300)] + ["dish 299"]
    profile = look(pd.DataFrame({"dish": dishes})).columns["dish"]
    assert profile.distinct == 300
    assert list(profile.frequent)[:2] == ["dish 299", "dish 000"]
    assert len(profile.frequent) == 200


def test_text_that_differs_in_nearly_every_row_is_not_counted() -> None:
    """Of 12,000 comments no value is named, and about as many are different."""
    profile = look(pd.DataFrame({"comment": [f"word {number}" for number in range(12_000)]})).columns["comment"]
    assert not profile.frequent
    assert 11_000 < profile.distinct < 13_000


def test_only_some_columns_and_no_rows() -> None:
    """An empty table has no range, and columns that are not asked for are not looked at."""
    profile = profile_log(open_frame(FRAME.iloc[:0]).table, columns=["paid", "dish"])
    assert list(profile.columns) == ["paid", "dish"]
    assert (profile.rows, profile.columns["paid"].largest, profile.columns["dish"].distinct) == (0, None, 0)
