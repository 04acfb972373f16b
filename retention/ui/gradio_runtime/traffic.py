"""Gradio, made to serve many visitors and scripts from one process."""

import traceback
from contextlib import nullcontext
from copy import copy
from types import SimpleNamespace
from typing import Any

import gradio as gr
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from retention.ui import libraries
from retention.ui.gradio_runtime.visits import Visit, install_visits


class AppBlocks(gr.Blocks):  # type: ignore[misc]  # gradio comes without types
    """A page whose handlers begin once the heavy libraries are there, and may get what came untouched.

    With ``preprocess=False`` gradio would still look for files in it, and fail on those it does not like before
    the handler could say in a sentence what is wrong with them.

    What changes a visit is done one after the other; long work, told by its being a generator, only brings a
    result that another handler takes up.
    """

    async def process_api(self, block_fn: Any, inputs: list[Any], state: Any = None, **options: Any) -> Any:
        """Answer an event."""
        changes = any(isinstance(one, gr.State) for one in block_fn.outputs) and not block_fn.types_generator
        async with state.change_lock if changes and isinstance(state, Visit) else nullcontext():
            return await super().process_api(block_fn, inputs, state, **options)

    async def preprocess_data(
        self, block_fn: Any, inputs: list[Any], state: Any, explicit_call: bool = False
    ) -> list[Any]:
        """Return the values for a handler."""
        if not libraries.loaded():
            await run_sync(libraries.load)
        if not block_fn.preprocess:
            return inputs
        if state is not None:
            state.is_closed = False  # its page is there, whatever became of its connection
        prepared: list[Any] = await super().preprocess_data(block_fn, inputs, state, explicit_call)
        return prepared

    async def postprocess_data(self, block_fn: Any, predictions: Any, state: Any) -> list[Any]:
        """Return what the browser gets; gradio would make every component anew that a handler says nothing of."""
        if not isinstance(predictions, dict) or not predictions.keys() & set(block_fn.outputs):
            made: list[Any] = await super().postprocess_data(block_fn, predictions, state)
            return made
        told = copy(block_fn)
        told.outputs = [one for one in block_fn.outputs if one in predictions]
        made = await super().postprocess_data(told, predictions, state)
        updates = dict(zip(told.outputs, made, strict=True))
        return [updates.get(one, gr.skip()) for one in block_fn.outputs]


async def unknown_name_response(request: Request, error: Exception) -> Response:
    """Answer an HTTP call that names no such endpoint or parameter; gradio would say "Internal Server Error".

    Any other error is raised again.
    """
    if request.url.path.startswith("/gradio_api/call/v2/"):
        named = request.path_params.get("api_name")
        if isinstance(error, KeyError) and error.args == (f"/{named}",):
            said = "there is no such endpoint; see /gradio_api/openapi.json"
            return JSONResponse({"error": f"{named}: {said}"}, status_code=404)
        if isinstance(error, TypeError) and traceback.extract_tb(error.__traceback__)[-1].name == "construct_args":
            said = str(error).split(". Please click")[0]
            return JSONResponse({"error": f"{named}: {said}; see /gradio_api/openapi.json"}, status_code=422)
    raise error


def skip_unused_work(page: gr.Blocks) -> None:
    """Spare each call what nobody looks at, as soon as the page is launched.

    A new session would begin with a description of every component of the page (for links to a state, which this
    page makes otherwise), and every call end with statistics over all calls (for a page that is switched off): 15
    and 2 to 8 ms during which nobody else is served.
    """
    visits = install_visits(page)
    visits.blocks = SimpleNamespace(default_config=page.default_config, blocks={})
    page._queue.ANALYTICS_MAX_EVENTS = 1
    page._queue.compute_analytics_summary = _nothing


def drop_script_session(request: gr.Request) -> None:
    """Let go of the session that gradio makes for a script's call: it keeps so many, and would drop a visitor's.

    To be called on the event loop, which is where gradio looks sessions up, in more than one step.
    """
    kept = request.request.app.state_holder
    made = kept.session_data.get(request.session_hash)
    if made is not None and not made.state_data:
        del kept.session_data[request.session_hash]
        kept.time_last_used.pop(request.session_hash, None)


def _nothing(_calls: list[Any]) -> dict[str, Any]:
    return {"functions": {}}
