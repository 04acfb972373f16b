"""Long work on a thread of its own, watched by a generator that can be stopped.

A plain handler cannot be interrupted when its visitor leaves or presses Stop, but a generator is
closed; so the work runs on a thread, reports through a queue, and ends at its next report once
the generator is gone.
"""

import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from retention.errors import Cancelled
from retention.progress import Progress

Result = TypeVar("Result")

_SECONDS_BETWEEN_STEPS = 0.25
_STEPS_BEFORE_REPEAT = 4


@dataclass(frozen=True)
class JobStep:
    """How far the work is: a share (0 to 1) and a description of what happens now."""

    share: float
    description: str


@dataclass(frozen=True)
class JobDone(Generic[Result]):
    """The work's result, the last thing that is yielded."""

    result: Result


def watch_job(work: Callable[[Progress], Result], stop: threading.Event) -> Iterator[JobStep | JobDone[Result]]:
    """Run ``work`` and yield its steps, at most four a second, then its result.

    A step that was yielded already is repeated once a second only: each keeps the page busy for some 50 ms.

    Parameters
    ----------
    work
        Called with the progress callback it should report to.
    stop
        Setting it, or closing this generator, makes the next report raise ``Cancelled`` inside the work.

    Raises
    ------
    Exception
        Whatever the work raised.
    """
    steps: queue.SimpleQueue[JobStep] = queue.SimpleQueue()
    outcome: list[JobDone[Result] | BaseException] = []

    def report(share: float, words: str) -> None:
        if stop.is_set():
            raise Cancelled("stopped; nothing was changed")
        steps.put(JobStep(share, words))

    def run() -> None:
        try:
            outcome.append(JobDone(work(report)))
        except BaseException as error:
            outcome.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    shown, repeats = None, 0
    try:
        while thread.is_alive():
            thread.join(_SECONDS_BETWEEN_STEPS)
            latest = None
            while not steps.empty():
                latest = steps.get()
            if latest is None:
                continue
            repeats = repeats + 1 if latest == shown else 0
            if repeats % _STEPS_BEFORE_REPEAT == 0:
                shown = latest
                yield latest
    finally:
        stop.set()
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    yield outcome[0]
