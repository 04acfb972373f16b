"""How the page serves several events of one visitor at once."""

import asyncio
import threading
from collections.abc import Iterator

import gradio as gr
import pytest

from retention.ui.gradio_runtime.traffic import AppBlocks
from retention.ui.gradio_runtime.visits import Visit


@pytest.fixture
def first_begun() -> threading.Event:
    """Set once the first handler runs."""
    return threading.Event()


@pytest.fixture
def first_may_end() -> Iterator[threading.Event]:
    """What the first handler waits for."""
    event = threading.Event()
    yield event
    event.set()


def test_of_two_changes_at_once_none_is_lost(first_begun: threading.Event, first_may_end: threading.Event) -> None:
    """The second begins from what the first came to, though it was asked for while the first was at work."""

    def first(done: tuple[str, ...]) -> tuple[str, ...]:
        first_begun.set()
        first_may_end.wait(20)
        return (*done, "first")

    def second(done: tuple[str, ...]) -> tuple[str, ...]:
        return (*done, "second")

    with AppBlocks() as page:
        done = gr.State(())
        button = gr.Button()
        button.click(first, [done], [done])
        button.click(second, [done], [done])
    events = list(page.default_config.fns.values())
    visit = Visit(page)

    async def both() -> tuple[str, ...]:
        slow = asyncio.create_task(page.process_api(block_fn=events[0], inputs=[None], state=visit))
        await asyncio.to_thread(first_begun.wait, 20)
        quick = asyncio.create_task(page.process_api(block_fn=events[1], inputs=[None], state=visit))
        await asyncio.wait([quick], timeout=0.1)  # all the time it would take
        first_may_end.set()
        await asyncio.gather(slow, quick)
        changed: tuple[str, ...] = visit[done._id]
        return changed

    assert asyncio.run(both()) == ("first", "second")


def test_what_changes_nothing_does_not_wait(first_begun: threading.Event, first_may_end: threading.Event) -> None:
    """A download, or a look at one customer, is served while a change is at work."""

    def change(done: tuple[str, ...]) -> tuple[str, ...]:
        first_begun.set()
        first_may_end.wait(20)
        return (*done, "changed")

    with AppBlocks() as page:
        done, words = gr.State(()), gr.Textbox()
        button = gr.Button()
        button.click(change, [done], [done])
        button.click(lambda done: f"{len(done)} done", [done], [words])
    events = list(page.default_config.fns.values())
    visit = Visit(page)

    async def both() -> str:
        slow = asyncio.create_task(page.process_api(block_fn=events[0], inputs=[None], state=visit))
        await asyncio.to_thread(first_begun.wait, 20)
        looked = await asyncio.wait_for(page.process_api(block_fn=events[1], inputs=[None], state=visit), 20)
        first_may_end.set()
        await slow
        return str(looked["data"][0])

    assert asyncio.run(both()) == "0 done"
