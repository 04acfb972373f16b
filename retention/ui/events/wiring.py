"""How an event is wired: errors translated, long work watched, nothing private left open."""

import inspect
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from html import escape
from typing import Any, TypeVar

import gradio as gr

from retention.errors import RetentionError
from retention.progress import Progress
from retention.ui import jobs
from retention.ui.handlers import export
from retention.ui.screen import Updates
from retention.ui.tabs.download import Download

Result = TypeVar("Result")

#: As a default it tells gradio to hand a tracker in; the tracker itself is made for each call.
BAR = gr.Progress()
_SECONDS_ON_SCREEN = 20


def on(events: Any, handler: Callable[..., Any], inputs: list[Any], outputs: list[Any], **options: Any) -> None:
    """Wire events to a handler whose errors become one clear sentence and change nothing."""
    events = events if isinstance(events, list) else [events]
    guarded = handler if inspect.isgeneratorfunction(handler) else _translated(handler)
    gr.on(events, guarded, inputs, outputs, api_visibility="private", **options)


def on_download(download: Download, handler: Callable[..., export.Download], inputs: list[Any]) -> None:
    """Wire a download button to a handler that returns the file; an error hands out none."""

    def make(*values: Any) -> Updates:
        try:
            return download.hand_out(handler(*values))
        except RetentionError as error:
            warn(error)
            return {download.file: None}

    gr.on(
        download.button.click, make, inputs, [download.file], api_visibility="private",
        show_progress_on=[download.button],
    ).success(
        fn=None, inputs=[download.file], queue=False, show_progress="hidden",
        js="(file) => window.desk.fetch(file)",
    )  # fmt: skip


@dataclass(frozen=True)
class Stop:
    """A stop button, and in ``work`` what is running that it would stop."""

    button: gr.Button
    work: gr.State


def stop_with(button: gr.Button) -> Stop:
    """Wire a button to stop what :func:`long_work` runs with it, and nothing else that is going on."""

    def stop(work: threading.Event | None) -> None:
        if work is not None:
            work.set()

    work = gr.State(None)
    on(button.click, stop, [work], [])
    return Stop(button, work)


def long_work(
    start: gr.Button,
    stop: Stop | None,
    bar: gr.Progress,
    work: Callable[[Progress], Result],
    show: Callable[[Result], Updates],
    meanwhile: Callable[[], Updates] = dict,
) -> Iterator[Updates]:
    """Run long work with a progress bar; while it runs its start button rests and its stop button works.

    ``meanwhile`` says what else is shown while the work goes on.
    """
    stopping = threading.Event()

    def running(runs: bool) -> Updates:
        updates: Updates = {start: gr.Button(interactive=not runs)}
        if stop is not None:
            updates |= {stop.work: stopping if runs else None, stop.button: gr.Button(interactive=runs)}
        return updates

    yield running(True)
    try:
        for update in jobs.watch(work, stopping):
            if isinstance(update, jobs.Done):
                yield {**running(False), **show(update.result)}
            else:
                bar(update.share, desc=update.words)
                yield {start: gr.skip(), **meanwhile()}
    except RetentionError as error:
        warn(error)
        yield running(False)


def _translated(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Show a person's error as a warning box and leave the screen as it was."""

    @wraps(handler)
    def translated(*inputs: Any) -> Any:
        try:
            return handler(*inputs)
        except RetentionError as error:
            warn(error)
            return gr.skip()

    return translated


def warn(error: RetentionError) -> None:
    """Show a person's error as a warning box."""
    # A toast is drawn as HTML, and the sentence may quote a visitor's file.
    gr.Warning(escape(str(error)), title="Please check", duration=_SECONDS_ON_SCREEN)
