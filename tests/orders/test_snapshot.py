"""Snapshots: which customers are included, what the label means, and what the cutoff separates."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retention.errors import InputError
from retention.orders.order_log import read_orders
from retention.orders.snapshot import Snapshot, take_snapshot


def snapshot_of(*rows: tuple[str, str], **options: Any) -> Snapshot:
    """Take a snapshot of orders, each a customer and a day."""
    frame = pd.DataFrame(rows, columns=["user_id", "date"]).assign(amount=10.0)
    return take_snapshot(read_orders(frame, today=dt.date(2030, 1, 1)), **options)


LOG = (
    ("first", "2025-01-01"), ("early", "2025-03-01"), ("edge", "2025-04-01"), ("regular", "2025-05-20"),
    ("late", "2025-05-31"), ("regular", "2025-06-30"), ("late", "2025-07-01"), ("first", "2025-07-01"),
)  # fmt: skip


def test_the_cutoff_day_belongs_to_the_past() -> None:
    """An order on the cutoff day is a feature; the label starts the next day and ends with the horizon."""
    log = [("on", "2025-05-31"), ("next", "2025-05-30"), ("next", "2025-06-01"), ("end", "2025-05-30")]
    log += [("end", "2025-06-30"), ("after", "2025-05-30"), ("after", "2025-07-01")]
    snapshot = snapshot_of(*log, cutoff="2025-05-31", horizon_days=30, active_days=60)
    table = snapshot.frame.set_index("user_id")
    assert table["recency_days"].to_dict() == {"after": 1, "end": 1, "next": 1, "on": 0}
    assert table["churn"].to_dict() == {"after": 1, "end": 0, "next": 0, "on": 1}
    assert snapshot.label is not None
    assert snapshot.label.dtype == np.int8


def test_the_default_cutoff_leaves_a_full_horizon() -> None:
    """The last order is on 1 July, so with 30 days the cutoff is 1 June."""
    snapshot = snapshot_of(*LOG, horizon_days=30)
    assert (snapshot.cutoff, snapshot.horizon_days) == ("2025-06-01", 30)


def test_without_a_horizon_there_is_no_label() -> None:
    """Customers to score today: the last day of the log is past, and who will churn is not known."""
    snapshot = snapshot_of(*LOG, horizon_days=None)
    assert (snapshot.cutoff, snapshot.label, snapshot.roles.label) == ("2025-07-01", None, None)
    assert "churn" not in snapshot.frame


@pytest.mark.parametrize("active_days", [61, 62, 92])
def test_active_counts_the_cutoff_day(active_days: int) -> None:
    """With 62 active days, an order 61 days before the cutoff day is the last that counts."""
    snapshot = snapshot_of(*LOG, cutoff="2025-06-01", active_days=active_days)
    expected = {"late", "regular"} | ({"edge"} if active_days >= 62 else set())
    assert set(snapshot.ids) == expected
    assert f"{len(expected)} customers of 5 ordered in the {active_days} days" in " ".join(snapshot.notes)


def test_active_days_follow_the_typical_gap() -> None:
    """Three times the median person's mean gap, at least 60 days."""
    slow = [("s", day) for day in ("2025-01-01", "2025-02-10", "2025-03-22")]  # every 40 days
    assert snapshot_of(*slow, horizon_days=None).active_days == 120
    quick = [("q", f"2025-01-{day:02}") for day in range(1, 30)]
    assert snapshot_of(*quick, horizon_days=None).active_days == 60
    assert snapshot_of(("once", "2025-01-01"), horizon_days=None).active_days == 60


def test_ids_keep_the_logs_name_and_come_first() -> None:
    """The snapshot starts with the log's id column; roles say what is what."""
    snapshot = snapshot_of(*LOG)
    assert snapshot.frame.columns[0] == snapshot.roles.id == "user_id"
    assert snapshot.frame.columns[-1] == snapshot.roles.label == "churn"
    assert "churn" not in snapshot.feature_names


def test_one_time_buyers_get_a_note() -> None:
    """They are included and marked, and a note counts them."""
    assert "1 customer ordered on one day only" in " ".join(
        snapshot_of(("a", "2025-01-01"), horizon_days=None).notes
    )


