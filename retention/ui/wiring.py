"""How events are wired: errors become sentences, long work can be watched and stopped, no handler is public."""

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
from retention.ui.job_results import JobResult
from retention.ui.session import Session
from retention.ui.tab import Change, Page, Updates

Result = TypeVar("Result")

#: As a handler's default it makes gradio pass a progress bar, a new one for each call.
NEW_BAR = gr.Progress()
_SECONDS_ON_SCREEN = 20


def on(events: Any, handler: Callable[..., Any], inputs: list[Any], outputs: list[Any], **options: Any) -> None:
    """Wire events to a handler whose errors become one clear sentence and change nothing on screen."""
    events = events if isinstance(events, list) else [events]
    guard = _guard_generator if inspect.isgeneratorfunction(handler) else _guard
    gr.on(events, guard(handler), inputs, outputs, api_visibility="private", **options)


@dataclass(frozen=True)
class Stop:
    """A stop button; ``job`` is a state that holds what it would stop."""

    button: gr.Button
    job: gr.State


def stop_button(button: gr.Button) -> Stop:
    """Wire a button to stop what :func:`run_job` runs with it, and nothing else."""

    def stop(job: threading.Event | None) -> None:
        if job is not None:
            job.set()

    job = gr.State(None)
    on(button.click, stop, [job], [])
    return Stop(button, job)


def run_job(
    starts: list[gr.Button],
    stop: Stop | None,
    bar: gr.Progress,
    work: Callable[[Progress], Result],
    show: Callable[[Result], Updates],
    while_running: Callable[[], Updates] = dict,
) -> Iterator[Updates]:
    """Run long work with a progress bar; meanwhile its start buttons are disabled and its stop button is enabled.

    No other event may touch these buttons, or it would enable or disable them while the work goes on. Work that
    changes the session ends in a :class:`JobResult` for :func:`take_result`, since the session may have changed.

    Parameters
    ----------
    starts
        The buttons that must not be pressed meanwhile; all are outputs of the event.
    show
        Returns the updates that show the result.
    while_running
        Returns further updates at each step of the work.
    """
    stopping = threading.Event()

    def running(runs: bool) -> Updates:
        updates: Updates = {start: gr.Button(interactive=not runs) for start in starts}
        if stop is not None:
            updates |= {stop.job: stopping if runs else None, stop.button: gr.Button(interactive=runs)}
        return updates

    yield running(True)
    try:
        for update in jobs.watch_job(work, stopping):
            if isinstance(update, jobs.JobDone):
                yield show(update.result)
            else:
                bar(update.share, desc=update.description)
                yield {starts[0]: gr.skip(), **while_running()}
    except RetentionError as error:
        warn(error)
    except Exception:
        yield running(False)
        raise
    yield running(False)


def take_result(
    page: Page, result_state: gr.State, accept: Callable[[Session, JobResult], Session], change: Change
) -> None:
    """Bring the result of long work, as soon as it is in ``result_state``, into the session as it is by then.

    Parameters
    ----------
    accept
        Returns the session with the result, or raises where the session has changed too much for it.
    change
        What then changed in the session.
    """

    def take(session: Session, result: JobResult | None) -> Updates:
        if result is None:  # the event that follows from clearing the state
            return {result_state: gr.skip()}
        try:
            return {result_state: None, **page.updates(change, accept(session, result))}
        except RetentionError as error:
            warn(error)
            return {result_state: None}

    outputs = [result_state, *page.components(change)]
    on(result_state.change, take, [page.session, result_state], outputs, show_progress="hidden")


def refuse_expired(inputs: Iterable[Any]) -> None:
    """Refuse an event of an expired session, in whose place gradio passes a new, empty one."""
    if any(isinstance(value, Session) and value.expired for value in inputs):
        raise InputError("this session expired because its page was left idle for long; reload the page")


def warn(error: RetentionError) -> None:
    """Show an error that a person can mend as a warning box, and the end of what they stopped as news."""
    # Gradio draws the box as HTML, and the sentence may quote a visitor's file.
    sentence = escape(str(error))
    if isinstance(error, Cancelled):
        gr.Info(sentence, title="Stopped", duration=_SECONDS_ON_SCREEN)
    else:
        gr.Warning(sentence, title="Please check", duration=_SECONDS_ON_SCREEN)


def _guard(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Show an error that a person can mend as a warning box, and leave the screen as it was."""

    @wraps(handler)
    def guarded(*inputs: Any) -> Any:
        try:
            refuse_expired(inputs)
            return handler(*inputs)
        except RetentionError as error:
            warn(error)
            return gr.skip()

    return guarded


def _guard_generator(handler: Callable[..., Iterator[Updates]]) -> Callable[..., Iterator[Updates]]:
    """Do the same for a handler that yields one update after the other."""

    @wraps(handler)
    def guarded(*inputs: Any) -> Iterator[Any]:
        try:
            refuse_expired(inputs)
            yield from handler(*inputs)
        except RetentionError as error:
            warn(error)
            yield gr.skip()

    return guarded
