"""The layout of the box for an experiment that ran elsewhere."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from retention.ui.tab import Component


@dataclass(frozen=True)
class ExperimentBox:
    """The components of the box; ``inputs`` are those of ``ExperimentForm`` by their names there."""

    file: gr.File
    inputs: dict[str, Component]
    measure: gr.Button
    problem: gr.HTML

    @property
    def columns(self) -> list[Component]:
        """The boxes that choose a column of the table."""
        return [self.inputs[name] for name in ("arm", "kept", "money", "unit", "features")]


def build() -> ExperimentBox:
    """Lay the box out."""
    with gr.Accordion("An experiment that ran elsewhere", open=False, elem_id="experiment"):
        file = gr.File(label="Table: one row a customer", height=150)
        with gr.Row():
            arm = _column("Who got what")
            control = gr.Dropdown(
                [], label="Arm that got nothing", interactive=True, allow_custom_value=True, min_width=140
            )
        with gr.Row():
            kept = _column("Kept (yes or no)")
            chance = gr.Textbox(
                label="Chance of being treated", placeholder="0.5, or a column", min_width=140, max_lines=1
            )
        with gr.Row():
            money = _column("Money (optional)")
            unit = _column("Drawn whole, by (optional)")
        features = _column("Known before the treatment (optional)", multiselect=True)
        measure = gr.Button("Measure the experiment", size="md")
        problem = gr.HTML(elem_classes="trouble")
    inputs = {
        "arm": arm, "control": control, "kept": kept, "money": money, "chance": chance, "unit": unit,
        "features": features,
    }  # fmt: skip
    return ExperimentBox(file, inputs, measure, problem)


def _column(label: str, **options: Any) -> gr.Dropdown:
    return gr.Dropdown([], value=None, label=label, interactive=True, min_width=140, **options)
