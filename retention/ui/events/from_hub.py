"""What the boxes do that load from the Hub, in the name of whoever asks: see :mod:`retention.ui.signing_in`."""

from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from retention.ui.events.wiring import BAR, long_work, on, take_up
from retention.ui.handlers import from_hub
from retention.ui.handlers.meanwhile import Finished, with_customers, with_loaded_model
from retention.ui.screen import Component, Screen, Updates
from retention.ui.session import Session
from retention.ui.signing_in import hub_of
from retention.ui.tabs.from_hub import FromHub


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
            lambda loaded: {box.loaded: Finished(session, loaded)},
        )  # fmt: skip

    events: list[Any] = [box.load.click, box.reference.submit]
    on(
        events, load, [screen.session, box.reference], [box.loaded, box.load], show_progress_on=[busy],
        concurrency_limit=4, concurrency_id="hub",
    )  # fmt: skip
