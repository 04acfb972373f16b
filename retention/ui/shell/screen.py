"""The page: header, stepper and tabs, and the order in which a change updates them."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import gradio as gr

from retention.ui.session import Session
from retention.ui.shell import stepper
from retention.ui.shell.links import FIRST_TAB
from retention.ui.tab import Change, Component, Layout, Refresh, Tab, Updates, View
from retention.ui.tabs import TABS

_SECONDS_REMEMBERED = 12 * 3600


class Screen:
    """Lays the page out and is the :class:`retention.ui.tab.Page` of its tabs; it never holds a visitor's data.

    Parameters
    ----------
    blocks
        The app that is being built.
    tabs
        The tabs in their order.
    """

    def __init__(self, blocks: gr.Blocks, tabs: Sequence[Tab[Any]] = TABS) -> None:
        self.blocks = blocks
        self.tabs = tuple(tabs)
        self.session = gr.State(
            Session(), time_to_live=_SECONDS_REMEMBERED, delete_callback=partial(_close, self.tabs)
        )
        with gr.Row(elem_id="top"):
            self.header = gr.HTML(elem_id="header")
            self.link = gr.Button("Copy link", size="sm", scale=0, min_width=110, elem_id="link")
        with gr.Tabs(selected=FIRST_TAB, elem_id="steps", overflow_behavior="wrap") as self.steps:
            self.headings = {tab.id: gr.Tab(tab.label, id=tab.id) for tab in self.tabs}
            self.layouts: dict[str, Layout] = {}
            for tab in self.tabs:
                with self.headings[tab.id]:
                    self.layouts[tab.id] = tab.build()
        self._refreshes = self._by_change()

    def wire(self) -> None:
        """Connect the events of every tab."""
        for tab in self.tabs:
            tab.wire(self, self.layouts[tab.id])

    @property
    def parameters(self) -> Mapping[str, Component]:
        """The inputs that a link to the page carries, by their names in it."""
        return {name: box for layout in self.layouts.values() for name, box in layout.parameters.items()}

    def components(self, change: Change) -> list[Component]:
        """Return every component that follows from a change."""
        return [
            component
            for affected in change.affects
            for refresh in self._refreshes[affected]
            for component in refresh.components
        ]

    def updates(
        self, change: Change, session: Session, *, threshold: float | None = None, unwritten: bool = False
    ) -> Updates:
        """Return the updates that bring everything that follows from a change in line with a session."""
        view = View(threshold, unwritten)
        updates: Updates = {}
        for affected in change.affects:
            for refresh in self._refreshes[affected]:
                updates |= refresh.updates(session, view)
        return updates

    def _by_change(self) -> dict[Change, list[Refresh]]:
        """Return what follows from each change directly: on the page itself, then tab by tab."""
        refreshes: dict[Change, list[Refresh]] = {change: [] for change in Change}
        refreshes[Change.STATUS].append(Refresh([self.session, *self.headings.values()], self._status))
        refreshes[Change.CONNECTION].append(Refresh([self.header], self._header))
        for layout in self.layouts.values():
            for change, refresh in layout.refreshes.items():
                refreshes[change].append(refresh)
        return refreshes

    def _status(self, session: Session, _view: View) -> Updates:
        labels = stepper.headings(self.tabs, session)
        return {self.session: session, **{self.headings[id]: gr.Tab(label=label) for id, label in labels.items()}}

    def _header(self, session: Session, _view: View) -> Updates:
        return {self.header: stepper.header(self.tabs, session)}


def _close(tabs: Sequence[Tab[Any]], session: Session) -> None:
    """Let every tab remove what it keeps of a visit that has ended."""
    for tab in tabs:
        tab.close(session)
