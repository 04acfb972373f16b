"""Customers ranked by their scores, counted once, so that other money inputs need no new count.

Scores fall into cells: one for each slider step of 0.001, or 16 where there are many customers. Pricing needs
only the sums over each cell, by fold and label. Other money inputs therefore never sort the customers again, and
look only at the few customers whose cell may hold the optimum.

**Sums** are arrays of shape (moments, ..., 2). The moments are the number of customers, the sum of their values
and, where a band needs it, the sum of their squared values; the last axis is (retained, churned). Without a value
column there is the first moment only, and the economics' value stands for that of each customer.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from retention.errors import InputError
from retention.profit.economics import Economics, checked_values

STEPS = 1000
GRID: NDArray[np.float64] = np.arange(STEPS + 1) / STEPS
"""The thresholds of the slider: the same doubles as ``round(i / 1000, 3)`` and as the decimals 0.000 ... 1.000."""
GRID.flags.writeable = False
ABOVE_EVERY_SCORE = float(np.nextafter(1.0, 2.0))
"""A threshold that no probability reaches, not even a score of 1; finite, so that JSON can hold it."""
MAX_FOLDS = 100
FINE_FROM = 50_000
"""With this many customers or more, a slider step is divided into 16 cells."""

_BATCH = 1 << 17  # rows whose intermediate arrays stay in the processor's cache

Sums = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Ranking:
    """n customers with scores from models that had not seen them. Build it with :func:`rank_customers`.

    Attributes
    ----------
    score
        Churn probability, (n,), in [0, 1].
    label
        1 churned, 0 retained, (n,).
    value
        Margin kept if they stay, (n,), currency; None for one value for all.
    fold
        The part each customer was held out in, (n,), from 0.
    cell
        Cell of each score, (n,); it rises with the score, and no grid threshold divides one.
        The last cell holds scores of exactly 1.
    sums
        By fold and cell, (1 or 2 moments, folds, cells, 2).
    weight
        How many customers each row stands for, (n,), 1 on average; None where each stands for itself. All sums
        count customers by their weight.
    """

    score: NDArray[np.float64] = field(repr=False)
    label: NDArray[np.int8] = field(repr=False)
    value: NDArray[np.float64] | None = field(repr=False)
    fold: NDArray[np.int8] = field(repr=False)
    cell: NDArray[np.uint16] = field(repr=False)
    sums: Sums = field(repr=False)
    weight: NDArray[np.float64] | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.score)

    @cached_property
    def effective_customers(self) -> float:
        """How many customers of equal weight would be as informative, (Σw)² / Σw² (Kish 1965)."""
        if self.weight is None:
            return len(self)
        return float(self.weight.sum() ** 2 / (self.weight @ self.weight))

    @property
    def all_customers(self) -> Sums:
        """Sums over all customers, (moments, 2)."""
        return self.grid[:, 0]

    @cached_property
    def grid(self) -> Sums:
        """Sums over the customers contacted at each of the 1,001 grid thresholds, (moments, 1001, 2)."""
        per_step = self.sums.shape[2] // STEPS
        return sum_from_top(self.group_sums(self.cell // per_step, STEPS + 1))

    @cached_property
    def lowest_value(self) -> float | None:
        """The lowest value in the column; None without a value column."""
        return None if self.value is None else float(self.value.min())

    def contacted(self, threshold: float) -> Sums:
        """Return the sums over the customers with score >= threshold, (moments, 2).

        Microseconds at a grid threshold; one look at every score at any other.
        """
        step = int(np.searchsorted(GRID, threshold))
        if step <= STEPS and GRID[step] == threshold:
            return self.grid[:, step]
        return self.group_sums((self.score >= threshold).astype(np.int32), 2)[:, 1]

    def group_sums(self, codes: NDArray[Any], groups: int) -> Sums:
        """Return the sums of each group 0 ... groups - 1 of ``codes`` (n,), as (moments, groups, 2)."""
        sums = np.zeros((1 if self.value is None else 3, groups * 2))
        _add_customers(sums, codes * np.int32(2) + self.label, self.value, self.weight)
        return sums.reshape(-1, groups, 2)


def rank_customers(
    score: ArrayLike,
    label: ArrayLike,
    *,
    fold: ArrayLike,
    value: ArrayLike | None = None,
    weight: ArrayLike | None = None,
) -> Ranking:
    """Check held-out customers, and count them by the cell of their score.

    Parameters
    ----------
    score
        Churn probability from a model that had not seen the customer, (n,), in [0, 1].
    label
        1 (or True) churned, 0 retained, (n,).
    fold
        The part each was held out in, (n,), whole numbers from 0 to 99, at least two different ones.
    value
        Margin kept if they stay, (n,), currency, >= 0; None for the economics' value.
    weight
        How many customers each row stands for, (n,), > 0; None where each stands for itself.

    Raises
    ------
    InputError
        If lengths differ or anything is missing or outside its bounds.
    """
    scores = _numbers("score", score)
    n = scores.size
    _same_length("score", scores, n)
    if n == 0:
        raise InputError("score: holds no customers; pass at least one row for each of two folds")
    if not (scores.min() >= 0 and scores.max() <= 1):
        wrong = np.count_nonzero(~((scores >= 0) & (scores <= 1)))
        raise InputError(f"score: {wrong} of {n} are missing or outside 0 to 1; pass churn probabilities")
    labels = _small_whole("label", label, n, 1, "give 1 for churned and 0 for retained customers")
    folds = _small_whole("fold", fold, n, MAX_FOLDS - 1, "number the held-out parts")
    if folds.min() == folds.max():
        raise InputError(
            "fold: all customers are in one fold; pass two or more, as a threshold is picked on the other folds"
        )
    values = None if value is None else _same_length("value", checked_values(value), n)
    weights = None if weight is None else _weights(weight, n)

    return _count_by_cell(scores, labels, folds, values, weights)


def sum_from_top(sums: Sums) -> Sums:
    """Return for each cell the sum over it and all cells above it, along the axis before the last."""
    above: Sums = sums[..., ::-1, :].cumsum(axis=-2)[..., ::-1, :]
    return above


def total_value(sums: Sums, economics: Economics) -> NDArray[np.float64]:
    """Return the sum of the customers' values (currency), shape of ``sums[0]``."""
    worth: Sums = sums[0] * economics.value if len(sums) == 1 else sums[1]
    return worth


