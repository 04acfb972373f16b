"""The app's ``gr.Blocks``: its events wait for the heavy libraries, change a visit in turn, and update less.

Written for gradio 6.31. ``tests/ui/gradio_runtime/test_blocks.py`` fails once plain ``gr.Blocks`` does the same.
"""

from contextlib import nullcontext
from copy import copy
from typing import Any

import gradio as gr
from anyio.to_thread import run_sync

from retention.ui import libraries
from retention.ui.gradio_runtime.visits import Visit


class AppBlocks(gr.Blocks):  # type: ignore[misc]  # gradio comes without types
    """Blocks whose handlers begin once the heavy libraries are loaded.

    Events that change a visit run one after the other, or the later one would overwrite the earlier one's change.
    Long work (a generator) is exempt: it only yields a result that another handler brings into the session.
    """

    async def process_api(self, block_fn: Any, inputs: list[Any], state: Any = None, **options: Any) -> Any:
        """Answer an event."""
        changes_state = any(isinstance(output, gr.State) for output in block_fn.outputs)
        in_turn = changes_state and not block_fn.types_generator and isinstance(state, Visit)
        async with state.change_lock if in_turn else nullcontext():
            return await super().process_api(block_fn, inputs, state, **options)

    async def preprocess_data(
        self, block_fn: Any, inputs: list[Any], state: Any, explicit_call: bool = False
    ) -> list[Any]:
        """Return the values for a handler, exactly as they came if it has ``preprocess=False``.

        Gradio looks for files in the values even then, and fails on a path that it does not serve before the
        handler can say in a sentence what is wrong with it.
        """
        if not libraries.loaded():
            await run_sync(libraries.load)
        if not block_fn.preprocess:
            return inputs
        if state is not None:
            state.is_closed = False  # an event shows that the page is open, whatever became of its connection
        prepared: list[Any] = await super().preprocess_data(block_fn, inputs, state, explicit_call)
        return prepared

    async def postprocess_data(self, block_fn: Any, predictions: Any, state: Any) -> list[Any]:
        """Return what the browser gets.

        Where a handler returns a dict, gradio makes an empty update for every output that the dict lacks, and
        describes that component again; here the outputs that the dict lacks are skipped.
        """
        if not isinstance(predictions, dict) or not predictions.keys() & set(block_fn.outputs):
            all_values: list[Any] = await super().postprocess_data(block_fn, predictions, state)
            return all_values
        partial_fn = copy(block_fn)
        partial_fn.outputs = [output for output in block_fn.outputs if output in predictions]
        values = await super().postprocess_data(partial_fn, predictions, state)
        updates = dict(zip(partial_fn.outputs, values, strict=True))
        return [updates.get(output, gr.skip()) for output in block_fn.outputs]
