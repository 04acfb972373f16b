"""Profit: what sending offers from a threshold on earns."""

from retention.ui.tab import Tab
from retention.ui.tabs.profit import events, layout, views

TAB = Tab(
    id="profit",
    label="Profit",
    waiting="needs a model",
    next_move="bring evaluation rows",
    state=views.state,
    build=layout.build,
    wire=events.wire,
    summary=views.in_header,
)
