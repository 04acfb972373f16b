"""Measured rates: what they hold, and for which offer they count."""

import datetime as dt
import json
from dataclasses import replace
from typing import Any

import pytest

from retention.errors import InputError
from retention.profit.catalogue import Offer
from retention.profit.curve import profit_curve
from retention.profit.economics import Economics
from retention.profit.measured_rates import MeasuredRate, Rates, terms_sha256
from retention.profit.plans import plans_as_dict, plans_by_rates, plans_in_words
from retention.profit.rates_json import rates_as_json, rates_from_json, shown_rates
from retention.profit.rates_text import offer_rates_in_words, rates_in_words
from retention.profit.whatif import default_ranges
from tests.profit.rates_cases import EXPIRES_ON, offer_rates, rates_of

OFFER = Offer(id="small", gives={"en": "20 off"}, cost=20, minimum_basket=99, valid_days=5)


@pytest.mark.parametrize(
    "change",
    [
        {"id": "other"},
        {"cost": 20.5},
        {"minimum_basket": 100},
        {"valid_days": 6},
        {"gives": {"en": "20 off", "hi": "20 off"}},
    ],
)
def test_everything_that_a_customer_gets_is_part_of_the_terms(change: dict[str, Any]) -> None:
    """The hash changes with the id, the cost, the minimum basket, the days and the words."""
    assert terms_sha256(replace(OFFER, **change)) != terms_sha256(OFFER)


def test_what_was_assumed_is_no_part_of_the_terms() -> None:
    """A save rate in the catalogue, or a cost written as 20.0, leaves the hash as it is."""
    assert terms_sha256(replace(OFFER, save_rate=0.4, cost=20.0)) == terms_sha256(OFFER)


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((1.2, 0.1, 0.3, 0.3), "value: must be a number from 0 to 1"),
        ((0.2, float("nan"), 0.3, 0.3), "low: must be a number from 0 to 1"),
        ((0.2, 0.3, 0.1, 0.3), "low: 0.3 lies above high, 0.1"),
        ((0.2, 0.1, 0.3, True), "assumed: must be a number from 0 to 1"),
    ],
)
def test_what_is_no_share_is_refused(numbers: tuple[float, float, float, float], words: str) -> None:
    """A rate outside 0 to 1, a missing one and a turned interval are named."""
    with pytest.raises(InputError, match=words):
        MeasuredRate(*numbers)


@pytest.mark.parametrize(
    "change", [{"offer": "<b>"}, {"campaigns": ("two\nlines",)}, {"campaigns": ("",)}, {"campaigns": ("y" * 201,)}]
)
def test_names_stay_on_one_line(change: dict[str, Any]) -> None:
    """A file that a stranger made cannot break a line of the terminal, nor flood the page."""
    with pytest.raises(InputError, match=r"is no (id of an offer|name of a campaign)"):
        replace(offer_rates(OFFER), **change)


@pytest.mark.parametrize("scores", [(-0.1, 0.5), (0.6, 0.5), (0.1, 1.1), (float("nan"), 0.5)])
def test_a_range_of_scores_is_one_of_probabilities(scores: tuple[float, float]) -> None:
    """A range outside 0 to 1, or a turned one, is refused."""
    with pytest.raises(InputError, match="no range of probabilities"):
        Rates(offers={}, score_low=scores[0], score_high=scores[1])


RATES = rates_of(
    offer_rates(OFFER, save_rate=(0.2, 0.1, 0.3), redemption=(0.5, 0.4, 0.6), harm_rate=(0.02, 0.01, 0.04))
)
ASSUMED = Economics(save_rate=0.5, stayer_redemption=0.6, contact_cost=1)


def test_measured_rates_stand_over_assumed_ones_while_the_terms_are_the_same() -> None:
    """γ, ρ and s come from the campaign, amounts from the money inputs; a dearer offer falls back."""
    economics = RATES.economics(OFFER, ASSUMED)
    assert economics == replace(ASSUMED, save_rate=0.2, stayer_redemption=0.5, harm_rate=0.02)
    dearer = replace(OFFER, cost=30)
    assert RATES.of(dearer) is None
    assert RATES.economics(dearer, ASSUMED) == ASSUMED
    assert RATES.measured_offer(OFFER).save_rate == 0.2
    assert RATES.measured_offer(dearer) is dearer


