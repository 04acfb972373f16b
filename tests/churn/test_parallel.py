import os
import signal
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from joblib.externals.loky.process_executor import TerminatedWorkerError

from retention.churn.parallel import run_parallel
from retention.errors import Cancelled, InputError
from retention.progress import silent


def count(number, *, heartbeat):
    heartbeat.finished()
    return number * number


def endless(started, ended, *, heartbeat):
    started.touch()
    try:
        while True:
            heartbeat.beat()
    finally:
        ended.touch()


def fails(*, heartbeat):
    raise InputError("orders.csv: broken; mend it")


def surroundings(*, heartbeat):
    from threadpoolctl import threadpool_info

    np.ones((2, 2)) @ np.ones((2, 2))
    threads = [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]
    return os.getpid(), os.nice(0), max(threads, default=1)


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_results_come_in_the_order_of_the_tasks(jobs):
    """Wherever they run, task three's result stands third."""
    tasks = [partial(count, number) for number in range(5)]
    assert run_parallel(tasks, jobs=jobs, fits=5, words="", progress=silent) == [0, 1, 4, 9, 16]


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_progress_stops_the_work_from_the_callers_thread(jobs, tmp_path):
    """A face may touch its own state in the callback; what it raises comes out, and the task has heard it."""
    started, ended = tmp_path / "started", tmp_path / "ended"
    threads, shares = set(), []

    def progress(share, words):
        threads.add(threading.current_thread())
        shares.append(share)
        if started.exists():
            raise Cancelled("stopped")

    with pytest.raises(Cancelled, match="stopped"):
        run_parallel([partial(endless, started, ended)], jobs=jobs, fits=1, words="", progress=progress)
    assert run_parallel([partial(count, 2)] * 2, jobs=jobs, fits=2, words="", progress=silent) == [4, 4]
    assert ended.exists()
    assert threads == {threading.current_thread()}
    assert all(0 <= share <= 1 for share in shares)


@pytest.mark.slow
def test_an_error_in_one_task_stops_the_others(tmp_path):
    """Nobody waits for results that are of no use, and the error is the one that was raised."""
    tasks = [partial(endless, tmp_path / "started", tmp_path / "ended"), fails]
    with pytest.raises(InputError) as raised:
        run_parallel(tasks, jobs=2, fits=1, words="", progress=silent)
    assert str(raised.value) == "orders.csv: broken; mend it"
    assert "in fails" in raised.value.__notes__[0]


@pytest.mark.slow
def test_processes_let_others_go_first():
    """Two jobs run outside of this process, at a lower priority, with one thread for linear algebra each."""
    for process, niceness, threads in run_parallel([surroundings] * 2, jobs=2, fits=2, words="", progress=silent):
        assert process != os.getpid()
        assert niceness > os.nice(0)
        assert threads == 1


@pytest.mark.slow
def test_a_process_that_dies_is_no_end():
    """Out of memory, say: the training fails, the next one has new processes."""

    def dies(*, heartbeat):
        os._exit(1)

    with pytest.raises(TerminatedWorkerError):
        run_parallel([dies], jobs=2, fits=1, words="", progress=silent)
    assert run_parallel([partial(count, 3)], jobs=2, fits=1, words="", progress=silent) == [9]


@pytest.mark.slow
def test_processes_do_not_outlive_a_killed_parent(tmp_path):
    """Whatever ends the server, even in the middle of a task, its fits end as well."""
    program = (
        "from functools import partial\nfrom pathlib import Path\n"
        "from retention.churn.parallel import run_parallel\nfrom retention.progress import silent\n"
        "def deaf(*, heartbeat):\n    print('started', flush=True)\n    while True: pass\n"
        "run_parallel([deaf, deaf], jobs=2, fits=1, words='', progress=silent)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as parent:
        started = parent.stdout.read(len("started"))
        parent.send_signal(signal.SIGKILL)
        assert started == b"started"
        parent.stdout.read()  # ends with the last process that could write


def test_progress_hears_how_many_fits_are_done(monkeypatch):
    """The share is that of the fits, never beyond 1."""
    monkeypatch.setattr("retention.churn.parallel._POLL_SECONDS", 0.0)
    shares = []
    tasks = [partial(count, number) for number in range(5)]
    run_parallel(tasks, jobs=1, fits=4, words="", progress=lambda share, words: shares.append(share))
    assert shares == [0.25, 0.5, 0.75, 1.0, 1.0]
