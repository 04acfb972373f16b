"""The endpoints: :mod:`retention.ui.steps` wired into the app for scripts (gradio_client, HTTP) and agents (MCP).

Components without a place on screen say what each endpoint takes and gives. Values are checked against the
step's own signature, so what comes in is what the step says it takes, or gets a sentence.
"""

import inspect
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import gradio as gr
from anyio.to_thread import run_sync
from pydantic import TypeAdapter, ValidationError

from retention.errors import InputError, RetentionError
from retention.profit.economics import Economics
from retention.ui import jobs, served
from retention.ui.documented import Documented, documented
from retention.ui.steps.customers import audit, simulate, snapshot
from retention.ui.steps.messages import offers
from retention.ui.steps.model import profit, score, train
from retention.ui.summaries import Found

Step = Callable[..., Any]
#: Step -> how many may run at a time, where the default is too many; the screen's own carry the same ids.
STEPS: Mapping[Step, Mapping[str, Any]] = {
    simulate: {},
    snapshot: {},
    audit: {},
    train: {"concurrency_limit": 1, "concurrency_id": "train"},
    profit: {},
    score: {},
    offers: {"concurrency_limit": 4, "concurrency_id": "offers"},
}
_OURS = {"folder", "progress"}  # what the app gives a step, and not its caller
_BAR = gr.Progress()


def build(steps: Mapping[Step, Mapping[str, Any]] = STEPS) -> None:
    """Add endpoints to the Blocks that is being built; nothing of them shows on screen.

    Parameters
    ----------
    steps
        Step -> gradio's options for it. A step takes a ``folder`` and returns a file in it and its JSON object,
        or takes none and returns the object alone; if it takes ``progress``, its caller can stop it.
    """
    with gr.Column(visible=False):
        for step, queue in steps.items():
            words = documented(step, also=Economics)
            types = get_type_hints(step)
            taken = [one for name, one in inspect.signature(step).parameters.items() if name not in _OURS]
            gr.on(
                [],
                _endpoint(step, taken, words),
                [_described(_box(one, types[one.name]), "input", words.parameters[one.name]) for one in taken],
                [_described(_result(name), "output", said) for name, said in words.returns.items()],
                api_name=step.__name__,
                preprocess=False,  # both are done here, where an error is a sentence
                postprocess=False,
                **queue,
            )


def answer_agents_in_parts(app: gr.Blocks) -> None:
    """Give an agent a step's file and its JSON one by one, as soon as the app is launched.

    To an agent that does not ask for progress gradio gives both as one list in Python's notation.
    """

    async def parts(job: Any) -> list[Any]:
        result = await run_sync(job.result)
        return list(result) if isinstance(result, tuple | list) else [result]

    app.mcp_server_obj._execute_tool_without_progress = parts


def _endpoint(step: Step, taken: list[inspect.Parameter], words: Documented) -> Any:
    """Return what gradio calls: the request, then the values by position."""
    types = get_type_hints(step)

    def work(request: gr.Request, values: Sequence[Any], **ours: Any) -> Any:
        with _errors_as_sentences():
            given = {
                one.name: _checked(one, types[one.name], value) for one, value in zip(taken, values, strict=True)
            }
            if "folder" not in types:
                return _shown(step(**given, **ours), request)
            with served.folder() as folder:
                file, found = step(**given, **ours, folder=folder)
                return served.handed_out(file), _shown(found, request)

    def answer(request: gr.Request, *values: Any) -> Any:
        with _leaving_no_session(request):
            return work(request, values)

    def watched(request: gr.Request, *values_and_bar: Any) -> Iterator[Any]:
        """Answer from a thread, so that a caller who gives up ends the work and not just the wait."""
        *values, bar = values_and_bar
        with _leaving_no_session(request):
            for update in jobs.watch(lambda report: work(request, values, progress=report), threading.Event()):
                if isinstance(update, jobs.Done):
                    yield update.result
                else:
                    bar(update.share, desc=update.words)
                    said = {"progress": update.share, "words": update.words}
                    yield (None, said) if "folder" in types else said

    stoppable = "progress" in types
    endpoint: Any = watched if stoppable else answer
    request = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    bar = [request.replace(name="bar", default=_BAR)] if stoppable else []
    by_position = [one.replace(kind=request.kind) for one in taken]
    endpoint.__signature__ = inspect.Signature([request, *by_position, *bar])
    endpoint.__name__ = step.__name__
    endpoint.__doc__ = words.for_agents()
    return endpoint


def _box(one: inspect.Parameter, kind: Any) -> gr.components.Component:
    """Return the component that stands for a parameter of this type."""
    default = None if one.default is one.empty else one.default
    if kind is Path:
        return served.file_box(one.name)
    if get_origin(kind) is Literal:
        return gr.Dropdown(list(get_args(kind)), value=default, label=one.name)
    if kind is bool:
        return gr.Checkbox(default, label=one.name)
    if kind is str:
        return gr.Textbox(default, label=one.name)
    return gr.Number(default, label=one.name, precision=0 if int in {kind, *get_args(kind)} else None)


def _result(name: str) -> gr.components.Component:
    return gr.JSON(label=name) if name == "summary" else gr.File(label=name)


def _described(
    box: gr.components.Component, side: Literal["input", "output"], words: str
) -> gr.components.Component:
    """Let the API's pages say what a value is, where gradio would print how its own classes are made."""
    if isinstance(box, gr.JSON):
        schema = {"type": "object", "additionalProperties": {}}
    else:
        schema = gr.FileData.model_json_schema() if isinstance(box, gr.File) else box.api_info()
    schema |= {"description": words, "additional_description": words}
    empty: dict[str, Any] = {}  # what is said of the other side is never read, and would be sent with every page
    box.api_info = dict
    box.api_info_as_input = lambda: schema if side == "input" else empty
    box.api_info_as_output = lambda: schema if side == "output" else empty
    return box


def _checked(one: inspect.Parameter, kind: Any, value: Any) -> Any:
    """Return a value as the step takes it; null means the default."""
    if value is None and one.default is not one.empty:
        return one.default
    if kind is Path:
        return served.brought_in(one.name, value)
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        said = error.errors()[0]["msg"].removeprefix("Input ")
        raise InputError(f"{one.name}: {said}, got {str(value)[:40]!r}; change it") from None


@contextmanager
def _leaving_no_session(request: gr.Request) -> Iterator[None]:
    """Let go of the session that gradio makes for a call: it keeps so many, and would drop a visitor's for it."""
    try:
        yield
    finally:
        sessions = request.request.app.state_holder.session_data
        made = sessions.get(request.session_hash)
        if made is not None and not made.state_data:
            sessions.pop(request.session_hash, None)


@contextmanager
def _errors_as_sentences() -> Iterator[None]:
    try:
        yield
    except RetentionError as error:
        raise gr.Error(str(error), print_exception=False) from None


def _shown(found: Found, request: gr.Request) -> Any:
    """Return the object; to an agent as text, because gradio would write it out the way Python does."""
    by_agent = request.headers.get("x-gradio-user") == "mcp"
    return json.dumps(found, ensure_ascii=False, allow_nan=False) if by_agent else found