def test_what_no_campaign_recorded_stays_assumed() -> None:
    """Without a redemption column ρ is the assumed one, and at most what harm leaves of retained customers."""
    rates = rates_of(offer_rates(OFFER, redemption=None, harm_rate=(0.1, 0, 0.2)))
    assert rates.economics(OFFER, ASSUMED).stayer_redemption == 0.6
    assert rates.economics(OFFER, Economics()).stayer_redemption == pytest.approx(0.9)


def test_rates_expire() -> None:
    """On the day before they expire they count, on the day itself they are set aside."""
    assert RATES.on(EXPIRES_ON - dt.timedelta(days=1)).of(OFFER) == RATES.of(OFFER) is not None
    expired = RATES.on(EXPIRES_ON)
    assert expired.of(OFFER) is None
    assert expired.economics(OFFER, ASSUMED) == ASSUMED


def test_what_is_in_force_is_said_in_words() -> None:
    """Estimate, interval, campaign and days; or what is assumed again, what was measured last, and why not now."""
    assert offer_rates_in_words(OFFER, ASSUMED, RATES) == (
        "save rate 20% (10–30%), redemption by retained customers 50% (40–60%), harm rate 2% (1–4%); "
        "measured by diwali on 3 May 2026, until 30 Oct 2026"
    )
    last = "save rate 50% assumed (last measured 20%, 10–30%, on 3 May 2026; "
    assert offer_rates_in_words(OFFER, ASSUMED, RATES.on(EXPIRES_ON)) == f"{last}expired on 30 Oct 2026)"
    assert (
        offer_rates_in_words(replace(OFFER, cost=30), ASSUMED, RATES) == f"{last}the terms of the offer changed)"
    )
    other = Offer(id="other", gives={"en": "cake"}, cost=5, save_rate=0.3)
    assert rates_in_words((OFFER, other), ASSUMED, RATES)[1] == "other: save rate 30% assumed (never measured)"
    gone = "small: no longer among the offers (last measured 20%, 10–30%, on 3 May 2026)"
    assert rates_in_words((other,), ASSUMED, RATES)[1] == gone
    drifted = RATES.all_set_aside("drift")
    assert offer_rates_in_words(OFFER, ASSUMED, drifted) == f"{last}drift)"
    assert drifted.on(EXPIRES_ON).why_assumed(OFFER) == "expired on 30 Oct 2026"


def test_the_ends_of_the_intervals() -> None:
    """An offer earns least with few saved, many redeeming and much harm; most with the contrary."""
    measured = RATES.of(OFFER)
    assert measured is not None
    low, high = (measured.at_end(end).over(ASSUMED) for end in ("low", "high"))
    assert (low.save_rate, low.stayer_redemption, low.harm_rate) == (0.1, 0.6, 0.04)
    assert (high.save_rate, high.stayer_redemption, high.harm_rate) == (0.3, 0.4, 0.01)
    assert (
        low.expected_profit(0.4) < RATES.economics(OFFER, ASSUMED).expected_profit(0.4) < high.expected_profit(0.4)
    )


def test_kept_rates_come_back_as_they_were() -> None:
    """JSON holds everything; what is missing or out of bounds is refused in one sentence."""
    aside = RATES.on(EXPIRES_ON)
    assert rates_from_json(json.loads(json.dumps(rates_as_json(aside)))) == aside
    no_redemption = rates_of(offer_rates(OFFER, redemption=None), scores=(0.2, 0.9))
    assert rates_from_json(rates_as_json(no_redemption)) == no_redemption
    for wrong in ({}, {**rates_as_json(RATES), "score_low": "low"}, {**rates_as_json(RATES), "offers": {"a": {}}}):
        with pytest.raises(InputError, match="rates: cannot be read"):
            rates_from_json(wrong)


def test_an_answer_shows_each_offer() -> None:
    """An offer that was never measured has words alone; one whose terms changed keeps what was measured last."""
    other = Offer(id="other", gives={"en": "cake"}, cost=5)
    shown = shown_rates((OFFER, other), ASSUMED, RATES)
    assert shown["small"]["measured"] is True
    assert shown["small"]["save_rate"] == {"value": 0.2, "low": 0.1, "high": 0.3, "assumed": 0.3}
    assert shown["other"] == {"measured": False, "words": "save rate 50% assumed (never measured)"}
    changed = shown_rates((replace(OFFER, cost=30),), ASSUMED, RATES)["small"]
    assert changed["measured"] is False
    assert changed["redemption"]["value"] == 0.5


