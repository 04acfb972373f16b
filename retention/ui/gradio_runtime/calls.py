"""What gradio does around each call, reduced: unknown names, sessions of scripts, statistics nobody reads.

Written for gradio 6.31. ``tests/ui/gradio_runtime/test_calls.py`` fails once gradio needs none of it.
"""

import traceback
from types import SimpleNamespace
from typing import Any

import gradio as gr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from retention.ui.gradio_runtime.visits import install_visits


async def unknown_name_response(request: Request, error: Exception) -> Response:
    """Answer an HTTP call that names an unknown endpoint or parameter; gradio answers "Internal Server Error".

    Any other error is raised again.
    """
    if request.url.path.startswith("/gradio_api/call/v2/"):
        endpoint = request.path_params.get("api_name")
        if isinstance(error, KeyError) and error.args == (f"/{endpoint}",):
            sentence = "there is no such endpoint; see /gradio_api/openapi.json"
            return JSONResponse({"error": f"{endpoint}: {sentence}"}, status_code=404)
        if isinstance(error, TypeError) and traceback.extract_tb(error.__traceback__)[-1].name == "construct_args":
            sentence = str(error).split(". Please click")[0]
            return JSONResponse(
                {"error": f"{endpoint}: {sentence}; see /gradio_api/openapi.json"}, status_code=422
            )
    raise error


def skip_unused_work(page: gr.Blocks) -> None:
    """Spare each call work whose result is unused, as soon as the page is launched.

    Gradio begins a session with a description of every component (for links to a whole state, which this page
    makes in another way: 15 ms), and ends every call with statistics over all calls (for a monitoring page that
    is switched off: 2 to 8 ms). Nobody else is served meanwhile.
    """
    visits = install_visits(page)
    visits.blocks = SimpleNamespace(default_config=page.default_config, blocks={})
    page._queue.ANALYTICS_MAX_EVENTS = 1
    page._queue.compute_analytics_summary = _no_statistics


def drop_script_session(request: gr.Request) -> None:
    """Drop the session that gradio makes for a script's call, since each counts against the sessions it keeps.

    Call it on the event loop, where gradio looks sessions up in more than one step.
    """
    holder = request.request.app.state_holder
    visit = holder.session_data.get(request.session_hash)
    if visit is not None and not visit.state_data:
        del holder.session_data[request.session_hash]
        holder.time_last_used.pop(request.session_hash, None)


def _no_statistics(_calls: list[Any]) -> dict[str, Any]:
    return {"functions": {}}
