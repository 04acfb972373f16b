"""Campaign: hold some customers back at random, and see what the campaign really earned."""

from retention.ui.tab import Tab
from retention.ui.tabs.campaign import events, layout, views

TAB = Tab(
    id="campaign",
    label="Campaign",
    waiting="nobody held out yet",
    next_move="hold some back",
    state=views.state,
    build=layout.build,
    wire=events.wire,
    summary=views.in_header,
)
