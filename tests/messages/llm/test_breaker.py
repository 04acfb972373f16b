"""The contract of the circuit breaker, which any replacement has to meet.

No call here touches a network, and no test sleeps: each test moves the clock.
"""

import asyncio
import gc
import tracemalloc

import pytest

from retention.messages.llm.breaker import MAX_UNANSWERED_CALLS, MODEL_NOT_SERVED_S
from retention.messages.llm.outcome import BreakerOpenError, CallError, FailureKind
from tests.stand_ins.breaker_backend import (
    RESET_S,
    Backend,
    breaker_of,
    open_breaker,
    outcome_of,
    probes_per_round,
    run_without_waiting,
)


def test_answers_keep_it_closed() -> None:
    """A healthy backend is asked every time."""
    breaker, _ = breaker_of()
    backend = Backend()
    assert {outcome_of(breaker, backend) for _ in range(100)} == {"line"}
    report = breaker.report()
    assert (report.state, report.reason, report.calls, report.failures) == ("closed", "", 100, 0)
    assert report.next_probe_s is None


@pytest.mark.parametrize("kind", [FailureKind.ENDPOINT, FailureKind.MODEL, FailureKind.PAUSE, FailureKind.TEXT])
def test_a_dead_backend_gets_20_calls_and_one_more_each_interval(kind: FailureKind) -> None:
    """At 16 at once, at most 20 calls go out; after that one per reset interval."""
    breaker, clock = breaker_of()
    backend = Backend(otherwise=kind)

    async def call(model: str) -> str:
        await asyncio.sleep(0)
        return await backend(model)

    async def worker() -> None:
        for _ in range(50):
            with pytest.raises((CallError, BreakerOpenError)):
                await breaker.run(call)

    async def batch() -> None:
        await asyncio.gather(*(worker() for _ in range(16)))

    asyncio.run(batch())
    assert len(backend.models_called) <= 20
    for interval in range(1, 6):
        clock.now += RESET_S
        before = len(backend.models_called)
        asyncio.run(batch())
        assert len(backend.models_called) - before == 1, interval


@pytest.mark.parametrize("kind", [FailureKind.ENDPOINT, FailureKind.MODEL])
def test_a_dead_backend_of_many_models_gets_no_more_calls(kind: FailureKind) -> None:
    """Four models on one dead endpoint share the 20 calls, and the probe."""
    breaker, clock = breaker_of("a", "b", "c", "d")
    backend = Backend(otherwise=kind)
    for _ in range(100):
        outcome_of(breaker, backend)
    assert len(backend.models_called) <= MAX_UNANSWERED_CALLS
    for _ in range(8):
        clock.now += RESET_S
        before = len(backend.models_called)
        for _ in range(50):
            outcome_of(breaker, backend)
        assert len(backend.models_called) - before == 1


def test_each_model_gets_its_turn_to_probe() -> None:
    """When one of four models recovers, a probe reaches it within as many intervals."""
    breaker, clock = breaker_of("a", "b", "c", "d")
    for _ in range(100):
        outcome_of(breaker, Backend(otherwise=FailureKind.MODEL))
    backend = Backend(kind_by_model={"c": None}, otherwise=FailureKind.MODEL)
    answers = []
    for _ in range(5):
        clock.now += RESET_S
        answers.append(outcome_of(breaker, backend))
    assert "line" in answers


def test_half_open_lets_exactly_one_call_out() -> None:
    """Sixteen threads at once, 400 rounds: one probe each round."""
    assert probes_per_round(threads=16, rounds=400) == [1] * 400


def test_the_first_answered_probe_closes_it() -> None:
    """Recovery takes one reset interval and one call."""
    breaker, clock = open_breaker()
    backend = Backend()
    clock.now += RESET_S - 0.1
    assert outcome_of(breaker, backend) == "not now: endpoint trouble"
    clock.now += 0.1
    assert breaker.report().state == "half_open"
    assert [outcome_of(breaker, backend) for _ in range(3)] == ["line"] * 3
    assert breaker.report().state == "closed"


def test_a_failed_probe_opens_it_again() -> None:
    """The interval starts over, and the report counts it down."""
    breaker, clock = open_breaker()
    clock.now += RESET_S
    assert outcome_of(breaker, Backend(otherwise=FailureKind.ENDPOINT)) == "failed: endpoint trouble"
    clock.now += 10
    report = breaker.report()
    assert report.state == "open"
    assert report.next_probe_s == pytest.approx(20)


def test_frequent_failures_open_it_without_five_in_a_row() -> None:
    """Four failures of five are enough, though never five follow each other."""
    breaker, _ = breaker_of()
    backend = Backend()
    for number in range(20):
        backend.otherwise = None if number % 5 == 4 else FailureKind.ENDPOINT
        outcome_of(breaker, backend)
    assert breaker.report().state == "open"
    assert len(backend.models_called) <= 20


