"""The campaigns of a ledger: where each stands, and what they did together."""

import datetime as dt
import json
from pathlib import Path

import pandas as pd
import pytest

from retention.campaign.campaign_list import list_campaigns
from retention.campaign.measurement import measure
from retention.messages.ledger import Ledger
from tests.campaign.campaigns import READ_ON, SENT_ON, drawn, played

DRAWN_AT = dt.datetime.combine(SENT_ON, dt.time(9), dt.UTC).timestamp()


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A ledger with one campaign of 2,000 customers, drawn on the day it is sent."""
    opened = Ledger(tmp_path / "l.sqlite", now=lambda: DRAWN_AT)
    campaign = drawn()
    opened.register_campaign(campaign.design, bytes(16), campaign.assignments)
    return opened


def test_before_its_day_a_campaign_counts_down(ledger: Ledger) -> None:
    """Ten days before there is no verdict, but there are the arms and the days left."""
    listed = list_campaigns(ledger, today=READ_ON - dt.timedelta(days=10))
    campaign = listed.as_dict()["campaigns"][0]
    assert (campaign["name"], campaign["design"], campaign["days_left"]) == ("diwali", "plan", 10)
    assert (campaign["drawn_on"], campaign["read_on"]) == ("2026-10-13", "2026-11-12")
    assert sum(campaign["arms"].values()) == 2000
    assert (campaign["verdict"], campaign["profit"]) == (None, None)
    assert listed.in_words()[0].startswith("diwali can be read on 12 Nov 2026, in 10 days (control 400, ")
    assert listed.in_words()[1] == "Programme: nothing to add up yet."


def test_a_campaign_that_nobody_read_says_so(ledger: Ledger) -> None:
    """After the day, without a reading, the sentence asks for it."""
    listed = list_campaigns(ledger, today=READ_ON + dt.timedelta(days=3))
    assert "could be read from 12 Nov 2026 on, and was not: measure it" in listed.in_words()[0]


def test_the_registered_reading_counts(ledger: Ledger) -> None:
    """The first reading is the registered one; a later one changes neither the verdict nor the total."""
    campaign = drawn()
    for seed in (2, 9):
        reading = measure(campaign, played(campaign, seed=seed), as_of=READ_ON)
        ledger.add_reading("diwali", str(seed), json.dumps(reading.as_dict()))
    first = measure(campaign, played(campaign, seed=2), as_of=READ_ON).as_dict()
    listed = list_campaigns(ledger, today=READ_ON)
    entry, programme = listed.as_dict()["campaigns"][0], listed.as_dict()["programme"]
    assert (entry["verdict"], entry["sentence"]) == (first["verdict"], first["sentence"])
    assert programme["campaigns"] == 1
    assert programme["profit"]["amount"] == pytest.approx(first["profit"]["amount"])
    assert programme["profit"]["low"] < first["profit"]["low"]  # what may be watched is wider
    words = listed.in_words()[-1]
    assert words.startswith("Programme: 1 campaign kept ")
    assert words.endswith("These 90% intervals may be watched: they hold after every campaign at once.")


def test_no_id_and_no_salt_is_listed(ledger: Ledger) -> None:
    """What is listed are counts and designs."""
    text = json.dumps(list_campaigns(ledger, today=READ_ON).as_dict())
    assert "C-0" not in text
    assert "salt" not in text


def test_an_empty_ledger_says_what_to_do(tmp_path: Path) -> None:
    """Without a campaign there is one sentence, and no number."""
    with Ledger(tmp_path / "empty.sqlite") as ledger:
        listed = list_campaigns(ledger, today=READ_ON)
    assert listed.in_words() == ("the ledger holds no campaign yet; draw one with holdout",)
    assert pd.isna(listed.as_dict()["programme"]["kept"]["value"])
