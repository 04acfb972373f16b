"""Columns that cannot both be true are named."""

import numpy as np
import pytest

from tests.customers.audit.cases import ROWS, findings


@pytest.mark.parametrize(
    ("recency", "orders"),
    [
        ("recency_days", "orders_30d"),
        ("Recency", "OrdersLast30Days"),
        ("days_since_last_order", "num_orders_last_30_days"),
        ("last_purchase_days_ago", "purchases_30d"),
        ("recency_days", "spend_30d"),
    ],
)
def test_orders_in_a_month_without_orders(recency: str, orders: str) -> None:
    """With the last order over 30 days ago, orders in the last 30 days are impossible: for 61%, an error."""
    impossible = np.arange(ROWS) < 610
    (finding, *_) = findings(
        "contradiction", **{recency: np.where(impossible, 45.0, 10.0), orders: np.where(impossible, 2.0, 1.0)}
    )
    assert (finding.severity, finding.column, finding.affected) == ("error", f"{recency}, {orders}", 0.61)
    assert "61% of customers" in finding.sentence


def test_the_window_ends_where_it_says() -> None:
    """A recency of exactly 30 days fits either way; 31 with orders and 29 without do not."""
    assert findings("contradiction", recency_days=30.0, orders_30d=1.0) == []
    assert findings("contradiction", recency_days=30.0, orders_30d=0.0) == []
    assert len(findings("contradiction", recency_days=31.0, orders_30d=1.0)) == 1
    assert len(findings("contradiction", recency_days=29.0, orders_30d=0.0)) == 1


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"recency_days": 50.0, "tenure_days": 20.0}, "'recency_days' is longer than 'tenure_days'"),
        ({"days_since_last_order": 9.0, "days_since_signup": 5.0}, "is longer than 'days_since_signup'"),
        ({"orders_7d": 5.0, "orders_30d": 3.0}, "'orders_7d' is more than 'orders_30d'"),
        ({"orders_30d": 5.0, "total_orders": 3.0}, "'orders_30d' is more than 'total_orders'"),
        ({"total_orders": 5.0, "total_spend": 0.0}, "'total_spend' is 0 or less while 'total_orders' is above 0"),
        ({"num_orders": 0.0, "lifetime_spend": 8.0}, "'lifetime_spend' is above 0 while 'num_orders' is 0"),
        ({"min_basket": 9.0, "avg_basket": 5.0}, "'min_basket' is more than 'avg_basket'"),
        ({"basket_mean": 9.0, "basket_max": 5.0}, "'basket_mean' is more than 'basket_max'"),
        ({"recency_days": -1.0}, "'recency_days' is below 0"),
        ({"age": -1.0}, "'age' is below 0"),
    ],
)
def test_other_contradictions(columns: dict[str, float], words: str) -> None:
    """Each pair that cannot be true together is named."""
    half = np.arange(ROWS) % 2 == 0
    contradictions = findings(
        "contradiction", **{name: np.where(half, value, np.nan) for name, value in columns.items()}
    )
    assert any(words in finding.sentence and finding.affected == 0.5 for finding in contradictions)


def test_a_few_slips_are_a_warning() -> None:
    """Below one row in a hundred it is a slip; from there on the column is wrong."""
    slips = np.arange(ROWS)
    assert findings("contradiction", age=np.where(slips < 9, -1.0, 30.0))[0].severity == "warning"
    assert findings("contradiction", age=np.where(slips < 10, -1.0, 30.0))[0].severity == "error"


@pytest.mark.parametrize(
    "columns",
    [
        {"recency_days": 50.0, "tenure": 20.0},  # tenure may be in months
        {"recency_days": 50.0, "avg_orders_30d": 3.0},  # an average need not be of that window
        {"recency_days": 50.0, "logins_30d": 3.0},  # one may look without ordering
        {"days_since_last_login": 50.0, "orders_30d": 3.0},
        {"recency_score": 50.0, "orders_30d": 3.0},
        {"volatility_30d": 3.0, "volatility_60d": 1.0},
        {"MonthlyCharges": 3.0, "TotalCharges": 0.0},
    ],
)
def test_no_false_alarm(columns: dict[str, float]) -> None:
    """Where a name is ambiguous, nothing is claimed."""
    assert findings("contradiction", **columns) == []
