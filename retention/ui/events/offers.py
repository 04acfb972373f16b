"""What the Offers tab does."""

from collections.abc import Iterator

import gradio as gr

from retention.ui.events.wiring import BAR, long_work, on, on_download, stop
from retention.ui.handlers import offers
from retention.ui.screen import Screen, Updates
from retention.ui.session import Session


def wire(screen: Screen) -> None:
    """Connect the Offers tab."""
    tab = screen.offers
    style = [tab.tone, tab.language, tab.plugged]

    def write(
        session: Session, threshold: float, tone: str, language: str, plugged: bool, bar: gr.Progress = BAR
    ) -> Iterator[Updates]:
        yield from long_work(
            screen, tab.write, tab.stop, bar,
            lambda progress: offers.write(
                session, threshold, tone=tone, language=language, plugged=plugged, progress=progress
            ),
            screen.show_from_messages,
        )  # fmt: skip

    def choose(session: Session, event: gr.SelectData) -> Updates:
        row = int(event.index[0])
        return {**screen.show_from_messages(session, row), tab.row: row, tab.messages: gr.skip()}

    def again(session: Session, row: int, tone: str, language: str, plugged: bool) -> Updates:
        written = offers.write_again(session, row, tone=tone, language=language, plugged=plugged)
        return screen.show_from_messages(written, row)

    def save(session: Session, row: int, message: str) -> Updates:
        return screen.show_from_messages(offers.edit(session, row, message), row)

    on(
        tab.write.click, write, [screen.session, screen.profit.threshold, *style],
        [*screen.from_messages, screen.stop], show_progress_on=[tab.breaker], concurrency_limit=4,
    )  # fmt: skip
    on(tab.stop.click, stop, [screen.stop], [])
    on_download(tab.csv, offers.csv, [screen.session])
    on_download(tab.workbook, offers.workbook, [screen.session])
    on(tab.messages.select, choose, [screen.session], [*screen.from_messages, tab.row], show_progress="hidden")
    on(
        tab.again.click,
        again,
        [screen.session, tab.row, *style],
        screen.from_messages,
        show_progress_on=[tab.card],
    )
    on(
        tab.save.click, save, [screen.session, tab.row, tab.message], screen.from_messages,
        show_progress_on=[tab.card],
    )  # fmt: skip
