"""The features of an order log, computed by hand, and what they must not depend on."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retention.errors import InputError
from retention.orders.features import order_features

CUTOFF = pd.Timestamp("2025-06-30")


def frame_of(rows: list[tuple[str, str, float]], **columns: list[Any]) -> pd.DataFrame:
    """Build typed rows of an order log."""
    frame = pd.DataFrame(rows, columns=["who", "at", "paid"])
    return frame.assign(at=pd.to_datetime(frame["at"], format="ISO8601"), **columns)


def features(frame: pd.DataFrame, cutoff: pd.Timestamp = CUTOFF, **options: Any) -> pd.DataFrame:
    """Summarise a log, one row a customer."""
    return order_features(frame, customer="who", time="at", amount="paid", cutoff=cutoff, **options)


def features_of_one_customer(frame: pd.DataFrame, **options: Any) -> dict[str, Any]:
    """Summarise the log of one customer."""
    table = features(frame, **options)
    assert len(table) == 1
    return dict(table.iloc[0])


ASHA = frame_of([
    ("a", "2025-06-02 13:00", 100.0),  # Monday
    ("a", "2025-06-06 20:00", 300.0),  # Friday
    ("a", "2025-06-06 21:00", 200.0),
    ("a", "2025-06-21 20:30", 400.0),  # Saturday
    ("a", "2025-07-01 00:00", 999.0),  # the day after the cutoff
])  # fmt: skip


def test_rhythm_by_hand() -> None:
    """Days and gaps count calendar days between days with orders: 4 and 15."""
    row = features_of_one_customer(ASHA)
    assert row["recency_days"] == 9
    assert row["tenure_days"] == 28
    assert row["orders"] == 4
    assert row["one_time"] == "no"
    assert row["gap_mean_days"] == 9.5
    assert row["gap_spread_days"] == 5.5
    assert (row["gap_max_days"], row["gap_last_days"]) == (15, 15)
    assert row["recency_over_gap"] == pytest.approx(9 / 9.5)


def test_money_by_hand() -> None:
    """The trend is the least-squares slope over 100, 300, 200, 400: 8 tenths of 100."""
    row = features_of_one_customer(ASHA)
    assert (row["spend_total"], row["spend_mean"], row["spend_last"]) == (1000, 250, 400)
    assert row["spend_trend"] == pytest.approx(80.0)


def test_habits_by_hand() -> None:
    """Two of four orders on a Friday, one on a weekend, three at dinner time."""
    row = features_of_one_customer(ASHA)
    assert row["weekend_share"] == 0.25
    assert (row["usual_weekday"], row["usual_hours"]) == ("Friday", "dinner")


@pytest.mark.parametrize(
    ("day", "counts"),
    [("2025-06-30", (1, 1, 1)), ("2025-06-01", (1, 1, 1)), ("2025-05-31", (0, 1, 1)), ("2025-05-02", (0, 1, 1)),
     ("2025-05-01", (0, 0, 1)), ("2025-04-02", (0, 0, 1)), ("2025-04-01", (0, 0, 0))],
)  # fmt: skip
def test_windows_end_with_the_cutoff_day(day: str, counts: tuple[int, int, int]) -> None:
    """30 days are the cutoff day and the 29 before it, so recency and counts cannot contradict each other."""
    row = features_of_one_customer(frame_of([("a", day, 1.0)]))
    assert (row["orders_30d"], row["orders_60d"], row["orders_90d"]) == counts
    assert (row["recency_days"] < 30) == bool(row["orders_30d"])


def test_one_time_buyers_are_marked_and_have_no_gaps() -> None:
    """A customer who ordered on one day only, once or twice, has no gaps."""
    table = features(frame_of([("a", "2025-06-02", 1.0), ("a", "2025-06-02", 2.0), ("b", "2025-06-03", 3.0)]))
    assert table["one_time"].tolist() == ["yes", "yes"]
    assert table["orders"].tolist() == [2, 1]
    gaps = ["gap_mean_days", "gap_spread_days", "gap_max_days", "gap_last_days", "recency_over_gap"]
    assert table[gaps].isna().all(axis=None)
    assert np.isnan(table["spend_trend"]).tolist() == [False, True]


def test_refunds_lower_the_total_and_are_no_orders() -> None:
    """A refund changes neither recency nor the mean; a customer with refunds only is not included."""
    table = features(frame_of([("a", "2025-06-02", 100.0), ("a", "2025-06-20", -30.0), ("b", "2025-06-03", -5.0)]))
    assert table["who"].tolist() == ["a"]
    assert table[["orders", "recency_days", "spend_total", "spend_mean"]].iloc[0].tolist() == [1, 28, 70, 100]


def test_free_orders_count_and_blank_amounts_do_not_matter() -> None:
    """An amount of 0 lowers the mean; a missing one leaves it alone; both are orders."""
    row = features_of_one_customer(
        frame_of([("a", "2025-06-02", 0.0), ("a", "2025-06-05", 50.0), ("a", "2025-06-09", np.nan)])
    )
    assert (row["orders"], row["spend_total"], row["spend_mean"], row["spend_last"]) == (3, 50, 25, 50)


def test_further_columns_are_summarised_by_their_kind() -> None:
    """Numbers give a mean and a last known value, yes and no a share, words the usual word and their number."""
    row = features_of_one_customer(
        frame_of(
            [("a", "2025-06-02", 1.0), ("a", "2025-06-05", 1.0), ("a", "2025-06-09", 1.0)],
            rating=[5.0, 2.0, np.nan],
            late=["no", "Yes", "yes"],
            dish=["rice", "dal", "rice"],
            city=["Pune", "Pune", None],
        )
    )
    assert (row["rating_mean"], row["rating_last"]) == (3.5, 2)
    assert (row["late_share"], row["late_last"]) == (pytest.approx(2 / 3), 1)
    assert (row["dish_usual"], row["dish_kinds"]) == ("rice", 2)
    assert row["city_usual"] == "Pune"
    assert "city_kinds" not in row


def test_rare_words_become_other_and_free_text_is_left_out() -> None:
    """The 20 most common words keep their names; a column where nearly every row differs is no feature."""
    dishes = [f"dish {number:02}" for number in range(21)] * 10
    frame = frame_of(
        [(f"c{number:03}", "2025-06-02", 1.0) for number in range(210)],
        dish=dishes,
        comment=[f"word {number}" for number in range(210)],
    )
    table = features(frame)
    assert set(table["dish_usual"]) == {*dishes[:20], "other"}
    assert not [column for column in table.columns if column.startswith("comment")]


def test_a_column_named_like_a_feature_gets_another_name() -> None:
    """A log's own column never overwrites a feature."""
    row = features_of_one_customer(frame_of([("a", "2025-06-02", 7.0)], spend=[3.0]))
    assert (row["spend_mean"], row["log_spend_mean"]) == (7, 3)


