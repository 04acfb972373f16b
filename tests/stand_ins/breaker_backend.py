"""Models behind a breaker that answer or fail as a test wants, and a clock that a test moves."""

import threading
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from retention.messages.llm.breaker import Breaker
from retention.messages.llm.outcome import BreakerOpenError, CallError, FailureKind

RESET_S = 30.0


@dataclass
class Clock:
    """A clock that moves only when a test sets ``now``."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Backend:
    """Records the models called; each fails by ``kind_by_model``, else by ``otherwise``, or answers."""

    kind_by_model: dict[str, FailureKind | None] = field(default_factory=dict)
    otherwise: FailureKind | None = None
    retry_after_s: float | None = None
    models_called: list[str] = field(default_factory=list)

    async def __call__(self, model: str) -> str:
        self.models_called.append(model)
        kind = self.kind_by_model.get(model, self.otherwise)
        if kind is not None:
            raise CallError(f"{kind.value} trouble", kind, retry_after_s=self.retry_after_s)
        return "line"


def breaker_of(*models: str) -> tuple[Breaker, Clock]:
    """Return a breaker and its clock."""
    clock = Clock()
    return Breaker(models or ("m",), reset_s=RESET_S, clock=clock), clock


def run_without_waiting(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine that never waits, and return its result."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("the coroutine waited")


def outcome_of(breaker: Breaker, call: Callable[[str], Awaitable[Any]]) -> str:
    """Run the breaker once, and return the answer or why there is none."""
    try:
        return str(run_without_waiting(breaker.run(call)))
    except CallError as error:
        return f"failed: {error.reason}"
    except BreakerOpenError as error:
        return f"not now: {error.reason}"


def open_breaker(kind: FailureKind = FailureKind.ENDPOINT, *models: str) -> tuple[Breaker, Clock]:
    """Return a breaker that five failures have just opened."""
    breaker, clock = breaker_of(*models)
    for _ in range(5):
        outcome_of(breaker, Backend(otherwise=kind))
    assert breaker.report().state == "open"
    return breaker, clock


def probes_per_round(*, threads: int, rounds: int) -> list[int]:
    """Return how many calls got through a half-open breaker in each round, all threads at once.

    Each round's probe fails only after every other thread was refused, so that all of them overlap.
    """
    breaker, clock = open_breaker()
    start, end = threading.Barrier(threads), threading.Barrier(threads)
    refused = threading.Semaphore(0)
    probes = [0] * rounds
    current = 0

    async def call(model: str) -> str:
        probes[current] += 1
        for _ in range(threads - 1):
            refused.acquire(timeout=5)
        raise CallError("still down", FailureKind.ENDPOINT)

    def call_every_round(number: int) -> None:
        nonlocal current
        for round_number in range(rounds):
            if number == 0:
                current = round_number
                clock.now += RESET_S
            start.wait()
            if outcome_of(breaker, call).startswith("not now"):
                refused.release()
            end.wait()

    workers = [threading.Thread(target=call_every_round, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return probes
