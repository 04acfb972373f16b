"""Offers: a message for everyone on the send list, read and approved by a person before it goes out."""

from collections.abc import Mapping
from dataclasses import dataclass

import gradio as gr

from retention.messages.channels.registry import DEFAULT_CHANNEL
from retention.messages.segments import TONES
from retention.pipeline.messages import COOL_DOWN_DAYS
from retention.profit.catalogue_table import headings
from retention.ui.components import download
from retention.ui.components.download import DownloadButton
from retention.ui.components.tables import ROWS_SHOWN
from retention.ui.session import Session
from retention.ui.tab import Change, Component, Layout, Refresh, Updates, View
from retention.ui.tabs.offers import catalogue as offer_catalogue
from retention.ui.tabs.offers import handlers, review, views


@dataclass(frozen=True)
class CatalogueTable:
    """The offer catalogue."""

    table: gr.Dataframe
    problems: gr.HTML
    use: gr.Button
    choose: gr.UploadButton
    save: DownloadButton


@dataclass(frozen=True)
class TemplateReview:
    """The message templates, to read and change before the messages are approved."""

    box: gr.Accordion
    table: gr.Dataframe
    chosen: gr.State
    template: gr.Textbox
    reject: gr.Button
    replace: gr.Button
    let_out: gr.Button

    @property
    def template_components(self) -> list[Component]:
        """One template, and what can be done with it."""
        return [self.template, self.reject, self.replace, self.let_out]

    def show(self, session: Session, template: str | None) -> Updates:
        """Show a template to reject or change; once the messages are approved there is nothing to do."""
        run = session.message_run
        changeable = template is not None and run is not None and not run.approved
        waits = template is not None and run is not None and review.waits_to_be_read(run, template)
        return {
            self.template: gr.Textbox(value=template or "", visible=changeable, interactive=not waits),
            self.reject: gr.Button(visible=changeable and not waits),
            self.replace: gr.Button(visible=changeable and not waits),
            self.let_out: gr.Button(visible=changeable and waits),
        }


@dataclass(frozen=True)
class OffersLayout(Layout):
    """The components of the tab.

    Three of them are states: ``writer`` is the language model of the run in progress, ``done`` the writing that
    has just ended, ``row`` the position of the message that is open.
    """

    recipients: gr.HTML
    catalogue: CatalogueTable
    tone: gr.Radio
    language: gr.Radio
    language_model_on: gr.Checkbox
    cool_down_days: gr.Number
    run: gr.Textbox
    write: gr.Button
    stop: gr.Button
    writer: gr.State
    written: gr.State
    approve: gr.Button
    bar: gr.HTML
    breaker: gr.HTML
    summary: gr.HTML
    clock: gr.Timer
    messages: gr.Dataframe
    row: gr.State
    card: gr.HTML
    message: gr.Textbox
    write_again: gr.Button
    save: gr.Button
    templates: TemplateReview
    held_back_box: gr.Accordion
    held_back: gr.Dataframe
    csv: DownloadButton
    workbook: DownloadButton

    @property
    def refreshes(self) -> Mapping[Change, Refresh]:
        """What follows from prices, messages, how far the session is, and the connection to the language model."""
        messages = [
            self.summary, self.messages, self.csv.button, self.workbook.button, self.approve, self.templates.box,
            self.templates.table, self.held_back_box, self.held_back, *self.customer_components,
            *self.templates.template_components,
        ]  # fmt: skip
        return {
            Change.PRICES: Refresh([self.catalogue.table, self.catalogue.problems], self._show_catalogue),
            Change.MESSAGES: Refresh(messages, self._show_messages),
            Change.STATUS: Refresh(
                [self.recipients], lambda session, view: {self.recipients: views.recipients(session)}
            ),
            Change.CONNECTION: Refresh([self.breaker, self.clock], self._show_connection),
        }

    @property
    def customer_components(self) -> list[Component]:
        """One customer's card and message."""
        return [self.card, self.message, self.write_again, self.save]

    def show_customer(self, session: Session, row: int | None) -> Updates:
        """Show one customer by position in the messages, or the invitation to choose one."""
        run = session.message_run
        if run is None or row is None or row >= run.message_count:
            chosen, card = None, views.no_card(run)
        else:
            chosen = run.rows(row, row + 1).iloc[0]
            card = views.offer_card(chosen, run.messages[row], session.economics.currency)
        changeable = chosen is not None and run is not None and not run.approved
        return {
            self.card: card,
            self.message: gr.Textbox(
                value="" if chosen is None else chosen["message"],
                visible=chosen is not None,
                interactive=changeable,
            ),
            self.write_again: gr.Button(visible=changeable),
            self.save: gr.Button(visible=changeable),
        }

    def _show_catalogue(self, session: Session, _view: View) -> Updates:
        return {self.catalogue.table: offer_catalogue.table(session), self.catalogue.problems: ""}

    def _show_messages(self, session: Session, view: View) -> Updates:
        if view.unwritten:
            return {}
        run = session.message_run
        approved = run is not None and run.approved
        written = 0 if run is None else run.message_count
        held_back = 0 if run is None else run.held_back_count
        return {
            self.summary: views.run_summary(run),
            self.messages: gr.Dataframe(
                value=None if run is None else handlers.message_table(run), visible=written > 0
            ),
            self.csv.button: gr.Button(interactive=approved),
            self.workbook.button: gr.Button(interactive=approved),
            self.approve: gr.Button(
                interactive=written > 0 and not approved,
                variant="primary" if written > 0 and not approved else "secondary",
            ),
            self.templates.box: gr.Accordion(open=not approved, visible=written > 0),
            self.templates.table: None if run is None else review.template_table(run),
            self.held_back_box: gr.Accordion(label=f"Held back: {held_back:,}", visible=held_back > 0),
            self.held_back: None if run is None else run.held_back_frame.head(ROWS_SHOWN),
            **self.show_customer(session, None),
            **self.templates.show(session, None),
        }

    def _show_connection(self, session: Session, _view: View) -> Updates:
        report = handlers.breaker_report(session.language_model_on)
        return {self.breaker: views.breaker(report), self.clock: gr.Timer(active=report.state == "open")}


