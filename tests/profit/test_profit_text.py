"""The sentences on a profit curve."""

import numpy as np
import pytest

from retention.profit.curve import profit_curve
from retention.profit.curve_json import curve_as_dict
from retention.profit.economics import Economics
from retention.profit.profit_text import (
    decides_per_customer,
    deployed_sentence,
    headroom_sentence,
    no_offer_pays_sentence,
    profit_summary,
    save_rate_needed_sentence,
)
from retention.profit.whatif import profit_by_save_rate
from tests.profit.cases import FOLD, LABEL, SCORE, HeldOut, held_out, with_value

#: Contacting from 0.07 on earns 450 more and costs 50 for each retained customer.
#: The best threshold is 0.04, with three customers between it and the break-even of 0.1.
LOW = held_out([0.9, 0.09, 0.08, 0.07, 0.01], [1, 1, 0, 1, 0], [0, 1, 0, 1, 0])


def test_the_difference_between_the_best_threshold_and_the_break_even_is_told() -> None:
    """Of 60 in between at 0.08, 4.8 are expected to churn, standard error 2.1: 20 exceed chance, 8 do not."""
    score, fold = [0.9, 0.9, *[0.08] * 60, 0.0, 0.0], np.arange(64) % 2
    curve = profit_curve(score, [1] * 22 + [0] * 42, fold=fold)
    sentence = deployed_sentence(curve)
    assert sentence == (
        "The best threshold on these customers, 0.040, decides instead of the break-even 0.100: of 60 customers "
        "in between 20 churned where 4.8 were expected, so the model understates risk there, beyond chance."
    )
    assert sentence in profit_summary(curve).splitlines()
    assert (curve.deployed.decided_by, curve.threshold_deployed) == ("picked", curve.threshold_best)
    assert curve.deployed.profit == curve.profit_best
    by_chance = profit_curve(score, [1] * 10 + [0] * 54, fold=fold)
    # picked: 2 + 8 churned and 52 retained, 450 · 10 − 50 · 52 = 1,900; from 0.1 on: 2 churned, 900
    assert deployed_sentence(by_chance) == (
        "The break-even 0.100 decides; the best threshold on these customers, 0.040, earned ₹15,625 per 1,000 "
        "more on them because it was picked there (of 60 customers in between 8 churned, 4.8 were expected: "
        "within chance), which is not to be expected of others (backtested, assumed)."
    )
    assert (by_chance.deployed.decided_by, by_chance.threshold_deployed) == ("break-even", 0.1)
    assert by_chance.deployed.profit == pytest.approx(900 * 1000 / 64)


def test_probabilities_that_are_too_high_make_the_picked_threshold_decide() -> None:
    """Of 60 in between at 0.4, 24 are expected to churn, standard error 3.8; only two do."""
    score, fold = [0.9, 0.9, *[0.4] * 60, 0.0, 0.0], np.arange(64) % 2
    curve = profit_curve(score, [1] * 4 + [0] * 60, fold=fold)
    assert curve.deployed.decided_by == "picked"
    assert curve.threshold_deployed > 0.4
    assert "so the model overstates risk there, beyond chance." in (deployed_sentence(curve) or "")


def test_perfect_probabilities_hardly_ever_let_the_picked_threshold_decide() -> None:
    """Of 40 draws from exactly the given probabilities, at most one passes for miscalibrated."""
    picked = 0
    for seed in range(40):
        generator = np.random.default_rng(seed)
        score = generator.beta(0.6, 2.4, 2000)
        curve = profit_curve(score, generator.random(2000) < score, fold=np.arange(2000) % 5)
        picked += curve.deployed.decided_by == "picked"
    assert picked <= 1


def test_one_customer_is_chance() -> None:
    """Of 0.09 and 0.01 only the first is worth an offer; that it churned says nothing about the model."""
    sentence = deployed_sentence(profit_curve([0.9, 0.09, 0.01], [1, 1, 0], fold=[0, 1, 0]))
    assert sentence is not None
    assert "of 1 customer in between 1 churned, 0.1 were expected: within chance" in sentence


def test_thresholds_that_look_the_same_get_more_digits() -> None:
    """0.0998 against 0.1 is told apart."""
    sentence = deployed_sentence(profit_curve([0.9, 0.0999, 0.0997], [1, 1, 0], fold=[0, 1, 0]))
    assert sentence is not None
    assert "The break-even 0.100000 decides; the best threshold on these customers, 0.099800," in sentence


