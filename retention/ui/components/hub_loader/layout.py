"""A small box that brings something from the Hub."""

from dataclasses import dataclass

import gradio as gr


@dataclass(frozen=True)
class FromHub:
    """Its components; ``loaded`` is a state, what has just been loaded."""

    reference: gr.Textbox
    load: gr.Button
    loaded: gr.State


def build(what: str, elem_id: str) -> FromHub:
    """Lay the box out; ``what`` is loaded."""
    with gr.Accordion("From the Hub", open=False, elem_id=elem_id), gr.Row(equal_height=False):
        reference = gr.Textbox(
            label=f"{what} on the Hub", placeholder="OWNER/NAME[@commit]", max_lines=1, max_length=160,
            scale=4, min_width=200,
        )  # fmt: skip
        load = gr.Button("Load", size="md", scale=1, min_width=100)
    return FromHub(reference, load, gr.State(None))
