"""The events of the page: opening it, and copying a link to it."""

import json

import gradio as gr

from retention.errors import InputError
from retention.ui.shell import links
from retention.ui.shell.screen import Screen
from retention.ui.start import start
from retention.ui.tab import Change, Updates
from retention.ui.wiring import on, warn


def wire(screen: Screen) -> None:
    """Connect every event of the page."""
    screen.wire()
    tab_ids = [tab.id for tab in screen.tabs]

    def opened(request: gr.Request) -> Updates:
        """Show the session that the app starts with, as the address asks for it where that is possible."""
        try:
            link = links.read(request.query_params, tab_ids)
        except InputError as error:
            warn(InputError(f"this link cannot be opened: {error}; the page shows the defaults"))
            link = links.Link()
        beginning = start()
        if beginning.warning is not None:
            warn(beginning.warning)
        session = beginning.session
        if link.economics != session.economics:
            session = session.priced(link.economics)
        return {
            screen.steps: gr.Tabs(selected=link.tab),
            **screen.updates(Change.OPENED, session, threshold=link.threshold),
        }

    on(screen.blocks.load, opened, [], [screen.steps, *screen.components(Change.OPENED)], show_progress="hidden")
    screen.link.click(
        fn=None, inputs=list(screen.parameters.values()), queue=False, show_progress="hidden",
        js=f"(...values) => window.desk.copyLink({json.dumps(list(screen.parameters))}, values)",
    )  # fmt: skip
