"""Fresh lines from a language model: a small pool for each segment, for as long as the breaker allows.

Customers with the same coarse facts share a pool, so the number of calls depends on how many
kinds of customers there are, not on how many customers.
"""

import asyncio
import queue
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from retention.messages.llm.client import MAX_CONCURRENT_CALLS, TemplateDraft, Writer
from retention.messages.segments import MessageSegment

MAX_TEMPLATES_PER_SEGMENT = 5
"""Most different lines a segment shares."""

MAX_CALLS_PER_RUN = 500
"""Most lines asked for in one run."""

_TICK_S = 0.1


@dataclass(frozen=True, slots=True)
class TemplatePool:
    """What a segment got.

    Attributes
    ----------
    drafts
        Different lines, none or more.
    note
        Why there are none, in words for a person; empty if nobody was asked.
    """

    drafts: tuple[TemplateDraft, ...] = ()
    note: str = ""


def plan_requests(sizes: Mapping[MessageSegment, int]) -> dict[MessageSegment, int]:
    """Return how many lines to ask for each segment, from the number of customers in it.

    One for every segment first, the largest before the others, then a second one, and so on, up to
    :data:`MAX_TEMPLATES_PER_SEGMENT` each, never more than customers, and :data:`MAX_CALLS_PER_RUN` in all.

    Examples
    --------
    >>> small, large = MessageSegment(tone="brief"), MessageSegment()
    >>> plan_requests({small: 2, large: 9}) == {large: 5, small: 2}
    True
    """
    wanted: Counter[MessageSegment] = Counter()
    by_size = sorted(sizes, key=lambda facts: (-sizes[facts], facts))
    for lines in range(1, MAX_TEMPLATES_PER_SEGMENT + 1):
        for facts in by_size:
            if sizes[facts] >= lines and wanted.total() < MAX_CALLS_PER_RUN:
                wanted[facts] += 1
    return {facts: wanted[facts] for facts in by_size if wanted[facts]}


def request_templates(
    writer: Writer, sizes: Mapping[MessageSegment, int], *, deadline_s: float, tick: Callable[[int, int], None]
) -> Iterator[tuple[MessageSegment, TemplatePool]]:
    """Yield every segment once, as soon as all that was asked for it is there.

    One pass: nothing is asked twice, and nobody waits for an open breaker. ``tick`` is called often while
    waiting, with the lines asked for so far answered and in all; what it raises stops the calls, and so does
    closing the iterator.
    """
    wanted = plan_requests(sizes)
    yield from ((facts, TemplatePool()) for facts in sizes if facts not in wanted)
    jobs = deque(facts for facts, lines in wanted.items() for _ in range(lines))
    came: queue.SimpleQueue[tuple[MessageSegment, TemplateDraft] | None] = queue.SimpleQueue()
    asking = writer.submit(_ask(writer, jobs, deadline_s, came.put))
    asking.add_done_callback(lambda _: came.put(None))
    found: dict[MessageSegment, list[TemplateDraft]] = {facts: [] for facts in wanted}
    answered, total = 0, sum(wanted.values())

    def told() -> None:
        tick(answered, total)

    try:
        while (answer := _next(came, told)) is not None:
            answered += 1
            facts, draft = answer
            found[facts].append(draft)
            if len(found[facts]) == wanted[facts]:
                yield facts, _pool(found.pop(facts))
        asking.result()
    finally:
        asking.cancel()


def _next(
    came: "queue.SimpleQueue[tuple[MessageSegment, TemplateDraft] | None]", tick: Callable[[], None]
) -> tuple[MessageSegment, TemplateDraft] | None:
    while True:
        tick()
        try:
            return came.get(timeout=_TICK_S)
        except queue.Empty:
            continue


async def _ask(
    writer: Writer,
    jobs: deque[MessageSegment],
    deadline_s: float,
    put: Callable[[tuple[MessageSegment, TemplateDraft]], None],
) -> None:
    async def worker() -> None:
        while jobs:
            facts = jobs.popleft()
            put((facts, await writer.write(facts, deadline_s=deadline_s)))

    async with asyncio.TaskGroup() as workers:
        for _ in range(min(MAX_CONCURRENT_CALLS, len(jobs))):
            workers.create_task(worker())


def _pool(drafts: list[TemplateDraft]) -> TemplatePool:
    lines = {draft.template: draft for draft in drafts if draft.template is not None}
    notes = {draft.note for draft in drafts if draft.template is None}
    return TemplatePool(tuple(lines.values()), "" if lines else "; ".join(sorted(notes)))
