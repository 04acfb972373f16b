import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention.churn.folds import assign_fold_numbers, assign_folds
from retention.churn.training_set import Panel, TrainingSet


@st.composite
def stacks(draw):
    """Rows of up to 40 people at up to four cutoffs, each at most once at each, in any order."""
    people, periods = draw(st.integers(1, 40)), draw(st.integers(1, 4))
    keys = [(person, period) for person in range(people) for period in range(periods)]
    rows = draw(st.lists(st.sampled_from(keys), min_size=1, unique=True))
    label = draw(st.lists(st.integers(0, 1), min_size=len(rows), max_size=len(rows)))
    who, when = np.array(rows).T
    return np.array(label, np.int8), Panel(who * 7, when)


@given(stacks(), st.integers(2, 5), st.integers(0, 3))
def test_all_rows_of_a_person_come_into_one_part(drawn, parts, seed):
    """Whatever they did at whichever cutoff, and in any order of rows."""
    label, stack = drawn
    part = assign_fold_numbers(label, parts, seed=seed, panel=stack)
    for person in np.unique(stack.customer):
        assert len(set(part[stack.customer == person])) == 1
    assert set(part) <= set(range(parts))


@given(stacks(), st.integers(2, 5), st.integers(0, 3))
def test_parts_are_even_in_people_and_in_the_newest_label(drawn, parts, seed):
    """No part has two customers more than another: of all, of those who left last, and of those who stayed."""
    label, stack = drawn
    part = assign_fold_numbers(label, parts, seed=seed, panel=stack)
    first = np.unique(stack.customer, return_index=True)[1]
    newest = stack.period == stack.period.max()
    for rows in (first, newest & (label == 1), newest & (label == 0)):
        sizes = np.bincount(part[rows], minlength=parts)
        assert sizes.max() - sizes.min() <= 1


@given(st.lists(st.integers(0, 1), min_size=1, max_size=60), st.integers(0, 3))
def test_single_rows_are_dealt_as_one_cutoff_is(label, seed):
    """A stack of one cutoff in which every row is another person is no different from no stack."""
    label = np.array(label, np.int8)
    stack = Panel(np.arange(len(label)), np.zeros(len(label), np.int64))
    np.testing.assert_array_equal(
        assign_fold_numbers(label, 3, seed=seed), assign_fold_numbers(label, 3, seed=seed, panel=stack)
    )


@pytest.mark.parametrize("stacked", [False, True])
def test_the_seed_decides(stacked):
    """The same seed deals the same way, another one does not."""
    label = (np.arange(60) % 3 == 0).astype(np.int8)
    stack = Panel(np.arange(60) // 2, np.arange(60) % 2) if stacked else None
    examples = TrainingSet((), np.empty((60, 0)), label, panel=stack)
    folds = [assign_folds(examples, 5, seed=seed) for seed in (1, 1, 2)]
    np.testing.assert_array_equal(folds[0], folds[1])
    assert (folds[0] != folds[2]).any()
    assert np.bincount(folds[0]).tolist() == [12] * 5
