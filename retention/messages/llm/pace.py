"""How many calls a language model's server takes at once, learned from how it answers.

Additive increase, multiplicative decrease, as TCP does it: one call at first; one more after each answer for which
the next would still be in time; half as many after one that was not. A server that answers one at a time is
recognised before calls are lost: its answers take longer the more are under way.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

MAX_CONCURRENT_CALLS = 16
"""Most calls of a writer under way at one time, unless its owner says otherwise."""

_SAFE_SHARE = 0.75  # of the deadline that an answer may be expected to take
_NO_QUEUE = 1.3  # times the fastest answer: less shows no waiting at the server
_CALLS_TO_FIND_SILENCE = 4  # at once, while a server has never answered
_ANSWERS_BEFORE_ANOTHER_TRY = 100


class Pace:
    """The number of calls that may be under way, between 1 and ``most``. Use it on one event loop only."""

    def __init__(self, most: int = MAX_CONCURRENT_CALLS) -> None:
        self.most = most
        self._limiter = anyio.CapacityLimiter(1)
        self._fastest_s = float("inf")
        self._ceiling = most
        self._round: list[float] = []
        self._answers_below_ceiling = 0

    @property
    def calls_at_once(self) -> int:
        """How many calls may be under way now."""
        return int(self._limiter.total_tokens)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Wait for a free place, and keep it for the block."""
        borrower = object()  # a task may wait for one place after another
        await self._limiter.acquire_on_behalf_of(borrower)
        try:
            yield
        finally:
            self._limiter.release_on_behalf_of(borrower)

    def answered(self, seconds: float, *, deadline_s: float) -> None:
        """Learn from an answer that took so long: one call more at once, if the server seems to have room."""
        self._fastest_s = min(self._fastest_s, seconds)
        now = self.calls_at_once
        if self._limiter.borrowed_tokens < now:
            return  # fewer were under way than may be, so the answer says nothing about more
        if now >= self._ceiling:
            self._answers_below_ceiling += 1
            if self._answers_below_ceiling < _ANSWERS_BEFORE_ANOTHER_TRY:
                return
            self._ceiling, self._answers_below_ceiling = self.most, 0
        # Of a round, the first may come back quickly while the last has waited for all the others.
        self._round.append(seconds)
        if len(self._round) < now:
            return
        seconds = max(self._round)
        self._round.clear()
        one_at_a_time_s = seconds * (now + 1) / now
        has_room = one_at_a_time_s <= _SAFE_SHARE * deadline_s or (
            seconds <= _NO_QUEUE * self._fastest_s and seconds <= _SAFE_SHARE * deadline_s
        )
        if has_room:
            self._set(now + 1)

    def overran(self) -> None:
        """Learn from a call that was not answered in time, or was refused for being too many: half as many."""
        if self._fastest_s == float("inf"):
            self._set(_CALLS_TO_FIND_SILENCE)  # nothing to spare: show soon that nobody is there
            return
        self._ceiling = max(1, self.calls_at_once - 1)
        self._answers_below_ceiling = 0
        self._set(self.calls_at_once // 2)

    def _set(self, calls: int) -> None:
        self._round.clear()
        self._limiter.total_tokens = min(max(calls, 1), self.most)
