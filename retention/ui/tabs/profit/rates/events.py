"""Wire the section with the measured rates."""

from retention.ui.session import Session
from retention.ui.tab import Change, Page, Updates
from retention.ui.tabs.profit.rates import handlers as rates
from retention.ui.tabs.profit.rates.layout import RatesSection
from retention.ui.wiring import on


def wire(page: Page, section: RatesSection) -> None:
    """Connect the section; the sliders of the rates follow as from another catalogue."""
    repriced = page.components(Change.CATALOGUE)

    def open_file(session: Session, path: str) -> Updates:
        return page.updates(Change.CATALOGUE, rates.open_file(session, path))

    def return_to_assumed(session: Session) -> Updates:
        return page.updates(Change.CATALOGUE, rates.return_to_assumed(session))

    on(section.choose.upload, open_file, [page.session, section.choose], repriced)
    on(section.assumed.click, return_to_assumed, [page.session], repriced)
