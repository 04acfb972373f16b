"""Turn labelled customers into the training set that every candidate learns from."""

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
"""Churned customers, and retained ones, below which folds cannot be formed and measured."""


@dataclass(frozen=True, eq=False)
class Panel:
    """Several cutoffs stacked: the customer and the cutoff of each of n rows.

    Attributes
    ----------
    customer
        Number of the customer, length n; the same at every cutoff.
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
        1 churned, 0 retained; length n.
    churned_weight
        How many times a churned customer counts in a fit; a retained one counts once.
    panel
        The customer and the cutoff of each row, where there are several cutoffs; None where every row is another
        customer.
    row_weight
        How many customers each row stands for, length n, 1 on average; None where each stands for itself.
    """

    columns: tuple[Column, ...]
    matrix: NDArray[np.float64]
    label: NDArray[np.int8]
    churned_weight: float = 1.0
    panel: Panel | None = None
    row_weight: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.label)

    @property
    def churn_rate(self) -> float:
        """Share of rows that churned, each counted by its row weight, in [0, 1]."""
        return float(np.average(self.label, weights=self.row_weight))

    @property
    def sample_weight(self) -> NDArray[np.float64]:
        """How many times each row counts in a fit, length n."""
        weight = np.where(self.label == 1, self.churned_weight, 1.0)
        return weight if self.row_weight is None else weight * self.row_weight

    @property
    def has_weights(self) -> bool:
        """Whether some rows count more than others in a fit."""
        return self.churned_weight != 1.0 or self.row_weight is not None

    @property
    def selection_rows(self) -> NDArray[np.bool_]:
        """Rows that candidates may be selected on, a mask of length n: all, or those before the newest cutoff."""
        if self.panel is None:
            return np.ones(len(self), dtype=bool)
        return np.asarray(self.panel.period < self.panel.period.max(initial=0))

    @property
    def class_counts(self) -> tuple[int, int]:
        """Number of different customers who were retained, and of those who churned."""
        if self.panel is None:
            return int((self.label == 0).sum()), int(self.label.sum())
        customer = self.panel.customer
        return len(np.unique(customer[self.label == 0])), len(np.unique(customer[self.label == 1]))

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "TrainingSet":
        """Return the rows at these positions, or where the mask is true."""
        panel = None if self.panel is None else self.panel.take(rows)
        weight = None if self.row_weight is None else self.row_weight[rows]
        return replace(self, matrix=self.matrix[rows], label=self.label[rows], panel=panel, row_weight=weight)

    def sample(self, max_rows: int, *, seed: int) -> "TrainingSet":
        """Return at most ``max_rows`` rows, drawn at random."""
        if len(self) <= max_rows:
            return self
        return self.take(np.random.default_rng(seed).choice(len(self), max_rows, replace=False))


def build_training_set(
    customers: Customers,
    scale_pos_weight: ScalePosWeight = None,
    row_weight: NDArray[np.float64] | None = None,
) -> tuple[TrainingSet, tuple[str, ...]]:
    """Encode customers with their outcome.

    Parameters
    ----------
    customers
        At least ten churned and ten retained; with several cutoffs, at the newest one and before it.
    scale_pos_weight
        How many times a churned customer counts, 0.001 to 1000: None for once, ``"balanced"`` for as often as
        gives both classes the same weight (at the earlier of several cutoffs).
    row_weight
        How many customers each row stands for, length n, above 0; None where each stands for itself.

    Returns
    -------
    training_set, left_out
        n rows, and sentences about the columns that cannot be used.

    Raises
    ------
    InputError
        If there is no label, too few customers of a class, or no usable feature, or the weight is invalid.
    """
    if customers.label is None:
        raise InputError(
            f"{customers.source}: no label column, so there is nothing to learn; name it with --label"
        )
    panel = Panel(customers.groups, customers.period) if len(customers.cutoffs) > 1 else None
    if row_weight is not None:
        row_weight = row_weight / row_weight.mean()
    without_features = TrainingSet(
        (), np.empty((len(customers), 0)), customers.label, panel=panel, row_weight=row_weight
    )
    selection = without_features.take(without_features.selection_rows)
    if panel is None:
        _check_class_counts(selection, customers)
    else:
        _check_class_counts(
            without_features.take(~without_features.selection_rows), customers, f" at {customers.cutoffs[-1]}"
        )
        _check_class_counts(selection, customers, f" before {customers.cutoffs[-1]}")
    columns, left_out = learn_columns(customers)
    if not columns:
        why = "".join(f"; {sentence}" for sentence in left_out)
        raise InputError(
            f"{customers.source}: no usable feature column{why}; add some that differ between customers"
        )
    weight = _churned_weight(scale_pos_weight, selection)
    matrix = encode(columns, customers)
    return TrainingSet(columns, matrix, customers.label, weight, panel, row_weight), left_out


def _check_class_counts(training_set: TrainingSet, customers: Customers, where: str = "") -> None:
    retained, churned = training_set.class_counts
    for what, count in (("churned", churned), ("was retained" if retained == 1 else "were retained", retained)):
        if count < MIN_CLASS_COUNT:
            raise InputError(
                f"{customers.source}: column '{customers.roles.label}' says that {count_noun(count, 'customer')} "
                f"{what}{where}; training needs at least {MIN_CLASS_COUNT} of each class"
            )


def _churned_weight(scale_pos_weight: ScalePosWeight, training_set: TrainingSet) -> float:
    if scale_pos_weight is None:
        return 1.0
    if scale_pos_weight == "balanced":
        if training_set.row_weight is None:
            return float((training_set.label == 0).sum() / training_set.label.sum())
        return (1 - training_set.churn_rate) / training_set.churn_rate
    if isinstance(scale_pos_weight, str) or not 0.001 <= scale_pos_weight <= 1000:
        raise InputError(
            f"scale_pos_weight {scale_pos_weight}: pass a number between 0.001 and 1000, or 'balanced'"
        )
    return float(scale_pos_weight)
