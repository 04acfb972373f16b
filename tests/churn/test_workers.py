import threading
from functools import partial

import pytest

from retention.churn.workers import Pulse, work_off
from retention.errors import Cancelled
from retention.progress import silent


def count(number, *, pulse):
    pulse.finished()
    return number * number


@pytest.mark.parametrize("jobs", [1, 2, 7])
def test_results_come_in_the_order_of_the_tasks(jobs):
    """However many threads, task three's result stands third."""
    tasks = [partial(count, number) for number in range(5)]
    assert work_off(tasks, jobs=jobs, fits=5, words="", progress=silent) == [0, 1, 4, 9, 16]


def test_progress_is_told_in_the_callers_thread():
    """A face may touch its own state in the callback."""
    threads, shares = set(), []

    def progress(share, words):
        threads.add(threading.current_thread())
        shares.append(share)

    tasks = [partial(count, number) for number in range(5)]
    work_off(tasks, jobs=2, fits=3, words="", progress=progress)
    assert threads == {threading.current_thread()}
    assert all(0 <= share <= 1 for share in shares)


def test_stopping_reaches_running_tasks():
    """If the callback raises, tasks end at their next beat and the exception comes out."""
    started, ended = threading.Event(), threading.Event()

    def task(*, pulse):
        started.set()
        try:
            while True:
                pulse.beat()
        finally:
            ended.set()

    def progress(share, words):
        if started.is_set():
            raise Cancelled("stopped")

    with pytest.raises(Cancelled, match="stopped"):
        work_off([task], jobs=1, fits=1, words="", progress=progress)
    assert ended.is_set()


def test_an_error_in_one_task_stops_the_others():
    """Nobody waits for results that are of no use."""

    def fails(*, pulse):
        raise ValueError("broken")

    def endless(*, pulse):
        while True:
            pulse.beat()

    with pytest.raises(ValueError, match="broken"):
        work_off([endless, fails], jobs=2, fits=1, words="", progress=silent)


def test_a_pulse_counts_fits_until_it_is_stopped():
    """After a stop, nothing is finished any more."""
    pulse = Pulse()
    pulse.finished()
    pulse.stop()
    with pytest.raises(Cancelled):
        pulse.finished()
    assert pulse.fits == 1
