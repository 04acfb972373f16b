"""The circuit breaker: whether a call to a language model may go out, and which circuit a failure counts against.

::

    account ──> endpoint ──> model by model, in order
    401/402/403  refused,     5xx, malformed replies, 400/422;
                 timed out    404 switches one off

Refused texts show that the connection is sound. They count in circuits of their own, by model, run and language,
so that one visitor's language never closes a model to another.

The circuits themselves come from nopanic. That package is young, so nothing else imports it, and
``tests/messages/llm/test_breaker.py`` is the contract that any replacement has to meet.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from nopanic import CircuitBreaker, CircuitOpen

from retention.messages.llm.outcome import (
    BreakerOpenError,
    BreakerReport,
    CallError,
    FailureKind,
    UnreviewedLineError,
)

MAX_UNANSWERED_CALLS = 20
"""Calls in a row without any reply; after these only one more goes out per reset interval."""

MAX_PAUSE_S = 60.0
"""Longest ``Retry-After`` that is obeyed, in seconds; a longer one counts as this."""

MODEL_NOT_SERVED_S = 600.0
"""Seconds for which a model that the server does not know is not asked again."""

MAX_SCOPES = 256
"""Runs and languages whose refused texts are remembered at a time."""

_log = logging.getLogger(__name__)

T = TypeVar("T")


class Breaker:
    """Lets calls to language models out while they can succeed. Safe to share between threads.

    Parameters
    ----------
    models
        The models to try, in order.
    reset_s
        Seconds a circuit stays open before one probe goes out.
    clock
        Monotonic seconds.
    """

    def __init__(
        self, models: tuple[str, ...], *, reset_s: float = 30.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._reset_s = reset_s
        self._clock = clock
        self._lock = threading.Lock()
        self._calls = self._failures = self._unanswered = self._under_way = 0
        self._last_call = self._paused_until = float("-inf")
        self._off_until: dict[str, float] = {}
        self._failed_at: dict[str, float] = {}
        self._opened_at: dict[str, float] = {}
        self._reasons: dict[str, str] = {}
        self._account = self._circuit("account", FailureKind.ACCOUNT)
        self._endpoint = self._circuit("endpoint", FailureKind.ENDPOINT, FailureKind.PAUSE)
        self._models = {
            model: self._circuit(
                model, FailureKind.ENDPOINT, FailureKind.PAUSE, FailureKind.MODEL, FailureKind.REQUEST
            )
            for model in models
        }
        self._texts: OrderedDict[tuple[str, str], CircuitBreaker] = OrderedDict()

    async def run(
        self,
        call: Callable[[str], Awaitable[T]],
        *,
        scope: str = "",
        time_left: Callable[[], bool] = lambda: True,
    ) -> T:
        """Call one model after the other until one answers.

        Parameters
        ----------
        call
            Takes a model; returns its answer or raises :class:`CallError`. A cancellation
            or any other exception counts neither as success nor as failure.
        scope
            Whose texts these are: refused ones count within the same scope only.
        time_left
            Whether enough time is left to ask another model after one failed.

        Raises
        ------
        BreakerOpenError
            If no call may go out.
        CallError
            If calls went out and none was answered.
        """
        with self._guarded_by(self._account), self._guarded_by(self._endpoint):
            outcome = await self._try_models(call, scope, time_left)
        if isinstance(outcome, CallError):
            raise outcome
        return outcome

    async def _try_models(
        self, call: Callable[[str], Awaitable[T]], scope: str, time_left: Callable[[], bool]
    ) -> T | CallError:
        """Return the first answer, or the refusal of a text: either shows that the connection is sound."""
        failures: list[CallError] = []
        not_called: list[BreakerOpenError] = []
        for model in self._models_to_try():
            if failures and not time_left():
                break
            try:
                with self._guarded_by(self._texts_of(model, scope)):
                    answer = await self._counted_call(call, model)
                    if isinstance(answer, CallError):
                        raise answer
                    return answer
            except BreakerOpenError as error:
                not_called.append(error)
            except CallError as error:
                if error.failure_kind in _NO_OTHER_MODEL_HELPS:
                    raise
                failures.append(error)
        if not failures:
            reason = not_called[-1].reason if not_called else "no model is set up"
            raise BreakerOpenError(reason, probe_under_way=any(error.probe_under_way for error in not_called))
        failure = _combined(failures)
        if failure.failure_kind is FailureKind.TEXT:
            return failure
        raise failure

    def report(self) -> BreakerReport:
        """Return the breaker's state right now."""
        obstacles = list(self._obstacles(self._clock()))
        with self._lock:
            calls, failures = self._calls, self._failures
        if not obstacles:
            return BreakerReport("closed", "", calls, failures)
        wait_s = max(obstacle.wait_s for obstacle in obstacles)
        state = "open" if wait_s > 0 else "half_open"
        return BreakerReport(state, obstacles[0].reason, calls, failures, round(wait_s, 3))

    def _circuit(self, name: str, *counted: FailureKind) -> CircuitBreaker:
        opens_at_once = counted == (FailureKind.ACCOUNT,)
        return CircuitBreaker(
            failure_threshold=1e-9 if opens_at_once else 0.5,
            min_calls=1 if opens_at_once else 5,
            reset_timeout=self._reset_s,
            half_open_max_calls=1,
            on=lambda error: isinstance(error, CallError) and error.failure_kind in counted,
            name=name,
            on_state_change=self._log_state_change,
            clock=self._clock,
        )

    def _log_state_change(self, circuit: CircuitBreaker, old: str, new: str) -> None:
        why = ""
        if new == "open":
            with self._lock:
                self._opened_at[circuit.name] = self._clock()
            why = f" ({self._reasons.get(circuit.name, '')})"
        _log.warning("breaker of %s: %s -> %s%s", circuit.name, old, new, why)

    @contextmanager
    def _guarded_by(self, circuit: CircuitBreaker) -> Iterator[None]:
        try:
            with circuit.guard():
                yield
        except CircuitOpen:
            under_way = self._under_way > 0 and circuit.state == "half_open"
            raise BreakerOpenError(self._reasons.get(circuit.name, ""), probe_under_way=under_way) from None

    def _texts_of(self, model: str, scope: str) -> CircuitBreaker:
        """Return the circuit that a model's refused texts count against."""
        with self._lock:
            circuit = self._texts.pop((model, scope), None)
            if circuit is None:
                circuit = self._circuit(f"texts of {model}", FailureKind.TEXT)
            self._texts[model, scope] = circuit
            if len(self._texts) > MAX_SCOPES * max(len(self._models), 1):
                self._texts.popitem(last=False)
            return circuit

    async def _counted_call(self, call: Callable[[str], Awaitable[T]], model: str) -> T | CallError:
        """Call a model; return its answer, or the refusal of its text."""
        self._check_pause(model)
        with self._guarded_by(self._models[model]):
            self._count_call()
            try:
                answer = await call(model)
            except CallError as error:
                self._record_failure(model, error)
                if error.failure_kind is not FailureKind.TEXT:
                    raise
                return error
            finally:
                with self._lock:
                    self._under_way -= 1
            self._unanswered = 0
            return answer

    def _check_pause(self, model: str) -> None:
        now = self._clock()
        if self._paused_until > now:
            raise BreakerOpenError(self._reasons["pause"])
        if self._off_until.get(model, now) > now:
            raise BreakerOpenError(self._reasons[model])

    def _count_call(self) -> None:
        with self._lock:
            now = self._clock()
            if now - self._last_call >= self._reset_s:
                self._unanswered = min(self._unanswered, MAX_UNANSWERED_CALLS - 1)
            if self._unanswered >= MAX_UNANSWERED_CALLS:
                raise BreakerOpenError(
                    self._reasons.get("endpoint", "the first calls are still without an answer"),
                    probe_under_way=self._under_way > 0,
                )
            self._unanswered += 1
            self._calls += 1
            self._under_way += 1
            self._last_call = now

    def _record_failure(self, model: str, error: CallError) -> None:
        with self._lock:
            now = self._clock()
            if error.failure_kind in _SERVER_ALIVE:
                self._unanswered = 0
            self._failures += 1
            self._failed_at[model] = now
            if error.failure_kind is FailureKind.TEXT:
                self._reasons[f"texts of {model}"] = error.reason
                return
            self._reasons[model] = error.reason
            self._reasons["account" if error.failure_kind is FailureKind.ACCOUNT else "endpoint"] = error.reason
            if error.failure_kind is FailureKind.NOT_SERVED:
                self._off_until[model] = now + MODEL_NOT_SERVED_S
            if error.failure_kind is FailureKind.PAUSE and error.retry_after_s:
                self._paused_until = now + min(error.retry_after_s, MAX_PAUSE_S)
                self._reasons["pause"] = error.reason

    def _models_to_try(self) -> list[str]:
        if self._unanswered >= MAX_UNANSWERED_CALLS - 1:
            # Only one call is left: it goes to the model that failed longest ago, so that each gets its turn.
            return sorted(self._models, key=lambda model: self._failed_at.get(model, float("-inf")))
        return list(self._models)

    def _obstacles(self, now: float) -> "Iterator[_Obstacle]":
        shared = (self._account, self._endpoint)
        yield from (self._circuit_obstacle(circuit, now) for circuit in shared if circuit.state != "closed")
        if self._paused_until > now:
            yield _Obstacle(self._paused_until - now, self._reasons["pause"])
        since_last_call_s = now - self._last_call
        if self._unanswered >= MAX_UNANSWERED_CALLS and since_last_call_s < self._reset_s:
            yield _Obstacle(self._reset_s - since_last_call_s, self._reasons.get("endpoint", ""))
        models = [
            _Obstacle(self._off_until[model] - now, self._reasons[model])
            if self._off_until.get(model, now) > now
            else self._circuit_obstacle(circuit, now)
            for model, circuit in self._models.items()
            if self._off_until.get(model, now) > now or circuit.state != "closed"
        ]
        if len(models) == len(self._models):
            yield min(models, key=lambda obstacle: obstacle.wait_s)

    def _circuit_obstacle(self, circuit: CircuitBreaker, now: float) -> "_Obstacle":
        wait_s = self._opened_at.get(circuit.name, now) + self._reset_s - now if circuit.state == "open" else 0.0
        return _Obstacle(max(wait_s, 0.0), self._reasons.get(circuit.name, ""))


@dataclass(frozen=True, slots=True)
class _Obstacle:
    """Something that keeps calls from going out, and for how much longer."""

    wait_s: float
    reason: str


_NO_OTHER_MODEL_HELPS = frozenset({FailureKind.ACCOUNT, FailureKind.ENDPOINT, FailureKind.PAUSE})
_SERVER_ALIVE = frozenset({FailureKind.TEXT, FailureKind.NOT_SERVED, FailureKind.REQUEST})


def _combined(failures: Sequence[CallError]) -> CallError:
    """Return several models' failures as one, with the texts that a person may still let out."""
    for error in failures:
        if isinstance(error, UnreviewedLineError):
            return error
    kind = _combined_failure_kind({error.failure_kind for error in failures})
    return CallError("; ".join(dict.fromkeys(error.reason for error in failures)), kind)


def _combined_failure_kind(kinds: set[FailureKind]) -> FailureKind:
    """Return the kind of several models' failures together: the endpoint's, unless a reply showed it alive."""
    different = kinds - {FailureKind.NOT_SERVED} or {FailureKind.NOT_SERVED}
    if different == {FailureKind.MODEL}:
        return FailureKind.ENDPOINT
    return different.pop() if len(different) == 1 else FailureKind.TEXT
