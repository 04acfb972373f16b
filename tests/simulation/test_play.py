"""A campaign played in the simulated market continues the same lives, and its truth is what the log then shows."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from retention.errors import InputError
from retention.simulation.experiment import OFFERS
from retention.simulation.play import PlayedCampaign, play
from retention.simulation.potential_outcomes import OfferTerms
from retention.simulation.simulate import Market, simulate

CUSTOMERS, SEED = 3000, 3
SENT_ON = dt.date(2025, 7, 31)  # the day after the market's log ends
TERMS = {
    "cash_50": OfferTerms(cost=50, valid_days=7),
    "free_delivery": OfferTerms(cost=30, valid_days=7),
    "percent_20": OfferTerms(cost=80, valid_days=5),
}


@pytest.fixture(scope="module")
def market() -> Market:
    """The market that the campaign continues."""
    return simulate(CUSTOMERS, seed=SEED)


def drawn(*, seed: int) -> pd.DataFrame:
    """Return every customer of the market but the first ten, in reverse order, in an arm drawn with this seed."""
    rng = np.random.default_rng(seed)
    ids = [f"C{number:07d}" for number in range(CUSTOMERS, 10, -1)]
    arms = rng.choice(["control", *OFFERS], len(ids))
    return pd.DataFrame({"customer": ids, "arm": arms, "offer": "cash_50", "value": 500.0})


def played(
    assignments: pd.DataFrame, *, sent_on: dt.date = SENT_ON, customers: int = CUSTOMERS, seed: int = SEED
) -> PlayedCampaign:
    """Play a campaign of 30 days at ₹1 a contact."""
    return play(
        assignments,
        customers=customers,
        seed=seed,
        sent_on=sent_on,
        horizon_days=30,
        terms=TERMS,
        contact_cost=1.0,
    )


@pytest.fixture(scope="module")
def campaign() -> PlayedCampaign:
    """The campaign of draw 0."""
    return played(drawn(seed=0))


def ordered(campaign: PlayedCampaign, *, sent_on: dt.date = SENT_ON) -> NDArray[np.bool_]:
    """Whether each customer of the campaign ordered within the horizon, read from the log."""
    days = (campaign.orders["ordered_at"].dt.normalize() - pd.Timestamp(sent_on)).dt.days
    soon = campaign.orders.loc[days.between(0, 29), "customer_id"]
    return campaign.truth["customer_id"].isin(soon).to_numpy()


def of_the_arm(truth: pd.DataFrame, what: str) -> NDArray[np.bool_]:
    """The potential outcome under each customer's own arm; control customers redeem nothing."""
    values = {"control": truth.get(f"{what}_no_offer", pd.Series("no", truth.index)) == "yes"}
    values |= {offer: truth[f"{what}_{offer}"] == "yes" for offer in OFFERS}
    return np.select([truth["arm"] == arm for arm in values], list(values.values())).astype(bool)


def test_the_log_up_to_the_send_day_is_the_markets_own(market: Market, campaign: PlayedCampaign) -> None:
    """Byte for byte the same rows, then 30 days of the campaign and a week more."""
    before = campaign.orders["ordered_at"] < pd.Timestamp(SENT_ON)
    own = campaign.orders[before].drop(columns="offer")
    assert own.to_csv(index=False) == market.orders.to_csv(index=False)
    assert (campaign.orders.loc[before, "offer"] == "").all()
    assert campaign.orders["ordered_at"].max().date() == SENT_ON + dt.timedelta(days=36)
    assert campaign.orders["ordered_at"].is_monotonic_increasing


@pytest.mark.parametrize("sent_on", [dt.date(2025, 5, 2), SENT_ON, dt.date(2025, 8, 30)])
def test_the_log_shows_the_potential_outcome_of_each_arm(sent_on: dt.date) -> None:
    """Whoever the truth says is kept, or redeems, under their arm does so in the log, and nobody else."""
    campaign = played(drawn(seed=0), sent_on=sent_on)
    truth = campaign.truth
    assert (ordered(campaign, sent_on=sent_on) == of_the_arm(truth, "kept")).all()
    on = ordered(campaign, sent_on=sent_on + dt.timedelta(days=7))
    assert (on == of_the_arm(truth, "stayed_on")).all()
    redeeming = campaign.orders[campaign.orders["offer"] != ""]
    assert redeeming["customer_id"].is_unique
    assert set(redeeming["customer_id"]) == set(truth.loc[of_the_arm(truth, "redeemed"), "customer_id"])
    arms = truth.set_index("customer_id")["arm"]
    assert (redeeming["offer"].to_numpy() == arms[redeeming["customer_id"]].to_numpy()).all()
    assert (redeeming["coupon"] == "yes").all()


def test_another_draw_changes_only_what_the_arms_change(campaign: PlayedCampaign) -> None:
    """Whoever keeps their arm places the same orders; the truth of every offer is the same."""
    redrawn = played(drawn(seed=1))
    potential = [name for name in campaign.truth if name not in {"arm", "profit", "profit_stayed_on"}]
    pd.testing.assert_frame_equal(campaign.truth[potential], redrawn.truth[potential])
    same = campaign.truth.loc[campaign.truth["arm"] == redrawn.truth["arm"], "customer_id"]
    first, second = (
        frame[frame["customer_id"].isin(same)].sort_values(list(frame.columns), ignore_index=True)
        for frame in (campaign.orders, redrawn.orders)
    )
    assert 0 < len(same) < len(campaign.truth)
    pd.testing.assert_frame_equal(first, second)


