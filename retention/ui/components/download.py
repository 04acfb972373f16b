"""A button that makes a file when it is pressed, and gives it to the browser at once."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from retention.ui.components import export


@dataclass(frozen=True)
class Download:
    """The button, and the hidden component whose file the browser fetches."""

    button: gr.Button
    file: gr.File

    def hand_out(self, download: export.Download) -> dict[Any, Any]:
        """Write the file and return the update that hands it out.

        Gradio keeps the one copy there is, under a path made from its content and the installation's secret
        seed, and deletes it as it deletes uploads (``delete_cache`` of the app); ours is gone on return.
        """
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / download.name
            download.write(path)
            return {self.file: self.file.move_resource_to_block_cache(path)}


def build(label: str, **options: Any) -> Download:
    """Lay the button out; the options are those of ``gr.Button``."""
    return Download(gr.Button(label, **options), gr.File(visible=False))
