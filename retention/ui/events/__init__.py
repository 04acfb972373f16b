"""What happens when: every event wired to its handler, one module a tab."""

import gradio as gr

from retention.ui.events import churn, customers, from_hub, offers, profit, share
from retention.ui.events.wiring import on, warn
from retention.ui.handlers.start import start
from retention.ui.screen import Screen, Updates


def wire(app: gr.Blocks, screen: Screen) -> None:
    """Connect every event of the page."""
    customers.wire(screen)
    churn.wire(screen)
    profit.wire(screen)
    offers.wire(screen)
    from_hub.wire(screen)
    share.wire(app, screen)

    def begin() -> Updates:
        beginning = start()
        if beginning.trouble is not None:
            warn(beginning.trouble)
        return screen.show_everything(beginning.session)

    on(app.load, begin, [], screen.everything, show_progress="hidden")
