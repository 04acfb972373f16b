"""What agents get, and that gradio itself still gives them something else."""

import asyncio
import inspect
from types import SimpleNamespace

import gradio as gr
from gradio.mcp import GradioMCPServer

from retention.ui.gradio_runtime.agents import answer_agents_plainly, described


def test_gradio_itself_hands_agents_both_results_as_one() -> None:
    """Once this fails, gradio gives an agent each result by itself: take the override out."""
    job = SimpleNamespace(result=lambda: ("file", {"customers": 3}))
    own = GradioMCPServer._execute_tool_without_progress
    assert asyncio.run(own(SimpleNamespace(), job)) == [("file", {"customers": 3})]
    page = SimpleNamespace(mcp_server_obj=SimpleNamespace())
    answer_agents_plainly(page)
    assert asyncio.run(page.mcp_server_obj._execute_tool_without_progress(job)) == ["file", {"customers": 3}]


def test_gradio_itself_writes_a_data_url_to_a_file() -> None:
    """Once this fails, gradio passes data: URLs on: take the override out."""
    assert "save_base64_to_cache" in inspect.getsource(GradioMCPServer.convert_strings_to_filedata)


def test_gradio_itself_describes_a_json_result_as_anything() -> None:
    """Once this fails, gradio's own description is usable; ours says that it is an object, and what is in it."""
    assert "description" not in gr.JSON(label="summary").api_info() or gr.JSON().api_info().get("type") != "object"
    box = described(gr.JSON(label="summary"), "output", "JSON: customers, files.")
    assert box.api_info_as_output()["type"] == "object"
    assert box.api_info_as_output()["description"] == "JSON: customers, files."
    assert box.api_info_as_input() == {}
