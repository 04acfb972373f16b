"""The tabs of the app in their order; a tab is a folder of its own and one line here."""

from typing import Any

from retention.ui.tab import Tab
from retention.ui.tabs import campaign, churn, customers, offers, profit, share

TABS: tuple[Tab[Any], ...] = (
    customers.TAB,
    churn.TAB,
    profit.TAB,
    offers.TAB,
    campaign.TAB,
    share.TAB,
)
