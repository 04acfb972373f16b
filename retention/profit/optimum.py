"""The threshold that earns most, found exactly without sorting all customers.

At the edge between two neighbouring cells of the ranking, the sums give the profit. Inside a cell it can rise by
no more than the churned customers there earn. So only the cells where that could beat the best edge are sorted
and searched, tied scores together.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from retention.profit.economics import Economics
from retention.profit.ranking import ABOVE_EVERY_SCORE, Ranking, incremental_profit, sum_from_top

_CLOSE = 100  # cells
_ROUNDING = 1e-12
_MAX_CLUSTERS = 3  # up to this many, comparing is faster than looking up


class Thresholds(NamedTuple):
    """Where the profit is highest; ``ABOVE_EVERY_SCORE`` where contacting nobody is best.

    Attributes
    ----------
    best
        Picked on all customers. It is the shortest decimal that separates the last
        customer contacted from the first one who is not.
    by_fold
        For each fold, picked on the customers of the other folds, (folds,).
    """

    best: float
    by_fold: NDArray[np.float64]


def best_thresholds(ranking: Ranking, economics: Economics) -> Thresholds:
    """Find the most profitable threshold over every distinct score, overall and without each fold.

    Of equally good thresholds the highest wins: the same profit with fewer contacts.

    Parameters
    ----------
    ranking
        The customers.
    economics
        The money inputs; ``value`` is not used with a value column.
    """
    by_fold = incremental_profit(ranking.sums, economics)  # (folds, cells, 2)
    # Row 0: all customers; row 1 + k: all but fold k.
    profit = _with_leave_one_out(by_fold[..., 0] + by_fold[..., 1])
    possible_rise = _with_leave_one_out(by_fold[..., 1] + ranking.sums[0, ..., 1] * _shortfall(ranking, economics))
    at_edge = sum_from_top(profit[..., np.newaxis])[..., 0]
    above = at_edge - profit
    top = at_edge.shape[1] - 1 - at_edge[:, ::-1].argmax(axis=1)  # the highest of equally good edges
    best_edge = np.maximum(np.take_along_axis(at_edge, top[:, np.newaxis], axis=1), 0.0)
    is_open = np.any(above + possible_rise > best_edge, axis=0)
    is_open[top] = True

    rows = _rows_in_cells(ranking.cell, is_open)
    rows = rows[np.argsort(-ranking.score[rows])]
    score, cell, fold, label = (
        column[rows] for column in (ranking.score, ranking.cell, ranking.fold, ranking.label)
    )
    intercept, slope = economics.profit_lines()
    value = economics.value if ranking.value is None else ranking.value[rows]
    gain = intercept[label] + slope[label] * value
    if ranking.weight is not None:
        gain = gain * ranking.weight[rows]
    first = len(cell) - np.searchsorted(cell[::-1], cell, side="right")  # where each customer's cell begins
    cuts = np.flatnonzero(np.append(score[1:] != score[:-1], True)[: len(score)])  # tied scores move together

    thresholds = np.full(len(profit), ABOVE_EVERY_SCORE)
    for row in range(len(profit)):
        running = np.append(0.0, np.cumsum(gain if row == 0 else np.where(fold == row - 1, 0.0, gain)))
        reached = above[row, cell[cuts]] + running[cuts + 1] - running[first[cuts]]
        if len(cuts) and reached.max() > 0:
            equally_good = reached >= reached.max() * (1 - _ROUNDING)  # sums of the same amounts in another order
            thresholds[row] = score[cuts[equally_good.argmax()]]
    return Thresholds(_shortest_decimal(ranking, float(thresholds[0])), thresholds[1:])


def _with_leave_one_out(by_fold: NDArray[np.float64]) -> NDArray[np.float64]:
    total = by_fold.sum(axis=0)
    return np.concatenate([total[np.newaxis], total - by_fold])


def _shortfall(ranking: Ranking, economics: Economics) -> float:
    """Return by how much contacting the churned customer of the lowest value costs more than it earns, or 0.

    Added to the profit of the churned customers in a cell, it bounds what any part of the cell can earn.
    """
    value = economics.value if ranking.lowest_value is None else ranking.lowest_value
    return max(0.0, economics.contact_cost - economics.save_rate * (value - economics.offer_cost))


def _rows_in_cells(cell: NDArray[np.uint16], selected: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the positions of the customers in the selected cells, one cluster of cells after the other.

    Two comparisons per cluster rule out most customers faster than looking up every customer's cell.
    """
    cells = np.flatnonzero(selected)
    clusters = np.split(cells, np.flatnonzero(np.diff(cells) > _CLOSE) + 1)
    if len(clusters) > _MAX_CLUSTERS:
        return np.flatnonzero(selected.take(cell))
    ends = (
        (int(cluster[0]), int(cluster[-1])) for cluster in clusters
    )  # no wider than the cells: compared faster
    rows = [np.flatnonzero((cell >= first) & (cell <= last)) for first, last in ends]
    return np.concatenate([candidates[selected[cell[candidates]]] for candidates in rows])


def _shortest_decimal(ranking: Ranking, lowest: float) -> float:
    """Return the shortest decimal that contacts exactly the customers whose score is ``lowest`` or higher."""
    if lowest == ABOVE_EVERY_SCORE:
        return 1.0 if ranking.score.max() < 1 else ABOVE_EVERY_SCORE
    occupied = np.flatnonzero(ranking.sums[0].sum(axis=(0, 2)))
    lowest_cell = int(lowest * (ranking.sums.shape[2] - 1))  # rounding may give the next higher cell
    end = int(np.searchsorted(occupied, lowest_cell, side="right"))
    near = np.zeros(ranking.sums.shape[2], dtype=np.bool_)
    near[occupied[max(0, end - 3) : end]] = True
    scores = ranking.score[_rows_in_cells(ranking.cell, near)]
    not_contacted = scores[scores < lowest]
    if len(not_contacted) == 0:
        return 0.0
    below = float(not_contacted.max())
    for digits in range(3, 17):
        threshold = round((below + lowest) / 2, digits)
        if below < threshold <= lowest:
            return threshold
    return lowest
