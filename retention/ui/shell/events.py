"""What happens when: every event wired to its handler, one module a tab."""

import gradio as gr

from retention.errors import InputError
from retention.ui.components.hub_loader import events as from_hub
from retention.ui.shell import links as link
from retention.ui.shell.screen import Screen, Updates
from retention.ui.start import start
from retention.ui.tabs.churn import events as churn
from retention.ui.tabs.customers import events as customers
from retention.ui.tabs.offers import events as offers
from retention.ui.tabs.profit import events as profit
from retention.ui.tabs.profit.budget import events as budget
from retention.ui.tabs.profit.handlers import priced
from retention.ui.tabs.share import events as share
from retention.ui.wiring import on, warn


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
