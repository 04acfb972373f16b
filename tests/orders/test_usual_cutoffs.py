"""How many cutoffs a log is described at when nobody says so, and what a note says about it."""

import datetime as dt

import pandas as pd
import pytest

from retention.errors import InputError
from retention.orders import usual_cutoffs as module
from retention.orders.churn_definition import ChurnDefinition
from retention.orders.order_log import Orders, read_orders
from retention.orders.panel import take_panel
from retention.orders.snapshot import take_snapshot
from retention.orders.usual_cutoffs import UsualCutoffs, usual_cutoffs
from retention.pipeline.customers import customers_from_orders, simulate

MONTH = ChurnDefinition(30, None, None)


def daily_log(days: int, *, customers: int = 2) -> Orders:
    """Return a log in which each customer orders on each of so many days from 2025-01-01."""
    dates = pd.date_range("2025-01-01", periods=days)
    frame = pd.DataFrame(
        {"user": [f"c{who}" for who in range(customers) for _ in dates], "date": [*dates] * customers}
    )
    return read_orders(frame, today=dt.date(2030, 1, 1))


@pytest.mark.parametrize(("days", "periods"), [(210, 4), (209, 3), (180, 3), (179, 2), (149, 1), (60, 1)])
def test_each_cutoff_keeps_ninety_days_before_it(days: int, periods: int) -> None:
    """Of 210 days 30 are the newest horizon, 90 go back to the fourth cutoff, and 90 lie before it."""
    usual = usual_cutoffs(daily_log(days), MONTH)
    assert usual.periods == periods
    plural = "s" if periods > 1 else ""
    expected = None if periods == 4 else f"the log supports {periods} cutoff{plural}: one more would have"
    assert (usual.note is None) if expected is None else (usual.note or "").startswith(expected)


def test_a_long_active_window_or_horizon_needs_more_history() -> None:
    """120 active days fit before three cutoffs of 210 days; a horizon of 100 days has room for one."""
    log = daily_log(210)
    assert usual_cutoffs(log, ChurnDefinition(30, 120, None)).periods == 3
    assert usual_cutoffs(log, ChurnDefinition(100, None, None)).periods == 1


def test_the_newest_cutoff_can_be_chosen() -> None:
    """A cutoff 30 days earlier has room for one fewer before it; one outside the log is refused."""
    assert usual_cutoffs(daily_log(210), MONTH, newest="2025-05-30").periods == 3
    with pytest.raises(InputError, match="cutoff 2026-01-01 does not fit"):
        usual_cutoffs(daily_log(210), MONTH, newest="2026-01-01")


@pytest.mark.parametrize(("most", "periods"), [(40, 4), (39, 3), (30, 3), (20, 2), (19, 1), (1, 1)])
def test_rows_of_all_cutoffs_are_bounded(monkeypatch: pytest.MonkeyPatch, most: int, periods: int) -> None:
    """Ten customers are ten rows a cutoff; a single cutoff has no bound."""
    monkeypatch.setattr(module, "MOST_ROWS", most)
    usual = usual_cutoffs(daily_log(210, customers=10), MONTH)
    note = f"the model learns from {periods} cutoff{'s' if periods > 1 else ''}: {periods + 1} would have "
    assert usual.periods == periods
    assert usual == UsualCutoffs(4, None) if periods == 4 else (usual.note or "").startswith(note)


def test_the_default_is_the_panel_of_as_many_periods() -> None:
    """The simulated log supports four; asking for four, or for one, gives the rows of a panel or a snapshot."""
    log = read_orders(simulate(250, seed=3).orders)
    default, single = customers_from_orders(log), customers_from_orders(log, periods=1)
    assert len(default.cutoffs) == 4
    pd.testing.assert_frame_equal(default.frame, take_panel(log, periods=4).frame)
    pd.testing.assert_frame_equal(single.frame, take_snapshot(log).frame)
    assert "cutoff" not in single.frame
    today = customers_from_orders(log, today=True)
    assert (today.cutoffs, today.label) == ((), None)
    chosen = customers_from_orders(log, cutoff="2025-05-31")
    assert (chosen.cutoffs[-1], len(chosen.cutoffs)) == ("2025-05-31", 4)


def test_too_few_of_a_class_leave_one_cutoff_and_a_note() -> None:
    """Two customers who always order cannot teach a model, so nothing is stacked."""
    log = daily_log(210)
    default, single = customers_from_orders(log), customers_from_orders(log, periods=1)
    pd.testing.assert_frame_equal(default.frame, single.frame)
    assert default.notes == (
        *single.notes,
        "one cutoff only: earlier ones have fewer than 10 customers of a class",
    )


def test_a_log_that_one_cutoff_can_describe_is_never_refused() -> None:
    """Silences of 3 gaps of 15 days end after the next cutoff, and so nobody can be described before it."""
    days = pd.date_range("2025-01-01", "2025-09-30", freq="15D")
    rows = pd.DataFrame({"user": ["a"] * len(days) + ["z"], "date": [*days, pd.Timestamp("2025-12-30")]})
    log = read_orders(rows, today=dt.date(2030, 1, 1))
    default = customers_from_orders(log, cutoff="2025-09-28", horizon_days=30, quiet_gaps=3)
    single = customers_from_orders(log, cutoff="2025-09-28", horizon_days=30, quiet_gaps=3, periods=1)
    pd.testing.assert_frame_equal(default.frame, single.frame)
    assert default.notes[-1].startswith("one cutoff only, because earlier ones cannot be described: ")
