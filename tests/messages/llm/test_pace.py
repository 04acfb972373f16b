"""How many calls go out at once: learned from a simulated server's answers, without a clock."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from retention.messages.llm.pace import MAX_CONCURRENT_CALLS, Pace

DEADLINE_S = 2.0


def play(pace: Pace, *, one_s: float, places: int, calls: int) -> tuple[int, int]:
    """Let a server of ``places`` workers answer calls in rounds; return those in time and the most at once.

    A round of c calls at a server that takes ``places`` at a time ends for call number k after
    ``one_s * ceil(k / places)`` seconds.
    """

    async def played() -> tuple[int, int]:
        in_time = most = asked = 0
        while asked < calls:
            at_once = pace.calls_at_once
            most = max(most, at_once)
            async with AsyncExitStack() as round_of_calls:
                for _ in range(at_once):
                    await round_of_calls.enter_async_context(pace.place())
                for position in range(at_once):
                    seconds = one_s * (position // places + 1)
                    asked += 1
                    if seconds <= DEADLINE_S:
                        in_time += 1
                        pace.answered(seconds, deadline_s=DEADLINE_S)
                    else:
                        pace.overran()
        return in_time, most

    return asyncio.run(played())


def test_it_begins_with_one() -> None:
    """Nothing is known of a server before its first answer."""
    assert Pace().calls_at_once == 1


@pytest.mark.parametrize("one_s", [0.3, 0.7, 0.9, 1.4, 1.9])
def test_a_server_that_answers_one_at_a_time_loses_few(one_s: float) -> None:
    """Nineteen calls in twenty are in time, however long one takes within the deadline."""
    in_time, most = play(Pace(), one_s=one_s, places=1, calls=200)
    assert in_time >= 190
    assert most <= DEADLINE_S / one_s + 1


@pytest.mark.parametrize("one_s", [0.02, 0.7, 1.4])
def test_a_server_with_room_gets_as_many_as_may_be(one_s: float) -> None:
    """Where more calls at once take no longer, all places are used soon, and none is lost."""
    pace = Pace()
    in_time, _ = play(pace, one_s=one_s, places=64, calls=200)
    assert pace.calls_at_once == MAX_CONCURRENT_CALLS
    assert in_time >= 200


def test_the_owner_sets_the_most() -> None:
    """No more calls than that are under way, however fast the answers come."""
    _, most = play(Pace(3), one_s=0.01, places=64, calls=100)
    assert most == 3


def test_a_silent_server_is_recognised_by_four_at_once() -> None:
    """Before any answer there is nothing to spare, so an outage shows after two deadlines and not after five."""
    pace = Pace()
    pace.overran()
    assert pace.calls_at_once == 4


def test_being_too_fast_halves_it() -> None:
    """After answers, a call that was not in time, or a 429, leaves half as many at once."""
    pace = Pace()
    play(pace, one_s=0.01, places=64, calls=200)
    pace.overran()
    assert pace.calls_at_once == MAX_CONCURRENT_CALLS // 2
