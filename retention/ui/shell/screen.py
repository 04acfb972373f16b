"""The components on the screen, and what they show for a given session."""

import json
from typing import Any, TypeAlias

import gradio as gr

from retention import charts as figures
from retention.ui.components import export
from retention.ui.components import html as views
from retention.ui.session import Session
from retention.ui.shell import stepper as path
from retention.ui.shell.links import View
from retention.ui.tabs.churn import handlers as churn_handlers
from retention.ui.tabs.churn import layout as churn
from retention.ui.tabs.churn import views as model_views
from retention.ui.tabs.customers import layout as customers
from retention.ui.tabs.offers import catalogue, ledgers, review
from retention.ui.tabs.offers import handlers as offers_handlers
from retention.ui.tabs.offers import layout as offers
from retention.ui.tabs.offers import views as offer_views
from retention.ui.tabs.profit import handlers as profit_handlers
from retention.ui.tabs.profit import layout as profit
from retention.ui.tabs.profit.budget import handlers as budget
from retention.ui.tabs.profit.budget import views as budget_views
from retention.ui.tabs.share import layout as share
from retention.ui.tabs.share import views as hub_views
from retention.ui.tabs.share.handlers import Plan

Component: TypeAlias = Any  # a gradio block; gradio comes without types
Updates: TypeAlias = dict[Component, Any]

_SECONDS_REMEMBERED = 12 * 3600


