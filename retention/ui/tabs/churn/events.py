"""What the Churn model tab does."""

from collections.abc import Iterator

import gradio as gr

from retention.ui.job_results import JobResult, with_training
from retention.ui.session import Session
from retention.ui.shell.screen import Screen, Updates
from retention.ui.tabs.churn import handlers as churn
from retention.ui.wiring import BAR, long_work, on, stop_with, take_up


def wire(screen: Screen) -> None:
    """Connect the Churn model tab."""
    tab = screen.churn
    stop = stop_with(tab.stop)

    def train(session: Session, weighted: bool, bar: gr.Progress = BAR) -> Iterator[Updates]:
        yield from long_work(
            [tab.train], stop, bar,
            lambda progress: churn.train(session, weighted=weighted, progress=progress),
            lambda trained: {tab.trained: JobResult(session, trained)},
        )  # fmt: skip

    on(
        tab.train.click, train, [screen.session, tab.weighted], [tab.trained, tab.train, stop.button, stop.work],
        show_progress_on=[tab.result], concurrency_limit=16, concurrency_id="train",
    )  # fmt: skip
    take_up(screen, tab.trained, with_training, screen.show_from_model, screen.from_model)
    on(
        tab.feature.input, lambda session, feature: tab.dependence.show(churn.one_factor(session, feature)),
        [screen.session, tab.feature], tab.dependence.components,
    )  # fmt: skip
    on(
        [tab.explain.click, tab.customer.submit],
        lambda session, id: tab.waterfall.show(churn.one_customer(session, id)),
        [screen.session, tab.customer], tab.waterfall.components,
    )  # fmt: skip
