"""Send lists, offers, and what holds for every message run."""

from typing import Any

import pandas as pd

from retention.messages.batch import write_messages
from retention.messages.channels.registry import DEFAULT_CHANNEL
from retention.messages.run import MessageRun
from retention.messages.segments import CUISINES
from retention.profit.catalogue import Offer

CASH = Offer(
    "cash_50",
    gives={"en": "₹50 off your next order", "hi": "अगले ऑर्डर पर ₹50 की छूट"},
    cost=50,
    minimum_basket=199,
    valid_days=7,
)
DELIVERY = Offer("free_delivery", gives={"en": "free delivery on your next order"}, cost=30, valid_days=1)
OFFERS = (CASH, DELIVERY)


def send_list(customers: int, **columns: Any) -> pd.DataFrame:
    """Return customers of six segments; a keyword replaces or adds a column, None leaves one out."""
    rows = pd.DataFrame(
        {
            "customer_id": [f"C-{number:05d}" for number in range(customers)],
            "churn_probability": [0.2 + number % 7 / 10 for number in range(customers)],
            "value": 500.0,
            "expected_profit": 25.0,
            "send": "yes",
            "offer": ["cash_50" if number % 3 else "free_delivery" for number in range(customers)],
            "reason_1": [
                "last order 41 days ago; usually every 9 days" if number % 2 else "" for number in range(customers)
            ],
            "name": ["Priya" if number % 5 else "" for number in range(customers)],
            "cuisine": [("Biryani", "Pizza", "Klingon")[number % 3] for number in range(customers)],
            "days_since_order": 41,
        }
    )
    for name, cells in columns.items():
        rows = rows.drop(columns=name) if cells is None else rows.assign(**{name: cells})
    return rows


def many_kinds(customers: int) -> pd.DataFrame:
    """Return customers of about a hundred and forty segments."""
    rows = send_list(customers)
    reasons = [
        "last order 41 days ago; usually every 9 days",
        "basket of 300 last time; 450 on average",
        "",
        "rating 2 last time",
    ]
    return rows.assign(
        cuisine=[CUISINES[1 + number % 7] for number in range(customers)],
        days_since_order=[number // 7 % 5 * 14 for number in range(customers)],
        reason_1=[reasons[number // 35 % 4] for number in range(customers)],
    )


def write(rows: pd.DataFrame, **options: Any) -> MessageRun:
    """Write with the usual offers and id column."""
    return write_messages(rows, **{"id": "customer_id", "offers": OFFERS, **options})


def assert_sound(run: MessageRun, rows: pd.DataFrame) -> None:
    """Check what holds for every run: each customer once, in order, with a message that names the offer."""
    messages = run.messages_frame
    assert messages["customer_id"].tolist() == rows["customer_id"].tolist()
    assert messages["message"].str.len().between(20, DEFAULT_CHANNEL.max_characters).all()
    assert sum(run.by_source.values()) == run.message_count == len(rows)
    assert run.template_use["customers"].sum() == len(rows)
    offer_texts = {offer.id: offer.gives["en"] for offer in OFFERS}
    assert all(
        offer_texts[offer] in text for offer, text in zip(messages["offer"], messages["message"], strict=True)
    )
