"""Profit: the slider, the curve, the business confusion matrix and the money inputs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import gradio as gr

from retention import charts
from retention.profit.economics import PRESETS
from retention.ui.components import chart, download
from retention.ui.components.chart import Chart
from retention.ui.components.download import DownloadButton
from retention.ui.session import Session
from retention.ui.tab import Change, Component, Layout, Refresh, Updates, View
from retention.ui.tabs.profit import handlers, views
from retention.ui.tabs.profit.budget import handlers as budget_handlers
from retention.ui.tabs.profit.budget import layout as budget
from retention.ui.tabs.profit.budget import views as budget_views
from retention.ui.tabs.profit.budget.layout import BudgetSection
from retention.ui.tabs.profit.rates import handlers as rates_handlers
from retention.ui.tabs.profit.rates import layout as rates
from retention.ui.tabs.profit.rates import views as rates_views
from retention.ui.tabs.profit.rates.layout import RatesSection
from retention.wording.column_names import capitalize_first
from retention.wording.money_inputs import MONEY_INPUTS

_RATE_INFO = {
    "save_rate": "Share of the customers about to churn whom the offer keeps",
    "stayer_redemption": "Share of the retained customers who redeem the offer anyway",
    "harm_rate": "Share of the retained customers whom the contact drives away",
}
RATES = tuple(_RATE_INFO)
"""The money inputs that a campaign can measure."""


@dataclass(frozen=True)
class ProfitLayout(Layout):
    """The components of the tab. ``inputs`` are the money inputs by the names ``Economics`` gives them."""

    cards: gr.HTML
    matrix: gr.HTML
    threshold: gr.Slider
    best: gr.Button
    curve: gr.Plot
    axis: gr.Radio
    reading: gr.HTML
    points: gr.HTML
    budget: BudgetSection
    rates: RatesSection
    preset: gr.Radio
    inputs: dict[str, Component]
    problem: gr.HTML
    report: DownloadButton
    what_if: gr.Button
    what_if_text: gr.HTML
    tornado: Chart
    save_rate: Chart

    @property
    def parameters(self) -> Mapping[str, Component]:
        """The slider and the money inputs."""
        return {"threshold": self.threshold, **self.inputs}

    @property
    def refreshes(self) -> Mapping[Change, Refresh]:
        """What follows from the catalogue, the model and the money inputs."""
        priced = [
            self.cards, self.matrix, self.threshold, self.curve, self.reading, self.points, self.preset,
            self.problem, self.what_if_text, self.budget.problem, self.budget.result, *self.tornado.components,
            *self.save_rate.components, *self.rates.components,
        ]  # fmt: skip
        return {
            # Gradio sends 0 for an untouched Number, so reset the limits to None.
            Change.OPENED: Refresh(self.budget.limits, lambda session, view: dict.fromkeys(self.budget.limits)),
            Change.CATALOGUE: Refresh(list(self.inputs.values()), self._show_inputs),
            Change.MODEL: Refresh([self.budget.how], self._show_choice),
            Change.PRICES: Refresh(priced, self._show_prices),
        }

    def _show_inputs(self, session: Session, _view: View) -> Updates:
        return self.show_inputs(session)

    def show_inputs(self, session: Session) -> Updates:
        """Return the updates that show the money inputs; a measured rate can be read and not be moved."""
        shown = handlers.shown_economics(session)
        updates: Updates = {box: getattr(shown, field) for field, box in self.inputs.items()}
        for name in RATES:
            about = rates_views.about_rate(session, name)
            updates[self.inputs[name]] = gr.Slider(
                value=getattr(shown, name), info=about or _RATE_INFO[name], interactive=about is None
            )
        return updates

    def _show_choice(self, session: Session, _view: View) -> Updates:
        return {self.budget.how: session.send_choice.how}

    def _show_earnings(self, session: Session) -> str:
        if session.curve is None and session.model is not None:
            return views.not_measured()
        true_profit = handlers.true_profit(session)
        return views.earnings(session.curve) + views.announced_against_true(session.curve, true_profit)

    def _show_prices(self, session: Session, view: View) -> Updates:
        curve, threshold = session.curve, view.threshold
        if threshold is None:
            threshold = handlers.first_threshold(session)
        decision = handlers.curve_point(session, threshold)
        return {
            self.cards: decision,
            self.matrix: decision,
            self.threshold: threshold,
            self.curve: None if curve is None else charts.profit_chart(curve, threshold),
            self.reading: self._show_earnings(session),
            # As text: gradio looks at every single number of a list, in case it is a file.
            self.points: json.dumps(handlers.curve_points(session)),
            self.preset: handlers.preset_of(session.economics),
            self.problem: "",
            self.what_if_text: "",
            **self.budget.show(budget_views.result(session, budget_handlers.outcome(session))),
            **self.tornado.show(None),
            **self.save_rate.show(None),
            **self.rates.show(
                rates_views.result(session, rates_handlers.plans(session)), measured=session.rates is not None
            ),
        }


def build() -> ProfitLayout:
    """Lay the tab out."""
    cards = _shown("cards", "watch('value', () => { window.desk.mark(props.value); window.desk.announce(); });")
    gr.HTML('<p id="spoken" data-evidence aria-live="polite" aria-atomic="true"></p>', apply_default_css=False)
    with gr.Row():
        with gr.Column(scale=3, min_width=320):
            with gr.Row():
                threshold = gr.Slider(
                    0, 1, 0.1, step=0.001, scale=5, elem_id="threshold",
                    label="Send an offer when the churn probability is at least",
                )  # fmt: skip
                best = gr.Button("Best threshold", scale=1, min_width=130, size="md", elem_id="best")
            curve = gr.Plot(show_label=False, elem_id="profit-curve")
            axis = gr.Radio(
                [("Threshold", "threshold"), ("Share of customers contacted", "share")], value="threshold",
                label="Horizontal axis", elem_id="axis",
            )  # fmt: skip
            reading = gr.HTML(elem_id="reading")
        with gr.Column(scale=2, min_width=320):
            matrix = _shown("matrix")
            preset = gr.Radio(
                [("Original card", "original"), ("Realistic", "realistic")],
                value="original",
                label="What an offer costs and achieves",
                info="Assumptions, until a campaign measures them",
                elem_id="preset",
            )
            inputs = _money_inputs()
            trouble = gr.HTML(elem_id="trouble")
    measured_rates = rates.build()
    budget_controls = budget.build()
    with gr.Row():
        what_if = gr.Button("What if these inputs are wrong?", elem_id="what-if")
        report = download.build("Download report", elem_id="report")
    what_if_reading = gr.HTML(elem_id="doubt")
    with gr.Row():
        tornado = chart.build("tornado")
        save_rate = chart.build("save-rate")
    points = gr.HTML(  # shows nothing: it brings the curve into the page
        html_template="", elem_id="points",
        js_on_load="const bring = () => (window.desk.curve = JSON.parse(props.value || 'null')); "
        "bring(); watch('value', bring);",
    )  # fmt: skip
    return ProfitLayout(
        cards, matrix, threshold, best, curve, axis, reading, points, budget_controls, measured_rates, preset,
        inputs, trouble, report, what_if, what_if_reading, tornado, save_rate,
    )  # fmt: skip


def _shown(name: str, js_on_load: str = "") -> gr.HTML:
    """Return what shows a point of the curve: ``assets/decision.js`` writes it, ``assets/desk.js`` sets it."""
    return gr.HTML(
        value=None,
        html_template=f"${{window.desk.{name}(value)}}",
        js_on_load=f"window.desk.views.{name} = props; {js_on_load}",
        elem_id=name,
        apply_default_css=False,
    )


def _money_inputs() -> dict[str, gr.components.Component]:
    start = PRESETS["original"]
    inputs: dict[str, gr.components.Component] = {}
    with gr.Row():
        inputs["value"] = gr.Number(start.value, label=_label("value"), min_width=120)
        inputs["offer_cost"] = gr.Number(start.offer_cost, label=_label("offer_cost"), min_width=120)
    with gr.Row():
        inputs["contact_cost"] = gr.Number(start.contact_cost, label=_label("contact_cost"), min_width=120)
        inputs["currency"] = gr.Textbox(start.currency, label="Currency", max_length=4, min_width=120)
    with gr.Group():
        for name, info in _RATE_INFO.items():
            inputs[name] = gr.Slider(0, 1, getattr(start, name), step=0.01, label=_label(name), info=info)
    return inputs


def _label(name: str) -> str:
    return capitalize_first(MONEY_INPUTS[name].short)
