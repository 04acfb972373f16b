"""Customers: bring a file, or simulate a market."""

from collections.abc import Mapping
from dataclasses import dataclass

import gradio as gr

from retention.ui.components import chart, hub_loader
from retention.ui.components.chart import Chart
from retention.ui.components.hub_loader import HubLoader
from retention.ui.components.tables import first_rows
from retention.ui.session import Session
from retention.ui.tab import Change, Layout, Refresh, Updates, View
from retention.ui.tabs.customers import views
from retention.ui.tabs.customers.sources import layout as sources_layout
from retention.ui.tabs.customers.sources.layout import SourcesLayout

ROW_PER_CUSTOMER, ROW_PER_ORDER = "one row per customer", "one row per order"
NO_ORDER, SILENT = "no order within the horizon", "silent for longer than their usual gap"


@dataclass(frozen=True)
class CustomersLayout(Layout):
    """The components of the tab; ``loaded`` is a state: the customers that have just been read or simulated."""

    file: gr.File
    kind: gr.Radio
    roles: gr.Group
    id: gr.Dropdown
    label: gr.Dropdown
    positive: gr.Textbox
    value: gr.Dropdown
    exclude: gr.Dropdown
    use_customers: gr.Button
    order_roles: gr.Group
    customer: gr.Dropdown
    time: gr.Dropdown
    amount: gr.Dropdown
    churn_definition: gr.Radio
    quiet_gaps: gr.Number
    cutoff: gr.Textbox
    horizon_days: gr.Number
    active_days: gr.Number
    periods: gr.Number
    defaults: gr.State
    use_orders: gr.Button
    sources: SourcesLayout | None
    from_hub: HubLoader
    simulated: gr.Number
    seed: gr.Number
    simulate: gr.Button
    loaded: gr.State
    summary: gr.HTML
    findings: gr.HTML
    charts: dict[str, Chart]
    preview: gr.Dataframe

    @property
    def refreshes(self) -> Mapping[Change, Refresh]:
        """What follows from the customers."""
        charts = [part for chart in self.charts.values() for part in chart.components]
        return {
            Change.CUSTOMERS: Refresh([self.summary, self.findings, *charts, self.preview], self._show_customers)
        }

    def _show_customers(self, session: Session, _view: View) -> Updates:
        customers = session.customers
        return {
            self.summary: views.summary(session),
            self.findings: "" if customers is None else views.findings(session.findings),
            **{
                part: update
                for name, chart in self.charts.items()
                for part, update in chart.show(session.pictures.get(name)).items()
            },
            self.preview: None if customers is None else first_rows(customers.frame),
        }


def build() -> CustomersLayout:
    """Lay the tab out."""
    with gr.Row():
        with gr.Column(scale=2, min_width=300):
            file = gr.File(label="Customer table or order log", height=170)
            kind = gr.Radio([ROW_PER_CUSTOMER, ROW_PER_ORDER], label="This file has", visible=False)
            with gr.Group(visible=False) as roles:
                id = _column("Customer id")
                label = _column("Churn label (needed to train)")
                positive = gr.Textbox(
                    label="Value that means churned", placeholder="only if it is not 1/0 or yes/no"
                )
                value = _column("Value of a customer (optional)")
                exclude = gr.Dropdown(
                    [], label="Columns to exclude from the model", multiselect=True, interactive=True
                )
                use_customers = gr.Button("Use these customers", variant="primary")
            with gr.Group(visible=False) as order_roles:
                customer = _column("Customer")
                time = _column("Time of the order")
                amount = _column("Amount")
                churn_definition = gr.Radio([NO_ORDER, SILENT], value=NO_ORDER, label="Definition of churn")
                quiet_gaps = gr.Number(
                    3, label="Multiple of their usual gap", visible=False, minimum=1, elem_id="quiet-gaps",
                    info="Churned: no order for this many times the customer's own mean gap.",
                )  # fmt: skip
                with gr.Row():
                    horizon_days = _number(
                        "Horizon (days)", "The days after the cutoff date that decide who churned.", value=30
                    )
                    cutoff = gr.Textbox(
                        label="Cutoff date", min_width=140, placeholder="YYYY-MM-DD",
                        info="The last day that counts as past. Blank: the latest possible.",
                    )  # fmt: skip
                with gr.Row():
                    active_days = _number(
                        "Active within (days)",
                        "Only customers who ordered in these days up to the cutoff are scored.",
                    )
                    periods = _number(
                        "Cutoff dates",
                        "Earlier ones train the model, the newest tests it. Blank: as many as help, up to 4.",
                    )
                defaults = gr.State(None)
                use_orders = gr.Button("Create customers from these orders", variant="primary")
            sources = sources_layout.build()
            hub = hub_loader.build("Customers or orders", "customers-from-hub")
            with gr.Accordion("No file? Simulate a market", open=False):
                with gr.Row():
                    simulated = gr.Number(5000, label="Customers", precision=0, minimum=200, maximum=100_000)
                    seed = gr.Number(7, label="Seed", precision=0, minimum=0)
                simulate = gr.Button("Simulate")
        with gr.Column(scale=5, min_width=320):
            summary = gr.HTML()
            findings = gr.HTML()
    names = ("recency_frequency", "retention_by_cohort", "order_gaps", "label_balance")
    charts = {}
    for pair in (names[:2], names[2:]):
        with gr.Row():
            charts.update({name: chart.build(name) for name in pair})
    with gr.Accordion("First rows", open=False):
        preview = gr.Dataframe(interactive=False, show_label=False, max_height=360, buttons=[], elem_id="preview")
    return CustomersLayout(
        file, kind, roles, id, label, positive, value, exclude, use_customers,
        order_roles, customer, time, amount, churn_definition, quiet_gaps, cutoff, horizon_days, active_days,
        periods, defaults, use_orders, sources, hub,
        simulated, seed, simulate, gr.State(None), summary, findings, charts, preview,
    )  # fmt: skip


def _number(label: str, info: str, value: int | None = None) -> gr.Number:
    return gr.Number(value, label=label, info=info, precision=0, minimum=1, min_width=140)


def _column(label: str) -> gr.Dropdown:
    return gr.Dropdown([], label=label, interactive=True, allow_custom_value=False)