def test_dates_without_a_clock_give_no_hours() -> None:
    """The usual hours need times of day."""
    assert "usual_hours" not in features_of_one_customer(frame_of([("a", "2025-06-02", 1.0)]))


def test_without_amounts_there_are_no_features_about_money() -> None:
    """A customer and a time are enough for the other features."""
    table = order_features(ASHA[["who", "at"]], customer="who", time="at", amount=None, cutoff=CUTOFF)
    assert not [column for column in table.columns if column.startswith("spend")]
    assert table["orders"].tolist() == [4]


def test_types_are_those_of_customers() -> None:
    """The id comes first as text; numbers are float64, words pandas text."""
    table = features(ASHA)
    assert table.columns[0] == "who"
    assert {str(kind) for kind in table.dtypes} == {"str", "float64"}


def test_nobody_up_to_the_cutoff_is_an_error() -> None:
    """A cutoff before the first order leaves nothing to describe."""
    with pytest.raises(InputError, match="no customer has an order up to 2025-05-01"):
        features(ASHA, cutoff=pd.Timestamp("2025-05-01"))


DAYS = pd.date_range("2025-05-15", "2025-07-20", freq="6h").strftime("%Y-%m-%d %H:%M").tolist()
ROW = st.tuples(
    st.sampled_from("abcd"),
    st.sampled_from(DAYS),
    st.sampled_from([-20.0, 0.0, 0.1, 0.2, 0.3, 70.0, np.nan]),
    st.sampled_from([0.1, 0.7, 3.0, np.nan]),
    st.sampled_from(["rice", "dal", None]),
    st.sampled_from(["yes", "no"]),
)
BEFORE = ("z", "2025-05-14", 1.0, 1.0, "rice", "no")


