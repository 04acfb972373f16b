"""Share: publish models, customers and decisions on the Hugging Face Hub, and replay a decision."""

from retention.ui.tab import Tab
from retention.ui.tabs.share import events, layout, views

TAB = Tab(
    id="share",
    label="Share",
    waiting="nothing published yet",
    next_move="publish or pull",
    state=views.state,
    build=layout.build,
    wire=events.wire,
)
