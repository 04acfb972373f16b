"""What happens when: every event wired to its handler, one module a tab."""

import gradio as gr

from retention.errors import InputError
from retention.ui import link
from retention.ui.events import budget, churn, customers, from_hub, offers, profit, share
from retention.ui.events.wiring import on, warn
from retention.ui.handlers.profit import priced
from retention.ui.handlers.start import start
from retention.ui.screen import Screen, Updates


def wire(app: gr.Blocks, screen: Screen) -> None:
    """Connect every event of the page."""
    customers.wire(screen)
    churn.wire(screen)
    profit.wire(screen)
    budget.wire(screen)
    offers.wire(screen)
    from_hub.wire(screen)
    share.wire(app, screen)

    def opened(request: gr.Request) -> Updates:
        """Show what the app starts with as the address asks for it, or as it is if that cannot be."""
        try:
            view = link.read(request.query_params)
        except InputError as error:
            warn(InputError(f"this link cannot be followed: {error}; the defaults are shown"))
            view = link.View()
        beginning = start()
        if beginning.trouble is not None:
            warn(beginning.trouble)
        session = beginning.session
        if view.economics != session.economics:
            session = priced(session, view.economics)
        return screen.show_opened(session, view)

    on(app.load, opened, [], screen.opened, show_progress="hidden")
    tab = screen.profit
    screen.link.click(
        fn=None, inputs=[tab.threshold, *tab.inputs.values()], queue=False, show_progress="hidden",
        js=f"(...values) => window.desk.copyLink({list(tab.inputs)}, ...values)",
    )  # fmt: skip
