"""The truth of a simulated market: what an offer really earns, and the truth of the day the log ends."""

import numpy as np
import pandas as pd
import pytest

from retention.simulation.simulate import simulate, truth_today
from retention.simulation.truth import true_profits, truth_of_customers


def row(**columns: float) -> pd.DataFrame:
    """Return the truth of one customer."""
    usual = {"p_stay_no_offer": 0.5, "touchiness": 0.0, "price_sensitivity": 0.5, "first_order_days": np.inf}
    return pd.DataFrame([{**usual, "p_stay_cash_50": 0.75, **columns}])


@pytest.mark.parametrize(
    ("columns", "valid_days", "profit"),
    [
        ({}, 7, 500 * 0.25 - 50 * 0.25 - 1),  # a quarter is saved, and they redeem
        ({"first_order_days": 7.0}, 7, 500 * 0.25 - 50 * (0.25 + 0.5) - 1),  # orders in time: redeems at a half
        ({"first_order_days": 8.0}, 7, 500 * 0.25 - 50 * 0.25 - 1),  # orders when it has expired
        ({"first_order_days": 7.0, "price_sensitivity": 1.0}, 7, 500 * 0.25 - 50 * (0.25 + 0.75) - 1),
        ({}, 14, 500 * 0.25 - 50 * 0.25 - 1),  # all of the saved order within 7 days
        ({}, 3, 500 * 0.25 - 50 * 0.25 * 3 / 7 - 1),  # of the saved, 4 in 7 are too late
        ({"p_stay_cash_50": 0.4, "touchiness": 0.2}, 7, -500 * 0.1 - 1),  # drives away, and saves nobody
    ],
)
def test_a_true_profit_by_hand(columns: dict[str, float], valid_days: int, profit: float) -> None:
    """V 500, d 50, c 1: margin of those kept, less redemptions of saved and of retained customers, less c."""
    earned = true_profits(
        row(**columns), "cash_50", valid_days=valid_days, value=500, offer_cost=50, contact_cost=1
    )
    assert earned is not None
    assert earned.tolist() == pytest.approx([profit])


def test_an_offer_that_the_market_does_not_know_has_no_truth() -> None:
    """Nobody knows what a cheaper voucher would have done."""
    assert true_profits(row(), "cash_40", valid_days=7, value=500, offer_cost=40, contact_cost=0) is None


def test_days_to_the_next_order_are_counted_from_the_cutoff() -> None:
    """The cutoff day is past; the next is day 1; who never orders again has infinite days; rows follow the ids."""
    orders = pd.DataFrame(
        {
            "customer_id": ["a", "a", "a", "b"],
            "ordered_at": pd.to_datetime(
                ["2025-06-30 23:50", "2025-07-05 12:00", "2025-07-01 00:10", "2025-06-01 10:00"]
            ),
        }
    )
    truth = pd.DataFrame({"customer_id": ["a", "b", "c"], "p_stay_no_offer": [0.9, 0.2, 0.1]})
    rows = truth_of_customers(truth, pd.Series(["b", "a"]), orders, pd.Timestamp("2025-06-30"))
    assert rows["customer_id"].tolist() == ["b", "a"]
    assert rows["first_order_days"].tolist() == [np.inf, 1.0]
    assert rows["p_stay_no_offer"].tolist() == [0.2, 0.9]


def test_the_truth_of_today_judges_by_the_whole_log() -> None:
    """Traits stay; who was silent for the last 30 days is less probably a customer still; who ordered, more."""
    market, today = simulate(300, seed=2), truth_today(300, seed=2)
    assert list(today.columns) == list(market.truth.columns)
    same = ["customer_id", "rate_per_day", "price_sensitivity", "touchiness"]
    pd.testing.assert_frame_equal(today[same], market.truth[same])
    ordered = market.orders.loc[market.orders["ordered_at"] >= market.cutoff + pd.Timedelta(days=1), "customer_id"]
    silent = ~today["customer_id"].isin(ordered)
    change = today["p_still_customer"] - market.truth["p_still_customer"]
    assert silent.sum() > 50
    assert (change[silent] <= 1e-12).all()
    assert change[~silent].mean() > 0
    assert today["p_stay_no_offer"].between(0, 1).all()
