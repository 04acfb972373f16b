"""The layout of the Churn model tab: training, and its metrics on customers the model has not seen."""

from collections.abc import Mapping
from dataclasses import dataclass

import gradio as gr

from retention.ui.components import chart, hub_loader
from retention.ui.components.chart import Chart
from retention.ui.components.hub_loader import HubLoader
from retention.ui.session import Session
from retention.ui.tab import Change, Layout, Refresh, Updates, View
from retention.ui.tabs.churn import handlers, views


@dataclass(frozen=True)
class ChurnLayout(Layout):
    """The components of the tab; ``trained`` is a state, the training that has just ended."""

    weighted: gr.Checkbox
    left_alone: gr.Checkbox
    cutoff: gr.Textbox
    horizon_days: gr.Number
    train: gr.Button
    stop: gr.Button
    trained: gr.State
    from_hub: HubLoader
    result: gr.HTML
    rate_today: gr.HTML
    rate: gr.Number
    rebase: gr.Button
    over_time: Chart
    importance: Chart
    reliability: Chart
    directions: gr.HTML
    feature: gr.Dropdown
    dependence: Chart
    customer: gr.Textbox
    explain: gr.Button
    waterfall: Chart

    @property
    def refreshes(self) -> Mapping[Change, Refresh]:
        """What follows from the model."""
        charts = (self.over_time, self.importance, self.reliability, self.dependence, self.waterfall)
        parts = [part for chart in charts for part in chart.components]
        shown = [self.result, self.rate_today, self.rate, *parts, self.directions, self.feature]
        return {Change.MODEL: Refresh(shown, self._show_model)}

    def _show_model(self, session: Session, _view: View) -> Updates:
        model = session.model
        estimate = handlers.churn_rate_today(session)
        rebased = None if model is None else model.current_churn_rate
        return {
            self.result: views.model(model) + views.scored(session),
            self.rate_today: views.churn_rate_today(estimate, model),
            self.rate: None if rebased is None else round(100 * rebased, 2),
            **self.over_time.show(None if model is None else handlers.over_time(model)),
            **self.importance.show(None if model is None else handlers.importance(model)),
            **self.reliability.show(None if model is None else handlers.reliability(model)),
            self.directions: views.directions(model),
            **self.dependence.show(None),
            **self.waterfall.show(None),
            self.feature: gr.Dropdown(choices=handlers.features(model), value=None),
        }


def build() -> ChurnLayout:
    """Lay the tab out."""
    weighted = gr.Checkbox(
        label="Weight churned customers up while training (scale_pos_weight)",
        info="Calibration undoes it afterwards, so that probabilities keep their meaning",
    )
    with gr.Accordion("Customers you wrote to", open=False):
        left_alone = gr.Checkbox(
            label="Learn only from customers who were left alone",
            info="Leaves out whom a campaign or message reached while their label was observed; customers whom a "
            "campaign held out count for the treated ones as well",
        )
        with gr.Row():
            cutoff = gr.Textbox(
                label="Cutoff of the labels", placeholder="2026-10-31", info="Blank if an order log was uploaded"
            )
            horizon_days = gr.Number(
                None, label="Horizon (days)", info="Blank if an order log was uploaded", minimum=1, precision=0
            )
    with gr.Row():
        train = gr.Button("Train", variant="primary")
        stop = gr.Button("Stop", interactive=False)
    hub = hub_loader.build("A trained model", "model-from-hub")
    result = gr.HTML()
    rate_today = gr.HTML(elem_id="rate-today")
    with gr.Row():
        rate = gr.Number(
            None, label="Churn rate to base the probabilities on (%)", info="Blank: that of the training",
            minimum=0, maximum=100, min_width=200, scale=2, elem_id="churn-rate",
        )  # fmt: skip
        rebase = gr.Button("Re-base", scale=1, min_width=120, size="md", elem_id="rebase")
    over_time = chart.build("over_time")
    with gr.Row():
        importance = chart.build("importance")
        reliability = chart.build("reliability")
    directions = gr.HTML(elem_id="directions")
    with gr.Row():
        with gr.Column(min_width=320):
            feature = gr.Dropdown([], label="Feature", interactive=True)
            dependence = chart.build("dependence")
        with gr.Column(min_width=320):
            with gr.Row():
                customer = gr.Textbox(label="Customer", placeholder="customer id", scale=3)
                explain = gr.Button("Show", scale=1, min_width=80, size="md", elem_id="explain")
            waterfall = chart.build("waterfall")
    return ChurnLayout(
        weighted,
        left_alone,
        cutoff,
        horizon_days,
        train,
        stop,
        gr.State(None),
        hub,
        result,
        rate_today,
        rate,
        rebase,
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