def log_with(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Build a log with a fixed order in the past, so that there is always a customer."""
    names = ["who", "at", "paid", "rating", "dish", "late"]
    frame = pd.DataFrame([BEFORE, *rows], columns=names)
    return frame.assign(at=pd.to_datetime(frame["at"], format="ISO8601"), dish=frame["dish"].astype("str"))


@settings(max_examples=25, deadline=None)
@given(rows=st.lists(ROW, max_size=25), future=st.lists(ROW, max_size=15))
def test_what_happens_after_the_cutoff_changes_no_feature(
    rows: list[tuple[Any, ...]], future: list[tuple[Any, ...]]
) -> None:
    """Rows after the cutoff can be changed, removed or added: every feature stays the same to the last bit."""
    frame, future_frame = log_with(rows), log_with(future)
    past = frame[frame["at"] < CUTOFF + pd.Timedelta(days=1)]
    changed = pd.concat([future_frame[future_frame["at"] >= CUTOFF + pd.Timedelta(days=1)], past])
    pd.testing.assert_frame_equal(features(frame), features(changed), check_exact=True)


@settings(max_examples=25, deadline=None)
@given(rows=st.lists(ROW, max_size=25), data=st.data())
def test_the_order_of_rows_does_not_matter(rows: list[tuple[Any, ...]], data: st.DataObject) -> None:
    """A log in any order gives the same features to the last bit."""
    frame = log_with(rows)
    shuffled = frame.iloc[data.draw(st.permutations(range(len(frame))))]
    pd.testing.assert_frame_equal(features(frame), features(shuffled), check_exact=True)


@settings(max_examples=25, deadline=None)
@given(rows=st.lists(ROW, max_size=25), others=st.lists(ROW, max_size=15))
def test_other_customers_change_no_feature(rows: list[tuple[Any, ...]], others: list[tuple[Any, ...]]) -> None:
    """A customer's features depend on their own orders only."""
    frame = log_with(rows)
    more = log_with([(f"{row[0]}2", *row[1:]) for row in others]).iloc[1:]
    numbers = features(frame).select_dtypes("float").columns.tolist()
    alone = features(frame).set_index("who")
    among = features(pd.concat([more, frame])).set_index("who").loc[alone.index]
    shared = [column for column in numbers if column in among]
    pd.testing.assert_frame_equal(alone[shared], among[shared], check_exact=True)


@settings(max_examples=25, deadline=None)
@given(rows=st.lists(ROW, max_size=25))
def test_features_never_contradict_each_other(rows: list[tuple[Any, ...]]) -> None:
    """Recency, counts, gaps, tenure and amounts agree for everybody."""
    table = features(log_with(rows))
    for days in (30, 60, 90):
        assert ((table["recency_days"] < days) == (table[f"orders_{days}d"] > 0)).all()
    assert (table["orders_30d"] <= table["orders_60d"]).all()
    assert (table["orders_60d"] <= table["orders_90d"]).all()
    assert (table["orders_90d"] <= table["orders"]).all()
    assert (table["tenure_days"] >= table["recency_days"]).all()
    assert ((table["tenure_days"] == table["recency_days"]) == (table["one_time"] == "yes")).all()
    repeat = table[table["one_time"] == "no"]
    assert (repeat["gap_mean_days"] <= repeat["gap_max_days"]).all()
    assert (repeat["gap_max_days"] <= repeat["tenure_days"] - repeat["recency_days"]).all()
    assert table["weekend_share"].between(0, 1).all()
