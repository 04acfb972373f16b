"""A plug that can be pulled while messages are being written, to show that nobody is left out."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from retention.messages.llm.client import Draft, Writer
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
        Whose server refuses every connection; see :func:`retention.messages.llm.client.unplugged`.
    """

    def __init__(self, writer: Writer | None, dead: Writer) -> None:
        self._writer = writer or dead
        self._dead = dead
        self.plugged = True

    @property
    def deadline_s(self) -> float | None:
        """Seconds one line may take, if the owner has a wish."""
        return self._writer.deadline_s

    async def write(self, facts: MessageSegment, *, deadline_s: float) -> Draft:
        """Ask for one line; comes back within ``deadline_s`` seconds, whatever happens."""
        now = self._now()
        # Each writer keeps its connections on a loop of its own.
        return await asyncio.wrap_future(now.submit(now.write(facts, deadline_s=deadline_s)))

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> "Future[T]":
        """Run a coroutine where :meth:`write` may be awaited."""
        return self._dead.submit(coroutine)

    def report(self) -> BreakerReport:
        """Describe how the line to whoever is asked now stands."""
        return self._now().report()

    def close(self) -> None:
        """Leave both writers to their owners."""

    def _now(self) -> Writer:
        return self._writer if self.plugged else self._dead
