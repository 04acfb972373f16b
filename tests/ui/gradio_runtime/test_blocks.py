"""How the page serves several events of one visitor at once."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import pytest
from gradio.state_holder import SessionState

from retention.ui.gradio_runtime.blocks import AppBlocks
from retention.ui.gradio_runtime.visits import Visit


@pytest.fixture
def first_started() -> threading.Event:
    """Set once the first handler runs."""
    return threading.Event()


@pytest.fixture
def first_may_end() -> Iterator[threading.Event]:
    """What the first handler waits for."""
    event = threading.Event()
    yield event
    event.set()


@pytest.mark.parametrize(("kind", "changes"), [(AppBlocks, ("first", "second")), (gr.Blocks, ("first",))])
def test_of_two_changes_at_once_none_is_lost(
    first_started: threading.Event,
    first_may_end: threading.Event,
    kind: type[gr.Blocks],
    changes: tuple[str, ...],
) -> None:
    """The second starts from the result of the first; once plain gradio does the same, take the lock out."""

    def first(done: tuple[str, ...]) -> tuple[str, ...]:
        first_started.set()
        first_may_end.wait(20)
        return (*done, "first")

    def second(done: tuple[str, ...]) -> tuple[str, ...]:
        return (*done, "second")

    with kind() as page:
        done = gr.State(())
        button = gr.Button()
        button.click(first, [done], [done])
        button.click(second, [done], [done])
    events = list(page.default_config.fns.values())
    visit = Visit(page)

    async def both() -> tuple[str, ...]:
        slow = asyncio.create_task(page.process_api(block_fn=events[0], inputs=[None], state=visit))
        await asyncio.to_thread(first_started.wait, 20)
        quick = asyncio.create_task(page.process_api(block_fn=events[1], inputs=[None], state=visit))
        await asyncio.wait([quick], timeout=0.1)  # all the time it would take
        first_may_end.set()
        await asyncio.gather(slow, quick)
        changed: tuple[str, ...] = visit[done._id]
        return changed

    assert asyncio.run(both()) == changes


def test_what_changes_nothing_does_not_wait(
    first_started: threading.Event, first_may_end: threading.Event
) -> None:
    """A download, or a look at one customer, is served while a change is at work."""

    def change(done: tuple[str, ...]) -> tuple[str, ...]:
        first_started.set()
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
        await asyncio.to_thread(first_started.wait, 20)
        looked = await asyncio.wait_for(page.process_api(block_fn=events[1], inputs=[None], state=visit), 20)
        first_may_end.set()
        await slow
        return str(looked["data"][0])

    assert asyncio.run(both()) == "0 done"


def test_gradio_itself_touches_files_that_a_handler_wants_as_they_came(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once this fails, ``preprocess=False`` is enough: take the override out."""
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "cache"))
    (tmp_path / "list.csv").write_text("id", encoding="utf-8")
    with AppBlocks() as page:
        gr.on([], lambda value: value, [gr.File()], [gr.JSON()], preprocess=False)
    (event,) = page.default_config.fns.values()
    values = [{"path": str(tmp_path / "list.csv"), "meta": {"_type": "gradio.FileData"}}]
    assert asyncio.run(gr.Blocks.preprocess_data(page, event, list(values), None)) != values
    assert asyncio.run(page.preprocess_data(event, list(values), None)) == values


def test_gradio_itself_describes_what_a_handler_leaves_alone() -> None:
    """Once this fails, outputs that a dict lacks cost gradio nothing: take the override out."""
    touched: list[int] = []

    class Recorded(SessionState):  # type: ignore[misc]  # gradio comes without types
        def __setitem__(self, key: int, value: object) -> None:
            touched.append(key)
            super().__setitem__(key, value)

    with AppBlocks() as page:
        first, second = gr.Textbox(), gr.Textbox()
        gr.on([], lambda: {first: "new"}, [], [first, second])
    (event,) = page.default_config.fns.values()
    asyncio.run(gr.Blocks.postprocess_data(page, event, {first: gr.Textbox("new")}, Recorded(page)))
    assert second._id in touched
    touched.clear()
    updates = asyncio.run(page.postprocess_data(event, {first: gr.Textbox("new")}, Recorded(page)))
    assert second._id not in touched
    assert updates[0]["value"] == "new" and updates[1] == gr.skip()
