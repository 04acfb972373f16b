"""The horizon and the cutoff that suit an order log."""

import datetime as dt

import numpy as np
import pandas as pd

from retention.orders.defaults import defaults_for, horizon_note, mean_gaps_days, usual_horizon
from retention.orders.order_log import read_orders
from retention.orders.snapshot import take_snapshot


def test_defaults_suit_the_rhythm_of_the_log() -> None:
    """Orders every 40 days: 60 days ahead, active for three gaps; the cutoff leaves the horizon in the log."""
    days = pd.to_datetime("2024-01-01") + pd.to_timedelta(np.tile(np.arange(0, 361, 40), 5), unit="D")
    orders = read_orders(pd.DataFrame({"user": np.repeat(list("abcde"), 10), "date": days, "amount": 5.0}))
    defaults = defaults_for(orders)
    assert (defaults.last_day, defaults.cutoff, defaults.horizon_days, defaults.active_days) == (
        "2024-12-26", "2024-10-27", 60, 120,
    )  # fmt: skip
    assert defaults.periods == 5
    snapshot = take_snapshot(orders, horizon_days=defaults.horizon_days)
    assert (snapshot.cutoff, snapshot.active_days) == (defaults.cutoff, defaults.active_days)
    assert (defaults.horizon_for(None), defaults.horizon_for(2), defaults.horizon_for(9)) == (60, 80, 120)


def test_mean_gaps_by_hand() -> None:
    """10 and 30 days; somebody with one order has none, and a refund makes none."""
    rows = [("a", "2025-01-01", 5), ("a", "2025-01-11", 5), ("b", "2025-01-01", 5), ("b", "2025-01-31", 5),
            ("c", "2025-01-01", 5), ("c", "2025-01-02", -5), ("a", "2025-03-01", 5)]  # fmt: skip
    orders = read_orders(pd.DataFrame(rows, columns=["user", "date", "amount"]))
    assert mean_gaps_days(orders, np.datetime64("2025-02-01")).tolist() == [10, 30]
    assert mean_gaps_days(orders, np.datetime64("2025-01-01")).empty


def test_a_horizon_shorter_than_the_typical_gap_is_said() -> None:
    """Orders every 40 days in a year: 60 days are the default, and 30 say little about who churned."""
    days = pd.date_range("2025-01-01", periods=10, freq="40D").strftime("%Y-%m-%d")
    log = pd.DataFrame({"customer_id": np.repeat(["a", "b", "c"], 10), "date": [*days, *days, *days]})
    orders = read_orders(log, today=dt.date(2026, 6, 1))
    assert usual_horizon(orders) == (60, 40.0)
    assert horizon_note(60, orders, passed=False) == (
        "the horizon is 60 days, since a typical customer orders every 40 days; --horizon-days takes another"
    )
    assert "a silence of 30 days says little about who churned; --horizon-days 60 suits" in str(
        horizon_note(30, orders, passed=True)
    )
    assert horizon_note(60, orders, passed=True) is None