@pytest.mark.parametrize(
    ("case", "economics"),
    [
        (held_out([0.9, 0.8, 0.05, 0.01], [1, 1, 0, 0], [0, 1, 0, 1]), Economics()),
        (LOW, Economics(value=40)),
        (LOW, Economics(save_rate=0)),
        (with_value(LOW, np.full(5, 500.0)), Economics()),
        (held_out([0.9, 0.01], [1, 0], [0, 1]), Economics(offer_cost=400)),
    ],
    ids=["nobody between the two", "nobody pays", "nothing saved", "own break-evens", "nobody in between"],
)
def test_no_sentence_where_both_thresholds_contact_the_same(case: HeldOut, economics: Economics) -> None:
    """Where nobody stands between the two, and without a break-even."""
    curve = profit_curve(**case, economics=economics)
    assert deployed_sentence(curve) is None
    assert "decides" not in profit_summary(curve)


def test_the_headroom_sentence() -> None:
    """Where everyone pays, where nobody does, and where picking customers clearly earns more."""
    generator = np.random.default_rng(0)
    score = generator.beta(0.6, 2.4, 3000)
    case = held_out(score, generator.random(3000) < score, np.arange(3000) % 5)
    assert headroom_sentence(profit_curve(**case)).startswith("Picking customers by this model clearly beats")
    assert headroom_sentence(profit_curve(**case, economics=Economics(stayer_redemption=0))).startswith(
        "No headroom: sending to everyone earns as much"
    )
    assert headroom_sentence(profit_curve(**case, economics=Economics(value=40))).startswith(
        "No headroom: doing nothing earns as much"
    )


def test_deciding_customer_by_customer_has_a_sentence_of_its_own() -> None:
    """Values far apart and similar risks: no threshold pays, and each customer's own break-even does."""
    generator = np.random.default_rng(0)
    score = generator.uniform(0.08, 0.12, 4000)
    case = held_out(score, generator.random(4000) < score, np.arange(4000) % 5)
    curve = profit_curve(**case, value=np.where(np.arange(4000) // 5 % 2 == 0, 60.0, 900.0))
    assert curve.per_customer_headroom and decides_per_customer(curve)
    assert headroom_sentence(curve).startswith("Deciding customer by customer clearly beats")
    view = curve_as_dict(curve)
    assert view["headroom_personal"] is True
    assert view["personal_gain_band"]["low"] > 0
    assert f"  this model  ₹{view['profit_personal']:,.0f}" in profit_summary(curve)
    same = profit_curve(**case, value=np.full(4000, 500.0))
    assert not same.per_customer_headroom and not decides_per_customer(same)
    assert headroom_sentence(same).startswith("No headroom")
    assert not profit_curve(**case).per_customer_headroom


def test_the_summary_names_the_optimism_and_why_nobody_is_contacted() -> None:
    """In sample against expected, by hand; without a threshold that pays there is no break-even to print."""
    sentence = profit_summary(profit_curve(SCORE, LABEL, fold=FOLD))
    assert (
        "on the customers it was picked on it earns ₹2,06,250; the difference to this model's, ₹50,000,"
        in sentence
    )
    curve = profit_curve(**LOW, economics=Economics(value=40))
    assert "inf" not in profit_summary(curve)
    assert str(no_offer_pays_sentence(curve)) in profit_summary(curve).splitlines()
    assert str(no_offer_pays_sentence(curve)).endswith("−₹10 per churning customer (assumed).")
    assert no_offer_pays_sentence(profit_curve(**LOW, value=np.full(5, 40.0))) is None


FOUR = held_out([0.9, 0.9, 0.3, 0.1], [1, 1, 0, 0], [0, 1, 0, 1])


@pytest.mark.parametrize(
    ("economics", "sentence"),
    [
        (
            Economics(contact_cost=45, save_rate=0.3),
            "Sent to the same customers, the offer pays as long as its save rate is at least 10.0%; "
            "30% is assumed.",
        ),
        (
            Economics(save_rate=0.05, contact_cost=45),
            "Nobody is worth an offer at the assumed save rate of 5%; from about 15% on it would pay.",
        ),
        (Economics(save_rate=0.3, contact_cost=460), "No save rate makes this pay; 30% is assumed."),
        (Economics(value=40, save_rate=0.3), "No save rate makes this pay; 30% is assumed."),
    ],
)
def test_the_save_rate_that_an_offer_needs_by_hand(economics: Economics, sentence: str) -> None:
    """A contact of 45 against 450 takes one in ten; a contact of 460, or a value below the cost, never pays."""
    curve = profit_curve(**FOUR, economics=economics)
    assert save_rate_needed_sentence(curve, profit_by_save_rate(curve)) == sentence
