"""The layout of the section with the measured rates."""

from dataclasses import dataclass
from typing import Any

import gradio as gr


@dataclass(frozen=True)
class RatesSection:
    """The components of the section."""

    choose: gr.UploadButton
    assumed: gr.Button
    result: gr.HTML

    @property
    def components(self) -> list[Any]:
        """Those that follow from the session."""
        return [self.assumed, self.result]

    def show(self, result: str, *, measured: bool) -> dict[Any, Any]:
        """Return the updates that show the rates; only measured ones can be returned to assumed."""
        return {self.assumed: gr.Button(interactive=measured), self.result: result}


def build() -> RatesSection:
    """Lay the section out."""
    with gr.Accordion("Measured rates", open=False, elem_id="measured-rates"):
        with gr.Row():
            choose = gr.UploadButton("Open measured rates (zip)", file_types=[".zip"], size="md")
            assumed = gr.Button("Return to the assumed rates", interactive=False, size="md")
        result = gr.HTML(elem_id="rates")
    return RatesSection(choose, assumed, result)
