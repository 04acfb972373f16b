"""Churn model: train, and see how good the model is on customers it has not seen."""

from retention.ui.tab import Tab
from retention.ui.tabs.churn import events, layout, views

TAB = Tab(
    id="churn",
    label="Churn model",
    waiting="not trained yet",
    next_move="train a model",
    state=views.state,
    build=layout.build,
    wire=events.wire,
    summary=views.in_header,
)
