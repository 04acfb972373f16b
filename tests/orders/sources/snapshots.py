"""Comparing snapshots that different engines took of the same orders."""

import numpy as np
import pandas as pd


def assert_same_customers(frame: pd.DataFrame, expected: pd.DataFrame, *, by: str = "customer_id") -> None:
    """Check that two snapshots have the same columns, customers and text, and numbers that agree within 1e-9."""
    assert list(frame.columns) == list(expected.columns)
    keys = [by, *(["cutoff"] if "cutoff" in frame else [])]
    frame, expected = (table.sort_values(keys, ignore_index=True) for table in (frame, expected))
    for column in expected:
        if pd.api.types.is_numeric_dtype(expected[column]):
            np.testing.assert_allclose(
                frame[column].to_numpy(np.float64), expected[column].to_numpy(np.float64), rtol=1e-9, atol=1e-9,
                err_msg=column,
            )  # fmt: skip
        else:
            assert text_of(frame[column]) == text_of(expected[column]), column


def text_of(cells: pd.Series) -> list[str | None]:
    """Return cells as text, None where one is missing."""
    return [None if missing else str(cell) for cell, missing in zip(cells, cells.isna(), strict=True)]
