"""How long a visitor waits after a Space wakes up: process start -> it listens -> the first picture is drawn.

``python -m benchmarks.cold_start [RUNS]``: so many fresh processes (3 by default), and what importing costs.
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
    for name, values in zip(_STAGES, zip(*seconds, strict=True), strict=True):
        print(f"{name:34}{statistics.median(values):8.2f}{min(values):9.2f}{max(values):9.2f}")
    print("\nseconds of processor time to import, each in a process of its own")
    for statement in ("pass", "import pandas", "import gradio", "import retention.ui.app"):
        print(f"{statement:34}{_processor_time(statement):8.2f}")
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, retention.ui.app; print(*{one.split('.')[0] for one in sys.modules})"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    print("\nloaded before anybody came: " + (", ".join(name for name in _HEAVY if name in loaded) or "none"))


def _one_start(browser: Browser) -> tuple[float, float, float]:
    """Return the seconds from the start of a process until each of the stages."""
    began = time.perf_counter()
    with _app() as lines:
        address = next(found.group() for line in lines if (found := re.search(r"http://[\w.]+:\d+", line)))
        listening = time.perf_counter() - began
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(address)
        answered = time.perf_counter() - began
        page.wait_for_selector("#profit-curve .js-plotly-plot .trace", timeout=120_000)
        drawn = time.perf_counter() - began
        page.close()
    return listening, answered, drawn


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
