"""Customers: bring a file, or simulate a market."""

from retention.ui.tab import Tab
from retention.ui.tabs.customers import events, layout, views

TAB = Tab(
    id="customers",
    label="Customers",
    waiting="none yet",
    next_move="bring a file",
    state=views.state,
    build=layout.build,
    wire=events.wire,
    summary=views.in_header,
)
