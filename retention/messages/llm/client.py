"""Language models behind one interface: a template or a reason why there is none, within a deadline.

The layers, outermost first: as many calls at once as the server has shown to take, the circuit
breaker, the hard deadline, the client, the guard. Everything after the breaker is inside it, so that an answer
that comes too late or is refused by the guard counts as the failure it is.
"""

import asyncio
import socket
from collections.abc import Coroutine
from concurrent.futures import Future
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from pydantic import SecretStr

from retention.errors import InputError
from retention.messages.channels.channel import Channel
from retention.messages.channels.registry import DEFAULT_CHANNEL
from retention.messages.llm.breaker import Breaker
from retention.messages.llm.event_loop import LoopThread
from retention.messages.llm.failures import error_of_exception
from retention.messages.llm.outcome import (
    BreakerOpenError,
    BreakerReport,
    CallError,
    FailureKind,
    UnreviewedLineError,
)
from retention.messages.llm.own_server import OwnServer
from retention.messages.llm.pace import MAX_CONCURRENT_CALLS, Pace
from retention.messages.llm.prompt import chat_for
from retention.messages.llm.reply import checked_template, text_of_choice
from retention.messages.segments import MessageSegment
from retention.settings import Settings

_MAX_TOKENS = 160
_TEMPERATURE = 0.8
_LEAST_TIME_LEFT = 0.25  # share of the deadline that must be left to try another model

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TemplateDraft:
    """The result of one request for a template.

    Attributes
    ----------
    template
        A template that the guard accepted, slots unfilled; None if there is none.
    source
        The model that wrote it.
    note
        Why there is no template, in words for a person.
    unreviewed
        A template that may go out only after a person has read it; blank if there is none. Once a person has let
        it out, it is the ``template``, too.
    """

    template: str | None
    source: str = ""
    note: str = ""
    unreviewed: str = ""


class Writer(Protocol):
    """A source of templates, such as a language model."""

    @property
    def deadline_s(self) -> float | None:
        """Seconds one template may take, if the owner has set a limit."""

    async def write(
        self,
        segment: MessageSegment,
        *,
        deadline_s: float,
        channel: Channel = DEFAULT_CHANNEL,
        run: str | None = None,
    ) -> TemplateDraft:
        """Ask for one template; comes back within ``deadline_s`` seconds, whatever happens.

        With a ``run``, one of many: the time counts from when a place is free, and texts that are refused
        count within the run alone.
        """

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> "Future[T]":
        """Run a coroutine where :meth:`write` may be awaited."""

    def report(self) -> BreakerReport:
        """Return the state of the connection to the language model."""

    def close(self) -> None:
        """Close connections and end threads."""


def writer_from_settings(settings: Settings) -> "HubWriter | None":
    """Return a writer for the server or the token in the settings, or None where there is neither.

    The owner's own server (``RETENTION_BASE_URL``) comes first, and never gets the Hub's token.

    Raises
    ------
    InputError
        If the server's address does not start with http:// or https://.
    """
    if not settings.models:
        return None
    if settings.base_url:
        if not settings.base_url.startswith(("http://", "https://")):
            raise InputError("RETENTION_BASE_URL: is no address of a server; start it with http:// or https://")
        return HubWriter(
            settings.models,
            base_url=settings.base_url,
            key=settings.api_key,
            deadline_s=settings.deadline_s,
            concurrency=settings.llm_concurrency,
        )
    token = settings.hf_token.get_secret_value() if settings.hf_token else ""
    if token.startswith("hf_"):
        return HubWriter(
            settings.models, token=token, deadline_s=settings.deadline_s, concurrency=settings.llm_concurrency
        )
    return None


def switched_off_writer() -> "HubWriter":
    """Return a writer whose server refuses every connection, to show what happens when there is no model.

    Its port is a real one that this writer holds and nothing listens on, so the failures are real, too.
    """
    return _SwitchedOffWriter()


