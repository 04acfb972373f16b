"""Round a table of expected counts to whole numbers at random, so that every total stays exact."""

import hashlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

_ONE = 1 << 32  # fractions are whole numbers of this, so that no sum is off by a rounding error


def round_to_totals(sizes: NDArray[np.int64], shares: NDArray[np.float64], *, seed: bytes) -> NDArray[np.int64]:
    """Return how many of each row go into each column: ``sizes · shares``, rounded up or down at random.

    Each entry, and each column's total, is its expected count rounded up or down; each row's total is its size.
    On average over the seeds, every entry is exactly its expected count. (Controlled rounding: Cox, Journal of the
    American Statistical Association 82, 1987.)

    Parameters
    ----------
    sizes
        Of each row, (m,).
    shares
        Of each row, (m, k), each row adding up to 1.
    seed
        What the random numbers are made of.

    Examples
    --------
    >>> round_to_totals(np.array([5, 5]), np.full((2, 2), 0.5), seed=b"").sum(axis=0).tolist()
    [5, 5]
    """
    whole, fractions = _whole_and_fractions(sizes, shares)
    graph = _FractionGraph(fractions)
    random = _random_numbers(seed)
    while (cycle := graph.cycle()) is not None:
        up = min(_ONE - graph.cells[cell] if number % 2 == 0 else graph.cells[cell] for number, cell in cycle)
        down = min(graph.cells[cell] if number % 2 == 0 else _ONE - graph.cells[cell] for number, cell in cycle)
        step = up if next(random) * (up + down) < down << 64 else -down
        for number, cell in cycle:
            graph.add(cell, step if number % 2 == 0 else -step)
    for (row, column), fraction in graph.settled.items():
        if row < len(sizes):
            whole[row, column] += fraction == _ONE
    return whole


def _whole_and_fractions(
    sizes: NDArray[np.int64], shares: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the counts rounded down, and what is cut off; a last row makes each column's total whole."""
    expected = sizes[:, None] * shares
    whole = np.floor(expected + 1e-9).astype(np.int64)
    fractions = np.rint(np.maximum(expected - whole, 0) * _ONE).astype(np.int64)
    largest = np.argmax(fractions, axis=1)
    rows = np.arange(len(sizes))
    fractions[rows, largest] += (sizes - whole.sum(axis=1)) * _ONE - fractions.sum(axis=1)
    whole += fractions // _ONE
    fractions %= _ONE
    return whole, np.vstack([fractions, -fractions.sum(axis=0) % _ONE])


class _FractionGraph:
    """The cells that are no whole number yet, as edges between their row and their column.

    All totals are whole, so that a row or a column with one such cell has another, and a walk comes back.
    """

    def __init__(self, fractions: NDArray[np.int64]) -> None:
        self.cells: dict[tuple[int, int], int] = {}
        self.settled: dict[tuple[int, int], int] = {}
        self._columns_of: dict[int, dict[int, None]] = {}
        self._rows_of: dict[int, dict[int, None]] = {}
        for row, column in zip(*(positions.tolist() for positions in np.nonzero(fractions)), strict=True):
            self.cells[row, column] = int(fractions[row, column])
            self._columns_of.setdefault(row, {})[column] = None
            self._rows_of.setdefault(column, {})[row] = None

    def cycle(self) -> list[tuple[int, tuple[int, int]]] | None:
        """Return the numbered cells of a closed walk that alternates between rows and columns; None at the end."""
        if not self.cells:
            return None
        row = next(iter(self._columns_of))
        path: list[tuple[int, int]] = []
        row_seen_at, column_seen_at, column = {row: 0}, dict[int, int](), -1
        while True:
            column = _first_but(self._columns_of[row], column)
            path.append((row, column))
            if column in column_seen_at:
                return list(enumerate(path[column_seen_at[column] :]))
            column_seen_at[column] = len(path)
            row = _first_but(self._rows_of[column], row)
            path.append((row, column))
            if row in row_seen_at:
                return list(enumerate(path[row_seen_at[row] :]))
            row_seen_at[row] = len(path)

    def add(self, cell: tuple[int, int], amount: int) -> None:
        """Change a cell; once it is whole, it is settled."""
        self.cells[cell] += amount
        if self.cells[cell] in {0, _ONE}:
            self.settled[cell] = self.cells.pop(cell)
            row, column = cell
            for ends, start, end in ((self._columns_of, row, column), (self._rows_of, column, row)):
                del ends[start][end]
                if not ends[start]:
                    del ends[start]


def _first_but(numbers: dict[int, None], left_out: int) -> int:
    return next(number for number in numbers if number != left_out)


def _random_numbers(seed: bytes) -> Iterator[int]:
    """Yield numbers of 64 random bits."""
    position = 0
    while True:
        digest = hashlib.sha256(seed + position.to_bytes(8, "big")).digest()
        yield from (int.from_bytes(digest[at : at + 8], "big") for at in range(0, 32, 8))
        position += 1