def test_a_late_success_does_not_close_it() -> None:
    """A call that started before the outage proves nothing about the server afterwards."""
    breaker, clock = breaker_of()

    async def scenario() -> None:
        answer = asyncio.Event()

        async def straggler(model: str) -> str:
            await answer.wait()
            return "line"

        late = asyncio.create_task(breaker.run(straggler))
        await asyncio.sleep(0)
        for _ in range(5):
            with pytest.raises(CallError):
                await breaker.run(Backend(otherwise=FailureKind.ENDPOINT))
        answer.set()
        assert await late == "line"

    asyncio.run(scenario())
    assert breaker.report().state == "open"
    clock.now += RESET_S
    assert breaker.report().state == "half_open"


def test_a_refused_request_counts_against_its_model_alone() -> None:
    """A model that does not take the requests is asked five times, with a reason, and the next one answers."""
    breaker, _ = breaker_of("a", "b")
    backend = Backend(kind_by_model={"a": FailureKind.REQUEST})
    assert {outcome_of(breaker, backend) for _ in range(50)} == {"line"}
    assert backend.models_called.count("a") == 5
    report = breaker.report()
    assert (report.state, report.failures) == ("closed", 5)


def test_a_refused_request_on_the_probe_closes_nothing() -> None:
    """A 400 says nothing of the connection, and no single model is asked on and on."""
    breaker, clock = open_breaker()
    clock.now += RESET_S
    backend = Backend(otherwise=FailureKind.REQUEST)
    for _ in range(100):
        outcome_of(breaker, backend)
    assert breaker.report().state == "open"
    assert breaker.report().reason == "request trouble"
    assert len(backend.models_called) == 1


def test_refused_texts_close_a_model_to_their_own_run_and_language_only() -> None:
    """Hindi lines that are refused in one visit leave the model to English ones, and to another visit's Hindi."""
    breaker, _ = breaker_of()

    def ask(backend: Backend, scope: str) -> str:
        try:
            return str(run_without_waiting(breaker.run(backend, scope=scope)))
        except (CallError, BreakerOpenError) as error:
            return type(error).__name__

    refused = Backend(otherwise=FailureKind.TEXT)
    outcomes = [ask(refused, "visit 1|hi") for _ in range(50)]
    assert outcomes == ["CallError"] * 5 + ["BreakerOpenError"] * 45
    assert ask(Backend(), "visit 1|en") == ask(Backend(), "visit 2|hi") == "line"
    assert breaker.report().state == "closed"


def test_a_refused_text_on_the_probe_shows_that_the_line_is_back() -> None:
    """The server has answered, so others need not wait for a good text."""
    breaker, clock = open_breaker()
    clock.now += RESET_S
    assert outcome_of(breaker, Backend(otherwise=FailureKind.TEXT)) == "failed: text trouble"
    assert breaker.report().state == "closed"


def test_who_is_refused_during_a_probe_is_told_of_it() -> None:
    """Its outcome may be worth waiting for; that of an open circuit is not."""
    breaker, clock = open_breaker()

    async def refusal() -> bool:
        with pytest.raises(BreakerOpenError) as refused:
            await breaker.run(Backend())
        return refused.value.probe_under_way

    async def scenario() -> None:
        assert not await refusal()
        clock.now += RESET_S
        answer = asyncio.Event()

        async def slow(model: str) -> str:
            await answer.wait()
            return "line"

        probe = asyncio.create_task(breaker.run(slow))
        await asyncio.sleep(0)
        assert await refusal()
        answer.set()
        assert await probe == "line"
        assert await breaker.run(Backend()) == "line"

    asyncio.run(scenario())


def test_a_cancelled_probe_does_not_stick() -> None:
    """After a cancelled probe, the next call is a probe."""
    breaker, clock = open_breaker()
    clock.now += RESET_S

    async def scenario() -> str:
        async def never(model: str) -> str:
            await asyncio.Event().wait()
            return ""

        for _ in range(3):
            probe = asyncio.create_task(breaker.run(never))
            await asyncio.sleep(0)
            probe.cancel()
            with pytest.raises(asyncio.CancelledError):
                await probe
        return await breaker.run(Backend())

    assert asyncio.run(scenario()) == "line"
    assert breaker.report().state == "closed"


@pytest.mark.slow
def test_rejections_cost_no_memory() -> None:
    """20,000 calls that may not go out leave less than 1 MB behind."""
    breaker, _ = open_breaker()
    backend = Backend()
    outcome_of(breaker, backend)
    gc.collect()
    tracemalloc.start()
    for _ in range(20_000):
        outcome_of(breaker, backend)
    gc.collect()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 1_000_000
    assert backend.models_called == []


def test_an_account_without_credits_gets_no_further_call() -> None:
    """A single 402 opens the breaker for all models, whatever went before, and the report holds the reason."""
    breaker, clock = breaker_of("a", "b")
    for _ in range(1000):
        outcome_of(breaker, Backend())
    backend = Backend(otherwise=FailureKind.ACCOUNT)
    assert outcome_of(breaker, backend) == "failed: account trouble"
    assert outcome_of(breaker, backend) == "not now: account trouble"
    assert backend.models_called == ["a"]
    assert breaker.report().state == "open"
    assert breaker.report().reason == "account trouble"
    clock.now += RESET_S
    assert outcome_of(breaker, Backend()) == "line"
    assert breaker.report().state == "closed"


