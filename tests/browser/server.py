"""The app in a process of its own, as `make run` starts it."""

import os
import re
import socket
import subprocess
import sys
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
    *program: str, python: Path = Path(sys.executable), folder: Path = ROOT, **variables: str
) -> Iterator[str]:
    """Start the app, or another program, on a free port and yield its address; environment variables are added."""
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
        heard = []
        for line in process.stdout:
            heard.append(line)
            if found := re.search(r"http://[\w.]+:\d+", line):
                try:
                    yield found.group()
                finally:
                    process.terminate()
                return
    raise AssertionError("the app did not start:\n" + "".join(heard))
