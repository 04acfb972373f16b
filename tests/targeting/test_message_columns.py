"""The columns that travel along in a send list for the messages."""

import pandas as pd

from retention.customers.table import Customers, Roles
from retention.targeting.message_columns import message_columns


def test_message_columns_are_looked_up_among_a_customers_columns() -> None:
    """A snapshot's own column names are known, and an excluded column is not used."""
    frame = pd.DataFrame(
        {"id": ["1"], "first": ["Priya"], "recency_days": [9.0], "cuisine_usual": ["Pizza"], "cuisine": ["struck"]}
    )
    columns = message_columns(Customers(frame, Roles(id="id", name="first", excluded=("cuisine",))))
    assert {name: column.iloc[0] for name, column in columns.items()} == {
        "name": "Priya", "cuisine": "Pizza", "days_since_order": 9.0,
    }  # fmt: skip
