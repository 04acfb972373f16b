"""Run several model fits at once in processes of their own, report their progress, and stop them on request.

The fits run in processes, because a fit that shares Python's interpreter lock with a server would delay its
visitors. The processes come from joblib, have a low priority, and stay warm for the next training. Wrap a
training in ``joblib.parallel_config`` to run it elsewhere.
"""

import os
import signal
import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Generic, Protocol, TypeVar

from retention.errors import Cancelled
from retention.progress import Progress

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_POLL_SECONDS = 0.1
_NICENESS = 10  # a visitor's request goes first
_PARENT_CHECK_SECONDS = 1.0
_STOP_GRACE_SECONDS = 1.0


class Heartbeat:
    """How a fit reports that it is alive and learns that it should stop; this base class does neither."""

    def beat(self) -> None:
        """Return, or raise :class:`Cancelled` if the work should stop."""

    def count_fit(self) -> None:
        """Count one finished fit, and beat."""


class Task(Protocol[T_co]):
    """Work that beats a heartbeat while it runs; the task and its result can be pickled."""

    def __call__(self, *, heartbeat: Heartbeat) -> T_co:
        """Do the work and return its result."""


def run_parallel(tasks: Sequence[Task[T]], *, jobs: int, fits: int, words: str, progress: Progress) -> list[T]:
    """Run tasks, each with one thread for linear algebra: more threads do not help on matrices this small.

    ``progress`` is only called from the caller's thread. If it raises, the tasks end at their next heartbeat,
    and its exception is raised here within a second, even if a task takes longer to stop. An error in a task
    stops the other tasks in the same way.

    Parameters
    ----------
    tasks
        Each takes the heartbeat it should beat.
    jobs
        Processes; with 1 the tasks run in the caller's thread, one after another.
    fits
        Approximate number of fits in all tasks together, for the share that is reported.
    words
        What the progress report says is being done.
    progress
        Receives the finished share in [0, 1] and ``words``; may raise :class:`Cancelled`.

    Returns
    -------
    list
        Results in the order of the tasks.
    """

    def report(finished_fits: int) -> None:
        progress(min(1.0, finished_fits / fits), words)

    if jobs > 1:
        return _run_in_processes(tasks, jobs, report)
    heartbeat = LocalHeartbeat(report)
    return [_run_single_threaded(task, heartbeat) for task in tasks]


@dataclass
class LocalHeartbeat(Heartbeat):
    """The heartbeat of work in the caller's own thread, which may therefore report progress itself.

    Attributes
    ----------
    report
        Receives the number of finished fits.
    fits
        Fits finished so far.
    reported_at
        When progress was last reported, in seconds of the monotonic clock.
    """

    report: Callable[[int], None]
    fits: int = 0
    reported_at: float = field(default_factory=time.monotonic)

    def beat(self) -> None:
        """Report progress if the last report is old enough."""
        if time.monotonic() - self.reported_at >= _POLL_SECONDS:
            self.reported_at = time.monotonic()
            self.report(self.fits)

    def count_fit(self) -> None:
        """Count one more fit."""
        self.fits += 1
        self.beat()


@dataclass(frozen=True)
class FileHeartbeat(Heartbeat):
    """A heartbeat between processes: a file with one byte for each finished fit; deleting it stops the work."""

    file: Path

    def beat(self) -> None:
        """Raise Cancelled once the file is deleted."""
        if not self.file.exists():
            raise Cancelled("training was stopped; nothing was changed")

    def count_fit(self) -> None:
        """Count one more fit."""
        self.beat()
        with suppress(FileNotFoundError):  # deleted since the check above: the next beat raises
            file = os.open(self.file, os.O_WRONLY | os.O_APPEND)
            os.write(file, b".")
            os.close(file)

    @property
    def fits(self) -> int:
        """Fits finished so far."""
        return self.file.stat().st_size if self.file.exists() else 0


@dataclass(frozen=True)
class _TaskResult(Generic[T]):
    """A task's result, or its error as a value: if a task raised, joblib would end every process."""

    results: tuple[T, ...] = ()
    error: BaseException | None = None


def _run_in_processes(tasks: Sequence[Task[T]], jobs: int, report: Callable[[int], None]) -> list[T]:
    from joblib import Parallel, delayed

    parallel = Parallel(
        jobs, prefer="processes", batch_size=1, initializer=_prepare_process, initargs=(os.getpid(),)
    )
    with TemporaryDirectory(prefix="retention-", ignore_cleanup_errors=True) as folder:
        heartbeat = FileHeartbeat(Path(folder, "heartbeat"))
        heartbeat.file.touch()
        future = _run_on_thread(lambda: parallel(delayed(_run_task)(task, heartbeat) for task in tasks))
        try:
            while not wait([future], timeout=_POLL_SECONDS).done:
                report(heartbeat.fits)
        finally:
            heartbeat.file.unlink(missing_ok=True)
            wait([future], timeout=_STOP_GRACE_SECONDS)
    errors = [task_result.error for task_result in future.result() if task_result.error]
    for error in sorted(errors, key=lambda error: isinstance(error, Cancelled)):  # the cause before its effects
        raise error
    return [result for task_result in future.result() for result in task_result.results]


def _run_task(task: Task[T], heartbeat: FileHeartbeat) -> _TaskResult[T]:
    """Run a task in this worker process; if it fails, stop the others."""
    try:
        heartbeat.beat()
        return _TaskResult((_run_single_threaded(task, heartbeat),))
    except BaseException as error:
        heartbeat.file.unlink(missing_ok=True)
        error.add_note(traceback.format_exc())
        return _TaskResult(error=error)


def _prepare_process(parent: int) -> None:
    """Lower this worker's priority, and end it when the parent process ends, for whatever reason."""
    os.nice(_NICENESS)

    def watch_parent() -> None:
        while os.getppid() == parent:
            time.sleep(_PARENT_CHECK_SECONDS)
        os._exit(1)

    Thread(target=watch_parent, daemon=True).start()


def _run_single_threaded(task: Task[T], heartbeat: Heartbeat) -> T:
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, user_api="blas"):
        return task(heartbeat=heartbeat)


def _run_on_thread(work: Callable[[], T]) -> Future[T]:
    """Start work that neither its caller nor the end of the program waits for."""
    future: Future[T] = Future()

    def run() -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # worker processes started here ignore Ctrl-C
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    return future
