"""What the Offers tab does."""

from collections.abc import Iterator
from dataclasses import replace

import gradio as gr
import pandas as pd

from retention.errors import RetentionError
from retention.messages.llm.switchable import SwitchableWriter
from retention.ui.job_results import JobResult, with_messages
from retention.ui.session import Session
from retention.ui.shell.screen import Screen, Updates
from retention.ui.tabs.offers import catalogue, review
from retention.ui.tabs.offers import handlers as offers
from retention.ui.tabs.offers import views as offer_views
from retention.ui.tabs.offers.ledgers import with_ledger
from retention.ui.wiring import BAR, long_work, on, on_download, stop_with, take_up, warn


def wire(screen: Screen) -> None:
    """Connect the Offers tab."""
    _wire_catalogue(screen)
    _wire_writing(screen)
    _wire_messages(screen)
    _wire_lines(screen)


def _wire_catalogue(screen: Screen) -> None:
    tab = screen.offers.catalogue
    repriced = [*screen.from_prices, *screen.profit.inputs.values()]

    def use(session: Session, edited: pd.DataFrame) -> Updates:
        if found := catalogue.mistakes_in(session, edited):
            return {tab.trouble: offer_views.mistakes(found)}
        return screen.show_from_catalogue(catalogue.use(session, edited))

    def open_file(session: Session, path: str) -> Updates:
        return screen.show_from_catalogue(catalogue.open_file(session, path))

    on(tab.use.click, use, [screen.session, tab.table], repriced, show_progress_on=[tab.trouble])
    on(tab.choose.upload, open_file, [screen.session, tab.choose], repriced, show_progress_on=[tab.trouble])
    on_download(tab.save, catalogue.save, [screen.session])


def _wire_writing(screen: Screen) -> None:
    tab = screen.offers
    wishes = [tab.tone, tab.language, tab.cool_down_days, tab.run]
    stop = stop_with(tab.stop)

    def write(
        session: Session, threshold: float, tone: str, language: str, days: float | None, run: str,
        bar: gr.Progress = BAR,
    ) -> Iterator[Updates]:  # fmt: skip
        try:
            plug = offers.switchable_writer(session.language_model_on)
        except RetentionError as error:  # a setting is wrong
            warn(error)
            plug = None
        session, _ = with_ledger(session)  # kept before there is anything in it, so that it goes with the visit
        yield {screen.plug: plug, screen.session: session}
        yield from long_work(
            [tab.write], stop, bar,
            lambda progress: offers.write(
                session, threshold, writer=plug, tone=tone, language=language, cool_down_days=days, run=run,
                progress=progress,
            ),
            lambda written: {tab.done: JobResult(session, written)},
            meanwhile=lambda: {} if plug is None else {tab.breaker: offer_views.breaker(plug.report())},
        )  # fmt: skip

    def pull(session: Session, plug: SwitchableWriter | None, switched_on: bool) -> Updates:
        if plug is not None:
            plug.switched_on = switched_on
        session = replace(session, language_model_on=switched_on)
        return {screen.session: session, **screen.show_line_to_model(session)}

    def seal(session: Session, days: float | None) -> Updates:
        return screen.show_from_messages(review.approve(session, cool_down_days=days))

    on(
        tab.write.click, write, [screen.session, screen.profit.threshold, *wishes],
        [screen.session, screen.plug, tab.breaker, tab.done, tab.write, stop.button, stop.work],
        show_progress_on=[tab.bar], concurrency_limit=4, concurrency_id="offers",
    )  # fmt: skip
    take_up(screen, tab.done, with_messages, screen.show_from_messages, screen.from_messages)
    on_download(tab.csv, offers.csv, [screen.session])
    on_download(tab.workbook, offers.workbook, [screen.session])
    on(
        tab.plugged.input, pull, [screen.session, screen.plug, tab.plugged],
        [screen.session, *screen.line_to_model], show_progress="hidden",
    )  # fmt: skip
    on(
        tab.clock.tick, screen.show_line_to_model, [screen.session], screen.line_to_model, show_progress="hidden"
    )  # fmt: skip
    on(
        tab.seal.click, seal, [screen.session, tab.cool_down_days], screen.from_messages,
        show_progress_on=[tab.bar],
    )  # fmt: skip


def _wire_messages(screen: Screen) -> None:
    tab = screen.offers

    def choose(session: Session, event: gr.SelectData) -> Updates:
        row = review.position_of(review.message_run_of(session), event.row_value[0])
        return {**screen.show_customer(session, row), tab.row: row}

    def again(session: Session, row: int, tone: str, language: str) -> Updates:
        writer = offers.switchable_writer(session.language_model_on)
        written = review.write_again(session, row, writer=writer, tone=tone, language=language)
        return screen.show_from_messages(written, row)

    def save(session: Session, row: int, message: str) -> Updates:
        return screen.show_from_messages(review.edit_message(session, row, message), row)

    on(tab.messages.select, choose, [screen.session], [*screen.of_customer, tab.row], show_progress="hidden")
    on(
        tab.again.click, again, [screen.session, tab.row, tab.tone, tab.language],
        screen.from_messages, show_progress_on=[tab.card],
    )  # fmt: skip
    on(
        tab.save.click, save, [screen.session, tab.row, tab.message], screen.from_messages,
        show_progress_on=[tab.card],
    )  # fmt: skip


def _wire_lines(screen: Screen) -> None:
    tab = screen.offers.lines

    def choose(session: Session, event: gr.SelectData) -> Updates:
        return {**screen.show_line(session, event.row_value[0]), tab.chosen: event.row_value[0]}

    def strike(session: Session, line: str) -> Updates:
        return screen.show_from_messages(review.reject_template(session, line))

    def rewrite(session: Session, line: str, new: str) -> Updates:
        return screen.show_from_messages(review.replace_template(session, line, new))

    on(tab.table.select, choose, [screen.session], [*screen.of_line, tab.chosen], show_progress="hidden")
    on(
        tab.strike.click, strike, [screen.session, tab.chosen], screen.from_messages,
        show_progress_on=[tab.line],
    )  # fmt: skip
    on(
        tab.rewrite.click, rewrite, [screen.session, tab.chosen, tab.line], screen.from_messages,
        show_progress_on=[tab.line],
    )  # fmt: skip
