"""Several fits at once, while one thread tells how far they are and may stop them."""

import threading
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import Protocol, TypeVar

from retention.errors import Cancelled
from retention.progress import Progress

T_co = TypeVar("T_co", covariant=True)

_LOOK_S = 0.1


class Pulse:
    """How a fit tells that it is alive, and hears that it should stop."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._fits = 0

    def beat(self) -> None:
        """Carry on, unless the person has stopped the work.

        Raises
        ------
        Cancelled
            If :meth:`stop` was called.
        """
        if self._stop.is_set():
            raise Cancelled("training was stopped; nothing was changed")

    def finished(self) -> None:
        """Count one finished fit."""
        self.beat()
        with self._lock:
            self._fits += 1

    def stop(self) -> None:
        """Ask every fit to stop at its next beat."""
        self._stop.set()

    @property
    def fits(self) -> int:
        """How many fits are finished."""
        return self._fits


class Task(Protocol[T_co]):
    """Something to be done that beats a pulse meanwhile."""

    def __call__(self, *, pulse: Pulse) -> T_co:
        """Do it."""


def work_off(tasks: Sequence[Task[T_co]], *, jobs: int, fits: int, words: str, progress: Progress) -> list[T_co]:
    """Run tasks on ``jobs`` threads; XGBoost and the linear algebra leave Python's lock while they compute.

    Meanwhile each uses one thread for linear algebra: on matrices this small, more of them only wait.
    ``progress`` is only called from the caller's thread. If it raises, the tasks are stopped first.

    Parameters
    ----------
    tasks
        Each takes the pulse it should beat.
    jobs
        Threads.
    fits
        About how many fits there are in all, for the share.
    words, progress
        What to tell, and whom.

    Returns
    -------
    list
        Results in the order of the tasks.
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    pulse = Pulse()
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        try:
            futures = [pool.submit(task, pulse=pulse) for task in tasks]
            waiting = set(futures)
            while waiting:
                progress(min(1.0, pulse.fits / fits), words)
                done, waiting = wait(waiting, timeout=_LOOK_S, return_when=FIRST_EXCEPTION)
                for future in done:
                    future.result()
        finally:
            pulse.stop()
    return [future.result() for future in futures]
