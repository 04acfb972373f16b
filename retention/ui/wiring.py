"""How an event is wired: errors translated, long work watched, nothing private left open."""

import inspect
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import wraps
from html import escape
from typing import Any, TypeVar

import gradio as gr

from retention.errors import Cancelled, InputError, RetentionError
from retention.progress import Progress
from retention.ui import jobs
from retention.ui.components import export
from retention.ui.components.download import Download
from retention.ui.job_results import JobResult
from retention.ui.session import Session
from retention.ui.shell.screen import Component, Screen, Updates

Result = TypeVar("Result")

#: As a default it tells gradio to hand a tracker in; the tracker itself is made for each call.
BAR = gr.Progress()
_SECONDS_ON_SCREEN = 20


def on(events: Any, handler: Callable[..., Any], inputs: list[Any], outputs: list[Any], **options: Any) -> None:
    """Wire events to a handler whose errors become one clear sentence and change nothing."""
    events = events if isinstance(events, list) else [events]
    guarded = _step_by_step(handler) if inspect.isgeneratorfunction(handler) else _translated(handler)
    gr.on(events, guarded, inputs, outputs, api_visibility="private", **options)


def on_download(download: Download, handler: Callable[..., export.Download], inputs: list[Any]) -> None:
    """Wire a download button to a handler that returns the file; an error hands out none."""

    def make(*values: Any) -> Updates:
        try:
            _remembered(values)
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
    starts: list[gr.Button],
    stop: Stop | None,
    bar: gr.Progress,
    work: Callable[[Progress], Result],
    show: Callable[[Result], Updates],
    meanwhile: Callable[[], Updates] = dict,
) -> Iterator[Updates]:
    """Run long work with a progress bar; while it runs its start buttons rest and its stop button works.

    No other event may touch these buttons, or they would wake or rest while the work goes on. Work that changes
    the session ends in a :class:`Finished`, for :func:`take_up`: the session went on meanwhile.

    Parameters
    ----------
    starts
        Those that must not be pressed meanwhile; all are outputs of the event.
    show
        What the result looks like.
    meanwhile
        What else is shown while the work goes on.
    """
    stopping = threading.Event()

    def running(runs: bool) -> Updates:
        updates: Updates = {start: gr.Button(interactive=not runs) for start in starts}
        if stop is not None:
            updates |= {stop.work: stopping if runs else None, stop.button: gr.Button(interactive=runs)}
        return updates

    yield running(True)
    try:
        for update in jobs.watch(work, stopping):
            if isinstance(update, jobs.Done):
                yield show(update.result)
            else:
                bar(update.share, desc=update.words)
                yield {starts[0]: gr.skip(), **meanwhile()}
    except RetentionError as error:
        warn(error)
    except Exception:
        yield running(False)
        raise
    yield running(False)


def take_up(
    screen: Screen,
    finished: gr.State,
    take: Callable[[Session, JobResult], Session],
    show: Callable[[Session], Updates],
    shown: list[Component],
) -> None:
    """Bring what long work came to, as soon as it is in ``finished``, into the session as it is by then."""

    def bring(session: Session, done: JobResult | None) -> Updates:
        if done is None:  # it was taken up
            return {finished: gr.skip()}
        try:
            return {finished: None, **show(take(session, done))}
        except RetentionError as error:
            warn(error)
            return {finished: None}

    on(finished.change, bring, [screen.session, finished], [finished, *shown], show_progress="hidden")


def _translated(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Show a person's error as a warning box and leave the screen as it was."""

    @wraps(handler)
    def translated(*inputs: Any) -> Any:
        try:
            _remembered(inputs)
            return handler(*inputs)
        except RetentionError as error:
            warn(error)
            return gr.skip()

    return translated


def _step_by_step(handler: Callable[..., Iterator[Updates]]) -> Callable[..., Iterator[Updates]]:
    """Do the same for a handler that shows things one after the other."""

    @wraps(handler)
    def translated(*inputs: Any) -> Iterator[Any]:
        try:
            _remembered(inputs)
            yield from handler(*inputs)
        except RetentionError as error:
            warn(error)
            yield gr.skip()

    return translated


def _remembered(inputs: Iterable[Any]) -> None:
    """See that the visit is still known here: gradio hands out a new session in the place of a forgotten one."""
    if any(isinstance(value, Session) and value.forgotten for value in inputs):
        raise InputError("this visit was forgotten, since its page was left alone for long; reload the page")


def warn(error: RetentionError) -> None:
    """Show a person's error as a warning box, and as a piece of news that they stopped something."""
    # A toast is drawn as HTML, and the sentence may quote a visitor's file.
    words = escape(str(error))
    if isinstance(error, Cancelled):
        gr.Info(words, title="Stopped", duration=_SECONDS_ON_SCREEN)
    else:
        gr.Warning(words, title="Please check", duration=_SECONDS_ON_SCREEN)
