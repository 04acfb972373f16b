"""The endpoints: :mod:`retention.ui.api` wired into the app for scripts (gradio_client, HTTP) and agents (MCP).

Components without a place on screen describe what each endpoint takes and returns. Values are checked against the
step's own signature, so that a step gets what it asks for, or its caller gets a sentence.
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
from retention.ui.api.campaign import holdout, measure
from retention.ui.api.customers import audit, simulate, snapshot
from retention.ui.api.docstrings import ParsedDocstring, parse_docstring
from retention.ui.api.hub import pull, push, replay
from retention.ui.api.learning import learn
from retention.ui.api.messages import offers
from retention.ui.api.model import profit, score, train
from retention.ui.gradio_runtime.agents import described
from retention.ui.gradio_runtime.calls import drop_script_session
from retention.ui.sign_in import hub_for_caller

Step = Callable[..., Any]
#: Step -> how many may run at a time, where the default is too many; the screen's events carry the same ids.
STEPS: Mapping[Step, Mapping[str, Any]] = {
    simulate: {},
    snapshot: {},
    audit: {},
    train: {"concurrency_limit": 16, "concurrency_id": "train"},  # the training queue lets one run at a time
    profit: {},
    score: {},
    holdout: {},
    offers: {"concurrency_limit": 4, "concurrency_id": "offers"},
    measure: {},
    learn: {"concurrency_limit": 4, "concurrency_id": "learn"},
    push: {"concurrency_limit": 4, "concurrency_id": "hub"},
    pull: {"concurrency_limit": 4, "concurrency_id": "hub"},
    replay: {"concurrency_limit": 4, "concurrency_id": "hub"},
}
_SUPPLIED = {"folder", "progress", "hub"}  # what the app passes to a step, not its caller
_NEW_BAR = gr.Progress()


def build(steps: Mapping[Step, Mapping[str, Any]] = STEPS) -> None:
    """Add endpoints to the Blocks that is being built; none of their components shows on screen.

    Parameters
    ----------
    steps
        Gradio's options by step. A step takes a ``folder`` and returns files in it (or None for one it did not
        make) and its JSON object, or takes none and returns the object alone; if it takes ``progress``, its caller
        can stop it.
    """
    with gr.Column(visible=False):
        for step, queue in steps.items():
            documentation = parse_docstring(step, also=Economics)
            types = get_type_hints(step)
            parameters = [
                parameter
                for name, parameter in inspect.signature(step).parameters.items()
                if name not in _SUPPLIED
            ]
            boxes = [
                described(
                    _box(parameter, types[parameter.name]), "input", documentation.parameters[parameter.name]
                )
                for parameter in parameters
            ]
            results = [
                described(_result(name), "output", description)
                for name, description in documentation.returns.items()
            ]
            gr.on(
                [],
                _endpoint(step, parameters, documentation, results[:-1]),
                boxes,
                results,
                api_name=step.__name__,
                preprocess=False,  # both are done here, where an error becomes a sentence; see AppBlocks
                postprocess=False,
                **queue,
            )


def _endpoint(
    step: Step,
    parameters: list[inspect.Parameter],
    documentation: ParsedDocstring,
    file_results: Sequence[gr.components.Component],
) -> Any:
    """Return what gradio calls, on its event loop: with the request, then the values by position.

    The step itself runs on a thread. If its caller gives up, it ends at its next report of progress. A step that
    calls the Hub gets the caller's token, or None, before the values.
    """
    types = get_type_hints(step)
    token_names = ["token"] if "hub" in types else []

    def work(request: gr.Request, values: Sequence[Any], **supplied: Any) -> Any:
        if token_names:
            token, *values = values
            supplied["hub"] = hub_for_caller(token, request)
        with _errors_as_sentences(), tempfile.TemporaryDirectory(prefix="call-") as uploads:
            arguments = _arguments(step, parameters, values, Path(uploads))
            if "folder" not in types:
                return _for_caller(step(**arguments, **supplied), request)
            with files.download_folder() as folder:
                *made, summary = step(**arguments, **supplied, folder=folder)
                downloads = [_file_data(file, box) for file, box in zip(made, file_results, strict=True)]
                return *downloads, _for_caller(summary, request)

    async def answer(request: gr.Request, *values: Any) -> Any:
        try:
            return await run_sync(work, request, values)
        finally:
            drop_script_session(request)

    async def answer_with_progress(request: gr.Request, *values_and_bar: Any) -> AsyncIterator[Any]:
        *values, bar = values_and_bar
        stop = threading.Event()
        updates = jobs.watch_job(lambda report: work(request, values, progress=report), stop)
        try:
            while (update := await run_sync(next, updates, None)) is not None:
                if isinstance(update, jobs.JobDone):
                    yield update.result
                else:
                    bar(update.share, desc=update.description)
                    report = {"progress": update.share, "words": update.description}
                    yield (*(None for _ in file_results), report) if "folder" in types else report
        finally:
            stop.set()
            drop_script_session(request)

    stoppable = "progress" in types
    endpoint: Any = answer_with_progress if stoppable else answer
    request = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    bars = [request.replace(name="bar", default=_NEW_BAR)] if stoppable else []
    tokens = [request.replace(name=name) for name in token_names]
    by_position = [parameter.replace(kind=request.kind) for parameter in parameters]
    endpoint.__signature__ = inspect.Signature([request, *tokens, *by_position, *bars])
    endpoint.__annotations__ |= dict.fromkeys(token_names, gr.OAuthToken | None)
    endpoint.__name__ = step.__name__
    endpoint.__doc__ = documentation.for_agents()
    return endpoint


def _box(parameter: inspect.Parameter, kind: Any) -> gr.components.Component:
    """Return the component that stands for a parameter of this type."""
    default = None if parameter.default is parameter.empty else parameter.default
    if Path in {kind, *get_args(kind)}:
        return gr.File(label=parameter.name)
    if get_origin(kind) is Literal:
        return gr.Dropdown(list(get_args(kind)), value=default, label=parameter.name)
    if kind is bool:
        return gr.Checkbox(default, label=parameter.name)
    if kind is str:
        return gr.Textbox(default, label=parameter.name)
    return gr.Number(default, label=parameter.name, precision=0 if int in {kind, *get_args(kind)} else None)


def _result(name: str) -> gr.components.Component:
    return gr.JSON(label=name) if name == "summary" else gr.File(label=name)


def _arguments(
    step: Step, parameters: Sequence[inspect.Parameter], values: Sequence[Any], uploads: Path
) -> dict[str, Any]:
    """Return the values as the step takes them, by name; null means the default."""
    if len(values) != len(parameters):
        names = ", ".join(parameter.name for parameter in parameters)
        raise InputError(
            f"{step.__name__}: takes {len(parameters)} values, in this order: {names}; got {len(values)}"
        )
    types = get_type_hints(step)
    return {
        parameter.name: _checked(parameter, types[parameter.name], value, uploads)
        for parameter, value in zip(parameters, values, strict=True)
    }


def _checked(parameter: inspect.Parameter, kind: Any, value: Any, uploads: Path) -> Any:
    if value is None and parameter.default is not parameter.empty:
        return parameter.default
    if Path in {kind, *get_args(kind)}:
        folder = uploads / parameter.name
        folder.mkdir()
        return files.receive_file(parameter.name, value, folder)
    try:
        return _adapter(kind).validate_python(value)
    except ValidationError as error:
        problem = error.errors()[0]["msg"].removeprefix("Input ")
        raise InputError(f"{parameter.name}: {problem}, got {str(value)[:40]!r}; change it") from None


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _file_data(file: Path | None, result: gr.components.Component) -> dict[str, Any] | None:
    """Return a file as gradio sends it; gradio deletes it as it does uploads (``delete_cache`` of the app)."""
    if file is None:
        return None
    result.temp_files.add(str(file))
    data: dict[str, Any] = gr.FileData(path=str(file), orig_name=file.name, size=file.stat().st_size).model_dump()
    return data


@contextmanager
def _errors_as_sentences() -> Iterator[None]:
    try:
        yield
    except RetentionError as error:
        raise gr.Error(str(error), print_exception=False) from None


def _for_caller(summary: dict[str, Any], request: gr.Request) -> Any:
    """Return the JSON object; to an agent as text, because gradio would write it in Python's notation."""
    by_agent = request.headers.get("x-gradio-user") == "mcp"
    return json.dumps(summary, ensure_ascii=False, allow_nan=False) if by_agent else summary
