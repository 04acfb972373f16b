"""Panels: which cutoffs they hold, which rows, what each row may know, and reading them back from a file."""

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retention.customers.intake import read_customers
from retention.customers.table import Customers, Roles
from retention.errors import InputError
from retention.orders.order_log import Orders, read_orders
from retention.orders.panel import take_panel
from retention.orders.snapshot import Snapshot, take_snapshot
from retention.simulation.simulate import simulate
from retention.tabular.csv_export import write_csv


def log(*rows: tuple[str, str], **more: Any) -> Orders:
    """Make a log of orders, each a customer and a day."""
    frame = pd.DataFrame(rows, columns=["user_id", "date"]).assign(amount=10.0, **more)
    return read_orders(frame, today=dt.date(2030, 1, 1))


def daily(customer: str, first: str, last: str, *, every: int = 1) -> list[tuple[str, str]]:
    """Return an order every few days."""
    return [(customer, f"{day:%Y-%m-%d}") for day in pd.date_range(first, last, freq=f"{every}D")]


LOG = log(*daily("a", "2025-01-01", "2025-06-30"), *daily("b", "2025-01-01", "2025-04-15"), ("new", "2025-05-20"))


def by_cutoff(panel: Customers, column: str) -> dict[str, dict[Any, Any]]:
    """Return the cells of a column by cutoff and customer."""
    groups = panel.frame.groupby("cutoff")
    return {str(cutoff): rows.set_index(panel.roles.id)[column].to_dict() for cutoff, rows in groups}


def test_default_cutoffs_lie_a_horizon_apart() -> None:
    """The newest leaves a full horizon; the labels of the others end at the next cutoff."""
    panel = take_panel(LOG, horizon_days=30)
    assert panel.cutoffs == ("2025-04-01", "2025-05-01", "2025-05-31")
    assert (panel.cutoff, panel.horizon_days, panel.active_days) == ("2025-05-31", 30, 60)
    assert by_cutoff(panel, "churn") == {
        "2025-04-01": {"a": 0, "b": 0},
        "2025-05-01": {"a": 0, "b": 1},
        "2025-05-31": {"a": 0, "b": 1, "new": 1},
    }


def test_the_newest_can_be_chosen() -> None:
    """The earlier cutoffs follow from it."""
    assert take_panel(LOG, newest="2025-05-10", periods=2).cutoffs == ("2025-04-10", "2025-05-10")


def test_cutoffs_go_as_far_back_as_the_log_supports() -> None:
    """Sixty days of the log are needed up to a cutoff: 2 March is the first day that has them."""
    panel = take_panel(LOG, periods=12)
    assert panel.cutoffs == ("2025-03-02", "2025-04-01", "2025-05-01", "2025-05-31")
    assert "the log supports 4 cutoffs of the 12 asked for" in panel.notes
    assert take_panel(LOG, periods=12, active_days=91).cutoffs[0] == "2025-04-01"
    assert take_panel(LOG, periods=12, active_days=92).cutoffs[0] == "2025-05-01"


def test_an_empty_part_of_the_log_gives_no_cutoff() -> None:
    """A single order years ago supports no cutoff in between."""
    old = log(("old", "2020-01-01"), *daily("a", "2025-01-01", "2025-06-30"))
    assert take_panel(old, periods=12).cutoffs[0] == "2025-01-01"


def test_a_panel_consists_of_snapshots() -> None:
    """The rows of each cutoff equal the snapshot at that cutoff, label included."""
    panel = take_panel(LOG)
    for period, cutoff in enumerate(panel.cutoffs):
        alone = take_snapshot(LOG, cutoff=cutoff, active_days=60).frame
        part = panel.take(panel.period == period).frame.drop(columns="cutoff").reset_index(drop=True)
        pd.testing.assert_frame_equal(part, alone)
    assert panel.newest().ids.tolist() == ["a", "b", "new"]


def test_a_customer_has_the_same_group_at_all_cutoffs() -> None:
    """Ids repeat over time, never within a cutoff; the cutoff is a role and no feature."""
    panel = take_panel(LOG)
    assert panel.groups.tolist() == [0, 1, 0, 1, 0, 1, 2]
    assert panel.period.tolist() == [0, 0, 1, 1, 2, 2, 2]
    assert panel.roles.cutoff == "cutoff"
    assert list(panel.frame.columns[:2]) == ["user_id", "cutoff"]
    assert panel.frame.columns[-1] == "churn"
    assert "cutoff" not in panel.feature_names
    assert len(panel.take(np.array([0, 2]))) == 2


def test_customers_without_cutoffs_are_one_period() -> None:
    """Nothing changes for a plain table."""
    plain = Customers(pd.DataFrame({"id": ["x", "y"]}), Roles(id="id"))
    assert (plain.cutoffs, plain.period.tolist(), plain.groups.tolist()) == ((), [0, 0], [0, 1])
    assert len(plain.newest()) == 2
    assert len(plain.take(np.array([], dtype=np.int64)).newest()) == 0


