"""One event loop on one thread, for as long as its owner lives."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

_PATIENCE_S = 5.0

T = TypeVar("T")


class LoopThread:
    """Runs coroutines beside the caller.

    A loop per call, or a thread waiting per call, would lose connections and leak time; here every
    call of a writer shares one loop, so deadlines are kept by the loop itself.
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
        # Only what was submitted is cancelled: a library's inner tasks have to be ended by their own parents.
        ending = asyncio.all_tasks() - {asyncio.current_task()}
        if ending:
            await asyncio.wait(ending, timeout=_PATIENCE_S)
        await on_close()
