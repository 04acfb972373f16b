"""A plug that can be pulled while messages are being written, to show that nobody is left out."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from retention.messages.llm.client import TemplateDraft, Writer
from retention.messages.llm.outcome import BreakerReport
from retention.messages.segments import MessageSegment

T = TypeVar("T")


class SwitchableWriter:
    """A writer with a switch: plugged in it is ``writer``, pulled it is ``dead``, from the next line on.

    Parameters
    ----------
    writer
        Who writes while the plug is in; None where no language model is set up.
    dead
        Whose server refuses every connection; see :func:`retention.messages.llm.client.switched_off_writer`.
    """

    def __init__(self, writer: Writer | None, switched_off: Writer) -> None:
        self._writer = writer or switched_off
        self._switched_off = switched_off
        self.switched_on = True

    @property
    def deadline_s(self) -> float | None:
        """Seconds one line may take, if the owner has a wish."""
        return self._writer.deadline_s

    async def write(self, segment: MessageSegment, *, deadline_s: float) -> TemplateDraft:
        """Ask for one line; comes back within ``deadline_s`` seconds, whatever happens."""
        now = self._current_writer()
        # Each writer keeps its connections on a loop of its own.
        return await asyncio.wrap_future(now.submit(now.write(segment, deadline_s=deadline_s)))

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> "Future[T]":
        """Run a coroutine where :meth:`write` may be awaited."""
        return self._switched_off.submit(coroutine)

    def report(self) -> BreakerReport:
        """Describe how the line to whoever is asked now stands."""
        return self._current_writer().report()

    def close(self) -> None:
        """Leave both writers to their owners."""

    def _current_writer(self) -> Writer:
        return self._writer if self.switched_on else self._switched_off
