"""Labelled customers -> what every candidate learns from, or one sentence why nothing can be learned."""

from typing import Literal

import numpy as np

from retention.churn.schema import encode, learn_columns
from retention.churn.training_set import FEWEST_OF_A_KIND, Panel, TrainingSet
from retention.customers.table import Customers
from retention.errors import InputError
from retention.wording.text import count_noun

Weight = float | Literal["balanced"] | None


def labelled(customers: Customers, scale_pos_weight: Weight = None) -> tuple[TrainingSet, tuple[str, ...]]:
    """Encode customers with their outcome.

    Parameters
    ----------
    customers
        At least ten who left and ten who stayed; with several cutoffs, at the newest one and before it.
    scale_pos_weight
        How many times a churner counts: None for once, ``"balanced"`` for as often as makes both kinds weigh
        the same (at the earlier of several cutoffs).

    Returns
    -------
    examples, left_out
        n rows, and sentences about the columns that cannot be used.

    Raises
    ------
    InputError
        If there is no label, only one kind of customer or too few of one, or no usable feature, or the weight
        cannot be.
    """
    if customers.label is None:
        raise InputError(
            f"{customers.source}: no label column, so there is nothing to learn; name it with --label"
        )
    stack = Panel(customers.groups, customers.period) if len(customers.cutoffs) > 1 else None
    bare = TrainingSet((), np.empty((len(customers), 0)), customers.label, panel=stack)
    known = bare.take(bare.known)
    if stack is None:
        _check_kinds(known, customers)
    else:
        _check_kinds(bare.take(~bare.known), customers, f" at {customers.cutoffs[-1]}")
        _check_kinds(known, customers, f" before {customers.cutoffs[-1]}")
    columns, left_out = learn_columns(customers)
    if not columns:
        why = "".join(f"; {sentence}" for sentence in left_out)
        raise InputError(
            f"{customers.source}: no usable feature column{why}; add some that differ between customers"
        )
    weight = _weight(scale_pos_weight, known)
    return TrainingSet(columns, encode(columns, customers), customers.label, weight, stack), left_out


def _check_kinds(examples: TrainingSet, customers: Customers, where: str = "") -> None:
    stayed, left = examples.class_counts
    for kind, count in (("left", left), ("stayed", stayed)):
        if count < FEWEST_OF_A_KIND:
            raise InputError(
                f"{customers.source}: column '{customers.roles.label}' says that {count_noun(count, 'customer')} "
                f"{kind}{where}; training needs at least {FEWEST_OF_A_KIND} of each kind"
            )


def _weight(scale_pos_weight: Weight, examples: TrainingSet) -> float:
    if scale_pos_weight is None:
        return 1.0
    if scale_pos_weight == "balanced":
        return float((examples.label == 0).sum() / examples.label.sum())
    if isinstance(scale_pos_weight, str) or not 0.001 <= scale_pos_weight <= 1000:
        raise InputError(
            f"scale_pos_weight {scale_pos_weight}: pass a number between 0.001 and 1000, or 'balanced'"
        )
    return float(scale_pos_weight)
