"""How gradio describes endpoints and answers agents (MCP), where its own way gets in theirs.

Written for gradio 6.31. ``tests/ui/gradio_runtime/test_agents.py`` fails once gradio needs none of it.
"""

from typing import Any, Literal

import gradio as gr
from anyio.to_thread import run_sync


def answer_agents_plainly(page: gr.Blocks) -> None:
    """Pass on what agents send unchanged, and answer with a step's file and its JSON separately, once launched.

    Gradio writes every ``data:`` URL to a file that stays, and gives an agent that asks for no progress both
    results as one list in Python's notation.
    """

    async def results(job: Any) -> list[Any]:
        result = await run_sync(job.result)
        return list(result) if isinstance(result, tuple | list) else [result]

    page.mcp_server_obj._execute_tool_without_progress = results
    page.mcp_server_obj.convert_strings_to_filedata = lambda values, _positions: values


def described(
    box: gr.components.Component, side: Literal["input", "output"], description: str
) -> gr.components.Component:
    """Return the component, described for the API's pages; gradio would print how its own classes are made."""
    if isinstance(box, gr.JSON):
        schema = {"type": "object", "additionalProperties": {}}
    else:
        schema = gr.FileData.model_json_schema() if isinstance(box, gr.File) else box.api_info()
    schema |= {"description": description, "additional_description": description}
    empty: dict[str, Any] = {}  # the other side is never read, and would be sent with every page
    box.api_info = dict
    box.api_info_as_input = lambda: schema if side == "input" else empty
    box.api_info_as_output = lambda: schema if side == "output" else empty
    return box
