"""A small box that brings something from the Hub."""

from dataclasses import dataclass

import gradio as gr


@dataclass(frozen=True)
class FromHub:
    """Its components."""

    reference: gr.Textbox
    load: gr.Button


def build(what: str, elem_id: str) -> FromHub:
    """Lay the box out; ``what`` is loaded."""
    with gr.Accordion("From the Hub", open=False, elem_id=elem_id):
        reference = gr.Textbox(
            label=f"{what} on the Hugging Face Hub",
            placeholder="OWNER/NAME or OWNER/NAME@commit",
            max_lines=1,
            max_length=160,
        )
        load = gr.Button("Load", size="md")
    return FromHub(reference, load)