def test_a_customer_with_only_a_refund_has_churned() -> None:
    """A refund within the horizon does not count as an order."""
    frame = pd.DataFrame(
        {
            "user_id": ["a", "a", "b"],
            "date": ["2025-01-01", "2025-01-10", "2025-01-31"],
            "amount": [9.0, -9.0, 1.0],
        }
    )
    snapshot = take_snapshot(read_orders(frame), cutoff="2025-01-01", horizon_days=30)
    assert snapshot.frame["churn"].tolist() == [1]


def test_a_chosen_cutoff_may_miss_a_tenth_of_the_horizon() -> None:
    """The last order is seldom on the last day; a note tells of the missing days."""
    snapshot = snapshot_of(*LOG, cutoff="2025-06-04")
    assert "the log ends on 2025-07-01, before the horizon does" in " ".join(snapshot.notes)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"cutoff": "2025-06-05"}, "choose a day from 2025-01-01 to 2025-06-01"),
        ({"cutoff": "2024-12-31"}, "choose a day from 2025-01-01 to 2025-06-01"),
        ({"cutoff": "30/06/2025"}, "cutoff '30/06/2025' is no date; write it as YYYY-MM-DD"),
        ({"horizon_days": 400}, "too short for 400 days after a cutoff"),
        ({"horizon_days": 0}, "horizon_days is 0; it must be at least 1 day"),
        ({"active_days": -1}, "active_days is -1; it must be at least 1 day"),
        ({"quiet_gaps": 0.5}, "quiet_gaps must be a number from 1"),
        ({"quiet_gaps": 3, "horizon_days": None}, "quiet_gaps must be a number from 1, and needs a horizon"),
        ({"cutoff": "2026-01-01", "horizon_days": None}, "no customer can be described at 2026-01-01"),
    ],
)
def test_options_that_do_not_fit_the_log_are_refused_in_one_sentence(
    options: dict[str, Any], sentence: str
) -> None:
    """The sentence about a cutoff or a number that does not fit says what would."""
    with pytest.raises(InputError, match=sentence):
        snapshot_of(*LOG, **options)


def test_the_cutoff_can_be_a_date_or_a_time() -> None:
    """A date, a timestamp and ISO text mean the same day."""
    cutoffs = [dt.date(2025, 5, 31), pd.Timestamp("2025-05-31 18:00"), "2025-05-31"]
    assert {snapshot_of(*LOG, cutoff=cutoff).cutoff for cutoff in cutoffs} == {"2025-05-31"}


def weekly(customer: str, *, first: str, orders: int) -> list[tuple[str, str]]:
    """Return orders every seven days."""
    return [(customer, f"{day:%Y-%m-%d}") for day in pd.date_range(first, periods=orders, freq="7D")]


def test_silence_is_measured_in_own_gaps() -> None:
    """Weekly customers with three quiet gaps: 21 days of silence from the last order make the label."""
    log = [
        *weekly("churned", first="2025-01-01", orders=5),  # last 29 January, silent until 19 February
        *weekly("back", first="2025-01-01", orders=5), ("back", "2025-02-19"),
        *weekly("too late", first="2025-01-01", orders=5), ("too late", "2025-02-20"),
        *weekly("quiet before", first="2025-01-01", orders=2),  # silent for 21 days on 29 January
        *weekly("fresh", first="2025-01-09", orders=4),  # last 30 January, the day of the cutoff
        ("once", "2025-01-20"), ("open", "2025-01-01"), ("open", "2025-01-29"), ("end", "2025-02-21"),
    ]  # fmt: skip
    snapshot = snapshot_of(*log, cutoff="2025-01-30", quiet_gaps=3)
    assert dict(zip(snapshot.ids, snapshot.frame["churn"], strict=True)) == {
        "back": 0,
        "fresh": 1,
        "churned": 1,
        "too late": 1,
    }
    notes = " ".join(snapshot.notes)
    assert "silent for 3 times one's own mean gap" in notes
    assert "left out: 1 customer with orders on one day only, and so no gap" in notes
    assert "left out: 1 customer silent for 3 of their gaps already" in notes
    assert "left out: 1 customer whose silence would end after the log does" in notes


PROFILE = pd.DataFrame(
    {
        "user_id": ["late", "regular", "elsewhere"],
        "name": ["Asha", "Ravi", "Zoya"],
        "membership": ["None", "Gold", "Gold"],
        "age": [31, 52, 40],
        "joined": ["2024-01-01", "2024-02-01", "2024-03-01"],
        "phone": ["98765 43210", "98765 43211", "98765 43212"],
    }
)


