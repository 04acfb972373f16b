"""Customers to draw, and designs."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from retention.campaign.design import Design, DesignKind, arms_of
from retention.profit.catalogue import read_offers
from retention.profit.economics import PRESETS

OFFERS = read_offers()
OFFER_IDS = tuple(offer.id for offer in OFFERS)
SALT = bytes(range(16))


def candidates(count: int, *, seed: int = 1) -> pd.DataFrame:
    """Return customers with a churn probability, a value and a planned offer."""
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "customer": pd.array([f"C-{number:05d}" for number in range(count)], dtype="str"),
            "probability": random.beta(2, 3, count),
            "value": random.uniform(200, 800, count).round(2),
            "offer": pd.array(np.array(OFFER_IDS, dtype=object)[random.integers(0, 3, count)], dtype="str"),
        }
    )


def design(count: int, *, kind: DesignKind = "plan", **fields: Any) -> Design:
    """Return a design for so many customers; a fifth of them are held out."""
    defaults: dict[str, Any] = {
        "name": "diwali",
        "holdout_share": 0.2,
        "sent_on": dt.date(2026, 10, 13),
        "economics": PRESETS["realistic"],
        "arms": arms_of(kind, OFFERS, frozenset(OFFER_IDS)),
        "offers": OFFERS,
        "eligible": count,
    }
    return Design(kind=kind, **{**defaults, **fields})
