import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from retention.churn.folds import assign_fold_numbers, assign_folds
from retention.churn.training_set import Panel, TrainingSet


@st.composite
def panels(draw: st.DrawFn) -> tuple[NDArray[np.int8], Panel]:
    """Draw rows of up to 40 customers at up to four cutoffs, each at most once at each, in any order."""
    customers, periods = draw(st.integers(1, 40)), draw(st.integers(1, 4))
    keys = [(customer, period) for customer in range(customers) for period in range(periods)]
    rows = draw(st.lists(st.sampled_from(keys), min_size=1, unique=True))
    label = draw(st.lists(st.integers(0, 1), min_size=len(rows), max_size=len(rows)))
    customer_number, period_number = np.array(rows).T
    return np.array(label, np.int8), Panel(customer_number * 7, period_number)


@given(panels(), st.integers(2, 5), st.integers(0, 3))
def test_all_rows_of_a_customer_come_into_one_fold(
    drawn: tuple[NDArray[np.int8], Panel], folds: int, seed: int
) -> None:
    """Whatever they did at whichever cutoff, and in any order of rows."""
    label, panel = drawn
    fold = assign_fold_numbers(label, folds, seed=seed, panel=panel)
    for customer in np.unique(panel.customer):
        assert len(set(fold[panel.customer == customer])) == 1
    assert set(fold) <= set(range(folds))


@given(panels(), st.integers(2, 5), st.integers(0, 3))
def test_folds_are_even_in_customers_and_in_the_newest_label(
    drawn: tuple[NDArray[np.int8], Panel], folds: int, seed: int
) -> None:
    """No fold has two customers more than another: of all, of those who churned last, and of those retained."""
    label, panel = drawn
    fold = assign_fold_numbers(label, folds, seed=seed, panel=panel)
    first = np.unique(panel.customer, return_index=True)[1]
    newest = panel.period == panel.period.max()
    for rows in (first, newest & (label == 1), newest & (label == 0)):
        sizes = np.bincount(fold[rows], minlength=folds)
        assert sizes.max() - sizes.min() <= 1


@given(st.lists(st.integers(0, 1), min_size=1, max_size=60), st.integers(0, 3))
def test_single_rows_are_assigned_like_a_single_cutoff(labels: list[int], seed: int) -> None:
    """A panel of one cutoff in which every row is another customer is no different from no panel."""
    label = np.array(labels, np.int8)
    panel = Panel(np.arange(len(label)), np.zeros(len(label), np.int64))
    np.testing.assert_array_equal(
        assign_fold_numbers(label, 3, seed=seed), assign_fold_numbers(label, 3, seed=seed, panel=panel)
    )


@pytest.mark.parametrize("several_cutoffs", [False, True])
def test_the_seed_decides(several_cutoffs: bool) -> None:
    """The same seed gives the same folds, another seed gives others."""
    label = (np.arange(60) % 3 == 0).astype(np.int8)
    panel = Panel(np.arange(60) // 2, np.arange(60) % 2) if several_cutoffs else None
    training_set = TrainingSet((), np.empty((60, 0)), label, panel=panel)
    folds = [assign_folds(training_set, 5, seed=seed) for seed in (1, 1, 2)]
    np.testing.assert_array_equal(folds[0], folds[1])
    assert (folds[0] != folds[2]).any()
    assert np.bincount(folds[0]).tolist() == [12] * 5
