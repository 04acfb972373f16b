"""How the profit depends on the money inputs."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from retention.errors import InputError
from retention.profit.curve import profit_curve
from retention.profit.economics import PRESETS, Economics
from retention.profit.whatif import break_even_save_rate, default_ranges, profit_by_save_rate, tornado
from tests.profit.cases import HAND, VALUE, ValuedHeldOut, customers, economics


def test_default_ranges_stay_within_bounds() -> None:
    """A fifth down and up, cut at a rate of 1 and at ρ + s = 1; inputs at 0 stay out."""
    ranges = default_ranges(Economics(save_rate=0.9, stayer_redemption=0.9, harm_rate=0.05, offer_cost=0))
    assert ranges["value"] == pytest.approx((400, 600))
    assert ranges["save_rate"] == pytest.approx((0.72, 1.0))
    assert ranges["stayer_redemption"] == pytest.approx((0.72, 0.95))
    assert ranges["harm_rate"] == pytest.approx((0.04, 0.06))
    assert ranges.keys() == {"value", "save_rate", "stayer_redemption", "harm_rate"}


def test_tornado_by_hand() -> None:
    """Each end is the expected profit at that setting, and the largest swing comes first."""
    swings = tornado(profit_curve(**HAND), {"offer_cost": (50, 150), "value": (500, 600)})
    # V 500, d 50: four churned and three retained reach 1/10: 4 · 450 − 3 · 50
    # V 500, d 150: three and three reach 3/10: 3 · 350 − 3 · 150
    # V 600, d 50: the same customers reach 1/12, and 100 more for each of four churned
    assert [swing.name for swing in swings] == ["offer_cost", "value"]
    assert (swings[0].profit_low, swings[0].profit_high) == pytest.approx((1650 * 125, 600 * 125))
    assert (swings[1].profit_low, swings[1].profit_high) == pytest.approx((1650 * 125, 2050 * 125))
    assert swings[0].size == pytest.approx(1050 * 125)


def test_tornado_moves_every_input() -> None:
    """By default each input that can move by a fifth is there; a value column is not one number to move."""
    realistic = profit_curve(**HAND, economics=PRESETS["realistic"])
    inputs = {swing.name for swing in tornado(realistic)}
    assert inputs == {"value", "offer_cost", "save_rate", "stayer_redemption", "contact_cost"}
    column = profit_curve(**HAND, value=VALUE, economics=PRESETS["realistic"])
    assert {swing.name for swing in tornado(column)} == inputs - {"value"}


def test_tornado_refuses_what_is_no_input() -> None:
    """A wrong name or a setting out of bounds is refused."""
    curve = profit_curve(**HAND)
    with pytest.raises(InputError, match="margin: is no money input"):
        tornado(curve, {"margin": (1, 2)})
    with pytest.raises(InputError, match="save_rate: must be"):
        tornado(curve, {"save_rate": (0.5, 1.5)})


def test_break_even_save_rate_by_hand() -> None:
    """At 0.6 three churned and one retained: γ · 3 · 450 = 4 · 2 + 0.5 · 50, whatever save rate was assumed."""
    for rate in (0.1, 1.0):
        economics = Economics(save_rate=rate, stayer_redemption=0.5, contact_cost=2)
        assert break_even_save_rate(profit_curve(**HAND, economics=economics), 0.6) == pytest.approx(33 / 1350)


def test_break_even_save_rate_where_there_is_none() -> None:
    """Nobody contacted, a value below the cost, or costs no save rate covers: None."""
    assert break_even_save_rate(profit_curve(**HAND), 1.0) is None
    assert break_even_save_rate(profit_curve(**HAND, economics=Economics(value=40)), 0.0) is None
    assert break_even_save_rate(profit_curve(**HAND, economics=Economics(contact_cost=400)), 0.0) is None
    with pytest.raises(InputError, match="threshold"):
        break_even_save_rate(profit_curve(**HAND), 2.0)


@settings(max_examples=30, deadline=None)
@given(customers(), economics)
def test_at_the_break_even_save_rate_the_profit_is_nil(case: ValuedHeldOut, economics: Economics) -> None:
    """Pricing the same customers at that rate gives 0."""
    curve = profit_curve(**case, economics=economics)
    rate = break_even_save_rate(curve, 0.5)
    if rate is not None:
        assert curve.reprice(replace(economics, save_rate=rate)).matrix(0.5).profit == pytest.approx(0, abs=1e-6)


def test_profit_by_save_rate() -> None:
    """The profit rises with the save rate, nothing is earned at 0, and each point is the curve's own."""
    generator = np.random.default_rng(0)
    score = generator.beta(0.6, 2, 2000)
    label = (generator.random(2000) < score).astype(int)
    curve = profit_curve(score, label, fold=np.arange(2000) % 5, economics=PRESETS["realistic"])
    rates = profit_by_save_rate(curve, np.array([0.0, 0.15, 0.3, 0.6, 1.0]))
    assert rates.profit_deployed[0] == rates.share_deployed[0] == 0
    assert np.all(np.diff(rates.profit_deployed) > 0)
    assert rates.profit_deployed[2] == curve.deployed.profit
    assert rates.share_deployed[2] == curve.deployed.contacted / 2000
    assert rates.profit_all[2] == curve.profit_all
    assert len(profit_by_save_rate(curve).save_rate) == 21


def test_amounts_at_their_limit_are_not_moved_beyond_it() -> None:
    """A fifth more than the largest value taken would be refused."""
    ranges = default_ranges(Economics(value=1e12, offer_cost=9e11))
    assert ranges["value"] == pytest.approx((8e11, 1e12))
    assert ranges["offer_cost"] == pytest.approx((7.2e11, 1e12))
    assert tornado(profit_curve(**HAND, economics=Economics(value=1e12)))


def test_by_default_the_break_even_save_rate_is_that_of_whom_the_deployed_policy_contacts() -> None:
    """Four churned and three retained reach 0.1: γ · 4 · 450 = 3 · 50; with values those from their own on."""
    assert break_even_save_rate(profit_curve(**HAND)) == pytest.approx(150 / 1800)
    curve = profit_curve(**HAND, value=VALUE)
    reached = HAND["score"] >= curve.economics.break_even(VALUE)
    churned = HAND["label"] == 1
    gain = (VALUE[reached & churned] - 50).sum()
    assert break_even_save_rate(curve) == pytest.approx(50 * (reached & ~churned).sum() / gain)


def test_where_the_picked_threshold_is_deployed_the_rate_is_that_of_thresholds_picked_on_others() -> None:
    """Of 200 customers said to churn at 0.05, 100 do, so they get an offer as well as the 200 at 0.5."""
    score, label = np.repeat([0.05, 0.5], 200), np.tile([0, 1], 200)
    curve = profit_curve(score, label, fold=np.arange(400) // 2 % 2)
    assert curve.deployed.decided_by == "picked"
    assert break_even_save_rate(curve) == pytest.approx(50 / 450)


def test_an_offer_that_costs_nothing_pays_at_any_rate() -> None:
    """Retained customers cost nothing: zero, and never minus zero."""
    rate = break_even_save_rate(profit_curve(**HAND, economics=Economics(stayer_redemption=0)))
    assert f"{rate:.1%}" == "0.0%"


def test_where_the_offers_earn_nothing_there_is_no_break_even_rate() -> None:
    """At a save rate of one in a hundred the break-even is 0.92, which nobody reaches."""
    curve = profit_curve(**HAND, economics=Economics(save_rate=0.01))
    assert curve.deployed.profit <= 0
    assert break_even_save_rate(curve) is None
