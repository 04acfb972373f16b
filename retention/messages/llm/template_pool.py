"""Templates from a language model: a small pool for each segment, for as long as the circuit breaker allows.

Customers of the same segment share a pool, so the number of calls depends on how many segments there are,
not on how many customers.
"""

import asyncio
import logging
import queue
import uuid
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from retention.messages.channels.channel import Channel
from retention.messages.channels.registry import DEFAULT_CHANNEL
from retention.messages.llm.client import TemplateDraft, Writer
from retention.messages.llm.pace import MAX_CONCURRENT_CALLS
from retention.messages.segments import MessageSegment

MAX_TEMPLATES_PER_SEGMENT = 5
"""Most different templates the customers of a segment share."""

MAX_CALLS_PER_RUN = 500
"""Most templates asked for in one run."""

_TICK_S = 0.1
_ASKING_FAILED = "the language model could not be asked"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TemplatePool:
    """The templates a segment got.

    Attributes
    ----------
    drafts
        Different templates, none or more.
    note
        Why there are none, in words for a person; empty if none was asked for.
    to_read
        Drafts whose template may go out only after a person has read it.
    """

    drafts: tuple[TemplateDraft, ...] = ()
    note: str = ""
    to_read: tuple[TemplateDraft, ...] = ()


def plan_requests(sizes: Mapping[MessageSegment, int]) -> dict[MessageSegment, int]:
    """Return how many templates to ask for each segment, from the number of customers in it.

    One for every segment first, the largest before the others, then a second one, and so on, up to
    :data:`MAX_TEMPLATES_PER_SEGMENT` each, never more than customers, and :data:`MAX_CALLS_PER_RUN` in all.

    Examples
    --------
    >>> small, large = MessageSegment(tone="brief"), MessageSegment()
    >>> plan_requests({small: 2, large: 9}) == {large: 5, small: 2}
    True
    """
    request_counts: Counter[MessageSegment] = Counter()
    by_size = sorted(sizes, key=lambda segment: (-sizes[segment], segment))
    for templates in range(1, MAX_TEMPLATES_PER_SEGMENT + 1):
        for segment in by_size:
            if sizes[segment] >= templates and request_counts.total() < MAX_CALLS_PER_RUN:
                request_counts[segment] += 1
    return {segment: request_counts[segment] for segment in by_size if request_counts[segment]}


def request_templates(
    writer: Writer,
    sizes: Mapping[MessageSegment, int],
    *,
    deadline_s: float,
    tick: Callable[[int, int], None],
    channel: Channel = DEFAULT_CHANNEL,
) -> Iterator[tuple[MessageSegment, TemplatePool]]:
    """Yield every segment once with its pool, as soon as all that was asked for it has been answered.

    Nothing is asked for twice, and nothing waits for an open breaker, only for a call that may close it. If asking
    itself fails, the rest gets an empty pool. ``tick`` is called often while waiting,
    with the number of requests answered and of all. What it raises stops the calls, and so does closing the
    iterator.
    """
    request_counts = plan_requests(sizes)
    yield from ((segment, TemplatePool()) for segment in sizes if segment not in request_counts)
    requests = deque(segment for segment, templates in request_counts.items() for _ in range(templates))
    answers: queue.SimpleQueue[tuple[MessageSegment, TemplateDraft] | None] = queue.SimpleQueue()
    asking = writer.submit(_send_requests(writer, requests, channel, deadline_s, answers.put))
    asking.add_done_callback(lambda _: answers.put(None))
    drafts: dict[MessageSegment, list[TemplateDraft]] = {segment: [] for segment in request_counts}
    answered, total = 0, sum(request_counts.values())

    def tick_with_counts() -> None:
        tick(answered, total)

    try:
        while (answer := _next(answers, tick_with_counts)) is not None:
            answered += 1
            segment, draft = answer
            drafts[segment].append(draft)
            if len(drafts[segment]) == request_counts[segment]:
                yield segment, _make_pool(drafts.pop(segment))
        broken = asking.exception()
        if broken is not None:
            _log.error("asking for templates failed (%s)", type(broken).__name__)
        for segment, received in drafts.items():
            yield segment, _make_pool([*received, TemplateDraft(None, note=_ASKING_FAILED)])
    finally:
        asking.cancel()


def _next(
    answers: "queue.SimpleQueue[tuple[MessageSegment, TemplateDraft] | None]", tick: Callable[[], None]
) -> tuple[MessageSegment, TemplateDraft] | None:
    while True:
        tick()
        try:
            return answers.get(timeout=_TICK_S)
        except queue.Empty:
            continue


async def _send_requests(
    writer: Writer,
    requests: deque[MessageSegment],
    channel: Channel,
    deadline_s: float,
    put: Callable[[tuple[MessageSegment, TemplateDraft]], None],
) -> None:
    run = uuid.uuid4().hex

    async def worker() -> None:
        while requests:
            segment = requests.popleft()
            put((segment, await writer.write(segment, channel=channel, deadline_s=deadline_s, run=run)))

    async with asyncio.TaskGroup() as workers:
        for _ in range(min(MAX_CONCURRENT_CALLS, len(requests))):
            workers.create_task(worker())


def _make_pool(drafts: list[TemplateDraft]) -> TemplatePool:
    different = {draft.template: draft for draft in drafts if draft.template is not None}
    notes = {draft.note for draft in drafts if draft.template is None}
    to_read = {draft.unreviewed: draft for draft in drafts if draft.unreviewed}
    note = "" if different else "; ".join(sorted(notes))
    return TemplatePool(tuple(different.values()), note, tuple(to_read.values()))
