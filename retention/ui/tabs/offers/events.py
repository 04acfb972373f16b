"""The events of the Offers tab."""

from collections.abc import Iterator
from dataclasses import replace

import gradio as gr
import pandas as pd

from retention.errors import RetentionError
from retention.messages.llm.switchable import SwitchableWriter
from retention.ui.job_results import JobResult, with_messages
from retention.ui.session import Session
from retention.ui.tab import Change, Page, Updates
from retention.ui.tabs.offers import catalogue, review
from retention.ui.tabs.offers import handlers as offers
from retention.ui.tabs.offers import views as offer_views
from retention.ui.tabs.offers.layout import CatalogueTable, OffersLayout, TemplateReview
from retention.ui.wiring import NEW_BAR, on, run_job, stop_button, take_result, warn


def wire(page: Page, tab: OffersLayout) -> None:
    """Connect the Offers tab."""
    _wire_catalogue(page, tab.catalogue)
    _wire_writing(page, tab)
    _wire_messages(page, tab)
    _wire_templates(page, tab.templates)


def _wire_catalogue(page: Page, tab: CatalogueTable) -> None:
    repriced = page.components(Change.CATALOGUE)

    def use(session: Session, edited: pd.DataFrame) -> Updates:
        if mistakes := catalogue.mistakes_in(session, edited):
            return {tab.problems: offer_views.mistakes(mistakes)}
        return page.updates(Change.CATALOGUE, catalogue.use(session, edited))

    def open_file(session: Session, path: str) -> Updates:
        return page.updates(Change.CATALOGUE, catalogue.open_file(session, path))

    on(tab.use.click, use, [page.session, tab.table], repriced, show_progress_on=[tab.problems])
    on(tab.choose.upload, open_file, [page.session, tab.choose], repriced, show_progress_on=[tab.problems])
    tab.save.wire(catalogue.save, [page.session])


def _wire_writing(page: Page, tab: OffersLayout) -> None:
    choices = [tab.tone, tab.language, tab.cool_down_days, tab.run]
    stop = stop_button(tab.stop)

    def write(
        session: Session, threshold: float, tone: str, language: str, days: float | None, run: str,
        bar: gr.Progress = NEW_BAR,
    ) -> Iterator[Updates]:  # fmt: skip
        try:
            writer = offers.switchable_writer(session.language_model_on)
        except RetentionError as error:  # a setting is wrong
            warn(error)
            writer = None
        session, _ = offers.with_ledger(
            session
        )  # recorded while it is empty, so that it is removed when the visit ends
        yield {tab.writer: writer, page.session: session}
        yield from run_job(
            [tab.write], stop, bar,
            lambda progress: offers.write(
                session, threshold, writer=writer, tone=tone, language=language, cool_down_days=days, run=run,
                progress=progress,
            ),
            lambda written: {tab.written: JobResult(session, written)},
            while_running=lambda: {} if writer is None else {tab.breaker: offer_views.breaker(writer.report())},
        )  # fmt: skip

    def switch(session: Session, writer: SwitchableWriter | None, switched_on: bool) -> Updates:
        if writer is not None:
            writer.switched_on = switched_on
        session = replace(session, language_model_on=switched_on)
        return {page.session: session, **page.updates(Change.CONNECTION, session)}

    def approve(session: Session, days: float | None) -> Updates:
        return page.updates(Change.MESSAGES, review.approve(session, cool_down_days=days))

    on(
        tab.write.click, write, [page.session, page.parameters["threshold"], *choices],
        [page.session, tab.writer, tab.breaker, tab.written, tab.write, stop.button, stop.job],
        show_progress_on=[tab.bar], concurrency_limit=4, concurrency_id="offers",
    )  # fmt: skip
    take_result(page, tab.written, with_messages, Change.MESSAGES)
    tab.csv.wire(offers.csv, [page.session])
    tab.workbook.wire(offers.workbook, [page.session])
    on(
        tab.language_model_on.input, switch, [page.session, tab.writer, tab.language_model_on],
        [page.session, *page.components(Change.CONNECTION)], show_progress="hidden",
    )  # fmt: skip
    on(
        tab.clock.tick, lambda session: page.updates(Change.CONNECTION, session), [page.session],
        page.components(Change.CONNECTION), show_progress="hidden",
    )  # fmt: skip
    on(
        tab.approve.click, approve, [page.session, tab.cool_down_days], page.components(Change.MESSAGES),
        show_progress_on=[tab.bar],
    )  # fmt: skip


def _wire_messages(page: Page, tab: OffersLayout) -> None:
    def choose(session: Session, event: gr.SelectData) -> Updates:
        row = review.position_of(review.message_run_of(session), event.row_value[0])
        return {**tab.show_customer(session, row), tab.row: row}

    def write_again(session: Session, row: int, tone: str, language: str) -> Updates:
        writer = offers.switchable_writer(session.language_model_on)
        changed = review.write_again(session, row, writer=writer, tone=tone, language=language)
        return {**page.updates(Change.MESSAGES, changed), **tab.show_customer(changed, row)}

    def save(session: Session, row: int, message: str) -> Updates:
        changed = review.edit_message(session, row, message)
        return {**page.updates(Change.MESSAGES, changed), **tab.show_customer(changed, row)}

    on(tab.messages.select, choose, [page.session], [*tab.customer_components, tab.row], show_progress="hidden")
    on(
        tab.write_again.click, write_again, [page.session, tab.row, tab.tone, tab.language],
        page.components(Change.MESSAGES), show_progress_on=[tab.card],
    )  # fmt: skip
    on(
        tab.save.click, save, [page.session, tab.row, tab.message], page.components(Change.MESSAGES),
        show_progress_on=[tab.card],
    )  # fmt: skip


def _wire_templates(page: Page, tab: TemplateReview) -> None:
    def choose(session: Session, event: gr.SelectData) -> Updates:
        return {**tab.show(session, event.row_value[0]), tab.chosen: event.row_value[0]}

    def reject(session: Session, template: str) -> Updates:
        return page.updates(Change.MESSAGES, review.reject_template(session, template))

    def replace_template(session: Session, template: str, new: str) -> Updates:
        return page.updates(Change.MESSAGES, review.replace_template(session, template, new))

    def let_out(session: Session, template: str) -> Updates:
        return page.updates(Change.MESSAGES, review.let_out(session, template))

    on(tab.table.select, choose, [page.session], [*tab.template_components, tab.chosen], show_progress="hidden")
    on(
        tab.reject.click, reject, [page.session, tab.chosen], page.components(Change.MESSAGES),
        show_progress_on=[tab.template],
    )  # fmt: skip
    on(
        tab.let_out.click, let_out, [page.session, tab.chosen], page.components(Change.MESSAGES),
        show_progress_on=[tab.template],
    )  # fmt: skip
    on(
        tab.replace.click, replace_template, [page.session, tab.chosen, tab.template],
        page.components(Change.MESSAGES), show_progress_on=[tab.template],
    )  # fmt: skip
