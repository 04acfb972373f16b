"""What is spared around each call, and that gradio itself still does it."""

from types import SimpleNamespace

import gradio as gr
import pytest
from gradio.queueing import Queue

from retention.ui.gradio_runtime.calls import drop_script_session, unknown_name_response


def test_gradio_itself_keeps_statistics_of_its_calls() -> None:
    """Once this fails, no statistics are computed after each call: take the override out."""
    with gr.Blocks() as page:
        pass
    page.queue()
    assert page._queue.ANALYTICS_MAX_EVENTS > 1
    assert callable(Queue.compute_analytics_summary)


@pytest.mark.parametrize(("state", "kept"), [({}, False), ({1: "customers"}, True)])
def test_only_a_script_s_empty_session_is_dropped(state: dict[int, str], kept: bool) -> None:
    """A visitor's session holds a state and stays."""
    holder = SimpleNamespace(
        session_data={"canary": SimpleNamespace(state_data=state)}, time_last_used={"canary": "now"}
    )
    called = SimpleNamespace(headers={}, app=SimpleNamespace(state_holder=holder))
    drop_script_session(gr.Request(called, session_hash="canary"))
    assert ("canary" in holder.session_data, "canary" in holder.time_last_used) == (kept, kept)


async def _answered(error: Exception) -> int:
    url, path_params = SimpleNamespace(path="/gradio_api/call/v2/nothing"), {"api_name": "nothing"}
    request = SimpleNamespace(url=url, path_params=path_params)
    response = await unknown_name_response(request, error)  # type: ignore[arg-type]  # what it reads of a request
    return response.status_code


def test_an_unknown_endpoint_is_a_404_and_any_other_error_is_raised_again() -> None:
    """A bug in a handler must not look like a wrong name."""
    import asyncio

    assert asyncio.run(_answered(KeyError("/nothing"))) == 404
    with pytest.raises(KeyError, match="elsewhere"):
        asyncio.run(_answered(KeyError("elsewhere")))
