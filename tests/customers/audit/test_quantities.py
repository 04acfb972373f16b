"""The quantity that a column name stands for."""

import pytest

from retention.customers.audit.quantities import Quantity, quantity_in_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("orders_30d", Quantity("sum", "orders", window=(30, 30), whole=True, stem=("orders",))),
        ("spend_last_2_weeks", Quantity("sum", "money", window=(14, 14), whole=True, stem=("spend",))),
        ("weekend_orders_1m", Quantity("sum", "orders", window=(28, 31), stem=("weekend", "orders"))),
        ("days_since_first_order", Quantity("tenure", unit="d")),
        ("last_visit_days", Quantity("recency", "visits", "d")),
        ("orders_last_month", None),
        ("average_order_value", None),
        ("cancelled_orders_30d", None),
    ],
)
def test_names_are_read_word_by_word(name: str, expected: Quantity | None) -> None:
    """A name says what is counted and since when, or nothing."""
    assert quantity_in_name(name) == expected
