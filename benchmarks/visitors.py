"""Prove that with twenty visitors at once nobody waits longer than 300 ms after changing the cost of an offer.

``make bench-visitors``, or ``python -m benchmarks.visitors``, starts the app in a process of its own and, in this
one, twenty visitors who change the cost of an offer about once a second and wait for the screen, as the page does
over gradio's queue; then as many scripts that call ``/profit``. Both are measured on an idle server and while
another visitor trains. It prints a table of latencies and exits with 1 if anyone ever waited longer than 300 ms.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from retention.pipeline.customers import simulate_customers
from retention.tabular.csv_export import write_csv
from tests.browser.server import running

BOUND_MS = 300
_PAUSE_S = 1.0

Change = Callable[[random.Random], Awaitable[None]]
"""Changes the economics to new ones, and waits for the answer."""


@dataclass(frozen=True)
class Latencies:
    """The latencies of the calls under one load (ms)."""

    load: str
    ms: list[float]

    def row(self) -> str:
        """Return a row of the table."""
        p50, p95, worst = np.percentile(self.ms, [50, 95, 100])
        late = np.mean(np.array(self.ms) > BOUND_MS)
        return f"{self.load:<46} {len(self.ms):>6} {p50:>8.0f} {p95:>8.0f} {worst:>8.0f} {late:>11.1%}"


class App:
    """A client of the app over plain HTTP, as `curl` would call it."""

    def __init__(self, address: str, client: httpx.AsyncClient) -> None:
        self._api = f"{address}/gradio_api"
        self._address = address
        self._client = client

    async def upload(self, file: Path) -> str:
        """Upload a file and return its path on the server."""
        answer = await self._client.post(f"{self._api}/upload", files={"files": (file.name, file.read_bytes())})
        return str(answer.json()[0])

    async def call(self, step: str, **arguments: Any) -> Any:
        """Call an endpoint and return its result."""
        event = (await self._client.post(f"{self._api}/call/v2/{step}", json=arguments)).json()["event_id"]
        answer = await self._client.get(f"{self._api}/call/{step}/{event}", timeout=600)
        kind, data = answer.text.strip().rsplit("\n\n", 1)[-1].split("\n", 1)
        if kind != "event: complete":
            raise RuntimeError(f"{step}: {answer.text[-400:]}")
        return json.loads(data.removeprefix("data: "))

    async def config(self) -> dict[str, Any]:
        """Return the configuration of the app that a page loads."""
        config: dict[str, Any] = (await self._client.get(f"{self._address}/config")).json()
        return config

    async def event(self, session: str, event: int, data: list[Any]) -> None:
        """Send an event as a page does, and wait until it has been processed."""
        body = {"data": data, "fn_index": event, "session_hash": session}
        (await self._client.post(f"{self._api}/queue/join", json=body)).raise_for_status()
        where = {"session_hash": session}
        async with self._client.stream("GET", f"{self._api}/queue/data", params=where, timeout=600) as stream:
            async for text in stream.aiter_lines():
                if text.startswith("data:"):
                    message = json.loads(text[5:])
                    if message["msg"] == "process_completed":
                        if not message["success"]:
                            raise RuntimeError(f"{session}: {text[-400:]}")
                        return


class Page:
    """A visitor's page without a browser: a session, and the number box of the cost of an offer."""

    def __init__(self, app: App, config: dict[str, Any], session: str) -> None:
        self._app, self._session = app, session
        boxes = {component["id"]: component["props"] for component in config["components"]}
        (cost,) = (id for id, props in boxes.items() if props.get("label") == "Offer cost")
        events = {(id, kind): event for event in config["dependencies"] for id, kind in event["targets"]}
        self._reprice = events[cost, "change"]["id"]
        self._inputs = [boxes[id].get("value") for id in events[cost, "change"]["inputs"]]
        self._cost = events[cost, "change"]["inputs"].index(cost)
        self._loads = [
            event["id"] for event in config["dependencies"] if any(kind == "load" for _, kind in event["targets"])
        ]

    async def load(self) -> None:
        """Open the page."""
        for event in self._loads:
            await self._app.event(self._session, event, [])

    async def reprice(self, chance: random.Random) -> None:
        """Change the cost of an offer."""
        data = list(self._inputs)
        data[self._cost] = _some_cost(chance)
        await self._app.event(self._session, self._reprice, data)


def _some_cost(chance: random.Random) -> float:
    return round(chance.uniform(20, 120), 2)


async def waiting(changes: list[Change], *, until: asyncio.Event) -> list[float]:
    """Let every visitor change the economics until ``until`` is set, and return how long each change took (ms)."""
    waited: list[float] = []

    async def visit(seed: int, change: Change) -> None:
        chance = random.Random(seed)  # noqa: S311 - no secrets
        await asyncio.sleep(chance.random() * _PAUSE_S)
        while not until.is_set():
            started = time.perf_counter()
            await change(chance)
            waited.append(1e3 * (time.perf_counter() - started))
            await asyncio.sleep(_PAUSE_S * chance.uniform(0.5, 1.5))

    await asyncio.gather(*(visit(seed, change) for seed, change in enumerate(changes)))
    return waited


async def measure(address: str, customers: Path, *, sessions: int, seconds: float) -> list[Latencies]:
    """Measure an idle server, then one that trains all the time."""
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=200), timeout=60) as client:
        app = App(address, client)
        table = await app.upload(customers)
        model = (await app.call("train", customers=table))[0]["path"]
        config = await app.config()
        pages = [Page(app, config, f"visitor{number}") for number in range(sessions)]
        for page in pages:
            await page.load()

        async def ask(chance: random.Random) -> None:
            await app.call(
                "profit", model=model, offer_cost=_some_cost(chance), save_rate=round(chance.uniform(0.2, 1), 3)
            )

        async def idle(until: asyncio.Event) -> None:
            await asyncio.sleep(seconds)
            until.set()

        async def training(until: asyncio.Event) -> None:
            ends = time.monotonic() + seconds
            while time.monotonic() < ends:
                await app.call("train", customers=table)
            until.set()

        latencies = []
        visitors: dict[str, list[Change]] = {
            "on the screen": [page.reprice for page in pages],
            "scripts": [ask] * sessions,
        }
        for kind, changes in visitors.items():
            for load, background in (("idle", idle), ("one training after another", training)):
                until = asyncio.Event()
                waited, _ = await asyncio.gather(waiting(changes, until=until), background(until))
                latencies.append(Latencies(f"{sessions} {kind}, {load}", waited))
        return latencies


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--customers", type=int, default=5000)
    parser.add_argument("--address", help="address of an app that already runs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        customers = Path(folder) / "customers.csv"
        write_csv(simulate_customers(options.customers).past.frame, customers)
        load = {"sessions": options.sessions, "seconds": options.seconds}
        if options.address:
            measured = asyncio.run(measure(options.address, customers, **load))
        else:
            with running() as address:
                measured = asyncio.run(measure(address, customers, **load))
    print(f"{'load':<46} {'calls':>6} {'p50 ms':>8} {'p95 ms':>8} {'max ms':>8} {f'> {BOUND_MS} ms':>11}")
    for latencies in measured:
        print(latencies.row())
    if missed := [latencies.load for latencies in measured if max(latencies.ms) > BOUND_MS]:
        sys.exit(f"missed: a visitor waited longer than {BOUND_MS} ms ({'; '.join(missed)})")


if __name__ == "__main__":
    main()
