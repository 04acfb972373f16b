"""A line for what only one visitor at a time may do, with a place that is shown and a limit of time."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from retention.errors import InputError
from retention.progress import Progress

_SECONDS_BETWEEN_LOOKS = 0.25


class TrainingQueue:
    """Those who wait for one thing, served as they came.

    Parameters
    ----------
    what
        The thing, for sentences.
    clock
        Tells the time in seconds.
    """

    def __init__(self, what: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._what = what
        self._clock = clock
        self._waiting: list[object] = []
        self._changed = threading.Condition()

    def __len__(self) -> int:
        """Tell how many there are, the one whose turn it is included."""
        return len(self._waiting)

    @contextmanager
    def wait_for_turn(self, progress: Progress, *, limit_s: float) -> Iterator[Progress]:
        """Wait for one's turn, telling the place meanwhile; then yield what to report progress to.

        Whoever is stopped while waiting leaves the line.

        Parameters
        ----------
        progress
            Told the place in line; may raise Cancelled.
        limit_s
            How long a turn may take (s).

        Raises
        ------
        InputError
            From the progress that is yielded, once the time is over.
        """
        me = object()
        with self._changed:
            self._waiting.append(me)
        try:
            while place := self._place(me):
                before = "you are next" if place == 1 else f"{place - 1} before you"
                progress(0.0, f"Another {self._what} runs; {before} in line")
                with self._changed:
                    self._changed.wait_for(lambda: self._waiting[0] is me, timeout=_SECONDS_BETWEEN_LOOKS)
            yield self._limited(progress, limit_s)
        finally:
            with self._changed:
                self._waiting.remove(me)
                self._changed.notify_all()

    def _place(self, me: object) -> int:
        with self._changed:
            return self._waiting.index(me)

    def _limited(self, progress: Progress, limit_s: float) -> Progress:
        until = self._clock() + limit_s

        def report(share: float, words: str) -> None:
            if self._clock() > until:
                raise InputError(
                    f"this {self._what} takes longer than the {limit_s:,.0f} s it may take here; "
                    "pass fewer rows or columns"
                )
            progress(share, words)

        return report


TRAINING_QUEUE = TrainingQueue("training")
"""One training at a time in this process: two would take as long, and everyone else would wait for both."""
