"""Whether an id stands twice among millions, in memory that does not grow with them."""

import tempfile
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

HASHES_AT_ONCE = 1 << 20
"""Hashes that are compared at a time, 8 bytes each."""


class RepeatedIds:
    """Collects the ids of customers, each as a hash of eight bytes in a temporary file.

    Two ids of the same hash are less likely than 1 in 300,000 among ten million; who gets a yes looks at the ids
    themselves.

    Parameters
    ----------
    at_once
        How many hashes to compare at a time.
    """

    def __init__(self, at_once: int = HASHES_AT_ONCE) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the collection
        self._count = 0
        self._at_once = at_once

    def add(self, ids: pd.Series) -> None:
        """Add the ids of more customers, as text."""
        hashes = pd.util.hash_array(ids.to_numpy(dtype=object), categorize=False)
        self._count += len(hashes)
        self._file.write(hashes.tobytes())

    def any(self) -> bool:
        """Return whether two of all ids have the same hash."""
        parts = -(-self._count // self._at_once)
        return any(self._repeated_in(np.uint64(part), np.uint64(parts)) for part in range(parts))

    def _repeated_in(self, part: np.uint64, parts: np.uint64) -> bool:
        """Whether a hash stands twice among those that leave this remainder."""
        hashes = np.concatenate([chunk[chunk % parts == part] for chunk in self._chunks()])
        hashes.sort()
        return bool((hashes[1:] == hashes[:-1]).any())

    def _chunks(self) -> Iterator[NDArray[np.uint64]]:
        self._file.seek(0)
        while content := self._file.read(8 * self._at_once):
            yield np.frombuffer(content, dtype=np.uint64)
