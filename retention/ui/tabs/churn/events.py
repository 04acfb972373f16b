"""The events of the Churn model tab."""

from collections.abc import Iterator

import gradio as gr

from retention.ui.job_results import JobResult, with_loaded_model, with_training
from retention.ui.session import Session
from retention.ui.tab import Change, Page, Updates
from retention.ui.tabs.churn import from_hub
from retention.ui.tabs.churn import handlers as churn
from retention.ui.tabs.churn.layout import ChurnLayout
from retention.ui.wiring import NEW_BAR, on, run_job, stop_button, take_result


def wire(page: Page, tab: ChurnLayout) -> None:
    """Connect the Churn model tab."""
    stop = stop_button(tab.stop)

    def train(
        session: Session,
        weighted: bool,
        left_alone: bool,
        cutoff: str,
        horizon_days: float | None,
        bar: gr.Progress = NEW_BAR,
    ) -> Iterator[Updates]:
        yield from run_job(
            [tab.train], stop, bar,
            lambda progress: churn.train(
                session, weighted=weighted, left_alone=left_alone, cutoff=cutoff, horizon_days=horizon_days,
                progress=progress,
            ),
            lambda trained: {tab.trained: JobResult(session, trained)},
        )  # fmt: skip

    on(
        tab.train.click, train, [page.session, tab.weighted, tab.left_alone, tab.cutoff, tab.horizon_days],
        [tab.trained, tab.train, stop.button, stop.job],
        show_progress_on=[tab.result], concurrency_limit=16, concurrency_id="train",
    )  # fmt: skip
    take_result(page, tab.trained, with_training, Change.MODEL)
    tab.from_hub.wire(page, from_hub.use_model, with_loaded_model, Change.MODEL, tab.result)
    on(
        [tab.rebase.click, tab.rate.submit],
        lambda session, percent: page.updates(Change.MODEL, churn.rebase(session, percent)),
        [page.session, tab.rate], page.components(Change.MODEL),
    )  # fmt: skip
    on(
        tab.feature.input, lambda session, feature: tab.dependence.show(churn.feature_chart(session, feature)),
        [page.session, tab.feature], tab.dependence.components,
    )  # fmt: skip
    on(
        [tab.explain.click, tab.customer.submit],
        lambda session, id: tab.waterfall.show(churn.customer_chart(session, id)),
        [page.session, tab.customer], tab.waterfall.components,
    )  # fmt: skip
