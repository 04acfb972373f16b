"""How long a visitor waits for the first picture: after a Space wakes up, and on one that is awake.

``python -m benchmarks.cold_start [RUNS]``: so many fresh processes (3 by default), each asked by two visitors one
after the other, and what importing costs. It ends with 1 if the second of them waits longer than 3 s.
"""

import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import installed
from tests.browser.server import FLAGS, ROOT, free_port

_HEAVY = ("sklearn", "scipy", "xgboost", "plotly", "pyarrow", "datasets", "mcp")
_STAGES = ("it listens", "the page is answered", "the first picture is drawn")
_WARM = "page to first picture, once awake"
_GOAL_S = 3.0


def main() -> None:
    """Print the table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed(), args=FLAGS)
        seconds = [_one_start(browser) for _ in range(runs)]
        browser.close()
    print(
        f"{runs} starts on {os.cpu_count()} processors at load {os.getloadavg()[0]:.1f}; "
        "seconds since the process began"
    )
    print(f"{'':34}{'median':>8}{'fastest':>9}{'slowest':>9}")
    by_stage = dict(zip((*_STAGES, _WARM), zip(*seconds, strict=True), strict=True))
    for name, values in by_stage.items():
        print(f"{name:34}{statistics.median(values):8.2f}{min(values):9.2f}{max(values):9.2f}")
    print("\nseconds of processor time to import, each in a process of its own")
    for statement in ("pass", "import pandas", "import gradio", "import retention.ui.app"):
        print(f"{statement:34}{_processor_time(statement):8.2f}")
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, retention.ui.app; print(*{one.split('.')[0] for one in sys.modules})"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    print("\nloaded before anybody came: " + (", ".join(name for name in _HEAVY if name in loaded) or "none"))
    if statistics.median(by_stage[_WARM]) > _GOAL_S:
        sys.exit(f"missed: {_WARM} takes longer than {_GOAL_S:g} s")


def _one_start(browser: Browser) -> tuple[float, ...]:
    """Return the seconds from the start of a process until each of the stages, and those of a later visitor."""
    began = time.perf_counter()
    with _app() as lines:
        address = next(found.group() for line in lines if (found := re.search(r"http://[\w.]+:\d+", line)))
        listening = time.perf_counter() - began
        answered, drawn = (moment - began for moment in _visit(browser, address))
        came = time.perf_counter()
        _, warm = _visit(browser, address)
    return listening, answered, drawn, warm - came


def _visit(browser: Browser, address: str) -> tuple[float, float]:
    """Return when a page that nothing is cached for was answered, and when its first picture was drawn."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(address)
    answered = time.perf_counter()
    page.wait_for_selector("#profit-curve .js-plotly-plot .trace", timeout=120_000)
    drawn = time.perf_counter()
    page.close()
    return answered, drawn


@contextmanager
def _app() -> Iterator[Iterator[str]]:
    environment = {**os.environ, "GRADIO_SERVER_PORT": str(free_port()), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        try:
            yield iter(process.stdout)
        finally:
            process.terminate()


def _processor_time(statement: str) -> float:
    code = f"{statement}\nimport time; print(time.process_time())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return float(done.stdout)


if __name__ == "__main__":
    main()