def incremental_profit(sums: Sums, economics: Economics) -> NDArray[np.float64]:
    """Return what contacting these customers earns against doing nothing (currency), shape of ``sums[0]``."""
    intercept, slope = economics.profit_lines()
    amounts: Sums = intercept * sums[0] + slope * total_value(sums, economics)
    return amounts


def incremental_profit_squared(sums: Sums, economics: Economics) -> NDArray[np.float64]:
    """Return the sum over customers of their squared incremental profit, shape of ``sums[0]``."""
    intercept, slope = economics.profit_lines()
    squares = sums[0] * economics.value**2 if len(sums) == 1 else sums[2]
    mixed = 2 * intercept * slope * total_value(sums, economics)
    total: Sums = intercept**2 * sums[0] + mixed + slope**2 * squares
    return total


def save_rate_line(contacted: Sums, economics: Economics) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (cost, gain) of contacting, so that the profit at save rate γ is γ·gain − cost (currency).

    Parameters
    ----------
    contacted
        Sums over the customers contacted, (moments, ..., 2).
    economics
        The money inputs; the save rate plays no part.
    """
    profit_none_saved = incremental_profit(contacted, replace(economics, save_rate=0.0)).sum(axis=-1)
    profit_all_saved = incremental_profit(contacted, replace(economics, save_rate=1.0)).sum(axis=-1)
    return -profit_none_saved, profit_all_saved - profit_none_saved


def _count_by_cell(
    score: NDArray[np.float64],
    label: NDArray[np.int8],
    fold: NDArray[np.int8],
    value: NDArray[np.float64] | None,
    weight: NDArray[np.float64] | None,
) -> Ranking:
    n, folds = len(score), int(fold.max()) + 1
    per_step = 16 if n >= FINE_FROM else 1
    cells = STEPS * per_step + 1
    cell, key = np.empty(n, dtype=np.uint16), np.empty(n, dtype=np.int64)
    for start in range(0, n, _BATCH):
        batch = slice(start, start + _BATCH)
        batch_cell = _cells(score[batch], per_step)
        cell[batch] = batch_cell
        batch_cell += fold[batch].astype(np.int32) * cells
        batch_cell *= 2
        np.add(batch_cell, label[batch], out=key[batch])
    sums = np.zeros((1 if value is None else 2, folds * cells * 2))
    _add_customers(sums, key, value, weight)
    return Ranking(score, label, value, fold, cell, sums.reshape(-1, folds, cells, 2), weight)


def _cells(score: NDArray[np.float64], per_step: int) -> NDArray[np.int32]:
    position = score * (STEPS * per_step)
    cell = position.astype(np.int32)
    at_edge = np.flatnonzero(position == cell)  # the product may have been rounded up to a threshold
    cell[at_edge] -= score[at_edge] < GRID[cell[at_edge] // per_step]
    return cell


def _add_customers(
    sums: Sums, key: NDArray[Any], value: NDArray[np.float64] | None, weight: NDArray[np.float64] | None
) -> None:
    """Add customers to the sums (moments, keys) in place."""
    for power in range(len(sums)):
        amount = None if value is None or power == 0 else value if power == 1 else value**power
        if weight is not None:
            amount = weight if amount is None else amount * weight
        sums[power] += np.bincount(key, amount, minlength=sums.shape[1])


def _weights(weight: ArrayLike, length: int) -> NDArray[np.float64]:
    """Return checked weights, scaled to 1 on average."""
    weights = _same_length("weight", _numbers("weight", weight), length)
    if not (weights.min() > 0 and np.isfinite(weights.sum())):
        raise InputError("weight: must be numbers above 0, one a customer; leave it out to count each once")
    scaled: NDArray[np.float64] = weights / weights.mean()
    return scaled


def _numbers(name: str, numbers: ArrayLike) -> NDArray[np.float64]:
    try:
        return np.asarray(numbers, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name}: holds something that is not a number; pass numbers only") from None


def _small_whole(name: str, numbers: ArrayLike, length: int, high: int, advice: str) -> NDArray[np.int8]:
    column = np.asarray(numbers)
    if column.dtype.kind not in "biu":
        column = _numbers(name, numbers)
    _same_length(name, column, length)
    fits = column.min() >= 0 and column.max() <= high  # false for a NaN as well
    whole = column.astype(np.int8) if fits else None
    if whole is None or (column.dtype.kind == "f" and not np.array_equal(whole, column)):
        raise InputError(f"{name}: must be whole numbers from 0 to {high}, one a customer; {advice}")
    return whole


def _same_length(name: str, column: NDArray[Any], length: int) -> NDArray[Any]:
    if column.shape != (length,):
        raise InputError(
            f"{name}: has shape {column.shape}, expected ({length},) as of score; give one a customer"
        )
    return column
