"""Several fits at once, in processes of their own, while one thread tells how far they are and may stop them.

Processes, because a fit that shares Python's lock with a server keeps its visitors waiting. They run through
joblib, at low priority, and stay warm for the next training; ``joblib.parallel_config`` around a training puts
them elsewhere.
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

_LOOK_S = 0.1
_NICENESS = 10  # a visitor's request goes first
_ORPHANED_S = 1.0
_ENDING_S = 1.0


class Heartbeat:
    """How a fit tells that it is alive, and hears that it should stop; here nobody listens."""

    def beat(self) -> None:
        """Carry on, or raise :class:`Cancelled`."""

    def finished(self) -> None:
        """Count one finished fit, and beat."""


class Task(Protocol[T_co]):
    """Something to be done that beats a pulse meanwhile; it and its result can be pickled."""

    def __call__(self, *, pulse: Heartbeat) -> T_co:
        """Do it."""


def run_parallel(tasks: Sequence[Task[T]], *, jobs: int, fits: int, words: str, progress: Progress) -> list[T]:
    """Run tasks, each with one thread for linear algebra: on matrices this small, more of them only wait.

    ``progress`` is only called from the caller's thread. If it raises, the tasks end at their next beat, and
    its exception comes out within a second, even if one of them takes longer to hear. An error in a task ends
    the others in the same way.

    Parameters
    ----------
    tasks
        Each takes the pulse it should beat.
    jobs
        Processes; with 1 the tasks run here, one after another.
    fits
        About how many fits there are in all, for the share.
    words, progress
        What to tell, and whom.

    Returns
    -------
    list
        Results in the order of the tasks.
    """

    def tell(finished: int) -> None:
        progress(min(1.0, finished / fits), words)

    if jobs > 1:
        return _in_processes(tasks, jobs, tell)
    pulse = LocalHeartbeat(tell)
    return [_alone(task, pulse) for task in tasks]


@dataclass
class LocalHeartbeat(Heartbeat):
    """The pulse of work in the caller's own thread, which may therefore tell progress itself."""

    tell: Callable[[int], None]
    fits: int = 0
    told: float = field(default_factory=time.monotonic)

    def beat(self) -> None:
        """Report progress now and then."""
        if time.monotonic() - self.told >= _LOOK_S:
            self.told = time.monotonic()
            self.tell(self.fits)

    def finished(self) -> None:
        """Count one more fit."""
        self.fits += 1
        self.beat()


@dataclass(frozen=True)
class FileHeartbeat(Heartbeat):
    """A pulse between processes: a file with a byte for each finished fit, which is gone when all should stop."""

    file: Path

    def beat(self) -> None:
        """Raise Cancelled once the file is gone."""
        if not self.file.exists():
            raise Cancelled("training was stopped; nothing was changed")

    def finished(self) -> None:
        """Count one more fit."""
        self.beat()
        with suppress(FileNotFoundError):  # stopped just now: the next beat hears it
            file = os.open(self.file, os.O_WRONLY | os.O_APPEND)
            os.write(file, b".")
            os.close(file)

    @property
    def fits(self) -> int:
        """Fits finished so far."""
        return self.file.stat().st_size if self.file.exists() else 0


@dataclass(frozen=True)
class _Outcome(Generic[T]):
    """What came of a task. An error travels as a value: joblib would end every process for a raised one."""

    results: tuple[T, ...] = ()
    error: BaseException | None = None


def _in_processes(tasks: Sequence[Task[T]], jobs: int, tell: Callable[[int], None]) -> list[T]:
    from joblib import Parallel, delayed

    parallel = Parallel(jobs, prefer="processes", batch_size=1, initializer=_settle, initargs=(os.getpid(),))
    with TemporaryDirectory(prefix="retention-", ignore_cleanup_errors=True) as folder:
        pulse = FileHeartbeat(Path(folder, "pulse"))
        pulse.file.touch()
        outcomes = _on_a_thread(lambda: parallel(delayed(_there)(task, pulse) for task in tasks))
        try:
            while not wait([outcomes], timeout=_LOOK_S).done:
                tell(pulse.fits)
        finally:
            pulse.file.unlink(missing_ok=True)
            wait([outcomes], timeout=_ENDING_S)
    errors = [outcome.error for outcome in outcomes.result() if outcome.error]
    for error in sorted(errors, key=lambda one: isinstance(one, Cancelled)):  # the others stopped because of one
        raise error
    return [result for outcome in outcomes.result() for result in outcome.results]


def _there(task: Task[T], pulse: FileHeartbeat) -> _Outcome[T]:
    """Run a task in a process of its own; if it fails, stop the others."""
    try:
        pulse.beat()
        return _Outcome((_alone(task, pulse),))
    except BaseException as error:
        pulse.file.unlink(missing_ok=True)
        error.add_note(traceback.format_exc())
        return _Outcome(error=error)


def _settle(parent: int) -> None:
    """Prepare a process of our own: let others go first, and do not outlive the parent, whatever ends that."""
    os.nice(_NICENESS)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_ORPHANED_S)
        os._exit(1)

    Thread(target=watch, daemon=True).start()


def _alone(task: Task[T], pulse: Heartbeat) -> T:
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, user_api="blas"):
        return task(pulse=pulse)


def _on_a_thread(work: Callable[[], T]) -> Future[T]:
    """Start work that may be left alone: neither its caller nor the end of the program waits for it."""
    future: Future[T] = Future()

    def run() -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # Ctrl-C is not for processes started here
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    return future
