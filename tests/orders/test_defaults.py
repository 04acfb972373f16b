"""The horizon and the cutoff that suit an order log."""

import numpy as np
import pandas as pd

from retention.orders.defaults import defaults_for, mean_gaps_days
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
