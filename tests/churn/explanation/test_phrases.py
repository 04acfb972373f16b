from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest

from retention.churn.explanation.phrases import build_themes, format_number


def phrases_of(
    typical: Mapping[str, float | None], row: Mapping[str, Any], flags: Collection[str] = ()
) -> dict[tuple[str, ...], str]:
    """Return the phrase of every theme for one row."""
    frame = pd.DataFrame([row])
    for name, usual in typical.items():
        frame[name] = frame[name].astype("float64" if usual is not None else "str")
    return {theme.columns: theme.phrases(frame)[0] for theme in build_themes(typical, flags)}


def phrase_of(name: str, usual: float | None, value: object, flags: Collection[str] = ()) -> str:
    """Return the phrase of a single column."""
    return phrases_of({name: usual}, {name: value}, flags)[(name,)]


@pytest.mark.parametrize(
    ("name", "usual", "value", "expected"),
    [
        ("tenure", 29.0, 2.0, "tenure is 2, low against a typical 29"),
        ("MonthlyCharges", 70.35, 104.8, "Monthly charges is 104.8, high against a typical 70.35"),
        ("support_calls", 1.0, 1.0, "support calls is 1"),
        ("support_calls", 0.0, 1.0, "support calls is 1, high against a typical 0"),
        ("support_calls", 2.0, 2.0, "support calls is 2"),
        ("balance", 10.0, np.nan, "balance is not known"),
        ("Contract", None, "Month-to-month", "Contract is Month-to-month"),
        ("Contract", None, None, "Contract is not known"),
        ("note", None, "two\nlines", "note is two lines"),
        ("note", None, "x" * 60, "note is " + "x" * 39 + "…"),
    ],
)
def test_columns_of_any_file_are_described_with_the_customers_value(
    name: str, usual: float | None, value: object, expected: str
) -> None:
    """Nothing but the column's name, the value, and what is typical."""
    assert phrase_of(name, usual, value) == expected


SNAPSHOT: dict[str, float | None] = {
    "recency_days": 7.0, "recency_over_gap": 0.6, "gap_mean_days": 10.4, "gap_max_days": 28.0, "orders": 19.0,
    "orders_30d": 2.0, "orders_90d": 7.0, "one_time": None, "tenure_days": 223.0, "spend_total": 6902.0,
    "spend_mean": 377.0, "spend_last": 357.0, "weekend_share": 0.33, "usual_weekday": None,
    "delivery_minutes_mean": 37.67, "delivery_minutes_last": 35.0, "complaint_share": 0.0, "complaint_last": 0.0,
    "cuisine_usual": None, "cuisine_kinds": 5.0, "loyalty_points": 40.0,
}  # fmt: skip
CUSTOMER = {
    "recency_days": 41.0, "recency_over_gap": 4.6, "gap_mean_days": 9.0, "gap_max_days": 30.0, "orders": 3.0,
    "orders_30d": 0.0, "orders_90d": 2.0, "one_time": "no", "tenure_days": 80.0, "spend_total": 1210.0,
    "spend_mean": 403.33, "spend_last": 310.0, "weekend_share": 0.5, "usual_weekday": "Friday",
    "delivery_minutes_mean": 44.25, "delivery_minutes_last": 58.0, "complaint_share": 0.4, "complaint_last": 1.0,
    "cuisine_usual": "Pizza", "cuisine_kinds": 1.0, "loyalty_points": 12.0,
}  # fmt: skip


def test_a_food_delivery_snapshot_has_its_own_words() -> None:
    """Columns about the same thing share a phrase; further columns of the log are worded by their suffix."""
    assert phrases_of(SNAPSHOT, CUSTOMER) == {
        ("recency_days", "recency_over_gap"): "last order 41 days ago; usually every 9 days",
        ("orders_30d", "orders_90d"): "0 orders in the last 30 days, 2 in the last 90",
        ("orders",): "3 orders so far; typically 19",
        ("one_time",): "has ordered on more than one day",
        ("tenure_days",): "first order 80 days ago; typically 223",
        ("gap_mean_days",): "9 days between orders; typically 10.4",
        ("gap_max_days",): "longest pause 30 days; typically 28",
        ("spend_mean", "spend_last"): "basket of 310 last time; 403 on average",
        ("spend_total",): "has spent 1,210 so far; typically 6,902",
        ("weekend_share",): "weekend in 50% of orders; typically 33%",
        ("usual_weekday",): "usually orders on a Friday",
        ("delivery_minutes_mean", "delivery_minutes_last"): (
            "delivery minutes 58 last time, 44.2 on average; typically 37.7"
        ),
        ("complaint_share", "complaint_last"): "complaint with the last order, and in 40% of orders; typically 0%",
        ("cuisine_usual",): "usual cuisine: Pizza",
        ("cuisine_kinds",): "cuisine: 1 different ones; typically 5",
        ("loyalty_points",): "loyalty points is 12, low against a typical 40",
    }


