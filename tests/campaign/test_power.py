"""How many to hold out, by hand and by simulation."""

import numpy as np
import pandas as pd
import pytest

from retention.campaign.holdout_size import SHARES, plan_holdout
from retention.campaign.power import customers_needed, power_of
from retention.errors import InputError
from retention.profit.economics import PRESETS, Economics
from tests.campaign.cases import OFFERS

HALF = np.full(4000, 0.5)
V = np.full(4000, 500.0)


def test_the_formula_by_hand() -> None:
    """Of p = .26, a difference of one point between halves takes about 48,000: 6.18·.1924/(.0001·.25)."""
    assert customers_needed(0.01, 0.26 * 0.74, 0.5) == pytest.approx(6.18 * 0.1924 / (1e-4 * 0.25), rel=1e-3)
    assert customers_needed(0.0, 0.25, 0.5) == float("inf")
    assert power_of(0.1, 0.25, 0.2, customers_needed(0.1, 0.25, 0.2)) == pytest.approx(0.8, abs=1e-3)


def test_the_cost_by_hand() -> None:
    """p = .5, γ = .2, ρ = .6, V = 500, d = 50, c = 1: ₹29 a head; a fifth of 4,000 forgoes ₹23,200."""
    inputs = Economics(value=500, offer_cost=50, save_rate=0.2, stayer_redemption=0.6, contact_cost=1)
    plan = plan_holdout(HALF, V, inputs, share=0.2)
    assert plan.held_out == 800
    assert plan.cost == pytest.approx(23_200)
    assert plan.expected_profit_per_head == pytest.approx(29)
    assert plan.words[0] == (
        "Holding out 20% of 4,000 customers (800) is expected to forgo ₹23,200 of profit (assumed ₹29 a head)."
    )
    assert plan.customers_for_profit == int(np.ceil(customers_needed(29, 500**2 / 4, 0.2)))
    assert plan.as_dict()["evidence"]["cost"] == ["assumed"]


def test_the_smallest_share_that_shows_the_profit_is_taken() -> None:
    """The default has a power of 80% for the profit, and the next smaller share has not."""
    half, value = HALF[:1500], V[:1500]
    plan = plan_holdout(half, value, PRESETS["realistic"])
    smaller = [share for share in SHARES if share < plan.share]
    assert plan.power_profit >= 0.8
    assert smaller and plan_holdout(half, value, PRESETS["realistic"], share=smaller[-1]).power_profit < 0.8
    assert "It can show the profit" in plan.words[1]


def test_a_short_list_says_what_it_cannot_show() -> None:
    """400 customers get the largest share and read that the profit hardly shows; 60 show nothing at all."""
    inputs = Economics(save_rate=0.2, stayer_redemption=0.6, contact_cost=1)
    plan = plan_holdout(HALF[:400], V[:400], inputs)
    assert plan.share == 0.3 and plan.power_profit < 0.8 and plan.readable
    assert any(sentence.startswith("It can hardly show the profit") for sentence in plan.words)
    assert plan.words[-1] == "To show more, pool campaigns or widen the list."
    tiny = plan_holdout(HALF[:60], V[:60], inputs)
    assert not tiny.readable and "too small for any interval" in tiny.words[1]


def test_a_save_rate_of_one_takes_the_smallest_readable_share() -> None:
    """The original card assumes that nobody treated churns; the list is not called too small for that."""
    plan = plan_holdout(HALF, V, Economics())
    assert plan.share == 0.05 and plan.readable
    assert not any("too small" in sentence for sentence in plan.words)


def test_nothing_to_gain_is_said() -> None:
    """Where the offer is expected to lose money, no number of customers shows a profit."""
    plan = plan_holdout(np.full(500, 0.02), np.full(500, 500.0), PRESETS["realistic"])
    assert plan.customers_for_profit is None and plan.cost < 0
    assert any("there is none to be shown" in sentence for sentence in plan.words)


def test_households_count_once_and_offers_have_their_own_rates() -> None:
    """Units lower the power; each planned offer counts at its own cost; the text design names its n."""
    alone = plan_holdout(HALF, V, PRESETS["realistic"], share=0.2)
    units = plan_holdout(HALF, V, PRESETS["realistic"], share=0.2, units=1500, text_design=True)
    assert units.power_profit < alone.power_profit and units.held_out == 800
    assert any("a difference of one point takes about" in sentence for sentence in units.words)
    planned = pd.Series(np.where(np.arange(4000) % 2, OFFERS[0].id, OFFERS[1].id))
    mixed = plan_holdout(HALF, V, PRESETS["realistic"], offers=OFFERS, offer=planned, share=0.2)
    by_hand = [offer.economics(PRESETS["realistic"]).expected_profit(0.5, 500.0) for offer in OFFERS[:2]]
    assert mixed.expected_profit_per_head == pytest.approx(sum(by_hand) / 2)
    for wrong in (0.0, 0.6, -1.0):
        with pytest.raises(InputError, match="share: must be auto or a share above 0"):
            plan_holdout(HALF, V, PRESETS["realistic"], share=wrong)


@pytest.mark.slow
def test_the_power_is_that_of_simulated_campaigns() -> None:
    """A plain comparison shows the kept customers in as many of 2,000 simulated campaigns as the formula says."""
    random = np.random.default_rng(3)
    count, share, churn, saved = 2000, 0.2, 0.4, 0.2
    held_out = int(share * count)
    control = random.binomial(held_out, 1 - churn, 2000) / held_out
    treated = random.binomial(count - held_out, 1 - churn * (1 - saved), 2000) / (count - held_out)
    error = np.sqrt(control * (1 - control) / held_out + treated * (1 - treated) / (count - held_out))
    shown = float(np.mean(treated - control - 1.6449 * error > 0))
    assert shown == pytest.approx(power_of(churn * saved, churn * (1 - churn), share, count), abs=0.05)
