"""Campaigns played one after the other: each finds the customers as those before left them."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from retention.errors import InputError
from retention.simulation.experiment import OFFERS
from retention.simulation.play import CampaignToPlay, PlayedCampaigns, play, play_in_sequence
from retention.simulation.potential_outcomes import OfferTerms

CUSTOMERS, SEED = 4000, 5
FIRST, SECOND, UNTIL = dt.date(2025, 7, 31), dt.date(2025, 8, 30), dt.date(2025, 10, 20)
TERMS = {offer: OfferTerms(cost=50, valid_days=7) for offer in OFFERS}
IDS = [f"C{number + 1:07d}" for number in range(CUSTOMERS)]


def campaign(sent_on: dt.date, *arms: str, seed: int = 1) -> CampaignToPlay:
    """Return a campaign in which everybody is in one of the arms, drawn with this seed."""
    arm = np.random.default_rng(seed).choice(arms, CUSTOMERS)
    assignments = pd.DataFrame({"customer": IDS, "arm": arm, "offer": "cash_50", "value": 500.0})
    return CampaignToPlay(assignments=assignments, sent_on=sent_on, horizon_days=30, terms=TERMS)


def played(*campaigns: CampaignToPlay) -> PlayedCampaigns:
    """Play campaigns in the market until the middle of October."""
    return play_in_sequence(campaigns, customers=CUSTOMERS, seed=SEED, until=UNTIL)


@pytest.fixture(scope="module")
def two() -> PlayedCampaigns:
    """Half of the market gets an offer in the first campaign, half of it in the second."""
    return played(campaign(FIRST, "control", "cash_50"), campaign(SECOND, "control", "cash_50", seed=2))


def test_a_later_campaign_changes_no_earlier_order(two: PlayedCampaigns) -> None:
    """Up to the day before the second campaign the log is the same with it and without; later it differs."""
    one = played(campaign(FIRST, "control", "cash_50"))
    before = pd.Timestamp(SECOND)
    logs = [market.orders for market in (one, two)]
    early = [log[log["ordered_at"] < before].reset_index(drop=True) for log in logs]
    pd.testing.assert_frame_equal(early[0], early[1])
    assert len(logs[0]) != len(logs[1])


def test_the_first_of_several_is_played_as_it_would_be_alone(two: PlayedCampaigns) -> None:
    """The potential outcomes of its customers are those of a single campaign on the day."""
    alone = campaign(FIRST, "control", "cash_50")
    single = play(alone.assignments, customers=CUSTOMERS, seed=SEED, sent_on=FIRST, horizon_days=30, terms=TERMS)
    names = ["churn_probability", "effect_cash_50"]
    pd.testing.assert_frame_equal(two.truths[0][names], single.truth[names])


@pytest.mark.parametrize("arm", ["control", "cash_50"])
def test_the_probability_left_alone_holds_after_a_treatment(two: PlayedCampaigns, arm: str) -> None:
    """In the second campaign as many order if left alone as the truth says, whatever the first did to them."""
    truth = two.truths[1][(two.truths[0]["arm"] == arm).to_numpy()]
    p = truth["churn_probability"].to_numpy()
    churned = (truth["kept_no_offer"] == "no").to_numpy()
    tenth = np.argsort(np.argsort(p)) * 10 // len(p)
    for number in range(10):
        rows = tenth == number
        error = np.sqrt((p[rows] * (1 - p[rows])).sum())
        assert abs(churned[rows].sum() - p[rows].sum()) < 3.5 * error + 1
    assert abs(churned.sum() - p.sum()) < 3 * np.sqrt((p * (1 - p)).sum())


def test_a_treatment_changes_who_is_left_alone_later(two: PlayedCampaigns) -> None:
    """Of those whom the offer would save, the treated order more often in the next campaign than the untreated."""
    first, second = two.truths
    saved = ((first["kept_cash_50"] == "yes") & (first["kept_no_offer"] == "no")).to_numpy()
    treated = (first["arm"] == "cash_50").to_numpy()
    kept = (second["kept_no_offer"] == "yes").to_numpy()
    assert kept[saved & treated].mean() > kept[saved & ~treated].mean() + 0.1


def test_campaigns_must_follow_each_other() -> None:
    """A campaign within the last one's horizon, or beyond the log, is refused with the days that would do."""
    with pytest.raises(InputError, match="may be sent from 2025-08-30 on"):
        played(campaign(FIRST, "control"), campaign(dt.date(2025, 8, 15), "control"))
    with pytest.raises(InputError, match="the log must go on until 2025-11-06"):
        played(campaign(dt.date(2025, 10, 1), "control"))
