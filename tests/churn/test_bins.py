import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from retention.churn.bins import Bins
from retention.churn.schema import Column

NUMBER = Column("age", "number")


def test_quantiles_cut_a_number() -> None:
    """Four bins of eight numbers hold two each; a border belongs to the bin above it."""
    values = np.arange(8.0)
    bins = Bins.fit(NUMBER, values, 4)
    assert bins == Bins(4, (1.75, 3.5, 5.25))
    assert bins.assign(values).tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert bins.assign(np.array([3.5])).tolist() == [2]


def test_ties_merge_bins() -> None:
    """A value that most customers share makes one border, not several."""
    assert Bins.fit(NUMBER, np.array([0.0] * 9 + [5.0]), 4) == Bins(2, (0.0,))


def test_a_column_without_values_has_one_bin() -> None:
    """All blank in training, a number at scoring: it falls into the only bin."""
    bins = Bins.fit(NUMBER, np.full(3, np.nan), 4)
    assert bins.assign(np.array([7.0, np.nan])).tolist() == [0, 1]


def test_categories_are_their_own_bins() -> None:
    """A category's code is its bin; blanks come last."""
    bins = Bins.fit(Column("city", "category", ("Delhi", "Pune")), np.array([0.0, 1.0]), 10)
    assert bins.assign(np.array([1.0, 0.0, np.nan])).tolist() == [1, 0, 2]


@given(st.lists(st.floats(-1e9, 1e9) | st.just(float("nan")), min_size=1), st.integers(2, 12))
def test_every_value_has_a_bin_and_bins_increase_with_values(values: list[float], max_bins: int) -> None:
    """Bins lie between 0 and ``count``; a larger number never falls into a lower bin."""
    numbers = np.array(values)
    bins = Bins.fit(NUMBER, numbers, max_bins)
    placed = bins.assign(np.sort(numbers))
    assert bins.count <= max_bins
    assert placed.min() >= 0
    assert placed.max() <= bins.count
    assert (np.diff(placed) >= 0).all()
