"""Encoded customers with their outcome: what every candidate learns from."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from retention.churn.schema import Column, encode, learn_columns
from retention.customers.table import Customers
from retention.errors import InputError
from retention.wording.text import count_noun

ScalePosWeight = float | Literal["balanced"] | None

MIN_CLASS_COUNT = 10
"""Customers who left, and who stayed, below which nothing can be divided and measured."""


@dataclass(frozen=True, eq=False)
class Panel:
    """Who n rows from several cutoffs are about, and which cutoff each is from.

    Attributes
    ----------
    customer
        Number of the person, length n; the same at every cutoff.
    period
        Number of the cutoff, 0 the oldest, length n.
    """

    customer: NDArray[np.int64]
    period: NDArray[np.int64]

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "Panel":
        """Return the rows at these positions, or where the mask is true."""
        return Panel(self.customer[rows], self.period[rows])


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """n rows, each a customer as numbers.

    Attributes
    ----------
    columns
        The d features.
    matrix
        Shape (n, d): numbers, positions of categories, NaN for blanks (see ``schema.encode``).
    label
        1 left, 0 stayed; length n.
    weight
        How many times a churner counts in a fit.
    stack
        Which rows are of one person, where there are several cutoffs; None where every row is another one.
    """

    columns: tuple[Column, ...]
    matrix: NDArray[np.float64]
    label: NDArray[np.int8]
    churned_weight: float = 1.0
    panel: Panel | None = None

    def __len__(self) -> int:
        return len(self.label)

    @property
    def churn_rate(self) -> float:
        """Share that left."""
        return float(self.label.mean())

    @property
    def sample_weight(self) -> NDArray[np.float64]:
        """How many times each customer counts in a fit, length n."""
        return np.where(self.label == 1, self.churned_weight, 1.0)

    @property
    def selection_rows(self) -> NDArray[np.bool_]:
        """Whose outcome may be learned from before the test, length n: all, or those before the newest cutoff."""
        if self.panel is None:
            return np.ones(len(self), dtype=bool)
        return np.asarray(self.panel.period < self.panel.period.max(initial=0))

    @property
    def class_counts(self) -> tuple[int, int]:
        """How many different customers stayed, and how many left."""
        if self.panel is None:
            return int((self.label == 0).sum()), int(self.label.sum())
        who = self.panel.customer
        return len(np.unique(who[self.label == 0])), len(np.unique(who[self.label == 1]))

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "TrainingSet":
        """Return the rows at these positions, or where the mask is true."""
        panel = None if self.panel is None else self.panel.take(rows)
        return replace(self, matrix=self.matrix[rows], label=self.label[rows], panel=panel)

    def sample(self, max_rows: int, *, seed: int) -> "TrainingSet":
        """Return at most ``most`` of them, drawn at random."""
        if len(self) <= max_rows:
            return self
        return self.take(np.random.default_rng(seed).choice(len(self), max_rows, replace=False))


def build_training_set(
    customers: Customers, scale_pos_weight: ScalePosWeight = None
) -> tuple[TrainingSet, tuple[str, ...]]:
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
    panel = Panel(customers.groups, customers.period) if len(customers.cutoffs) > 1 else None
    bare = TrainingSet((), np.empty((len(customers), 0)), customers.label, panel=panel)
    known = bare.take(bare.selection_rows)
    if panel is None:
        _check_kinds(known, customers)
    else:
        _check_kinds(bare.take(~bare.selection_rows), customers, f" at {customers.cutoffs[-1]}")
        _check_kinds(known, customers, f" before {customers.cutoffs[-1]}")
    columns, left_out = learn_columns(customers)
    if not columns:
        why = "".join(f"; {sentence}" for sentence in left_out)
        raise InputError(
            f"{customers.source}: no usable feature column{why}; add some that differ between customers"
        )
    weight = _weight(scale_pos_weight, known)
    return TrainingSet(columns, encode(columns, customers), customers.label, weight, panel), left_out


def _check_kinds(examples: TrainingSet, customers: Customers, where: str = "") -> None:
    stayed, left = examples.class_counts
    for kind, count in (("left", left), ("stayed", stayed)):
        if count < MIN_CLASS_COUNT:
            raise InputError(
                f"{customers.source}: column '{customers.roles.label}' says that {count_noun(count, 'customer')} "
                f"{kind}{where}; training needs at least {MIN_CLASS_COUNT} of each kind"
            )


def _weight(scale_pos_weight: ScalePosWeight, examples: TrainingSet) -> float:
    if scale_pos_weight is None:
        return 1.0
    if scale_pos_weight == "balanced":
        return float((examples.label == 0).sum() / examples.label.sum())
    if isinstance(scale_pos_weight, str) or not 0.001 <= scale_pos_weight <= 1000:
        raise InputError(
            f"scale_pos_weight {scale_pos_weight}: pass a number between 0.001 and 1000, or 'balanced'"
        )
    return float(scale_pos_weight)