def build() -> OffersLayout:
    """Lay the tab out."""
    recipients = gr.HTML(elem_id="recipients")
    catalogue = _catalogue()
    with gr.Row():
        tone = gr.Radio([(tone.capitalize(), tone) for tone in TONES], value=TONES[0], label="Tone")
        language = gr.Radio(
            [(name, id) for id, name in offer_catalogue.LANGUAGE_NAMES.items()], value="en", label="Language"
        )
        language_model_on = gr.Checkbox(
            True,
            label="Use the language model",
            info="Switch it off at any time: every customer still gets a message",
        )
    with gr.Row():
        cool_down_days = gr.Number(
            COOL_DOWN_DAYS, minimum=0, label="Cool-down (days)",
            info="Customers whom another run messaged within these days are held back", min_width=160,
        )  # fmt: skip
        run = gr.Textbox(
            label="Run name", placeholder="blank: named by its input", max_length=60,
            info="An approved run is finished; a new name starts a new run", min_width=160,
        )  # fmt: skip
    with gr.Row():
        write = gr.Button("Write the messages", variant="primary")
        stop = gr.Button("Stop", interactive=False)
        approve = gr.Button("Approve", interactive=False, elem_id="approve")
        csv = download.build("Download CSV", interactive=False)
        workbook = download.build("Download Excel", interactive=False)
    bar = gr.HTML(elem_id="writing")
    with gr.Column(elem_id="breaker"):
        breaker = gr.HTML(elem_id="circuit")
        summary = gr.HTML(elem_id="written")
    clock = gr.Timer(1, active=False)
    with gr.Row():
        with gr.Column(scale=7, min_width=320):
            messages = gr.Dataframe(
                interactive=False, show_label=False, wrap=True, max_height=560, buttons=[], elem_id="messages",
                column_widths=[110, 60, 190, 310, 90], visible=False,
            )  # fmt: skip
        with gr.Column(scale=3, min_width=280):
            row = gr.State(None)
            card = gr.HTML(elem_id="card")
            message = gr.Textbox(
                label="Message",
                lines=5,
                max_length=DEFAULT_CHANNEL.max_characters,
                visible=False,
                interactive=True,
            )
            with gr.Row():
                write_again = gr.Button("Write again", visible=False, size="md")
                save = gr.Button("Save my message", visible=False, size="md")
    templates = _templates()
    with gr.Accordion("Held back", open=False, visible=False) as held_back_box:
        held_back = gr.Dataframe(interactive=False, show_label=False, max_height=300, buttons=[], elem_id="held")
    return OffersLayout(
        recipients, catalogue, tone, language, language_model_on, cool_down_days, run, write, stop, gr.State(None),
        gr.State(None), approve, bar, breaker, summary, clock, messages, row, card, message, write_again, save,
        templates, held_back_box, held_back,
        csv, workbook,
    )  # fmt: skip


def _catalogue() -> CatalogueTable:
    columns = headings(offer_catalogue.LANGUAGE_NAMES).values()
    with gr.Accordion("Offer catalogue", open=False):
        table = gr.Dataframe(
            headers=list(columns),
            interactive=True, show_label=False, wrap=True, max_height=320, buttons=[], elem_id="catalogue",
            column_widths=[140, 110, 90, 100, 90] + [240] * (len(columns) - 5),
        )  # fmt: skip
        gr.Markdown(
            "A message offers what this table says and nothing else; {cost} becomes the cost, {currency} its "
            "sign. The first row is the offer of the Profit tab: its cost and save rate are the money inputs "
            "there. A blank save rate takes the one of the money inputs. All costs and save rates are "
            "**assumed**.",
            elem_classes="small",
        )
        trouble = gr.HTML(elem_id="catalogue-trouble")
        with gr.Row():
            use = gr.Button("Use these offers", variant="primary", size="md")
            choose = gr.UploadButton("Open a catalogue (TOML)", file_types=[".toml"], size="md")
            save = download.build("Download catalogue.toml", size="md")
    return CatalogueTable(table, trouble, use, choose, save)


def _templates() -> TemplateReview:
    with gr.Accordion("Message templates", visible=False) as box:
        table = gr.Dataframe(
            interactive=False, show_label=False, wrap=True, max_height=400, buttons=[], elem_id="templates",
            column_widths=[560, 110, 230, 160],
        )  # fmt: skip
        chosen = gr.State(None)
        template = gr.Textbox(
            label="Template, for every customer who has it",
            info="Keep {name} and {offer} once each; amounts, codes and dates come from the catalogue",
            max_length=DEFAULT_CHANNEL.max_template_characters + 20, lines=2, visible=False, interactive=True,
        )  # fmt: skip
        with gr.Row():
            reject = gr.Button("Reject", visible=False, size="md")
            replace = gr.Button("Save my template", visible=False, size="md")
            let_out = gr.Button("I have read it: use it", visible=False, size="md")
    return TemplateReview(box, table, chosen, template, reject, replace, let_out)
