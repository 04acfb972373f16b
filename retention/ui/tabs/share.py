"""Share: models and data to and from the Hugging Face Hub."""

from dataclasses import dataclass

import gradio as gr


@dataclass(frozen=True)
class ShareTab:
    """The components of the tab."""

    state: gr.HTML
    repo: gr.Textbox
    push: gr.Button
    pull: gr.Button


def build() -> ShareTab:
    """Lay the tab out."""
    state = gr.HTML(elem_id="hub-state")
    repo = gr.Textbox(label="Repository on the Hub", placeholder="OWNER/NAME", interactive=False)
    with gr.Row():
        push = gr.Button("Push the model", interactive=False)
        pull = gr.Button("Pull a model", interactive=False)
    return ShareTab(state, repo, push, pull)