@pytest.mark.parametrize(("retry_after_s", "pause_s"), [(7.0, 7.0), (60.0, 60.0), (3600.0, 60.0)])
def test_a_request_to_slow_down_is_obeyed(retry_after_s: float, pause_s: float) -> None:
    """No call goes out before Retry-After has passed, and it is obeyed for a minute at the most."""
    breaker, clock = breaker_of("a", "b")
    outcome_of(breaker, Backend(otherwise=FailureKind.PAUSE, retry_after_s=retry_after_s))
    backend = Backend()
    assert breaker.report().next_probe_s == pytest.approx(pause_s)
    clock.now += pause_s - 0.01
    assert outcome_of(breaker, backend) == "not now: pause trouble"
    clock.now += 0.02
    assert outcome_of(breaker, backend) == "line"
    assert backend.models_called == ["a"]


def test_a_model_nobody_serves_is_switched_off_alone() -> None:
    """A 404 costs one call in ten minutes, and the next model answers."""
    breaker, clock = breaker_of("a", "b")
    backend = Backend(kind_by_model={"a": FailureKind.NOT_SERVED})
    assert [outcome_of(breaker, backend) for _ in range(50)] == ["line"] * 50
    assert backend.models_called.count("a") == 1
    assert breaker.report().state == "closed"
    clock.now += MODEL_NOT_SERVED_S
    outcome_of(breaker, backend)
    assert backend.models_called.count("a") == 2


def test_no_model_served_at_all_is_reported() -> None:
    """With every model switched off the breaker is open, and the report says why and for how long."""
    breaker, _ = breaker_of("a", "b")
    assert outcome_of(breaker, Backend(otherwise=FailureKind.NOT_SERVED)) == "failed: not served trouble"
    report = breaker.report()
    assert (report.state, report.reason, report.next_probe_s) == ("open", "not served trouble", MODEL_NOT_SERVED_S)


def test_refused_texts_count_against_the_model_only() -> None:
    """A model whose texts are refused is no longer asked, and the next model answers."""
    breaker, _ = breaker_of("a", "b")
    backend = Backend(kind_by_model={"a": FailureKind.TEXT})
    assert {outcome_of(breaker, backend) for _ in range(50)} == {"line"}
    assert backend.models_called.count("a") == 5
    assert breaker.report().state == "closed"


def test_a_failing_first_model_does_not_close_the_endpoint() -> None:
    """Where the second model answers, the endpoint works."""
    breaker, _ = breaker_of("a", "b")
    backend = Backend(kind_by_model={"a": FailureKind.MODEL})
    assert {outcome_of(breaker, backend) for _ in range(100)} == {"line"}
    assert backend.models_called.count("a") == 5


def test_an_unreachable_endpoint_is_not_asked_for_the_next_model() -> None:
    """Connection errors and timeouts end the attempt: no model there could answer."""
    breaker, _ = breaker_of("a", "b")
    backend = Backend(otherwise=FailureKind.ENDPOINT)
    outcome_of(breaker, backend)
    assert backend.models_called == ["a"]


def test_no_further_model_is_asked_when_time_is_up() -> None:
    """The deadline is shared by all models."""
    breaker, _ = breaker_of("a", "b")
    backend = Backend(otherwise=FailureKind.MODEL)
    with pytest.raises(CallError):
        run_without_waiting(breaker.run(backend, time_left=lambda: False))
    assert backend.models_called == ["a"]


def test_rare_failures_never_lock_it_for_good() -> None:
    """A call a minute fails for hours; the first one after the recovery gets through."""
    breaker, clock = breaker_of("a", "b", "c", "d")
    for _ in range(200):
        clock.now += 60
        outcome_of(breaker, Backend(otherwise=FailureKind.MODEL))
    clock.now += 60
    assert outcome_of(breaker, Backend()) == "line"


def test_a_bug_is_no_outage() -> None:
    """An exception that says nothing about the backend passes through and counts neither way."""
    breaker, _ = breaker_of()

    async def broken(model: str) -> str:
        raise ZeroDivisionError

    for _ in range(10):
        with pytest.raises(ZeroDivisionError):
            run_without_waiting(breaker.run(broken))
    assert breaker.report().state == "closed"


def test_changes_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Opening and closing leave a line each in the log, with the reason."""
    breaker, clock = open_breaker()
    clock.now += RESET_S
    outcome_of(breaker, Backend())
    log = [record.getMessage() for record in caplog.records]
    assert [entry for entry in log if entry.startswith("breaker of endpoint")] == [
        "breaker of endpoint: closed -> open (endpoint trouble)",
        "breaker of endpoint: open -> half_open",
        "breaker of endpoint: half_open -> closed",
    ]
