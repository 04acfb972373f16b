"""Files to download: what they hold, and a button that makes one when it is pressed."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
import pandas as pd

from retention.errors import RetentionError
from retention.pipeline.customers import write_csv
from retention.tabular.workbook import write_workbook
from retention.ui.tab import Component, Updates
from retention.ui.wiring import refuse_expired, warn


@dataclass(frozen=True)
class Download:
    """A file that a visitor asked for and that is not written yet.

    Attributes
    ----------
    name
        What it is called on their machine.
    write
        Writes it to a path.
    """

    name: str
    write: Callable[[Path], object]


def csv(frame: pd.DataFrame, name: str) -> Download:
    """Return a table as a CSV file, by its name without a suffix."""
    return Download(f"{name}.csv", partial(write_csv, frame))


def workbook(frame: pd.DataFrame, name: str) -> Download:
    """Return a table as an Excel workbook, by its name without a suffix."""
    return Download(f"{name}.xlsx", partial(write_workbook, frame, sheet=name))


def text(content: str, name: str) -> Download:
    """Return a text as a file."""
    return Download(name, lambda path: path.write_text(content, encoding="utf-8"))


@dataclass(frozen=True)
class DownloadButton:
    """The button, and the hidden component whose file the browser fetches."""

    button: gr.Button
    file: gr.File

    def hand_out(self, download: Download) -> Updates:
        """Write the file and return the update that hands it out.

        Gradio keeps the only copy, under a path made from its content and the installation's secret seed, and
        deletes it as it deletes uploads (``delete_cache`` of the app); the one written here is gone on return.
        """
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / download.name
            download.write(path)
            return {self.file: self.file.move_resource_to_block_cache(path)}

    def wire(self, handler: Callable[..., Download], inputs: list[Component]) -> None:
        """Let the button hand out what the handler returns; an error hands out nothing."""

        def make(*values: Any) -> Updates:
            try:
                refuse_expired(values)
                return self.hand_out(handler(*values))
            except RetentionError as error:
                warn(error)
                return {self.file: None}

        gr.on(
            self.button.click, make, inputs, [self.file], api_visibility="private",
            show_progress_on=[self.button],
        ).success(
            fn=None, inputs=[self.file], queue=False, show_progress="hidden",
            js="(file) => window.desk.download(file)",
        )  # fmt: skip


def build(label: str, **options: Any) -> DownloadButton:
    """Lay the button out; the options are those of ``gr.Button``."""
    return DownloadButton(gr.Button(label, **options), gr.File(visible=False))
