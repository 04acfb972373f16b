"""A server of API steps that misbehave, and of a screen: ``python -m tests.stand_ins.odd_endpoints``."""

from pathlib import Path
from typing import Any

import gradio as gr

from retention.errors import InputError
from retention.progress import Progress
from retention.settings import settings
from retention.ui import files
from retention.ui.api import endpoints
from retention.ui.gradio_runtime.agents import answer_agents_plainly
from retention.ui.gradio_runtime.blocks import AppBlocks
from retention.ui.gradio_runtime.calls import skip_unused_work


def broken(*, folder: Path) -> tuple[Path, dict[str, Any]]:
    """Fail with an error that no code expects.

    Returns
    -------
    file
        Never returned.
    summary
        Never returned.
    """
    raise KeyError(f"secret of {folder}")


def halfway(*, folder: Path) -> tuple[Path, dict[str, Any]]:
    """Leave a partial file, and fail with its folder in the error.

    Returns
    -------
    file
        Never returned.
    summary
        Never returned.
    """
    (folder / "half.csv").write_text("id\n", encoding="utf-8")
    raise InputError(str(folder))


def patient(*, forever: bool = False, folder: Path, progress: Progress) -> tuple[Path, dict[str, Any]]:
    """Work until stopped.

    Parameters
    ----------
    forever
        Whether it would ever end by itself.

    Returns
    -------
    file
        An empty file.
    summary
        Whether it was to work for ever.
    """
    progress(0.5, "working")
    while forever:
        progress(0.5, "working")
    file = folder / "made.txt"
    file.touch()
    return file, {"forever": forever}


def count(seen: int) -> tuple[int, int]:
    """Count this visitor's visits."""
    return seen + 1, seen + 1


def main() -> None:
    """Serve the steps, and a screen that remembers two visitors."""
    files.use_private_upload_dir()
    with AppBlocks(analytics_enabled=False) as app:
        endpoints.build({broken: {}, halfway: {}, patient: {"concurrency_limit": 1, "concurrency_id": "train"}})
        seen, shown = gr.State(0), gr.Number()
        shown.change(count, [seen], [seen, shown])
    app.launch(
        server_port=settings().port, mcp_server=True, show_error=False, ssr_mode=False, prevent_thread_lock=True,
        state_session_capacity=2,
    )  # fmt: skip
    answer_agents_plainly(app)
    skip_unused_work(app)
    app.block_thread()


if __name__ == "__main__":
    main()
