"""A server of Spark Connect on loopback: Sail, which speaks Spark's protocol and dialect without a JVM."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SERVE = """
import sys
from pysail.spark import SparkConnectServer
server = SparkConnectServer(ip="127.0.0.1", port=0)
server.start(background=True)
print(server.listening_address[1], flush=True)
sys.stdin.read()
"""


@dataclass(frozen=True)
class SparkConnectProcess:
    """The server's process, to kill it, and where it listens."""

    process: subprocess.Popen[str]
    port: int

    @property
    def url(self) -> str:
        """The address of the server."""
        return f"sc://127.0.0.1:{self.port}"

    def session(self) -> Any:
        """Return a session, which has a catalog of its own."""
        from pyspark.sql.connect.session import SparkSession

        return SparkSession.builder.remote(self.url).create()


@contextmanager
def running_spark_connect(folder: Path) -> Iterator[SparkConnectProcess]:
    """Start a server in a process of its own, working in a folder, and end it."""
    with subprocess.Popen(
        [sys.executable, "-c", _SERVE], cwd=folder, env={"RUST_LOG": "off", "PATH": "/usr/bin:/bin"},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        assert process.stdout
        try:
            yield SparkConnectProcess(process, int(process.stdout.readline()))
        finally:
            process.kill()
