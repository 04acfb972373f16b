"""Customers are read from files and frames as people have them."""

import numpy as np
import pandas as pd
import pytest

from retention.customers.intake import read_customers
from retention.errors import InputError
from tests.reading import Save


def test_frame_and_file_are_typed_alike(save: Save) -> None:
    """A frame in memory gives the customers that its file gives."""
    frame = pd.DataFrame({
        "id": [7, 8],
        "n": [1, 2],
        "flag": ["Yes", "No"],
        "d": pd.to_datetime(["2025-06-30", "2025-07-01"]),
        "c": pd.Categorical(["x", None]),
        "churn": [True, False],
    })  # fmt: skip
    text = "id,n,flag,d,c,churn\n7,1,Yes,2025-06-30,x,True\n8,2,No,2025-07-01,,False\n"
    from_frame, from_file = read_customers(frame), read_customers(save(text))
    pd.testing.assert_frame_equal(from_frame.frame, from_file.frame)
    assert from_frame.roles == from_file.roles


def test_times_and_spans_of_a_frame_become_text() -> None:
    """What Arrow or Parquet has no word for is written out; lists and bytes are refused."""
    moments = pd.to_datetime(["2025-06-30 18:05", "2025-07-01 00:00"])
    frame = pd.DataFrame(
        {"id": [1, 2], "t": moments, "span": moments - moments[0], "month": moments.to_period("M")}
    )
    read = read_customers(frame).frame
    assert read["t"].tolist() == ["2025-06-30 18:05:00", "2025-07-01 00:00:00"]
    assert read["month"].tolist() == ["2025-06", "2025-07"]
    assert read["span"].tolist() == ["0 days 00:00:00", "0 days 05:55:00"]
    with pytest.raises(InputError, match="column 'l' holds list"):
        read_customers(pd.DataFrame({"id": [1], "l": [[1, 2]]}))


def test_a_telecom_file_goes_in_unprepared(save: Save) -> None:
    """Blank totals of new customers become missing with a note; nothing else is touched."""
    rows = "".join(
        f"{n:04d}-ABCDE,0,{n % 70},Yes,No internet service,{20 + n / 100:.2f},{' ' if n == 488 else n * 20.5},"
        f"{'Yes' if n % 4 == 0 else 'No'}\n"
        for n in range(1000)
    )
    header = "customerID,SeniorCitizen,tenure,PhoneService,OnlineSecurity,MonthlyCharges,TotalCharges,Churn\n"
    customers = read_customers(save(header + rows))
    assert customers.notes == (
        "id: customerID, label: Churn (250 of 1,000 churned)",
        "column 'TotalCharges': 1 of 1,000 cells hold no number (first in row 490: blank) and count as missing",
    )
    assert customers.roles.value is None
    assert customers.frame["SeniorCitizen"].dtype == np.float64
    assert customers.frame["PhoneService"].dtype == "str"
    assert len(customers.feature_names) == 6
