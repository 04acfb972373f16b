"""Churn model: train, and read how good it honestly is."""

from dataclasses import dataclass

import gradio as gr


@dataclass(frozen=True)
class ChurnTab:
    """The components of the tab."""

    weighted: gr.Checkbox
    train: gr.Button
    stop: gr.Button
    result: gr.HTML
    importance: gr.Plot


def build() -> ChurnTab:
    """Lay the tab out."""
    weighted = gr.Checkbox(
        label="Weight leavers up while training (scale_pos_weight)",
        info="Undone afterwards, so that probabilities still mean what they say",
    )
    with gr.Row():
        train = gr.Button("Train", variant="primary")
        stop = gr.Button("Stop", interactive=False)
    result = gr.HTML()
    importance = gr.Plot(show_label=False, elem_id="importance")
    return ChurnTab(weighted, train, stop, result, importance)