def test_a_profile_is_joined_by_id() -> None:
    """Data known at the cutoff becomes features, the name gets its role, dates and personal data are left out."""
    snapshot = snapshot_of(*LOG, cutoff="2025-06-01", profile=PROFILE)
    table = snapshot.frame.set_index("user_id")
    assert list(table.loc["regular", ["name", "membership", "age"]]) == ["Ravi", "Gold", 52]
    assert table.loc["late", "membership"] == "None"
    assert snapshot.roles.name == "name"
    assert not {"name", "phone", "joined"} & set(snapshot.feature_names)
    assert len(snapshot) == len(snapshot_of(*LOG, cutoff="2025-06-01"))


def test_customers_without_a_profile_are_counted() -> None:
    """Customers without a profile have blanks in its columns, and a note says how many."""
    snapshot = snapshot_of(*LOG, cutoff="2025-06-01", profile=PROFILE.iloc[:1], active_days=30)
    assert snapshot.frame["membership"].isna().tolist() == [False, True]
    assert "1 customer without a profile" in snapshot.notes


@pytest.mark.parametrize(
    ("profile", "sentence"),
    [
        (PROFILE.rename(columns={"user_id": "id"}), "profile: column 'user_id' is missing"),
        (PROFILE.assign(user_id="late"), "profile: column 'user_id'"),
        (PROFILE.rename(columns={"age": "orders"}), "profile: 'orders' is also the name of a feature"),
    ],
)
def test_a_profile_that_does_not_fit_is_refused(profile: pd.DataFrame, sentence: str) -> None:
    """One row a customer, joined by the log's id, with names of its own."""
    with pytest.raises(InputError, match=sentence):
        snapshot_of(*LOG, profile=profile)


def test_a_name_in_the_log_is_no_feature() -> None:
    """The customer's name is the last one known at the cutoff; a later one is not used."""
    frame = pd.DataFrame(
        {
            "user_id": ["a", "a", "a"],
            "date": ["2025-01-01", "2025-01-05", "2025-02-10"],
            "name": ["A", "Asha", "Aisha"],
        }
    )
    snapshot = take_snapshot(read_orders(frame), cutoff="2025-01-10", horizon_days=30)
    assert snapshot.frame["name"].tolist() == ["Asha"]
    assert snapshot.roles.name == "name"
    assert not [column for column in snapshot.feature_names if "name" in column]


DAYS = pd.date_range("2025-01-01", "2025-03-31").strftime("%Y-%m-%d").tolist()
ROWS = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(DAYS)), max_size=30)


@settings(max_examples=25, deadline=None)
@given(rows=ROWS, future=ROWS)
def test_the_future_decides_the_label_and_nothing_else(
    rows: list[tuple[str, str]], future: list[tuple[str, str]]
) -> None:
    """Changing every row after the cutoff changes neither which customers are included nor any feature."""
    frame = [("a", "2025-02-01"), ("z", "2025-03-31"), *rows]
    past = [row for row in frame if row[1] <= "2025-02-15"]
    changed = [("z", "2025-03-31"), *(row for row in future if row[1] > "2025-02-15")]
    before, after = snapshot_of(*frame, cutoff="2025-02-15"), snapshot_of(*past, *changed, cutoff="2025-02-15")
    assert before.active_days == after.active_days
    pd.testing.assert_frame_equal(before.features, after.features, check_exact=True)
    pd.testing.assert_series_equal(before.ids, after.ids)


@settings(max_examples=25, deadline=None)
@given(rows=ROWS, horizon=st.integers(1, 40))
def test_the_label_is_the_absence_of_orders(rows: list[tuple[str, str]], horizon: int) -> None:
    """For everybody: churn is 1 exactly when no order lies in the days after the cutoff."""
    frame = [("a", "2025-02-01"), ("z", "2025-03-31"), *rows]
    snapshot = snapshot_of(*frame, cutoff="2025-02-15", horizon_days=horizon)
    until = f"{dt.date(2025, 2, 15) + dt.timedelta(horizon):%Y-%m-%d}"
    retained = {customer for customer, day in frame if "2025-02-15" < day <= until}
    assert snapshot.label is not None
    assert snapshot.label.tolist() == [int(customer not in retained) for customer in snapshot.ids]
