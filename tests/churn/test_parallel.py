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

from retention.churn.parallel import Heartbeat, Task, run_parallel
from retention.errors import Cancelled, InputError
from retention.progress import silent


def count(number: int, *, heartbeat: Heartbeat) -> int:
    """Count a fit, and return the square."""
    heartbeat.count_fit()
    return number * number


def endless(started: Path, ended: Path, *, heartbeat: Heartbeat) -> int:
    """Beat until stopped, and leave a file at either end."""
    started.touch()
    try:
        while True:
            heartbeat.beat()
    finally:
        ended.touch()


def fails(*, heartbeat: Heartbeat) -> int:
    """Raise an error."""
    raise InputError("orders.csv: broken; mend it")


def surroundings(*, heartbeat: Heartbeat) -> tuple[int, int, int]:
    """Return process, niceness and threads of a task."""
    from threadpoolctl import threadpool_info

    np.ones((2, 2)) @ np.ones((2, 2))
    threads = [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]
    return os.getpid(), os.nice(0), max(threads, default=1)


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_results_come_in_the_order_of_the_tasks(jobs: int) -> None:
    """Wherever they run, the third task's result is the third."""
    tasks = [partial(count, number) for number in range(5)]
    assert run_parallel(tasks, jobs=jobs, fits=5, words="", progress=silent) == [0, 1, 4, 9, 16]


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_progress_stops_the_work_from_the_callers_thread(jobs: int, tmp_path: Path) -> None:
    """A callback runs in its own thread, its exception is raised to the caller, and the task has stopped."""
    started, ended = tmp_path / "started", tmp_path / "ended"
    threads: set[threading.Thread] = set()
    shares: list[float] = []

    def progress(share: float, words: str) -> None:
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
def test_an_error_in_one_task_stops_the_others(tmp_path: Path) -> None:
    """The other tasks do not finish their work, and the error is the one that was raised."""
    tasks: list[Task[int]] = [partial(endless, tmp_path / "started", tmp_path / "ended"), fails]
    with pytest.raises(InputError) as raised:
        run_parallel(tasks, jobs=2, fits=1, words="", progress=silent)
    assert str(raised.value) == "orders.csv: broken; mend it"
    assert "in fails" in raised.value.__notes__[0]


@pytest.mark.slow
def test_processes_have_a_low_priority() -> None:
    """Two jobs run outside of this process, at a lower priority, with one thread for linear algebra each."""
    for process, niceness, threads in run_parallel([surroundings] * 2, jobs=2, fits=2, words="", progress=silent):
        assert process != os.getpid()
        assert niceness > os.nice(0)
        assert threads == 1


@pytest.mark.slow
def test_training_works_again_after_a_process_died() -> None:
    """As when memory runs out: the training fails, and the next one gets new processes."""

    def dies(*, heartbeat: Heartbeat) -> int:
        os._exit(1)

    with pytest.raises(TerminatedWorkerError):
        run_parallel([dies], jobs=2, fits=1, words="", progress=silent)
    assert run_parallel([partial(count, 3)], jobs=2, fits=1, words="", progress=silent) == [9]


@pytest.mark.slow
def test_processes_do_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    """Whatever ends the server, even in the middle of a task, its fits end as well."""
    program = (
        "from functools import partial\nfrom pathlib import Path\n"
        "from retention.churn.parallel import run_parallel\nfrom retention.progress import silent\n"
        "def endless(*, heartbeat):\n    print('started', flush=True)\n    while True: pass\n"
        "run_parallel([endless, endless], jobs=2, fits=1, words='', progress=silent)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as parent:
        assert parent.stdout
        started = parent.stdout.read(len("started"))
        parent.send_signal(signal.SIGKILL)
        assert started == b"started"
        parent.stdout.read()  # ends with the last process that could write


def test_progress_is_the_share_of_finished_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The share counts finished fits and never exceeds 1."""
    monkeypatch.setattr("retention.churn.parallel._POLL_SECONDS", 0.0)
    shares: list[float] = []
    tasks = [partial(count, number) for number in range(5)]
    run_parallel(tasks, jobs=1, fits=4, words="", progress=lambda share, words: shares.append(share))
    assert shares == [0.25, 0.5, 0.75, 1.0, 1.0]
