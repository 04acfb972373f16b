"""Prove that a visitor sees the first chart within 3 s once the app is awake, and time a cold start.

``make bench-start``, or ``python -m benchmarks.cold_start [RUNS]``, starts new processes (3 by default), opens the
page of each twice, one after the other, and times the imports. It exits with 1 if the second visitor waits longer
than 3 s.
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
_STAGES = ("the server listens", "the page is answered", "the first chart is drawn")
_WARM = "page to first chart, once awake"
_GOAL_S = 3.0


def main() -> None:
    """Print the table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed(), args=FLAGS)
        seconds = [_time_start(browser) for _ in range(runs)]
        browser.close()
    print(
        f"{runs} starts on {os.cpu_count()} processors at load {os.getloadavg()[0]:.1f}; "
        "seconds since the process began"
    )
    print(f"{'':34}{'median':>8}{'fastest':>9}{'slowest':>9}")
    by_stage = dict(zip((*_STAGES, _WARM), zip(*seconds, strict=True), strict=True))
    for name, values in by_stage.items():
        print(f"{name:34}{statistics.median(values):8.2f}{min(values):9.2f}{max(values):9.2f}")
    print("\nCPU seconds to import, each in a process of its own")
    for statement in ("pass", "import pandas", "import gradio", "import retention.ui.app"):
        print(f"{statement:34}{_cpu_seconds(statement):8.2f}")
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, retention.ui.app; print(*{m.split('.')[0] for m in sys.modules})"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    print(
        "\nheavy packages loaded before the first visitor: "
        + (", ".join(name for name in _HEAVY if name in loaded) or "none")
    )
    if statistics.median(by_stage[_WARM]) > _GOAL_S:
        sys.exit(f"missed: {_WARM} takes longer than {_GOAL_S:g} s")


def _time_start(browser: Browser) -> tuple[float, ...]:
    """Return the seconds from the start of a process to each stage, and those that a later visitor waits."""
    started = time.perf_counter()
    with _app() as output:
        address = next(url.group() for text in output if (url := re.search(r"http://[\w.]+:\d+", text)))
        listening = time.perf_counter() - started
        answered, drawn = (moment - started for moment in _visit(browser, address))
        revisited = time.perf_counter()
        _, warm = _visit(browser, address)
    return listening, answered, drawn, warm - revisited


def _visit(browser: Browser, address: str) -> tuple[float, float]:
    """Return when a page was answered without a cache, and when its first chart was drawn."""
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


def _cpu_seconds(statement: str) -> float:
    code = f"{statement}\nimport time; print(time.process_time())"
    process = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return float(process.stdout)


if __name__ == "__main__":
    main()