class HubWriter:
    """Templates from Inference Providers, or from any server that speaks the OpenAI protocol.

    Keep one for as long as the process lives: the breaker remembers, and connections stay open.

    Parameters
    ----------
    models
        Tried in order, under one deadline.
    token
        For Inference Providers; sent nowhere else.
    base_url
        A server to ask instead, e.g. ``http://127.0.0.1:8080/v1``.
    key
        For that server; sent nowhere else.
    deadline_s
        Seconds one template may take; None leaves it to the caller.
    concurrency
        Most calls under way at one time. It begins with one, and learns how many the server takes.
    reset_s
        Seconds an open breaker waits before it lets a probe out.
    """

    def __init__(
        self,
        models: tuple[str, ...],
        *,
        token: str | None = None,
        base_url: str | None = None,
        key: SecretStr | None = None,
        deadline_s: float | None = None,
        concurrency: int = MAX_CONCURRENT_CALLS,
        reset_s: float = 30.0,
    ) -> None:
        from huggingface_hub import AsyncInferenceClient

        self.deadline_s = deadline_s
        self._is_own_server = base_url is not None
        self._client: Any = (
            OwnServer(base_url, key) if base_url else AsyncInferenceClient(provider="auto", token=token)
        )
        self._breaker = Breaker(models, reset_s=reset_s)
        self._pace = Pace(concurrency)
        self._batch_turn = asyncio.Lock()  # one of a batch waits for a place at a time, and others pass by
        self._outcome = asyncio.Event()  # replaced after each call that ends
        self._thread = LoopThread("language-model")

    async def write(
        self,
        segment: MessageSegment,
        *,
        deadline_s: float,
        channel: Channel = DEFAULT_CHANNEL,
        run: str | None = None,
    ) -> TemplateDraft:
        """Ask for one template; comes back within ``deadline_s`` seconds, whatever happens.

        With a ``run``, one of many: the time counts from when a place is free, and texts that are refused
        count within the run alone.
        """
        clock = asyncio.get_running_loop().time
        async with AsyncExitStack() as stack:
            if run is not None:
                async with self._batch_turn:
                    await stack.enter_async_context(self._pace.place())
            ends_at = clock() + deadline_s
            if run is None:
                try:
                    async with asyncio.timeout_at(ends_at):
                        await stack.enter_async_context(self._pace.place())
                except TimeoutError:
                    return TemplateDraft(None, note="too many messages are being written at once")
            return await self._write_by(ends_at, segment, channel, deadline_s=deadline_s, run=run or "")

    async def _write_by(
        self, ends_at: float, segment: MessageSegment, channel: Channel, *, deadline_s: float, run: str
    ) -> TemplateDraft:
        clock = asyncio.get_running_loop().time

        to_read: list[UnreviewedLineError] = []

        async def call(model: str) -> TemplateDraft:
            try:
                return await self._call(model, segment, channel, ends_at=ends_at, deadline_s=deadline_s)
            except UnreviewedLineError as error:
                to_read.append(error)
                raise

        def time_left() -> bool:
            return ends_at - clock() > _LEAST_TIME_LEFT * deadline_s

        while True:
            try:
                return await self._breaker.run(call, scope=f"{run}|{segment.language}", time_left=time_left)
            except CallError as error:
                if to_read:
                    return TemplateDraft(None, to_read[0].source, error.reason, to_read[0].template)
                return TemplateDraft(None, note=error.reason)
            except BreakerOpenError as error:
                if not (error.probe_under_way and await self._next_outcome(ends_at) and time_left()):
                    return TemplateDraft(None, note=error.reason)

    async def _next_outcome(self, ends_at: float) -> bool:
        """Wait until a call that is under way ends, or until the deadline; return whether one ended."""
        try:
            async with asyncio.timeout_at(ends_at):
                await self._outcome.wait()
        except TimeoutError:
            return False
        return True

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> "Future[T]":
        """Run a coroutine on this writer's loop."""
        return self._thread.submit(coroutine)

    def report(self) -> BreakerReport:
        """Return the state of the connection to the language model."""
        return self._breaker.report()

    def close(self) -> None:
        """Close connections, cancel what still runs, end the thread."""
        self._thread.close(self._client.close)

    async def _call(
        self, model: str, segment: MessageSegment, channel: Channel, *, ends_at: float, deadline_s: float
    ) -> TemplateDraft:
        clock = asyncio.get_running_loop().time
        started = clock()
        try:
            async with asyncio.timeout_at(ends_at):
                reply = await self._ask(model, segment, channel)
            self._pace.answered(clock() - started, deadline_s=deadline_s)
        except TimeoutError:
            self._pace.overran()
            raise CallError(f"no answer within {deadline_s:g} s", FailureKind.ENDPOINT) from None
        except CallError as error:
            if error.failure_kind is FailureKind.PAUSE:
                self._pace.overran()
            raise
        finally:
            self._outcome.set()
            self._outcome = asyncio.Event()
        return TemplateDraft(checked_template(reply, segment, channel, source=model), source=model)

    async def _ask(self, model: str, segment: MessageSegment, channel: Channel) -> str:
        try:
            reply = await self._client.chat_completion(
                chat_for(segment, channel),
                model=model,
                max_tokens=_MAX_TOKENS,
                temperature=_TEMPERATURE,
            )
            return text_of_choice(reply.choices[0])
        except (TimeoutError, CallError):
            raise
        except Exception as error:  # whatever it is, everyone still gets a message
            raise error_of_exception(error, own_server=self._is_own_server) from None


class _SwitchedOffWriter(HubWriter):
    def __init__(self) -> None:
        self._port = socket.socket()
        self._port.bind(("127.0.0.1", 0))
        super().__init__(("switched off",), base_url=f"http://127.0.0.1:{self._port.getsockname()[1]}/v1")

    def close(self) -> None:
        super().close()
        self._port.close()
