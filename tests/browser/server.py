"""The app in a process of its own, as `make run` starts it."""

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: What keeps a browser from asking anybody but the app.
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def running(
    *program: str,
    python: Path = Path(sys.executable),
    folder: Path = ROOT,
    heard: list[str] | None = None,
    **variables: str,
) -> Iterator[str]:
    """Start the app, or another program, on a free port and yield its address; environment variables are added.

    What it prints goes into ``heard``.
    """
    environment = {name: value for name, value in os.environ.items() if name != "HF_TOKEN"}
    environment |= {
        "GRADIO_SERVER_PORT": str(free_port()), "PYTHONUNBUFFERED": "1", "RETENTION_LEDGER": "", **variables
    }  # fmt: skip
    with subprocess.Popen(
        [python, *(program or ("app.py",))],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout
        heard = [] if heard is None else heard
        for line in process.stdout:
            heard.append(line)
            if match := re.search(r"http://[\w.]+:\d+", line):
                # Somebody has to listen on, or it would stop once the pipe is full.
                listener = threading.Thread(target=heard.extend, args=[process.stdout], daemon=True)
                listener.start()
                try:
                    yield match.group()
                finally:
                    process.terminate()
                    listener.join()
                return
    raise AssertionError("the app did not start:\n" + "".join(heard))
