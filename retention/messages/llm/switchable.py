"""A writer that can be switched off while messages are being written, to show that everyone still gets one."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from retention.messages.channels.channel import Channel
from retention.messages.channels.registry import DEFAULT_CHANNEL
from retention.messages.llm.client import TemplateDraft, Writer
from retention.messages.llm.outcome import BreakerReport
from retention.messages.segments import MessageSegment

T = TypeVar("T")


class SwitchableWriter:
    """A writer with a switch, ``switched_on``, which takes effect from the next template on.

    Parameters
    ----------
    writer
        Who is asked while switched on; None where no language model is set up.
    switched_off
        Who is asked while switched off: its server refuses every connection. See
        :func:`retention.messages.llm.client.switched_off_writer`.
    """

    def __init__(self, writer: Writer | None, switched_off: Writer) -> None:
        self._writer = writer or switched_off
        self._switched_off = switched_off
        self.switched_on = True

    @property
    def deadline_s(self) -> float | None:
        """Seconds one template may take, if the owner has set a limit."""
        return self._writer.deadline_s

    async def write(
        self,
        segment: MessageSegment,
        *,
        deadline_s: float,
        channel: Channel = DEFAULT_CHANNEL,
        run: str | None = None,
    ) -> TemplateDraft:
        """Ask for one template; comes back within ``deadline_s`` seconds, whatever happens."""
        current = self._current_writer()
        # Each writer keeps its connections on a loop of its own.
        writing = current.submit(current.write(segment, channel=channel, deadline_s=deadline_s, run=run))
        return await asyncio.wrap_future(writing)

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> "Future[T]":
        """Run a coroutine where :meth:`write` may be awaited."""
        return self._switched_off.submit(coroutine)

    def report(self) -> BreakerReport:
        """Return the state of the connection of the writer that is asked now."""
        return self._current_writer().report()

    def close(self) -> None:
        """Do nothing: the owners of the two writers close them."""

    def _current_writer(self) -> Writer:
        return self._writer if self.switched_on else self._switched_off
