"""What happens when: every event wired to its handler, one module a tab."""

import gradio as gr

from retention.ui.events import churn, customers, from_hub, offers, profit, share
from retention.ui.events.wiring import on
from retention.ui.handlers.customers import example
from retention.ui.screen import Screen


def wire(app: gr.Blocks, screen: Screen) -> None:
    """Connect every event of the page."""
    customers.wire(screen)
    churn.wire(screen)
    profit.wire(screen)
    offers.wire(screen)
    from_hub.wire(screen)
    share.wire(app, screen)
    on(
        app.load,
        lambda: screen.show_everything(example()),
        [],
        screen.everything,
        show_progress="hidden",
    )
