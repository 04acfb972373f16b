"""What the boxes do that load from the Hub, in the name of whoever asks: see :mod:`retention.ui.sign_in`."""

from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from retention.ui.components.hub_loader import handlers as from_hub
from retention.ui.components.hub_loader.layout import FromHub
from retention.ui.job_results import JobResult, with_customers, with_loaded_model
from retention.ui.session import Session
from retention.ui.shell.screen import Component, Screen, Updates
from retention.ui.sign_in import hub_of
from retention.ui.wiring import BAR, long_work, on, take_up


def wire(screen: Screen) -> None:
    """Connect the boxes of the Customers and the Churn model tab."""
    customers, churn = screen.customers, screen.churn
    _wire(screen, customers.from_hub, from_hub.use_customers, customers.summary)
    take_up(
        screen, customers.from_hub.loaded, with_customers, screen.show_everything, screen.everything
    )  # fmt: skip
    _wire(screen, churn.from_hub, from_hub.use_model, churn.result)
    take_up(screen, churn.from_hub.loaded, with_loaded_model, screen.show_from_model, screen.from_model)


def _wire(screen: Screen, box: FromHub, use: Callable[..., Session], busy: Component) -> None:
    def load(
        session: Session, reference: str, token: gr.OAuthToken | None, request: gr.Request, bar: gr.Progress = BAR
    ) -> Iterator[Updates]:
        yield from long_work(
            [box.load], None, bar,
            lambda progress: use(session, reference, hub=hub_of(token, request), progress=progress),
            lambda loaded: {box.loaded: JobResult(session, loaded)},
        )  # fmt: skip

    events: list[Any] = [box.load.click, box.reference.submit]
    on(
        events, load, [screen.session, box.reference], [box.loaded, box.load], show_progress_on=[busy],
        concurrency_limit=4, concurrency_id="hub",
    )  # fmt: skip
