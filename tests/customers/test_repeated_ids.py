"""An id that stands twice is noticed wherever it stands, and no other is."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention.customers.repeated_ids import RepeatedIds

batches = st.lists(st.lists(st.text(max_size=3), max_size=5), max_size=6)


@given(batches, st.integers(1, 9))
def test_twice_is_noticed_in_any_division(parts: list[list[str]], at_once: int) -> None:
    """However the ids are divided, and however few are compared at a time."""
    ids = RepeatedIds(at_once)
    for part in parts:
        ids.add(pd.Series(part, dtype="str"))
    everyone = [name for part in parts for name in part]
    assert ids.any() == (len(set(everyone)) < len(everyone))


@pytest.mark.parametrize("twice", [False, True])
def test_ten_thousand_ids_compared_hundreds_at_a_time(twice: bool) -> None:
    """The first id again at the end is found though it is never in memory with most of the others."""
    ids = RepeatedIds(300)
    ids.add(pd.Series([f"C{number}" for number in range(10_000)], dtype="str"))
    ids.add(pd.Series(["C0" if twice else "C10000"], dtype="str"))
    assert ids.any() == twice
