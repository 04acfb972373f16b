"""How well a column or a score separates the classes."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from retention.customers.audit.separation import column_auc, roc_auc_of_ranks
from tests.customers.audit.cases import ROWS, labelled, random


def test_many_different_values_are_no_leak() -> None:
    """Texts that are different for everyone say nothing about others, whatever they look like."""
    values = pd.Series([f"v{n // 2}" for n in random().permutation(ROWS)])
    assert 0.3 < column_auc(values, labelled().astype(np.int8)) < 0.7


def test_a_leak_in_the_middle_is_seen() -> None:
    """It need not be the high or the low values that give the answer away."""
    label = labelled(0.5).astype(np.int8)
    values = np.where(label == 1, random().normal(0, 1, ROWS), np.where(random(1).random(ROWS) < 0.5, -50.0, 50.0))
    order = random(2).permutation(ROWS)
    assert column_auc(pd.Series(values[order]), label[order]) > 0.99


def test_a_weighted_auc_counts_rows_several_times() -> None:
    """It equals the AUC of rows repeated as often as they count; a tie counts half."""
    rng = np.random.default_rng(0)
    label = rng.integers(0, 2, 40).astype(np.int8)
    rank, weight = rng.integers(0, 9, 40), rng.integers(0, 4, 40)
    repeated = np.repeat(np.arange(40), weight)
    expected = roc_auc_score(label[repeated], rank[repeated])
    assert roc_auc_of_ranks(rank, label, weight.astype(float)) == pytest.approx(expected)


def test_one_class_has_no_auc() -> None:
    """Without a pair of a churned and a retained customer there is nothing to compare."""
    assert np.isnan(roc_auc_of_ranks(np.arange(2), np.ones(2, np.int8), np.ones(2)))
