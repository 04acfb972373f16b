"""Small drawn campaigns and their outcomes."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from retention.campaign.assignment import draw
from retention.campaign.campaign_file import Campaign
from retention.campaign.design import CONTROL, Design, arms_of
from retention.profit.catalogue import read_offers
from retention.profit.economics import Economics

SENT_ON = dt.date(2026, 10, 13)
READ_ON = dt.date(2026, 11, 12)
ECONOMICS = Economics(save_rate=0.3, stayer_redemption=0.6, contact_cost=1.0)


def drawn(n: int = 2000, *, kind: Any = "plan", share: float = 0.2, seed: int = 1, unit: bool = False) -> Campaign:
    """A campaign of n customers C-00000, ... with two planned offers."""
    rng = np.random.default_rng(seed)
    offers = read_offers()
    planned = rng.choice([offers[0].id, offers[1].id], n, p=[0.7, 0.3])
    candidates = pd.DataFrame(
        {
            "customer": [f"C-{number:05d}" for number in range(n)],
            "probability": rng.beta(3, 4, n),
            "value": np.full(n, 500.0),
            "offer": planned,
        }
    )
    if unit:
        candidates["unit"] = [f"H{number // 2}" for number in range(n)]
    design = Design(
        name="diwali",
        kind=kind,
        holdout_share=share,
        sent_on=SENT_ON,
        arms=arms_of(kind, offers, frozenset(planned)),
        economics=ECONOMICS,
        offers=offers,
        unit="unit" if unit else None,
        eligible=n,
    )
    return Campaign(design, draw(candidates, design, salt=bytes(16)))


def played(campaign: Campaign, *, save_rate: float = 0.3, seed: int = 2) -> pd.DataFrame:
    """Outcomes indexed by customer: of those who would churn, the offer keeps a share, who all redeem it."""
    rng = np.random.default_rng(seed)
    table = campaign.assignments
    treated = (table["arm"] != CONTROL).to_numpy()
    stays = rng.random(len(table)) > table["probability"].to_numpy()
    saved = ~stays & treated & (rng.random(len(table)) < save_rate)
    redeemed = saved | (stays & treated & (rng.random(len(table)) < 0.6))
    return pd.DataFrame({"kept": stays | saved, "redeemed": redeemed}, index=pd.Index(table["customer"]))


def order_log(campaign: Campaign, outcomes: pd.DataFrame, *, until: dt.date = READ_ON) -> pd.DataFrame:
    """An order log in which everybody ordered before, and the kept customers ordered in the horizon."""
    customers = campaign.assignments["customer"]
    kept = outcomes["kept"].reindex(customers).to_numpy(bool)
    day = np.arange(len(customers)) % 28
    before = pd.DataFrame(
        {"customer_id": customers, "date": [SENT_ON - dt.timedelta(days=int(d) + 1) for d in day]}
    )
    within = pd.DataFrame({"customer_id": customers, "date": [SENT_ON + dt.timedelta(days=int(d)) for d in day]})
    strangers = pd.DataFrame(
        {"customer_id": "someone else", "date": pd.date_range(SENT_ON, until - dt.timedelta(days=1)).date}
    )
    log = pd.concat([before, within[kept], strangers], ignore_index=True).assign(amount=300.0)
    return log.assign(date=log["date"].astype("str"))
