"""What the Offers tab does."""

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
from retention.ui.tabs.offers.layout import CatalogueTable, Lines, OffersLayout
from retention.ui.tabs.offers.ledgers import with_ledger
from retention.ui.wiring import NEW_BAR, on, run_job, stop_button, take_result, warn


def wire(page: Page, tab: OffersLayout) -> None:
    """Connect the Offers tab."""
    _wire_catalogue(page, tab.catalogue)
    _wire_writing(page, tab)
    _wire_messages(page, tab)
    _wire_lines(page, tab.lines)


def _wire_catalogue(page: Page, tab: CatalogueTable) -> None:
    repriced = page.components(Change.CATALOGUE)

    def use(session: Session, edited: pd.DataFrame) -> Updates:
        if found := catalogue.mistakes_in(session, edited):
            return {tab.trouble: offer_views.mistakes(found)}
        return page.updates(Change.CATALOGUE, catalogue.use(session, edited))

    def open_file(session: Session, path: str) -> Updates:
        return page.updates(Change.CATALOGUE, catalogue.open_file(session, path))

    on(tab.use.click, use, [page.session, tab.table], repriced, show_progress_on=[tab.trouble])
    on(tab.choose.upload, open_file, [page.session, tab.choose], repriced, show_progress_on=[tab.trouble])
    tab.save.wire(catalogue.save, [page.session])


def _wire_writing(page: Page, tab: OffersLayout) -> None:
    wishes = [tab.tone, tab.language, tab.cool_down_days, tab.run]
    stop = stop_button(tab.stop)

    def write(
        session: Session, threshold: float, tone: str, language: str, days: float | None, run: str,
        bar: gr.Progress = NEW_BAR,
    ) -> Iterator[Updates]:  # fmt: skip
        try:
            plug = offers.switchable_writer(session.language_model_on)
        except RetentionError as error:  # a setting is wrong
            warn(error)
            plug = None
        session, _ = with_ledger(session)  # kept before there is anything in it, so that it goes with the visit
        yield {tab.writer: plug, page.session: session}
        yield from run_job(
            [tab.write], stop, bar,
            lambda progress: offers.write(
                session, threshold, writer=plug, tone=tone, language=language, cool_down_days=days, run=run,
                progress=progress,
            ),
            lambda written: {tab.done: JobResult(session, written)},
            while_running=lambda: {} if plug is None else {tab.breaker: offer_views.breaker(plug.report())},
        )  # fmt: skip

    def pull(session: Session, plug: SwitchableWriter | None, switched_on: bool) -> Updates:
        if plug is not None:
            plug.switched_on = switched_on
        session = replace(session, language_model_on=switched_on)
        return {page.session: session, **page.updates(Change.CONNECTION, session)}

    def seal(session: Session, days: float | None) -> Updates:
        return page.updates(Change.MESSAGES, review.approve(session, cool_down_days=days))

    on(
        tab.write.click, write, [page.session, page.parameters["threshold"], *wishes],
        [page.session, tab.writer, tab.breaker, tab.done, tab.write, stop.button, stop.job],
        show_progress_on=[tab.bar], concurrency_limit=4, concurrency_id="offers",
    )  # fmt: skip
    take_result(page, tab.done, with_messages, Change.MESSAGES)
    tab.csv.wire(offers.csv, [page.session])
    tab.workbook.wire(offers.workbook, [page.session])
    on(
        tab.plugged.input, pull, [page.session, tab.writer, tab.plugged],
        [page.session, *page.components(Change.CONNECTION)], show_progress="hidden",
    )  # fmt: skip
    on(
        tab.clock.tick, lambda session: page.updates(Change.CONNECTION, session), [page.session],
        page.components(Change.CONNECTION), show_progress="hidden",
    )  # fmt: skip
    on(
        tab.seal.click, seal, [page.session, tab.cool_down_days], page.components(Change.MESSAGES),
        show_progress_on=[tab.bar],
    )  # fmt: skip


def _wire_messages(page: Page, tab: OffersLayout) -> None:
    def choose(session: Session, event: gr.SelectData) -> Updates:
        row = review.position_of(review.message_run_of(session), event.row_value[0])
        return {**tab.show_customer(session, row), tab.row: row}

    def again(session: Session, row: int, tone: str, language: str) -> Updates:
        writer = offers.switchable_writer(session.language_model_on)
        written = review.write_again(session, row, writer=writer, tone=tone, language=language)
        return {**page.updates(Change.MESSAGES, written), **tab.show_customer(written, row)}

    def save(session: Session, row: int, message: str) -> Updates:
        reworded = review.edit_message(session, row, message)
        return {**page.updates(Change.MESSAGES, reworded), **tab.show_customer(reworded, row)}

    on(tab.messages.select, choose, [page.session], [*tab.customer_components, tab.row], show_progress="hidden")
    on(
        tab.again.click, again, [page.session, tab.row, tab.tone, tab.language],
        page.components(Change.MESSAGES), show_progress_on=[tab.card],
    )  # fmt: skip
    on(
        tab.save.click, save, [page.session, tab.row, tab.message], page.components(Change.MESSAGES),
        show_progress_on=[tab.card],
    )  # fmt: skip


def _wire_lines(page: Page, tab: Lines) -> None:
    def choose(session: Session, event: gr.SelectData) -> Updates:
        return {**tab.show(session, event.row_value[0]), tab.chosen: event.row_value[0]}

    def strike(session: Session, line: str) -> Updates:
        return page.updates(Change.MESSAGES, review.reject_template(session, line))

    def rewrite(session: Session, line: str, new: str) -> Updates:
        return page.updates(Change.MESSAGES, review.replace_template(session, line, new))

    on(tab.table.select, choose, [page.session], [*tab.line_components, tab.chosen], show_progress="hidden")
    on(
        tab.strike.click, strike, [page.session, tab.chosen], page.components(Change.MESSAGES),
        show_progress_on=[tab.line],
    )  # fmt: skip
    on(
        tab.rewrite.click, rewrite, [page.session, tab.chosen, tab.line], page.components(Change.MESSAGES),
        show_progress_on=[tab.line],
    )  # fmt: skip
