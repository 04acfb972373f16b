"""Wire the box for an experiment that ran elsewhere."""

from typing import Any

import gradio as gr

from retention.errors import RetentionError
from retention.ui.components.html import problem
from retention.ui.job_results import JobResult
from retention.ui.session import Session
from retention.ui.tab import Component, Page, Updates
from retention.ui.tabs.campaign.experiment import handlers as experiment
from retention.ui.tabs.campaign.experiment.layout import ExperimentBox
from retention.ui.wiring import on


def wire(page: Page, box: ExperimentBox, measured: gr.State, busy: Component) -> None:
    """Connect the box; ``measured`` is the state that takes a new reading, ``busy`` shows the progress."""

    def show_columns(path: str | None) -> Updates:
        columns = [] if path is None else experiment.columns_of(path)
        return {
            box.problem: "",
            box.inputs["control"]: gr.Dropdown(choices=[], value=None),
            **{part: gr.Dropdown(choices=columns, value=None) for part in box.columns},
        }

    def show_arms(path: str | None, arm: str | None) -> Updates:
        return {box.inputs["control"]: gr.Dropdown(choices=experiment.arms_of(path, arm), value=None)}

    def measure(session: Session, path: str | None, *values: Any) -> Updates:
        try:
            form = experiment.ExperimentForm(**dict(zip(box.inputs, values, strict=True)))
            after = experiment.measure(session, path, form)
        except RetentionError as error:
            return {box.problem: problem(error)}
        return {box.problem: "", measured: JobResult(session, after)}

    outputs = [box.problem, box.inputs["control"], *box.columns]
    on(box.file.change, show_columns, [box.file], outputs, show_progress="hidden")
    on(
        box.inputs["arm"].input, show_arms, [box.file, box.inputs["arm"]], [box.inputs["control"]],
        show_progress="hidden",
    )  # fmt: skip
    on(
        box.measure.click, measure, [page.session, box.file, *box.inputs.values()], [box.problem, measured],
        show_progress_on=[busy],
    )  # fmt: skip