def test_a_customer_with_one_order_has_no_rhythm() -> None:
    """Blanks of a snapshot are worded, not printed."""
    phrases = phrases_of(SNAPSHOT, {**CUSTOMER, "gap_mean_days": np.nan, "one_time": "yes", "recency_days": 1.0})
    assert phrases["recency_days", "recency_over_gap"] == "last order 1 day ago"
    assert phrases[("gap_mean_days",)] == "no usual rhythm of orders yet"
    assert phrases[("one_time",)] == "has ordered on one day only"


def test_every_column_belongs_to_one_theme() -> None:
    """No contribution is counted twice or forgotten."""
    phrases = [name for theme in build_themes(SNAPSHOT) for name in theme.columns]
    assert sorted(phrases) == sorted(SNAPSHOT)


def test_suffixes_mean_nothing_outside_a_snapshot() -> None:
    """A telecom's ``call_share`` is worded like any other column."""
    assert phrase_of("call_share", 0.25, 0.5) == "call share is 0.5, high against a typical 0.25"


def test_rows_that_are_alike_get_the_same_words() -> None:
    """Phrases come in row order, blanks among them."""
    (theme,) = build_themes({"age": 30.0})
    frame = pd.DataFrame({"age": [41.0, np.nan, 41.0]})
    expected = ["age is 41, high against a typical 30", "age is not known"]
    assert theme.phrases(frame).tolist() == [*expected, expected[0]]


@pytest.mark.parametrize(
    ("value", "expected"), [(0.0, "0"), (-3.5, "-3.5"), (1234.5, "1,234"), (0.05, "0.05"), (0.0004, "0.0004")]
)
def test_numbers_are_written_as_a_person_would(value: float, expected: str) -> None:
    """No trailing zeros, thousands apart, small ones not lost."""
    assert format_number(value) == expected


@pytest.mark.parametrize(("value", "phrase"), [(1.0, "yes"), (0.0, "no"), (2.0, "2, high against a typical 0")])
def test_only_a_column_of_0_and_1_reads_as_yes_or_no(value: float, phrase: str) -> None:
    """A flag does; a count does not, though its median is 0 and this customer has 1 of it."""
    assert phrase_of("SeniorCitizen", 0.0, value, {"SeniorCitizen"}) == f"Senior citizen is {phrase}"


def test_blanks_in_a_plain_file_with_a_snapshots_names_are_worded() -> None:
    """A snapshot has no blanks in these columns; another file may."""
    phrases = phrases_of({"recency_days": 7.0, "orders": 19.0, "orders_30d": 1.0, "orders_90d": 3.0},
                 {"recency_days": np.nan, "orders": np.nan, "orders_30d": np.nan, "orders_90d": 3.0})  # fmt: skip
    assert phrases == {
        ("recency_days",): "day of the last order not known",
        ("orders",): "orders so far not known",
        ("orders_30d", "orders_90d"): "orders of the last 30 and 90 days not known",
    }


def test_columns_of_another_type_than_in_a_snapshot_are_worded_like_any_other() -> None:
    """Text where a snapshot has numbers, numbers where it has text, and shares that are none."""
    typical = {"recency_days": 7.0, "orders": 19.0, "market_share": None, "size_last": None, "size_mean": 3.0,
               "plan_usual": 2.0, "gap_max_days": None, "weekend_share": 40.0}  # fmt: skip
    row = {"recency_days": 9.0, "orders": 19.0, "market_share": "high", "size_last": "big", "size_mean": 5.0,
           "plan_usual": 4.0, "gap_max_days": "long", "weekend_share": 60.0}  # fmt: skip
    phrases = phrases_of(typical, row)
    assert {phrases[(name,)] for name in list(typical)[2:]} == {
        "market share is high",
        "size last is big",
        "size mean is 5, high against a typical 3",
        "plan usual is 4, high against a typical 2",
        "gap max days is long",
        "weekend share is 60, high against a typical 40",
    }


@pytest.mark.parametrize(
    ("value", "phrase"),
    [
        (1.0, "has ordered on one day only"),
        (0.0, "has ordered on more than one day"),
        (np.nan, "one time is not known"),
    ],
)
def test_one_time_buyers_may_be_marked_by_0_and_1(value: float, phrase: str) -> None:
    """As well as by yes and no."""
    typical = {"recency_days": 7.0, "orders": 19.0, "one_time": 0.0}
    assert phrases_of(typical, {"recency_days": 9.0, "orders": 1.0, "one_time": value})[("one_time",)] == phrase