def test_held_out_customers_live_as_if_there_were_no_campaign(campaign: PlayedCampaign) -> None:
    """Control customers, and those who take no part, order what they order when everybody is held out."""
    nobody = played(drawn(seed=0).assign(arm="control"))
    assert (nobody.orders["offer"] == "").all()
    assert (nobody.truth["profit"] == 0).all()
    treated = campaign.truth.loc[campaign.truth["arm"] != "control", "customer_id"]
    first, second = (
        frame[~frame["customer_id"].isin(treated)].reset_index(drop=True)
        for frame in (campaign.orders, nobody.orders)
    )
    pd.testing.assert_frame_equal(first, second)


def test_the_potential_outcomes_have_the_true_probabilities() -> None:
    """Over three markets, outcomes and redemptions differ from their probabilities by chance alone."""
    truth = pd.concat([played(drawn(seed=0), seed=seed).truth for seed in (1, 2, 5)])
    alone = (truth["kept_no_offer"] == "yes").to_numpy(float)
    differences = {"left alone": alone - (1.0 - truth["churn_probability"])}
    for offer in OFFERS:
        kept = (truth[f"kept_{offer}"] == "yes").to_numpy(float)
        differences[f"effect of {offer}"] = kept - alone - truth[f"effect_{offer}"]
        redeemed = (truth[f"redeemed_{offer}"] == "yes").to_numpy(float)
        differences[f"redemption of {offer}"] = redeemed - truth[f"redemption_{offer}"]
    errors = {name: off.mean() / (off.std() / np.sqrt(len(off))) for name, off in differences.items()}
    assert max(map(abs, errors.values())) < 4, errors


def test_the_profit_is_that_of_the_outcomes(campaign: PlayedCampaign) -> None:
    """₹500 for each customer kept by the offer, minus its cost when redeemed, minus ₹1 a contact."""
    truth = campaign.truth
    alone = (truth["kept_no_offer"] == "yes").astype(int)
    cost = truth["arm"].map({offer: terms.cost for offer, terms in TERMS.items()}).fillna(0)
    treated = truth["arm"] != "control"
    profit = 500 * (of_the_arm(truth, "kept") - alone) - cost * of_the_arm(truth, "redeemed") - treated
    assert truth["profit"].to_numpy() == pytest.approx(profit.to_numpy())
    on = 500 * (of_the_arm(truth, "stayed_on") - (truth["stayed_on_no_offer"] == "yes").astype(int))
    spent = 500 * (of_the_arm(truth, "kept") - alone) - profit
    assert truth["profit_stayed_on"].to_numpy() == pytest.approx((on - spent).to_numpy())
    expected = 500 * truth["effect_cash_50"] - 50 * truth["redemption_cash_50"] - 1
    assert truth["profit_cash_50"].to_numpy() == pytest.approx(expected.to_numpy())


def test_an_arm_of_another_name_gives_the_planned_offer(campaign: PlayedCampaign) -> None:
    """In a comparison of texts, everyone treated gets the planned offer."""
    texts = drawn(seed=0)
    planned = texts.assign(arm=np.where(texts["arm"] == "control", "control", "cash_50"))
    texts["arm"] = np.where(texts["arm"] == "control", "control", "library")
    pd.testing.assert_frame_equal(played(texts).orders, played(planned).orders)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"customer": "C0009999"}, "'C0009999', are not in a simulated market of 3,000; give the --customers"),
        ({"customer": "X-1"}, "2,990 of 2,990 customers"),
        ({"arm": "voucher", "offer": "voucher"}, "but the campaign has 'voucher'"),
    ],
)
def test_a_campaign_of_other_customers_or_offers_is_refused(change: dict[str, str], sentence: str) -> None:
    """The sentence says who or what the market does not know."""
    with pytest.raises(InputError, match=sentence):
        played(drawn(seed=0).assign(**change))


@pytest.mark.parametrize("sent_on", [dt.date(2025, 4, 1), dt.date(2026, 11, 30)])
def test_a_campaign_outside_the_calendar_is_refused(sent_on: dt.date) -> None:
    """The sentence says when the log ends and on which day to send."""
    with pytest.raises(InputError, match="log ends on 2025-07-30; draw it with --sent-on 2025-07-31"):
        played(drawn(seed=0), sent_on=sent_on)


def test_a_coupon_expires() -> None:
    """An offer that is valid for a day is redeemed by fewer, all on that day."""
    assignments = drawn(seed=0)
    short = {name: replace(terms, valid_days=1) for name, terms in TERMS.items()}
    campaign = play(
        assignments,
        customers=CUSTOMERS,
        seed=SEED,
        sent_on=SENT_ON,
        horizon_days=30,
        terms=short,
        contact_cost=1.0,
    )
    redeeming = campaign.orders[campaign.orders["offer"] != ""]
    assert (redeeming["ordered_at"].dt.date == SENT_ON).all()
    assert len(redeeming) < 0.5 * (played(assignments).orders["offer"] != "").sum()