def test_active_days_are_those_of_the_oldest_cutoff() -> None:
    """The usual gap is the one known at all cutoffs: here 25 days, not the later 1."""
    slow = log(*daily("a", "2025-01-01", "2025-03-31", every=25), *daily("a", "2025-04-01", "2025-09-30"))
    panel = take_panel(slow, cutoffs=["2025-03-31", "2025-08-31"])
    assert panel.active_days == 75


def test_chosen_cutoffs_are_sorted_and_deduplicated() -> None:
    """They may come in any order, as text or dates."""
    cutoffs: list[dt.date | str] = ["2025-05-31", dt.date(2025, 4, 1), "2025-05-31"]
    assert take_panel(LOG, cutoffs=cutoffs).cutoffs == ("2025-04-01", "2025-05-31")


def test_a_label_never_looks_past_the_next_cutoff() -> None:
    """Month ends may be a little less than a horizon apart; then the label ends with the month."""
    late = log(*daily("a", "2025-01-01", "2025-06-30"), ("b", "2025-01-31"), ("b", "2025-03-02"))
    panel = take_panel(late, cutoffs=["2025-01-31", "2025-02-28", "2025-03-31"], active_days=60)
    assert by_cutoff(panel, "churn")["2025-01-31"] == {"a": 0, "b": 1}  # back on 2 March, day 30
    assert by_cutoff(panel, "churn")["2025-02-28"] == {"a": 0, "b": 0}


def test_a_silence_must_end_by_the_next_cutoff() -> None:
    """Three gaps of 14 days take 42, too long for the earlier cutoff; three gaps of 7 days end in time."""
    rows = [
        *daily("weekly", "2025-01-01", "2025-03-26", every=7),
        *daily("slow", "2025-01-01", "2025-03-26", every=14),
    ]
    panel = take_panel(
        log(*rows, ("end", "2025-07-01")), cutoffs=["2025-03-30", "2025-04-29"], quiet_gaps=3, active_days=90
    )
    assert by_cutoff(panel, "churn") == {"2025-03-30": {"weekly": 1}, "2025-04-29": {"slow": 1}}


def test_columns_are_those_of_the_newest_cutoff() -> None:
    """A column that was blank at first is blank at the earlier cutoff; column kinds do not change."""
    frame = pd.DataFrame({
        "user_id": ["a", "b"] * 6,
        "date": [f"2025-0{1 + at // 2}-{10 + at % 2}" for at in range(12)],
        "city": [None] * 6 + ["Pune", "Goa"] * 3,
        "rating": [None] * 6 + [4.0, 5.0] * 3,
    })  # fmt: skip
    panel = take_panel(read_orders(frame), cutoffs=["2025-03-12", "2025-05-12"])
    assert by_cutoff(panel, "city_usual")["2025-05-12"] == {"a": "Pune", "b": "Goa"}
    assert panel.frame.loc[panel.period == 0, "city_usual"].isna().all()
    assert panel.frame["city_usual"].dtype == "str"
    assert "city_share" not in panel.frame
    assert panel.frame["rating_mean"].dtype == np.float64


def test_profile_and_name_are_joined_at_each_cutoff() -> None:
    """The profile of a customer is joined to all of their rows."""
    profile = pd.DataFrame({"user_id": ["a", "b"], "name": ["Asha", "Ravi"], "city": ["Pune", "Goa"]})
    panel = take_panel(LOG, profile=profile, periods=2)
    assert panel.roles.name == "name"
    assert by_cutoff(panel, "city")["2025-05-01"] == {"a": "Pune", "b": "Goa"}
    clashing = profile.rename(columns={"city": "cutoff"})
    with pytest.raises(InputError, match="column 'cutoff' is taken"):
        take_panel(LOG, profile=clashing)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"periods": 0}, "periods is 0; it must be at least 1"),
        ({"cutoffs": []}, "pass the cutoffs of a panel, at least one"),
        ({"cutoffs": ["2025-05-01"], "newest": "2025-05-31"}, "not both"),
        ({"cutoffs": ["2025-05-01", "2025-05-27"]}, "2025-05-01 and 2025-05-27 are 26 days apart"),
        ({"cutoffs": ["2025-05-01", "2025-06-20"]}, "cutoff 2025-06-20 does not fit"),
        ({"newest": "soon"}, "cutoff 'soon' is no date"),
        ({"horizon_days": 0}, "horizon_days is 0"),
        ({"active_days": 0}, "active_days is 0"),
        ({"quiet_gaps": 0.5}, "quiet_gaps must be a number from 1"),
        ({"horizon_days": 400}, "too short for 400 days"),
    ],
)  # fmt: skip
def test_options_that_do_not_fit_the_log_are_refused_in_one_sentence(
    options: dict[str, Any], sentence: str
) -> None:
    """The sentence about a cutoff, a number or a distance that does not fit says what would."""
    with pytest.raises(InputError, match=sentence):
        take_panel(LOG, **options)


