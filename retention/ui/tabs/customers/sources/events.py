"""The event of the box with order sources."""

from retention.ui.job_results import JobResult, with_customers
from retention.ui.session import Session
from retention.ui.tab import Change, Component, Page, Updates
from retention.ui.tabs.customers.sources.handlers import use_source
from retention.ui.tabs.customers.sources.layout import SourcesLayout
from retention.ui.wiring import on, take_result


def wire(page: Page, box: SourcesLayout, busy: Component) -> None:
    """Describe the customers of the chosen source, and take them into the session; ``busy`` shows the progress."""

    def use(session: Session, name: str | None) -> Updates:
        return {box.loaded: JobResult(session, use_source(session, name))}

    on(
        box.use.click, use, [page.session, box.name], [box.loaded], show_progress_on=[busy],
        concurrency_limit=1, concurrency_id="sources",
    )  # fmt: skip
    take_result(page, box.loaded, with_customers, Change.CUSTOMERS)
