"""The expressions give what a slow loop over the customers gives, in every corner."""

import datetime as dt
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retention.orders.features import order_features
from retention.orders.order_log import Orders
from retention.orders.panel import take_panel
from retention.orders.snapshot import Snapshot, take_snapshot
from tests.orders.random_logs import LOGS, as_frame
from tests.orders.slow_features import slow_features, slow_label

CUTOFF = dt.date(2025, 6, 30)


def slow(frame: pd.DataFrame, **options: Any) -> pd.DataFrame:
    """Return the features of the slow loop."""
    cells = frame.astype(object).mask(frame.isna(), None)
    rows = [{str(name): cell for name, cell in row.items()} for row in cells.to_dict("records")]
    numeric = set(frame.select_dtypes("number").columns)
    return as_frame(slow_features(rows, numeric=numeric, **options))


def assert_equal(fast: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Compare tables: the same columns in the same order, the same types and text, numbers to the last bits."""
    pd.testing.assert_frame_equal(fast, expected, check_exact=False, rtol=1e-11, atol=1e-11)


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(log=LOGS)
def test_features_are_those_of_the_slow_loop(log: tuple[pd.DataFrame, dict[str, Any]]) -> None:
    """Refunds, blanks, ties, no clock, lines of an order, names that collide: every feature of everybody."""
    frame, options = log
    fast = order_features(frame, cutoff=pd.Timestamp(CUTOFF), **options)
    assert_equal(fast, slow(frame, cutoff=CUTOFF, **options))


@pytest.mark.parametrize("kinds", [40, 41])
def test_many_words_are_those_of_the_slow_loop(kinds: int) -> None:
    """Up to 40 words are counted in a column each, more of them in rows; both give the same features."""
    draw = np.random.default_rng(kinds)
    words = np.array([f"dish {number}" for number in range(kinds)], dtype=object)
    rows = 10 * kinds
    frame = pd.DataFrame({"who": draw.choice(["a", "b", "c", "d", "none"], rows)})
    frame["at"] = pd.Timestamp("2025-06-01") + pd.to_timedelta(draw.integers(0, 29 * 24, rows), unit="h")
    frame["dish"] = pd.Series(np.append(words, draw.choice(words, rows - kinds))).where(frame["who"] != "none")
    frame = frame.astype({"at": "datetime64[us]", "who": "str", "dish": "str"})
    options: dict[str, Any] = {"customer": "who", "time": "at", "amount": None}
    fast = order_features(frame, cutoff=pd.Timestamp(CUTOFF), **options)
    assert_equal(fast, slow(frame, cutoff=CUTOFF, **options))
    assert fast["dish_kinds"].tolist()[-1] == 0


def test_columns_that_differ_in_case_alone_stay_apart() -> None:
    """Engines take City and city for one name; the features of both are there."""
    frame = pd.DataFrame({"who": ["a"], "at": [pd.Timestamp("2025-06-01")], "City": ["Pune"], "city": ["Goa"]})
    table = order_features(frame, customer="who", time="at", amount=None, cutoff=pd.Timestamp(CUTOFF))
    assert (table["City_usual"].tolist(), table["city_usual"].tolist()) == (["Pune"], ["Goa"])


def test_equal_amounts_have_no_trend() -> None:
    """Sums of whole paise are exact, so that the slope is 0 and not a rounding error."""
    at = pd.date_range("2025-01-01", periods=97).astype("datetime64[us]")
    frame = pd.DataFrame({"who": "a", "at": at, "paid": 249.99})
    table = order_features(frame, customer="who", time="at", amount="paid", cutoff=pd.Timestamp(CUTOFF))
    assert (table["spend_trend"].item(), table["spend_mean"].item(), table["spend_last"].item()) == (
        0,
        249.99,
        249.99,
    )


DAYS = [day.date() for day in pd.date_range("2025-01-01", "2025-04-30")]
ROWS = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from(DAYS), st.sampled_from([5.0, -5.0])), max_size=40
)
FIRST = [("a", dt.date(2025, 1, 1), 5.0), ("a", dt.date(2025, 1, 20), 5.0), ("a", dt.date(2025, 2, 8), 5.0)]
LAST = ("z", dt.date(2025, 4, 30), 5.0)


def orders_of(rows: list[tuple[str, dt.date, float]]) -> Orders:
    """Return a log."""
    frame = pd.DataFrame(rows, columns=["who", "at", "paid"])
    return Orders(frame.assign(at=pd.to_datetime(frame["at"]).astype("datetime64[us]")), "who", "at", "paid")


def labels_by_hand(
    rows: list[tuple[str, dt.date, float]], cutoff: dt.date, known_until: dt.date, quiet_gaps: float | None
) -> dict[str, int | None]:
    """Return the label of everybody who ordered in the 60 days up to the cutoff."""
    days = {who: [day for whose, day, paid in rows if whose == who and paid > 0] for who, _, _ in rows}
    active = {who for who in days if any(cutoff - dt.timedelta(days=60) < day <= cutoff for day in days[who])}
    labels = {who: slow_label(days[who], cutoff, known_until, horizon=30, quiet_gaps=quiet_gaps) for who in active}
    return {who: label for who, label in labels.items() if label is not None}


def labels_of(snapshot: Snapshot) -> dict[str, int]:
    """Return the label of each customer."""
    return dict(zip(snapshot.frame["who"], snapshot.frame["churn"], strict=True))


@pytest.mark.slow
@settings(max_examples=5, deadline=None)
@given(rows=ROWS, quiet_gaps=st.sampled_from([None, 1.0, 1.5, 3.0]))
def test_labels_are_those_of_the_slow_loop(
    rows: list[tuple[str, dt.date, float]], quiet_gaps: float | None
) -> None:
    """By the horizon and by one's own silence, at one cutoff, and at two that look at nothing past the next."""
    rows = [*FIRST, *rows, LAST]
    cutoffs = [dt.date(2025, 2, 15), dt.date(2025, 3, 17)]
    panel_options: dict[str, Any] = {"active_days": 60, "quiet_gaps": quiet_gaps}
    single = take_snapshot(orders_of(rows), cutoff=cutoffs[0], **panel_options)
    assert labels_of(single) == labels_by_hand(rows, cutoffs[0], LAST[1], quiet_gaps)
    expected = [
        labels_by_hand(rows, *ends, quiet_gaps) for ends in zip(cutoffs, [cutoffs[1], LAST[1]], strict=True)
    ]
    if all(expected):
        panel = take_panel(orders_of(rows), cutoffs=cutoffs, **panel_options)
        for place, cutoff in enumerate(cutoffs):
            part = panel.frame[panel.frame["cutoff"] == str(cutoff)]
            assert dict(zip(part["who"], part["churn"], strict=True)) == expected[place]


def test_the_slow_loop_agrees_with_a_hand() -> None:
    """Gaps of 4 and 15 days; 100, 300, 200, 400 have a slope of 80."""
    days = ["2025-06-02 13:00", "2025-06-06 20:00", "2025-06-06 21:00", "2025-06-21 20:30", "2025-07-01 00:00"]
    paid = [100.0, 300.0, 200.0, 400.0, 999.0]
    frame = pd.DataFrame({"who": "a", "at": pd.to_datetime(days), "paid": paid})
    row = slow(frame, customer="who", time="at", amount="paid", cutoff=CUTOFF).iloc[0].to_dict()
    assert (row["recency_days"], row["gap_mean_days"], row["gap_spread_days"]) == (9, 9.5, 5.5)
    assert math.isclose(row["spend_trend"], 80)
    assert (row["usual_weekday"], row["usual_hours"], row["weekend_share"]) == ("Friday", "dinner", 0.25)
