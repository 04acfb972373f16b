"""Many visitors at once: how long a call of ``/profit`` takes, idle and while one visitor trains.

``python -m benchmarks.visitors`` starts the app in a process of its own and twenty callers in this one, each of
which changes the economics about once a second and waits for the answer, as a script does over plain HTTP. It
prints a table of latencies; the bound is 300 ms for nearly everyone (p95) while a training runs.
"""

import argparse
import asyncio
import json
import random
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from retention.customers.export import write_csv
from retention.pipeline import simulate_customers
from tests.browser.server import running

BOUND_MS = 300
_PAUSE_S = 1.0


@dataclass(frozen=True)
class Latencies:
    """How long calls took under one load (ms)."""

    load: str
    ms: list[float]

    def line(self) -> str:
        """Return a line of the table."""
        p50, p95, worst = np.percentile(self.ms, [50, 95, 100])
        late = np.mean(np.array(self.ms) > BOUND_MS)
        return f"{self.load:<42} {len(self.ms):>6} {p50:>8.0f} {p95:>8.0f} {worst:>8.0f} {late:>11.1%}"


class App:
    """The app over plain HTTP, as `curl` would call it."""

    def __init__(self, address: str, client: httpx.AsyncClient) -> None:
        self._api = f"{address}/gradio_api"
        self._client = client

    async def upload(self, file: Path) -> str:
        """Bring a file and return its path on the server."""
        answer = await self._client.post(f"{self._api}/upload", files={"files": (file.name, file.read_bytes())})
        return str(answer.json()[0])

    async def call(self, step: str, **given: Any) -> Any:
        """Call an endpoint and return what it found."""
        event = (await self._client.post(f"{self._api}/call/v2/{step}", json=given)).json()["event_id"]
        answer = await self._client.get(f"{self._api}/call/{step}/{event}", timeout=600)
        kind, data = answer.text.strip().rsplit("\n\n", 1)[-1].split("\n", 1)
        if kind != "event: complete":
            raise RuntimeError(f"{step}: {answer.text[-400:]}")
        return json.loads(data.removeprefix("data: "))


async def visitors(app: App, model: str, *, sessions: int, until: asyncio.Event) -> list[float]:
    """Let so many sessions ask for the profit at ever new economics, and return how long each waited (ms)."""
    waited: list[float] = []

    async def visitor(seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311 - play, not secrets
        await asyncio.sleep(chance.random() * _PAUSE_S)
        while not until.is_set():
            given = {
                "offer_cost": round(chance.uniform(20, 120), 2),
                "save_rate": round(chance.uniform(0.2, 1), 3),
            }
            started = time.perf_counter()
            await app.call("profit", model=model, **given)
            waited.append(1e3 * (time.perf_counter() - started))
            await asyncio.sleep(_PAUSE_S * chance.uniform(0.5, 1.5))

    await asyncio.gather(*(visitor(seed) for seed in range(sessions)))
    return waited


async def measure(address: str, customers: Path, *, sessions: int, seconds: float) -> list[Latencies]:
    """Measure an idle server, then one on which trainings follow one another."""
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=200), timeout=60) as client:
        app = App(address, client)
        table = await app.upload(customers)
        model = (await app.call("train", customers=table))[0]["path"]

        async def idle(until: asyncio.Event) -> None:
            await asyncio.sleep(seconds)
            until.set()

        async def training(until: asyncio.Event) -> None:
            ends = time.monotonic() + seconds
            while time.monotonic() < ends:
                await app.call("train", customers=table)
            until.set()

        found = []
        for load, others in (("nobody else", idle), ("one training after another", training)):
            until = asyncio.Event()
            waited, _ = await asyncio.gather(visitors(app, model, sessions=sessions, until=until), others(until))
            found.append(Latencies(f"{sessions} sessions, {load}", waited))
        return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--customers", type=int, default=5000)
    parser.add_argument("--address", help="of an app that runs already")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        customers = Path(folder) / "customers.csv"
        write_csv(simulate_customers(options.customers).past.frame, customers)
        asked = {"sessions": options.sessions, "seconds": options.seconds}
        if options.address:
            found = asyncio.run(measure(options.address, customers, **asked))
        else:
            with running() as address:
                found = asyncio.run(measure(address, customers, **asked))
    print(f"{'load':<42} {'calls':>6} {'p50 ms':>8} {'p95 ms':>8} {'max ms':>8} {f'> {BOUND_MS} ms':>11}")
    for latencies in found:
        print(latencies.line())


if __name__ == "__main__":
    main()