def test_a_plan_at_each_end_by_hand() -> None:
    """Of ten customers at 0.6, six churn; what each rate would plan for them follows from V, d and c."""
    offer = Offer(id="cash", gives={"en": "cash"}, cost=50)
    rates = rates_of(offer_rates(offer, save_rate=(0.2, 0.05, 0.4), redemption=(0.5, 0.5, 0.5)))
    assumed = Economics(save_rate=1.0, stayer_redemption=0.5, contact_cost=1)
    label = [1, 1, 1, 0, 0] * 2
    economics = rates.economics(offer, assumed)
    curve = profit_curve([0.6] * 10, label, fold=[0] * 5 + [1] * 5, economics=economics, measured=rates.of(offer))
    plans = plans_by_rates(curve, assumed)
    # per customer .6·γ·450 − .4·25 − 1: γ = 1: 259; γ = .2: 43; γ = .4: 97; γ = .05: 2.5; 1,000 customers each
    assert [plan.contacted for plan in plans.values()] == [10, 10, 10, 10]
    assert {name: plan.profit_deployed for name, plan in plans.items()} == pytest.approx(
        {"assumed": 259_000, "low": 2_500, "measured": 43_000, "high": 97_000}
    )
    shown = plans_as_dict(curve, plans)
    assert shown["assumed"]["evidence"]["profit_deployed"] == ["backtested", "assumed"]
    assert shown["low"]["evidence"]["profit_deployed"] == ["backtested", "measured", "assumed"]
    assert plans_in_words(plans, "₹").startswith(
        "At the measured rates 10 customers would get an offer, earning ₹43,000 per 1,000; at the low ends of "
        "their intervals 10, earning ₹2,500; at the high ends 10, earning ₹97,000 (backtested, measured, assumed)."
    )


def test_without_measured_rates_there_is_one_plan() -> None:
    """Where nothing measured is in force, nothing is compared."""
    curve = profit_curve([0.6, 0.2] * 2, [1, 0] * 2, fold=[0, 0, 1, 1])
    plans = plans_by_rates(curve, Economics())
    assert list(plans) == ["assumed"]
    assert plans_in_words(plans, "₹") == ""


def test_what_if_moves_a_measured_rate_along_its_interval() -> None:
    """The save rate goes from one end to the other; an assumed input goes 20% down and up as before."""
    ranges = default_ranges(RATES.economics(OFFER, ASSUMED), RATES.of(OFFER))
    assert ranges["save_rate"] == (0.1, 0.3)
    assert ranges["harm_rate"] == (0.01, 0.04)
    assert ranges["value"] == pytest.approx((400, 600))


def test_who_was_not_measured_to_lose_stays_in_the_plan() -> None:
    """From a lower probability than the break-even: the curve, the policy and the file follow; the ends do not."""
    curve = profit_curve([0.05, 0.12, 0.3, 0.6] * 50, [0, 0, 0, 1] * 50, fold=[0] * 100 + [1] * 100)
    measured = replace(offer_rates(OFFER), send_from=0.11)
    dear = Economics(save_rate=0.2)
    kept = curve.reprice(dear, measured)
    assert dear.break_even() > 0.3
    assert (kept.deployed.decided_by, kept.threshold_deployed, kept.deployed.contacted) == ("kept", 0.11, 150)
    by_rates = curve.reprice(dear, offer_rates(OFFER))
    assert by_rates.deployed.decided_by == "break-even" and by_rates.deployed.contacted == 50
    # 50 saved at 0.2 x 450, 100 wasted at 50, of 200 customers
    assert kept.deployed.profit == pytest.approx((50 * 0.2 * 450 - 100 * 50) * 1000 / 200)
    assert [measured.threshold(0.4), measured.threshold(0.1)] == [0.11, 0.1]
    assert offer_rates(OFFER).threshold(0.4) == 0.4
    assert measured.at_end("low").send_from is None
    kept_rates = Rates(offers={OFFER.id: measured}, score_low=0.1, score_high=0.9)
    assert rates_from_json(rates_as_json(kept_rates)) == kept_rates
    with pytest.raises(InputError, match=r"^send_from: 1\.1 is not a probability"):
        replace(measured, send_from=1.1)
