"""Leaks that no column shows by itself: what a column adds to all others, and what two columns show together.

A noisy copy of the label, orders of the days after the cutoff, or a field that is filled in for some of the
churned customers separates the classes no better than a good feature does. It gives itself away by what it adds:
features of the past overlap, so leaving one out costs a model almost nothing, and leaving a leak out costs much. A
total that runs on beyond the cutoff shows in the difference to the total up to it.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.customers.audit.findings import Finding
from retention.customers.audit.separation import column_auc, roc_auc_of_ranks
from retention.wording.text import quote

_ROWS = 3000  # of both classes together
_FEWEST_OF_A_CLASS = 50
_FEWEST_FEATURES = 5  # among few columns a good one adds much
_SUSPECTS = 2  # columns that are left out in turn, those that the model uses most
_LEAST_ADDED = 0.025  # AUC; honest features of six real and simulated sets added at most 0.012
_ERRORS = 2.5
_RESAMPLES = 40
_ROUNDS = 30
_SUSPECT_AUC = 0.95
_WIDEST = 60  # number columns compared in pairs


def joint_leaks(features: pd.DataFrame, label: NDArray[np.int8], *, named: frozenset[str]) -> Iterator[Finding]:
    """Find columns that leak the label together with others.

    Parameters
    ----------
    features
        n rows.
    label
        1 churned, 0 retained, (n,); both occur.
    named
        Columns that leak by themselves; they are left out here.
    """
    features = features[[name for name in features.columns if str(name) not in named]]
    rows = np.random.default_rng(0).permutation(len(label))[:_ROWS]
    features, label = features.iloc[rows], label[rows]
    if min(label.sum(), len(label) - label.sum()) < _FEWEST_OF_A_CLASS:
        return
    pairs = list(_totals_beyond_the_cutoff(features, label))
    yield from pairs
    features = features.drop(columns=[finding.column for finding in pairs if finding.column is not None])
    if features.shape[1] > _FEWEST_FEATURES:
        yield from _columns_that_add_too_much(features, label)


def _columns_that_add_too_much(features: pd.DataFrame, label: NDArray[np.int8]) -> Iterator[Finding]:
    """Leave out the columns that a quick model uses most, one at a time, and see what its AUC loses."""
    matrix = _encode(features)
    with_all, gain = _held_out_scores(matrix, label)
    for position in np.argsort(-gain, kind="stable")[:_SUSPECTS]:
        without, _ = _held_out_scores(np.delete(matrix, position, axis=1), label)
        added, error = _auc_difference(with_all, without, label)
        if added < max(_LEAST_ADDED, _ERRORS * error):
            continue
        name = str(features.columns[position])
        before = _auc(without, label)
        sentence = (
            f"{quote(name)} lifts the AUC of a quick model on held-out customers from {before:.2f} to "
            f"{before + added:.2f} by itself, more than columns known at the cutoff usually do; if it is only "
            "known afterwards, or filled in because customers churned, exclude it"
        )
        yield Finding("warning", "leakage", name, 1.0, sentence)


def _totals_beyond_the_cutoff(features: pd.DataFrame, label: NDArray[np.int8]) -> Iterator[Finding]:
    """Find a number that is never below another one, where what it has more separates the classes."""
    numbers = features.select_dtypes("float64")
    numbers = numbers.loc[:, (numbers.notna().mean() > 0.95).to_numpy() & (numbers.min() >= 0).to_numpy()]
    names = list(numbers.columns)[:_WIDEST]
    values = numbers[names].to_numpy()
    named: set[str] = set()
    for larger, total in enumerate(names):
        for smaller, part in enumerate(names):
            more = values[:, larger] - values[:, smaller]
            if larger == smaller or total in named or np.nanmean(more >= 0) < 0.99 or not np.nanmax(more) > 0:
                continue
            if np.nanmean(more == 0) < 0.02:  # a total up to the cutoff and one beyond it agree for the churned
                continue
            auc = column_auc(pd.Series(more), label)
            if auc >= _SUSPECT_AUC:
                named.add(total)
                sentence = (
                    f"{quote(str(total))} minus {quote(str(part))} separates churned from retained customers (AUC "
                    f"{np.floor(auc * 100) / 100:.2f}): {quote(str(total))} seems to count what came after the "
                    "cutoff; count it up to the cutoff, or exclude it"
                )
                yield Finding("error", "leakage", str(total), 1.0, sentence)


def _encode(features: pd.DataFrame) -> NDArray[np.float64]:
    """Return numbers as they are and words as codes, (n, d); blanks are NaN."""
    columns = []
    for position in range(features.shape[1]):
        column = features.iloc[:, position]
        if column.dtype == np.float64:
            columns.append(column.to_numpy())
        else:
            codes = pd.factorize(column)[0].astype(np.float64)
            columns.append(np.where(codes < 0, np.nan, codes))
    return np.column_stack(columns)


def _held_out_scores(
    matrix: NDArray[np.float64], label: NDArray[np.int8]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return scores of a few boosted trees fitted on the other half, (n,), and each column's gain, (d,)."""
    import xgboost

    parameters = {
        "objective": "binary:logistic", "max_depth": 3, "eta": 0.2, "min_child_weight": 5, "lambda": 5,
        "tree_method": "hist", "max_bin": 64, "nthread": 1,
    }  # fmt: skip
    score, gain = np.empty(len(label)), np.zeros(matrix.shape[1])
    half = np.arange(len(label)) % 2 == 0
    for train, test in ((half, ~half), (~half, half)):
        booster = xgboost.train(parameters, xgboost.DMatrix(matrix[train], label=label[train]), _ROUNDS)
        score[test] = booster.predict(xgboost.DMatrix(matrix[test]))
        for name, total_gain in booster.get_score(importance_type="total_gain").items():
            gain[int(name.removeprefix("f"))] += float(np.sum(total_gain))
    return score, gain


def _auc_difference(
    score: NDArray[np.float64], other_score: NDArray[np.float64], label: NDArray[np.int8]
) -> tuple[float, float]:
    """Return how much higher the AUC of one score is than that of another, and its bootstrap error."""
    ranks = [np.unique(scores, return_inverse=True)[1] for scores in (score, other_score)]
    rng = np.random.default_rng(0)
    drawn = []
    for _ in range(_RESAMPLES):
        weight = rng.poisson(1.0, len(label)).astype(np.float64)
        first, second = (roc_auc_of_ranks(rank, label, weight) for rank in ranks)
        drawn.append(first - second)
    return _auc(score, label) - _auc(other_score, label), float(np.nanstd(drawn))


def _auc(score: NDArray[np.float64], label: NDArray[np.int8]) -> float:
    return roc_auc_of_ranks(np.unique(score, return_inverse=True)[1], label)
