"""The endpoints: :mod:`retention.ui.api` wired into the app for scripts (gradio_client, HTTP) and agents (MCP).

Components without a place on screen say what each endpoint takes and gives. Values are checked against the
step's own signature, so what comes in is what the step says it takes, or gets a sentence.
"""

import inspect
import json
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import gradio as gr
from anyio.to_thread import run_sync
from pydantic import TypeAdapter, ValidationError

from retention.errors import InputError, RetentionError
from retention.profit.economics import Economics
from retention.ui import files, jobs
from retention.ui.api.customers import audit, simulate, snapshot
from retention.ui.api.docstrings import ParsedDocstring, parse_docstring
from retention.ui.api.found import Found
from retention.ui.api.hub import pull, push, replay
from retention.ui.api.messages import offers
from retention.ui.api.model import profit, score, train
from retention.ui.gradio_runtime import traffic
from retention.ui.sign_in import hub_for_caller

Step = Callable[..., Any]
#: Step -> how many may run at a time, where the default is too many; the screen's own carry the same ids.
STEPS: Mapping[Step, Mapping[str, Any]] = {
    simulate: {},
    snapshot: {},
    audit: {},
    train: {"concurrency_limit": 16, "concurrency_id": "train"},  # they stand in a line of their own
    profit: {},
    score: {},
    offers: {"concurrency_limit": 4, "concurrency_id": "offers"},
    push: {"concurrency_limit": 4, "concurrency_id": "hub"},
    pull: {"concurrency_limit": 4, "concurrency_id": "hub"},
    replay: {"concurrency_limit": 4, "concurrency_id": "hub"},
}
_OURS = {"folder", "progress", "hub"}  # what the app gives a step, and not its caller
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
            words = parse_docstring(step, also=Economics)
            types = get_type_hints(step)
            taken = [one for name, one in inspect.signature(step).parameters.items() if name not in _OURS]
            boxes = [_described(_box(one, types[one.name]), "input", words.parameters[one.name]) for one in taken]
            results = [_described(_result(name), "output", said) for name, said in words.returns.items()]
            gr.on(
                [],
                _endpoint(step, taken, words, results[0]),
                boxes,
                results,
                api_name=step.__name__,
                preprocess=False,  # both are done here, where an error is a sentence; see traffic.Page
                postprocess=False,
                **queue,
            )


def answer_agents_plainly(page: gr.Blocks) -> None:
    """Take what agents pass as it is, and answer with a step's file and its JSON one by one, once launched.

    Gradio would write a file out of every data: URL, where it stays, and give both results as one list in
    Python's notation to an agent that does not ask for progress.
    """

    async def parts(job: Any) -> list[Any]:
        result = await run_sync(job.result)
        return list(result) if isinstance(result, tuple | list) else [result]

    page.mcp_server_obj._execute_tool_without_progress = parts
    page.mcp_server_obj.convert_strings_to_filedata = lambda given, _where: given


def _endpoint(
    step: Step, taken: list[inspect.Parameter], words: ParsedDocstring, result: gr.components.Component
) -> Any:
    """Return what gradio calls, on its event loop: the request, then the values by position.

    The step itself works on a thread. If its caller gives up, it ends at its next report. For a step that speaks
    to the Hub the caller's token, or None, comes before the values.
    """
    types = get_type_hints(step)
    tokens = ["token"] if "hub" in types else []

    def work(request: gr.Request, values: Sequence[Any], **ours: Any) -> Any:
        if tokens:
            token, *values = values
            ours["hub"] = hub_for_caller(token, request)
        with _errors_as_sentences(), tempfile.TemporaryDirectory(prefix="call-") as place:
            given = _given(step, taken, values, Path(place))
            if "folder" not in types:
                return _shown(step(**given, **ours), request)
            with files.download_folder() as folder:
                file, found = step(**given, **ours, folder=folder)
                return _handed_out(file, result), _shown(found, request)

    async def answer(request: gr.Request, *values: Any) -> Any:
        try:
            return await run_sync(work, request, values)
        finally:
            traffic.drop_script_session(request)

    async def watched(request: gr.Request, *values_and_bar: Any) -> AsyncIterator[Any]:
        *values, bar = values_and_bar
        stop = threading.Event()
        updates = jobs.watch_job(lambda report: work(request, values, progress=report), stop)
        try:
            while (update := await run_sync(next, updates, None)) is not None:
                if isinstance(update, jobs.JobDone):
                    yield update.result
                else:
                    bar(update.share, desc=update.description)
                    said = {"progress": update.share, "words": update.description}
                    yield (None, said) if "folder" in types else said
        finally:
            stop.set()
            traffic.drop_script_session(request)

    stoppable = "progress" in types
    endpoint: Any = watched if stoppable else answer
    request = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    bar = [request.replace(name="bar", default=_BAR)] if stoppable else []
    by_position = [one.replace(kind=request.kind) for one in taken]
    theirs = [request.replace(name=name) for name in tokens]
    endpoint.__signature__ = inspect.Signature([request, *theirs, *by_position, *bar])
    endpoint.__annotations__ |= dict.fromkeys(tokens, gr.OAuthToken | None)
    endpoint.__name__ = step.__name__
    endpoint.__doc__ = words.for_agents()
    return endpoint


def _box(one: inspect.Parameter, kind: Any) -> gr.components.Component:
    """Return the component that stands for a parameter of this type."""
    default = None if one.default is one.empty else one.default
    if kind is Path:
        return gr.File(label=one.name)
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


def _given(step: Step, taken: Sequence[inspect.Parameter], values: Sequence[Any], place: Path) -> dict[str, Any]:
    """Return the values as the step takes them, by name; null means the default."""
    if len(values) != len(taken):
        names = ", ".join(one.name for one in taken)
        raise InputError(f"{step.__name__}: takes {len(taken)} values, in this order: {names}; got {len(values)}")
    types = get_type_hints(step)
    return {
        one.name: _checked(one, types[one.name], value, place) for one, value in zip(taken, values, strict=True)
    }


def _checked(one: inspect.Parameter, kind: Any, value: Any, place: Path) -> Any:
    if value is None and one.default is not one.empty:
        return one.default
    if kind is Path:
        own = place / one.name
        own.mkdir()
        return files.receive_file(one.name, value, own)
    try:
        return _adapter(kind).validate_python(value)
    except ValidationError as error:
        said = error.errors()[0]["msg"].removeprefix("Input ")
        raise InputError(f"{one.name}: {said}, got {str(value)[:40]!r}; change it") from None


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _handed_out(file: Path, result: gr.components.Component) -> dict[str, Any]:
    """Return a file as gradio sends it; gradio deletes it as it does uploads (``delete_cache`` of the app)."""
    result.temp_files.add(str(file))
    given: dict[str, Any] = gr.FileData(path=str(file), orig_name=file.name, size=file.stat().st_size).model_dump()
    return given


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