class Screen:
    """Lays the page out. Holds components only, never a visitor's data.

    Each ``show_...`` method returns the updates that bring its part of the page, and everything that
    depends on it, in line with a session; the property of the same name lists the components concerned.
    """

    def __init__(self) -> None:
        self.session = gr.State(Session(), time_to_live=_SECONDS_REMEMBERED, delete_callback=ledgers.forget)
        self.plug = gr.State(None)
        with gr.Row(elem_id="top"):
            self.header = gr.HTML(elem_id="header")
            self.link = gr.Button("Copy link", size="sm", scale=0, min_width=110, elem_id="link")
        with gr.Tabs(selected="profit", elem_id="steps", overflow_behavior="wrap") as self.steps:
            self.tabs = {name: gr.Tab(label, id=name) for name, label in path.STEPS.items()}
            with self.tabs["customers"]:
                self.customers = customers.build()
            with self.tabs["churn"]:
                self.churn = churn.build()
            with self.tabs["profit"]:
                self.profit = profit.build()
            with self.tabs["offers"]:
                self.offers = offers.build()
            with self.tabs["share"]:
                self.share = share.build()

    @property
    def opened(self) -> list[Component]:
        """All that a link may set, and all that follows from it."""
        return [self.steps, *self.profit.inputs.values(), *self.everything]

    def show_opened(self, session: Session, view: View) -> Updates:
        """Show a session as a link asks for it."""
        return {
            **self.show_everything(session, view.threshold),
            **{box: getattr(view.economics, name) for name, box in self.profit.inputs.items()},
            self.steps: gr.Tabs(selected=view.tab),
            # A blank number box sends 0 until it has been told that it is blank.
            **dict.fromkeys(self.profit.budget.limits),
        }

    @property
    def everything(self) -> list[Component]:
        """All that follows from the customers."""
        tab = self.customers
        charts = [part for chart in tab.charts.values() for part in chart.components]
        return [tab.summary, tab.findings, *charts, tab.preview, *self.from_model]

    def show_everything(self, session: Session, threshold: float | None = None) -> Updates:
        """Show a session whole, at a threshold; None for the best one."""
        tab, people = self.customers, session.customers
        return {
            tab.summary: views.customers(session),
            tab.findings: views.findings(session.findings) if people is not None else "",
            **{
                part: update
                for name, chart in tab.charts.items()
                for part, update in chart.show(session.pictures.get(name)).items()
            },
            tab.preview: None if people is None else export.preview(people.frame),
            **self.show_from_model(session, threshold),
        }

    @property
    def from_model(self) -> list[Component]:
        """All that follows from the model."""
        tab = self.churn
        charts = (tab.over_time, tab.importance, tab.reliability, tab.dependence, tab.waterfall)
        return [
            tab.result, *(part for chart in charts for part in chart.components), tab.directions, tab.feature,
            *self.from_prices,
        ]  # fmt: skip

    def show_from_model(self, session: Session, threshold: float | None = None) -> Updates:
        """Show the model, its prices at a threshold (None for the best one), and no messages yet."""
        model, tab = session.model, self.churn
        return {
            tab.result: model_views.model(model) + model_views.scored(session),
            **tab.over_time.show(None if model is None else churn_handlers.over_time(model)),
            **tab.importance.show(None if model is None else churn_handlers.importance(model)),
            **tab.reliability.show(None if model is None else churn_handlers.reliability(model)),
            tab.directions: model_views.directions(model),
            **tab.dependence.show(None),
            **tab.waterfall.show(None),
            tab.feature: gr.Dropdown(choices=churn_handlers.factors(model), value=None),
            self.profit.budget.how: session.send_choice.how,
            **self.show_from_prices(session, threshold),
        }

    @property
    def from_prices(self) -> list[Component]:
        """All that follows from the money inputs."""
        tab = self.profit
        return [
            tab.cards, tab.matrix, tab.threshold, tab.curve, tab.reading, tab.points, tab.preset, tab.trouble,
            tab.doubt, *tab.budget.components, *tab.tornado.components, *tab.save_rate.components,
            self.offers.catalogue.table, self.offers.catalogue.trouble, *self.from_messages,
        ]  # fmt: skip

    def show_from_prices(self, session: Session, threshold: float | None, *, unwritten: bool = False) -> Updates:
        """Show the prices at a threshold; None for the best one.

        That there were no messages before (``unwritten``) spares showing that there are none: prices change often.
        """
        curve, tab = session.curve, self.profit
        if threshold is None:
            threshold = profit_handlers.first_threshold(session)
        decision = profit_handlers.decision(session, threshold)
        return {
            tab.cards: decision,
            tab.matrix: decision,
            tab.threshold: threshold,
            tab.curve: None if curve is None else figures.profit_chart(curve, threshold),
            tab.reading: views.earnings(curve) if session.model is None or curve else model_views.not_measured(),
            # As text: gradio looks at every single number of a list, in case it is a file.
            tab.points: json.dumps(profit_handlers.points(session)),
            tab.preset: profit_handlers.preset_of(session.economics),
            tab.trouble: "",
            tab.doubt: "",
            **tab.budget.show(budget_views.result(session, budget.outcome(session))),
            **tab.tornado.show(None),
            **tab.save_rate.show(None),
            self.offers.catalogue.table: catalogue.table(session),
            self.offers.catalogue.trouble: "",
            **(self.show_no_more(session) if unwritten else self.show_from_messages(session)),
        }

    def show_from_catalogue(self, session: Session) -> Updates:
        """Show the offers, and the prices at the best threshold with the money inputs that the first one sets."""
        inputs = {box: getattr(session.economics, field) for field, box in self.profit.inputs.items()}
        return {**self.show_from_prices(session, None), **inputs}

    @property
    def from_messages(self) -> list[Component]:
        """All that follows from the messages."""
        tab = self.offers
        return [
            tab.summary, tab.messages, tab.csv.button, tab.workbook.button, tab.seal,
            tab.lines.box, tab.lines.table, tab.held_box, tab.held, *self.of_customer,
            *self.of_line, *self.plan, *self.standing,
        ]  # fmt: skip

    def show_from_messages(self, session: Session, row: int | None = None) -> Updates:
        """Show the messages, and one customer's card where a row is given."""
        campaign, tab = session.message_run, self.offers
        messages = None if campaign is None else campaign.messages_frame
        sealed = campaign is not None and campaign.approved
        written = 0 if campaign is None else campaign.message_count
        held = 0 if campaign is None else campaign.held_back_count
        return {
            tab.summary: offer_views.campaign(campaign),
            tab.messages: gr.Dataframe(
                value=None if messages is None else offers_handlers.preview_messages(messages),
                visible=written > 0,
            ),
            tab.csv.button: gr.Button(interactive=sealed),
            tab.workbook.button: gr.Button(interactive=sealed),
            tab.seal: gr.Button(
                interactive=written > 0 and not sealed,
                variant="primary" if written > 0 and not sealed else "secondary",
            ),
            tab.lines.box: gr.Accordion(open=not sealed, visible=written > 0),
            tab.lines.table: None if campaign is None else review.template_table(campaign),
            tab.held_box: gr.Accordion(label=f"Held back: {held:,}", visible=held > 0),
            tab.held: None if campaign is None else campaign.held_back_frame.head(export.ROWS_SHOWN),
            **self.show_customer(session, row),
            **self.show_line(session, None),
            **self.show_plan(None),
            **self.show_standing(session),
        }

    def show_no_more(self, session: Session) -> Updates:
        """Show where a session without messages stands, if there were none before."""
        return {**self.show_plan(None), **self.show_standing(session)}

    @property
    def of_customer(self) -> list[Component]:
        """One customer's card and message."""
        tab = self.offers
        return [tab.card, tab.message, tab.again, tab.save]

    def show_customer(self, session: Session, row: int | None) -> Updates:
        """Show one customer by position in the messages, or the invitation to choose one."""
        campaign, tab = session.message_run, self.offers
        if campaign is None or row is None or row >= campaign.message_count:
            chosen, card = None, offer_views.no_card(campaign)
        else:
            chosen = campaign.messages_frame.iloc[row]
            card = offer_views.offer_card(chosen, campaign.used[row], session.economics.currency)
        changeable = chosen is not None and campaign is not None and not campaign.approved
        return {
            tab.card: card,
            tab.message: gr.Textbox(
                value="" if chosen is None else chosen["message"],
                visible=chosen is not None,
                interactive=changeable,
            ),
            tab.again: gr.Button(visible=changeable),
            tab.save: gr.Button(visible=changeable),
        }

    @property
    def of_line(self) -> list[Component]:
        """One line, and what can be done with it."""
        tab = self.offers.lines
        return [tab.line, tab.strike, tab.rewrite]

    def show_line(self, session: Session, line: str | None) -> Updates:
        """Show a line to strike or change; after sealing there is nothing to do."""
        tab = self.offers.lines
        changeable = line is not None and session.message_run is not None and not session.message_run.approved
        return {
            tab.line: gr.Textbox(value=line or "", visible=changeable),
            tab.strike: gr.Button(visible=changeable),
            tab.rewrite: gr.Button(visible=changeable),
        }

    @property
    def plan(self) -> list[Component]:
        """What a person looks at before a push."""
        return [self.share.planned, self.share.plan, self.share.push]

    def show_plan(self, plan: Plan | None) -> Updates:
        """Show what would be pushed, or nothing where it would be something else by now."""
        tab = self.share
        return {
            tab.planned: plan,
            tab.plan: hub_views.plan(plan),
            tab.push: gr.Button(visible=plan is not None),
        }

    @property
    def standing(self) -> list[Component]:
        """The session itself, and where it stands."""
        return [
            self.session, *self.tabs.values(), self.offers.whom, self.share.standing, *self.line_to_model,
        ]  # fmt: skip

    def show_standing(self, session: Session) -> Updates:
        """Keep a session, and show where it stands."""
        return {
            self.session: session,
            **{self.tabs[name]: gr.Tab(label=label) for name, label in path.steps(session).items()},
            self.offers.whom: budget_views.whom(session),
            self.share.standing: hub_views.standing(session),
            **self.show_line_to_model(session),
        }

    @property
    def line_to_model(self) -> list[Component]:
        """How the line to the language model stands, and the clock that looks again."""
        return [self.header, self.offers.breaker, self.offers.clock]

    def show_line_to_model(self, session: Session) -> Updates:
        """Show how the line to the language model stands right now."""
        line = offers_handlers.breaker_report(session.language_model_on)
        return {
            self.header: path.header(session, line),
            self.offers.breaker: offer_views.breaker(line),
            self.offers.clock: gr.Timer(active=line.state == "open"),
        }
