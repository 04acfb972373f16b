"""The heavy libraries: there before anything that needs them begins, and not before the page is served."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]

CALLS = """
import asyncio, sys
import gradio as gr
from retention.ui import libraries
from retention.ui.gradio_runtime.blocks import AppBlocks

missing = []

def handler(text):
    missing.append([name for name in libraries.NAMES if name not in sys.modules])

with AppBlocks() as page:
    box = gr.Textbox()
    box.change(handler, [box], [])

assert "xgboost" not in sys.modules and not libraries.loaded()
(event,) = page.default_config.fns.values()

async def visitors():
    await asyncio.gather(*(page.process_api(event, ["anything"], state=None) for _ in range(8)))

asyncio.run(visitors())
assert libraries.loaded()
assert missing == [[]] * 8, missing
"""


def test_no_handler_begins_before_one_thread_has_loaded_them() -> None:
    """Eight visitors at a page that has just started find everything loaded, and the page did not wait for it."""
    done = subprocess.run([sys.executable, "-c", CALLS], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
