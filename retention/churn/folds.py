"""Who is held out together: by customer, so that nobody is learned from in one row and judged by in another."""

import numpy as np
from numpy.typing import NDArray

from retention.churn.training_set import Panel, TrainingSet


def assign_folds(training_set: TrainingSet, folds: int, *, seed: int) -> NDArray[np.int8]:
    """Divide customers into folds of about equal size with about equally many churners.

    Parameters
    ----------
    examples
        n rows; all rows of a person come into one fold.
    folds
        How many.
    seed
        Decides who comes where.

    Returns
    -------
    NDArray[np.int8]
        Fold of each row, length n.
    """
    from sklearn.model_selection import StratifiedKFold

    if training_set.panel is not None:
        return assign_fold_numbers(training_set.label, folds, seed=seed, panel=training_set.panel)
    fold = np.empty(len(training_set), dtype=np.int8)
    splits = StratifiedKFold(folds, shuffle=True, random_state=seed).split(training_set.matrix, training_set.label)
    for number, (_, held) in enumerate(splits):
        fold[held] = number
    return fold


def assign_fold_numbers(
    label: NDArray[np.int8], folds: int, *, seed: int, panel: Panel | None = None
) -> NDArray[np.int8]:
    """Deal customers out like cards, those with the same history of labels one after another.

    The newest label counts first: every part gets the same number of each, give or take one customer; of
    each label before it, about the same.

    Parameters
    ----------
    label
        1 left, 0 stayed; length n.
    parts
        How many.
    seed
        Shuffles customers with the same history.
    stack
        Whose row each is, and when; None where every row is another customer.

    Returns
    -------
    NDArray[np.int8]
        Part of each row, 0 and up, length n; one for all rows of a customer.
    """
    if panel is None:
        who, history = np.arange(len(label)), label[np.newaxis]
    else:
        customers, who = np.unique(panel.customer, return_inverse=True)
        history = np.full((int(panel.period.max()) + 1, len(customers)), -1, dtype=np.int8)
        history[panel.period, who] = label
    count = history.shape[1]
    part = np.empty(count, dtype=np.int8)
    part[np.lexsort((np.random.default_rng(seed).random(count), *history))] = np.arange(count) % folds
    return part[who]
