"""Churn model: train, and read how good it honestly is."""

from dataclasses import dataclass

import gradio as gr

from retention.ui.components import chart
from retention.ui.components.chart import Chart
from retention.ui.components.hub_loader import layout as from_hub
from retention.ui.components.hub_loader.layout import FromHub


@dataclass(frozen=True)
class ChurnTab:
    """The components of the tab; ``trained`` is a state, the training that has just ended."""

    weighted: gr.Checkbox
    train: gr.Button
    stop: gr.Button
    trained: gr.State
    from_hub: FromHub
    result: gr.HTML
    over_time: Chart
    importance: Chart
    reliability: Chart
    directions: gr.HTML
    feature: gr.Dropdown
    dependence: Chart
    customer: gr.Textbox
    explain: gr.Button
    waterfall: Chart


def build() -> ChurnTab:
    """Lay the tab out."""
    weighted = gr.Checkbox(
        label="Weight leavers up while training (scale_pos_weight)",
        info="Undone afterwards, so that probabilities still mean what they say",
    )
    with gr.Row():
        train = gr.Button("Train", variant="primary")
        stop = gr.Button("Stop", interactive=False)
    hub = from_hub.build("A trained model", "model-from-hub")
    result = gr.HTML()
    over_time = chart.build("over_time")
    with gr.Row():
        importance = chart.build("importance")
        reliability = chart.build("reliability")
    directions = gr.HTML(elem_id="directions")
    with gr.Row():
        with gr.Column(min_width=320):
            feature = gr.Dropdown([], label="Look at one factor", interactive=True)
            dependence = chart.build("dependence")
        with gr.Column(min_width=320):
            with gr.Row():
                customer = gr.Textbox(label="Look at one customer", placeholder="customer id", scale=3)
                explain = gr.Button("Show", scale=1, min_width=80, size="md", elem_id="explain")
            waterfall = chart.build("waterfall")
    return ChurnTab(
        weighted,
        train,
        stop,
        gr.State(None),
        hub,
        result,
        over_time,
        importance,
        reliability,
        directions,
        feature,
        dependence,
        customer,
        explain,
        waterfall,
    )
