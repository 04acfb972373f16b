"""Assign customers to folds, so that no customer is learned from in one row and held out in another."""

import numpy as np
from numpy.typing import NDArray

from retention.churn.training_set import Panel, TrainingSet


def assign_folds(training_set: TrainingSet, folds: int, *, seed: int) -> NDArray[np.int8]:
    """Divide customers into folds of about equal size with about equally many churned ones.

    Parameters
    ----------
    training_set
        n rows; all rows of a customer come into the same fold.
    folds
        Number of folds.
    seed
        Decides the assignment.

    Returns
    -------
    NDArray[np.int8]
        Fold of each row, 0 and up, length n.
    """
    from sklearn.model_selection import StratifiedKFold

    if training_set.panel is not None:
        return assign_fold_numbers(training_set.label, folds, seed=seed, panel=training_set.panel)
    fold = np.empty(len(training_set), dtype=np.int8)
    splits = StratifiedKFold(folds, shuffle=True, random_state=seed).split(training_set.matrix, training_set.label)
    for number, (_, test) in enumerate(splits):
        fold[test] = number
    return fold


def assign_fold_numbers(
    label: NDArray[np.int8], folds: int, *, seed: int, panel: Panel | None = None
) -> NDArray[np.int8]:
    """Assign fold numbers in turn to customers sorted by their history of labels.

    The newest label is the first sort key, so every fold gets the same number of each label there, give or
    take one customer; of each label before it, about the same number.

    Parameters
    ----------
    label
        1 churned, 0 retained; length n.
    folds
        Number of folds.
    seed
        Shuffles customers with the same history.
    panel
        The customer and the cutoff of each row; None where every row is another customer.

    Returns
    -------
    NDArray[np.int8]
        Fold of each row, 0 and up, length n; the same for all rows of a customer.
    """
    if panel is None:
        customer, history = np.arange(len(label)), label[np.newaxis]
    else:
        customers, customer = np.unique(panel.customer, return_inverse=True)
        history = np.full((int(panel.period.max()) + 1, len(customers)), -1, dtype=np.int8)
        history[panel.period, customer] = label
    count = history.shape[1]
    fold = np.empty(count, dtype=np.int8)
    fold[np.lexsort((np.random.default_rng(seed).random(count), *history))] = np.arange(count) % folds
    return fold[customer]
