"""Models behind a breaker that answer or fail as told, and a clock that does not run by itself."""

import threading
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from retention.messages.llm.breaker import Breaker
from retention.messages.llm.outcome import BreakerOpenError, CallError, FailureKind

RESET_S = 30.0


@dataclass
class Clock:
    """Seconds that pass when they are told to."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Backend:
    """Counts what reaches it, and blames as told."""

    blame: dict[str, FailureKind | None] = field(default_factory=dict)
    otherwise: FailureKind | None = None
    retry_after_s: float | None = None
    asked: list[str] = field(default_factory=list)

    async def __call__(self, model: str) -> str:
        self.asked.append(model)
        blame = self.blame.get(model, self.otherwise)
        if blame is not None:
            raise CallError(f"{blame.value} trouble", blame, retry_after_s=self.retry_after_s)
        return "line"


def breaker_of(*models: str) -> tuple[Breaker, Clock]:
    """Return a breaker and its clock."""
    clock = Clock()
    return Breaker(models or ("m",), reset_s=RESET_S, clock=clock), clock


def now(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine that waits for nothing."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("it waited")


def went(breaker: Breaker, call: Callable[[str], Awaitable[Any]]) -> str:
    """Return what came of one run: the answer, or why there is none."""
    try:
        return str(now(breaker.run(call)))
    except CallError as error:
        return f"failed: {error.reason}"
    except BreakerOpenError as error:
        return f"not now: {error.reason}"


def opened(blame: FailureKind = FailureKind.ENDPOINT, *models: str) -> tuple[Breaker, Clock]:
    """Return a breaker that five failures have just opened."""
    breaker, clock = breaker_of(*models)
    for _ in range(5):
        went(breaker, Backend(otherwise=blame))
    assert breaker.report().state == "open"
    return breaker, clock


def probes_of_a_crowd(*, threads: int, rounds: int) -> list[int]:
    """Return how many calls got through a half-open breaker in each round, all threads at once.

    Each round's probe fails only after every other thread was turned away, so that they overlap.
    """
    breaker, clock = opened()
    start, end = threading.Barrier(threads), threading.Barrier(threads)
    turned_away = threading.Semaphore(0)
    probes = [0] * rounds
    current = 0

    async def call(model: str) -> str:
        probes[current] += 1
        for _ in range(threads - 1):
            turned_away.acquire(timeout=5)
        raise CallError("still down", FailureKind.ENDPOINT)

    def one(number: int) -> None:
        nonlocal current
        for round_number in range(rounds):
            if number == 0:
                current = round_number
                clock.now += RESET_S
            start.wait()
            if went(breaker, call).startswith("not now"):
                turned_away.release()
            end.wait()

    workers = [threading.Thread(target=one, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return probes
