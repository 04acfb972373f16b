"""Offers: a message for every customer on the send list, approved by a person before it goes out."""

from retention.ui.tab import Tab
from retention.ui.tabs.offers import events, handlers, layout, views

TAB = Tab(
    id="offers",
    label="Offers",
    waiting="none written yet",
    next_move="write messages",
    state=views.state,
    build=layout.build,
    wire=events.wire,
    summary=views.in_header,
    close=handlers.remove_own_ledger,
)
