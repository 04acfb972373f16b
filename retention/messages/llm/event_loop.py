"""An event loop on a thread of its own, for calls that go on beside the caller."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

_CLOSING_TIMEOUT_S = 5.0

T = TypeVar("T")


class LoopThread:
    """Runs coroutines beside the caller.

    A loop per call would lose connections, and a thread per call would miss deadlines. Every call of a writer
    shares one loop, which keeps the deadlines itself.
    """

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._running: set[Future[Any]] = set()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> "Future[T]":
        """Start a coroutine; cancelling the future cancels it."""
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        self._running.add(future)
        future.add_done_callback(self._running.discard)
        return future

    def close(self, on_close: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Cancel what still runs, await ``on_close`` and end the thread; a second time does nothing."""
        if not self._loop.is_closed():
            for future in tuple(self._running):
                future.cancel()
            asyncio.run_coroutine_threadsafe(self._finish(on_close), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()

    def _run(self) -> None:
        self._loop.run_forever()
        self._loop.close()

    async def _finish(self, on_close: Callable[[], Coroutine[Any, Any, None]]) -> None:
        # Cancel only what was submitted: a library ends its inner tasks itself, from the task that started them.
        ending = asyncio.all_tasks() - {asyncio.current_task()}
        if ending:
            await asyncio.wait(ending, timeout=_CLOSING_TIMEOUT_S)
        await on_close()
