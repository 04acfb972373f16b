"""``python -m retention offers`` in a process of its own, which a test can kill at a chosen call."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.stand_ins.fault_server import FaultServer, Request, says

ROOT = Path(__file__).parents[2]


def run_offers(
    server: FaultServer, scored: Path, out: Path, ledger: Path, *, kill_at: int | None = None
) -> subprocess.CompletedProcess[str]:
    """Write messages with ``server`` as the language model; each of its templates differs from all before.

    Parameters
    ----------
    kill_at
        The number of the call at which the process gets SIGKILL; None lets it finish.
    """
    environment = {**os.environ, "RETENTION_BASE_URL": server.base_url, "RETENTION_LLM_MODELS": "m"}
    calls = 0

    async def answer(writer: asyncio.StreamWriter, request: Request) -> None:
        nonlocal calls
        calls += 1
        if calls == kill_at:
            os.kill(process.pid, signal.SIGKILL)
        await says(f"Hi {{name}}, {_dish(len(server.requests))} is waiting with {{offer}}.")(writer, request)

    server.answer = answer
    command = ["offers", str(scored), "--out", str(out), "--ledger", str(ledger), "--run", "june", "--json"]
    with subprocess.Popen(
        [sys.executable, "-m", "retention", *command],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        stdout, stderr = process.communicate()
    return subprocess.CompletedProcess(command, process.returncode, stdout, stderr)


def _dish(number: int) -> str:
    """Return a dish of its own for each number up to a thousand, in words of the vocabulary."""
    tastes = ("hot", "spicy", "crispy", "creamy", "juicy", "smoky", "tangy", "cheesy", "warm", "fresh")
    dishes = ("pizza", "biryani", "pasta", "soup", "salad", "ramen", "korma", "falafel", "sushi", "paneer")
    return f"{tastes[number // 100 % 10]} {dishes[number % 10]} and {tastes[number // 10 % 10]} naan"
