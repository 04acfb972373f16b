"""The page: what follows from a change, and a tab that is added by one folder and one line."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr
import pytest

from retention.errors import InputError
from retention.ui.app import build
from retention.ui.session import Session
from retention.ui.shell import links, stepper
from retention.ui.shell.screen import Screen
from retention.ui.tab import Change, Component, Layout, Page, Refresh, Tab, Updates
from retention.ui.tabs import TABS
from retention.ui.tabs.offers import handlers as offers


@pytest.fixture(scope="module")
def screen() -> Screen:
    """The page as it is."""
    with gr.Blocks() as blocks:
        return Screen(blocks)


@pytest.mark.parametrize("change", Change)
def test_a_change_updates_the_components_it_announces(screen: Screen, trained: Session, change: Change) -> None:
    """An event lists its outputs before it has a session, so neither may name a component the other lacks."""
    written = replace(offers.write(trained, 0.9), pictures={})
    for session in (Session(), trained, written):
        components = screen.components(change)
        assert screen.updates(change, session).keys() == set(components)
        assert len(components) == len(set(components))


def test_a_price_touches_only_what_follows_from_it(screen: Screen, trained: Session) -> None:
    """Customers, the model and the limits that somebody may be typing stay as they are."""
    updates = screen.updates(Change.PRICES, trained, unwritten=True)
    untouched = [*screen.layouts["customers"].refreshes[Change.CUSTOMERS].components,
                 *screen.layouts["churn"].refreshes[Change.MODEL].components,
                 *screen.layouts["profit"].refreshes[Change.OPENED].components,
                 *screen.layouts["offers"].refreshes[Change.MESSAGES].components]  # fmt: skip
    assert not updates.keys() & set(untouched)
    assert screen.session in updates and screen.header in updates


@dataclass(frozen=True)
class Notes(Layout):
    """A toy tab that counts customers."""

    count: gr.HTML
    limit: gr.Number

    @property
    def refreshes(self) -> Mapping[Change, Refresh]:
        """The count follows from the customers."""
        return {Change.CUSTOMERS: Refresh([self.count], lambda session, view: {self.count: str(count(session))})}

    @property
    def parameters(self) -> Mapping[str, Component]:
        """A link carries the limit."""
        return {"limit": self.limit}


def count(session: Session) -> int:
    """Return how many customers a session has."""
    return 0 if session.customers is None else len(session.customers)


def test_a_tab_is_added_by_its_declaration_alone(trained: Session) -> None:
    """Stepper, header, links, refresh and events follow from the tuple of tabs."""
    wired: list[tuple[Page, Notes]] = []
    closed: list[Session] = []
    toy = Tab(
        id="notes", label="Notes", waiting="no notes", next_move="write a note",
        state=lambda session: f"{count(session):,} noted" if session.customers else None,
        build=lambda: Notes(gr.HTML(), gr.Number()), wire=lambda page, tab: wired.append((page, tab)),
        summary=lambda session: ["notes in the header"], close=closed.append,
    )  # fmt: skip
    tabs: tuple[Tab[Any], ...] = (*TABS, toy)
    with gr.Blocks() as blocks:
        screen = Screen(blocks, tabs)
        screen.wire()
    ((page, tab),) = wired
    assert page is screen
    assert tab.count in screen.components(Change.CUSTOMERS) and tab.count in screen.components(Change.OPENED)
    updates: Updates = screen.updates(Change.CUSTOMERS, trained)
    assert updates[tab.count] == "1500"
    assert screen.parameters["limit"] is tab.limit
    assert stepper.headings(tabs, Session())["notes"] == "7 Notes\nno notes"
    assert stepper.headings(tabs, trained)["notes"] == "7 Notes\n1,500 noted"
    header = stepper.header(tabs, trained)
    assert "notes in the header" in header and 'data-done="customers churn profit notes"' in header
    assert '[data-tab-id="notes"]' in stepper.style(tabs)
    assert links.read({"tab": "notes"}, [tab.id for tab in tabs]).tab == "notes"
    with pytest.raises(InputError, match="tab: must be one of"):
        links.read({"tab": "notes"}, [tab.id for tab in TABS])
    screen.session.delete_callback(trained)
    assert closed == [trained]


@pytest.mark.slow
def test_the_whole_app_is_built_of_the_tabs_it_is_given() -> None:
    """Headings on the page are those of the tabs, in their order."""
    blocks = [block for block in build(TABS[:3]).blocks.values() if isinstance(block, gr.Tab)]
    assert [tab.label for tab in blocks] == ["Customers", "Churn model", "Profit"]
