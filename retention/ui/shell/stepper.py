"""The header and the stepper: what the app is for, what the session holds, and what comes next."""

from collections.abc import Iterable
from html import escape
from typing import Any

from retention.ui.session import Session
from retention.ui.tab import Tab

Tabs = Iterable[Tab[Any]]


def header(tabs: Tabs, session: Session) -> str:
    """Return the title, what the app is for, and in two sentences what the session holds and what comes next.

    The ids of the tabs that are done, and of the next one, stand in its attributes for :func:`style`.
    """
    tabs = tuple(tabs)
    done = " ".join(tab.id for tab in tabs if tab.state(session))
    following = _next(tabs, session)
    summaries = [escape(phrase) for tab in tabs for phrase in tab.summary(session)]
    advice = f" Next: {following.next_move}." if following else ""
    return (
        "<h1>Retention desk</h1>"
        '<p class="purpose">Finds the customers about to stop ordering, works out whom an offer pays for, '
        "and writes to each of them.</p>"
        f'<p class="now" data-done="{done}" data-next="{following.id if following else ""}">In this session: '
        f"{', '.join(summaries)}.{advice}</p>"
    )


def headings(tabs: Tabs, session: Session) -> dict[str, str]:
    """Return each tab's heading by its id: number and label, and on a second line its state or what comes next."""
    tabs = tuple(tabs)
    following = _next(tabs, session)
    heading_by_tab = {}
    for number, tab in enumerate(tabs, start=1):
        without = f"next: {tab.next_move}" if tab is following else tab.waiting
        heading_by_tab[tab.id] = f"{number} {tab.label}\n{tab.state(session) or without}"
    return heading_by_tab


def style(tabs: Tabs) -> str:
    """Return the style sheet that marks the tabs that are done and the next one, and their widths on a phone."""
    tabs = tuple(tabs)
    done = ", ".join(_heading("data-done~", tab) for tab in tabs)
    following = ", ".join(_heading("data-next", tab) for tab in tabs)
    widths = " ".join(f"{len(tab.label) + 1}fr" for tab in tabs)
    return (
        f"{done} {{ border-top-color: var(--color-accent) !important; }}\n"
        f"{following} {{ color: var(--good) !important; }}\n"
        f"#steps {{ --phone-columns: {widths}; }}"
    )


def _heading(attribute: str, tab: Tab[Any]) -> str:
    return f'#top:has([{attribute}="{tab.id}"]) ~ #steps [data-tab-id="{tab.id}"]'


def _next(tabs: tuple[Tab[Any], ...], session: Session) -> Tab[Any] | None:
    """Return the first tab that has nothing to show yet."""
    return next((tab for tab in tabs if not tab.state(session)), None)
