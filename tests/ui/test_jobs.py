"""Long work that can be watched and stopped."""

import threading

import pytest

from retention.errors import Cancelled, InputError
from retention.progress import Progress
from retention.ui.jobs import JobDone, JobStep, watch_job


def test_the_result_comes_last() -> None:
    """A job's result is the final thing its watcher sees."""
    assert list(watch_job(lambda progress: 42, threading.Event()))[-1] == JobDone(42)


def test_steps_are_reported_while_the_work_goes_on() -> None:
    """What the work reports reaches the watcher before the result."""
    seen = threading.Event()

    def work(progress: Progress) -> str:
        progress(0.5, "half way")
        assert seen.wait(10)
        return "done"

    updates = watch_job(work, threading.Event())
    assert next(updates) == JobStep(0.5, "half way")
    seen.set()
    assert list(updates) == [JobDone("done")]


def test_the_same_step_is_seldom_repeated() -> None:
    """The position in the queue shows at once, then at every fourth look, however often the work reports it."""
    over = threading.Event()
    reports = 0

    def work(progress: Progress) -> int:
        nonlocal reports
        while not over.wait(0.01):
            progress(0.0, "you are next in the queue")
            reports += 1
        return reports

    updates = watch_job(work, threading.Event())
    assert [next(updates), next(updates)] == [JobStep(0.0, "you are next in the queue")] * 2
    over.set()
    rest = list(updates)
    assert len(rest) <= 2 and isinstance(rest[-1], JobDone)
    assert rest[-1].result > 2


def test_an_error_in_the_work_reaches_the_watcher() -> None:
    """The work's own sentence is what the person gets to see."""

    def work(progress: Progress) -> None:
        raise InputError("customers.csv: is empty; choose another file")

    with pytest.raises(InputError, match="is empty"):
        list(watch_job(work, threading.Event()))


@pytest.mark.parametrize("how", ["stop button", "closed page"])
def test_stopping_ends_the_work_at_its_next_report(how: str) -> None:
    """Pressing Stop, or leaving the page, ends the work itself and not just its display."""
    stop, ended = threading.Event(), threading.Event()

    def work(progress: Progress) -> None:
        try:
            while True:
                progress(0.1, "working")
        except Cancelled:
            ended.set()
            raise

    updates = watch_job(work, stop)
    next(updates)
    if how == "stop button":
        stop.set()
        with pytest.raises(Cancelled):
            list(updates)
    else:
        updates.close()  # type: ignore[attr-defined]
    assert ended.wait(10)
