"""A queue for work that only one visitor at a time may do, with a visible position and a time limit."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from retention.errors import InputError
from retention.progress import Progress

_POLL_SECONDS = 0.25


class TrainingQueue:
    """Visitors who wait for the same kind of work, served in the order in which they came.

    Parameters
    ----------
    kind
        The kind of work, for sentences.
    clock
        Returns the time (s).
    """

    def __init__(self, kind: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._kind = kind
        self._clock = clock
        self._waiting: list[object] = []
        self._changed = threading.Condition()

    def __len__(self) -> int:
        """Return how many are in the queue, the one that is running included."""
        return len(self._waiting)

    @contextmanager
    def wait_for_turn(self, progress: Progress, *, limit_s: float) -> Iterator[Progress]:
        """Wait for a turn and report the position meanwhile; then yield the callback to report progress to.

        Work that is stopped while it waits leaves the queue.

        Parameters
        ----------
        progress
            Receives the position in the queue; may raise Cancelled.
        limit_s
            How long a turn may take (s).

        Raises
        ------
        InputError
            From the yielded callback, once the time is over.
        """
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
        try:
            while position := self._position(ticket):
                before = "you are next" if position == 1 else f"{position - 1} before you"
                progress(0.0, f"Another {self._kind} is running; {before} in the queue")
                with self._changed:
                    self._changed.wait_for(lambda: self._waiting[0] is ticket, timeout=_POLL_SECONDS)
            yield self._limited(progress, limit_s)
        finally:
            with self._changed:
                self._waiting.remove(ticket)
                self._changed.notify_all()

    def _position(self, ticket: object) -> int:
        with self._changed:
            return self._waiting.index(ticket)

    def _limited(self, progress: Progress, limit_s: float) -> Progress:
        until = self._clock() + limit_s

        def report(share: float, words: str) -> None:
            if self._clock() > until:
                raise InputError(
                    f"this {self._kind} takes longer than the {limit_s:,.0f} s it may take here; "
                    "pass fewer rows or columns"
                )
            progress(share, words)

        return report


TRAINING_QUEUE = TrainingQueue("training")
"""One training runs at a time in this process: two at once would take as long as one after the other."""