DAYS = pd.date_range("2025-01-01", "2025-06-30").strftime("%Y-%m-%d").tolist()
ROWS = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(DAYS)), max_size=40)
CUTOFFS = ["2025-03-15", "2025-04-15", "2025-05-15"]


def panel_of(rows: list[tuple[str, str]]) -> Snapshot:
    """Take a panel of a log in which somebody is active at each cutoff."""
    kept = [("a", "2025-03-01"), ("a", "2025-04-01"), ("a", "2025-05-01"), ("z", "2025-06-30")]
    return take_panel(log(*kept, *rows), cutoffs=CUTOFFS)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(rows=ROWS, future=ROWS, period=st.integers(0, 2))
def test_what_comes_after_a_cutoff_is_in_no_row_before_it(
    rows: list[tuple[str, str]], future: list[tuple[str, str]], period: int
) -> None:
    """Changing all orders after a cutoff changes no feature up to it, and no label of an earlier one."""
    cutoff = CUTOFFS[period]
    past = [row for row in rows if row[1] <= cutoff]
    before, after = panel_of(rows), panel_of([*past, *(row for row in future if row[1] > cutoff)])
    rows_before, rows_after = (panel.frame[panel.period <= period] for panel in (before, after))
    common = [column for column in before.feature_names if column in after.feature_names]
    pd.testing.assert_frame_equal(
        rows_before[["user_id", "cutoff", *common]], rows_after[["user_id", "cutoff", *common]]
    )
    known = rows_before["cutoff"] < cutoff
    assert rows_before.loc[known, "churn"].tolist() == rows_after.loc[known, "churn"].tolist()


def test_a_panel_reads_back_from_a_file(tmp_path: Path) -> None:
    """Written as CSV and read without any options, it has the same rows and roles."""
    market = simulate(120, seed=3)
    panel = take_panel(read_orders(market.orders), profile=market.customers)
    write_csv(panel.frame, tmp_path / "panel.csv")
    back = read_customers(tmp_path / "panel.csv")
    assert (back.roles.cutoff, back.roles.label, back.cutoffs) == ("cutoff", "churn", panel.cutoffs)
    assert back.feature_names == panel.feature_names
    pd.testing.assert_frame_equal(back.frame, panel.frame)
    assert f"cutoff: cutoff (3 of them, the newest {panel.cutoff})" in back.notes[0]


def rows_at(**columns: Any) -> pd.DataFrame:
    """Return four rows of two customers."""
    return pd.DataFrame({"id": ["x", "y", "x", "y"], "n": [1.0, 2.0, 3.0, 4.0], **columns})


def test_dates_of_a_spreadsheet_are_cutoffs_too() -> None:
    """Days that were rewritten on the way, or are dates already, become ISO text again."""
    for cells in (
        ["31/05/2025", "31/05/2025", "30/06/2025", "30/06/2025"],
        pd.to_datetime(["2025-05-31", "2025-05-31", "2025-06-30", "2025-06-30"]),
    ):
        assert read_customers(rows_at(cutoff=cells)).cutoffs == ("2025-05-31", "2025-06-30")


@pytest.mark.parametrize(
    ("cutoff", "sentence"),
    [
        (["2025-05-31"] * 4, "rows 2 and 4 hold the same id at the same cutoff"),
        (["2025-05-31", "2025-05-31", None, "2025-06-30"], "column 'cutoff', row 4: the cutoff is blank"),
        ([1.0, 2.0, 3.0, 4.0], "rows 2 and 4 hold the same id "),
        (["low", "high", "low", "high"], "rows 2 and 4 hold the same id "),
    ],
)
def test_repeated_ids_need_a_cutoff_each(cutoff: list[Any], sentence: str) -> None:
    """An id twice at the same cutoff, a row without a cutoff, and a column of no dates make no panel."""
    with pytest.raises(InputError, match=sentence):
        read_customers(rows_at(cutoff=cutoff))


def test_a_column_called_cutoff_without_dates_remains_a_feature() -> None:
    """Numbers and words are no dates, and an excluded column has no role."""
    frame = rows_at(cutoff=[0.5, 0.5, 0.7, 0.7]).assign(id=list("wxyz"))
    read = read_customers(frame)
    assert (read.roles.cutoff, read.feature_names) == (None, ["n", "cutoff"])
    with pytest.raises(InputError, match="hold the same id"):
        read_customers(
            rows_at(cutoff=["2025-05-31", "2025-05-31", "2025-06-30", "2025-06-30"]), exclude=["cutoff"]
        )
