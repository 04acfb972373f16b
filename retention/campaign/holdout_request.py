"""What is asked of a draw."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from retention.campaign.design import DesignKind
from retention.messages.batch import COOL_DOWN_DAYS
from retention.profit.catalogue import Offer
from retention.profit.economics import Economics


@dataclass(frozen=True, kw_only=True)
class HoldoutRequest:
    """How a send list is to be drawn.

    Attributes
    ----------
    name, kind, horizon_days, segment, unit, explore, standing
        As in :class:`retention.campaign.design.Design`.
    share
        The share held out, or ``auto`` for the one that the power calculation chooses.
    sent_on
        First day of the horizon; today, or that of the same campaign drawn before, if None.
    economics, offers
        The money inputs and the catalogue that priced the list.
    cool_down_days
        Customers messaged within so many days are left out.
    """

    name: str
    economics: Economics
    offers: tuple[Offer, ...]
    kind: DesignKind = "plan"
    share: float | Literal["auto"] = "auto"
    horizon_days: int = 30
    sent_on: dt.date | None = None
    segment: str | None = None
    unit: str | None = None
    explore: float = 0.0
    standing: float = 0.0
    cool_down_days: float = COOL_DOWN_DAYS
