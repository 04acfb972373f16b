"""Effects on customers: the money inputs as the special case, measured rates over them, and learned ones."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from retention.errors import InputError, ModelError
from retention.profit.economics import Economics
from retention.profit.effects import Effects, effects_of, with_learned
from retention.profit.knapsack import allocate_offers
from retention.profit.offer import Offer
from tests.profit.rates_cases import offer_rates, rates_of

CASH = Offer(id="cash", gives={"en": "50 off"}, cost=50)
SMALL = Offer(id="small", gives={"en": "a little"}, cost=20, save_rate=0.1)
BY_HAND = Economics(value=500, offer_cost=50, save_rate=0.2, stayer_redemption=0.6, contact_cost=1)
SHARES = st.floats(0, 1)


def test_one_customer_by_hand() -> None:
    """p = .5, γ = .2, s = 0, ρ = .6, V = 500, d = 50, c = 1: τ = .1, r = .4, spend 21 and profit 29."""
    effects = effects_of([0.5], [CASH], BY_HAND)
    assert (effects.kept.item(), effects.redeemed.item()) == pytest.approx((0.1, 0.4))
    assert effects.spend([CASH], BY_HAND).item() == pytest.approx(50 * 0.4 + 1)
    assert effects.profit([CASH], BY_HAND).item() == pytest.approx(500 * 0.1 - 50 * 0.4 - 1)
    assert effects.profit([CASH], BY_HAND).item() == pytest.approx(29)


def test_harm_lowers_the_chance_to_be_kept() -> None:
    """With s = .1 as well, τ = .5·.2 − .5·.1 = .05; the value of another customer counts as their own."""
    economics = replace(BY_HAND, harm_rate=0.1)
    effects = effects_of([0.5, 0.5], [CASH], economics)
    assert effects.kept.ravel() == pytest.approx([0.05, 0.05])
    # 500·.05 − 21 and 1,000·.05 − 21
    assert effects.profit([CASH], economics, [500, 1000]).ravel() == pytest.approx([4, 29])


def test_measured_rates_stand_over_assumed_ones() -> None:
    """A measured offer gets its γ, ρ and s; beside it another offer keeps what is assumed of it."""
    rates = rates_of(
        offer_rates(CASH, save_rate=(0.3, 0.2, 0.4), redemption=(0.5, 0.4, 0.6), harm_rate=(0.1, 0, 0.2))
    )
    effects = effects_of([0.5], [CASH, SMALL], BY_HAND, rates)
    # cash: .5·.3 − .5·.1 and .5·.3 + .5·.5; small: .5·.1 and .5·.1 + .5·.6
    assert effects.kept.ravel() == pytest.approx([0.1, 0.05])
    assert effects.redeemed.ravel() == pytest.approx([0.4, 0.35])


@given(
    arrays(np.float64, 8, elements=SHARES),
    arrays(np.float64, 8, elements=st.floats(0, 1e6)),
    st.tuples(SHARES, SHARES, SHARES),
    st.tuples(st.floats(0.01, 1e6), st.floats(0, 1e5), st.floats(0, 1e5)),
)
def test_the_money_inputs_are_the_special_case(
    p: NDArray[np.float64],
    values: NDArray[np.float64],
    shares: tuple[float, float, float],
    amounts: tuple[float, float, float],
) -> None:
    """Profit and spend equal those of the economics, far below a rupee, whatever the inputs."""
    save_rate, redemption, harm = shares[0], shares[1] * (1 - shares[2]), shares[2]
    economics = Economics(amounts[0], amounts[1], save_rate, redemption, harm, amounts[2])
    offer = replace(CASH, cost=amounts[1])
    effects = effects_of(p, [offer], economics)
    for value in (None, values):
        assert effects.profit([offer], economics, value)[:, 0] == pytest.approx(
            economics.expected_profit(p, value), abs=1e-6
        )
    assert effects.spend([offer], economics)[:, 0] == pytest.approx(economics.expected_spend(p), abs=1e-6)


@given(arrays(np.float64, 12, elements=SHARES), st.floats(0, 300), st.integers(0, 12))
def test_an_allocation_by_effects_equals_that_by_the_economics(
    p: NDArray[np.float64], budget: float, most: int
) -> None:
    """The knapsack earns and spends the same, whichever of the two fills its matrices."""
    offers, economics = (CASH, SMALL), BY_HAND
    effects = effects_of(p, offers, economics)
    by_effects = allocate_offers(p, None, offers, economics, budget=budget, max_contacts=most, effects=effects)
    by_economics = allocate_offers(p, None, offers, economics, budget=budget, max_contacts=most)
    assert by_effects.profit == pytest.approx(by_economics.profit, abs=1e-6)
    assert by_effects.bound == pytest.approx(by_economics.bound, abs=1e-6)
    assert by_effects.spend <= budget + 1e-9
    assert by_effects.contacted <= most


def test_the_knapsack_takes_the_offer_with_the_effect() -> None:
    """Of two customers with the same risk, budget for one offer goes to whom it changes more."""
    effects = Effects(kept=np.array([[0.05], [0.2]]), redeemed=np.array([[0.4], [0.4]]))
    # 500·.05 − 21 = 4 and 500·.2 − 21 = 79; each costs 21
    allocation = allocate_offers([0.5, 0.5], None, [CASH], BY_HAND, budget=21, effects=effects)
    assert allocation.offer.tolist() == [-1, 0]
    assert (allocation.profit, allocation.spend) == pytest.approx((79, 21))


def test_learned_effects_count_where_customers_were_randomised() -> None:
    """Inside the range, ends included, the learned effect holds; outside it, and for other offers, the rates."""
    rates = rates_of(offer_rates(CASH), scores=(0.2, 0.6))
    p, offers = np.array([0.19, 0.2, 0.6, 0.61]), (CASH, SMALL)
    by_rates = effects_of(p, offers, BY_HAND, rates)
    learned = Effects(np.full((4, 2), 0.5), np.full((4, 2), 0.9))
    effects = with_learned(learned, by_rates, p, offers, rates)
    assert effects.kept[:, 0].tolist() == [by_rates.kept[0, 0], 0.5, 0.5, by_rates.kept[3, 0]]
    assert effects.redeemed[:, 0].tolist() == [by_rates.redeemed[0, 0], 0.9, 0.9, by_rates.redeemed[3, 0]]
    assert effects.kept[:, 1].tolist() == by_rates.kept[:, 1].tolist()
    expired = with_learned(learned, by_rates, p, offers, rates.all_set_aside("expired"))
    assert expired.kept.tolist() == by_rates.kept.tolist()


def test_learned_effects_of_other_customers_are_refused() -> None:
    """A model that answers for fewer customers than it was asked about cannot be used."""
    rates, p = rates_of(offer_rates(CASH)), np.array([0.2, 0.4])
    with pytest.raises(ModelError, match=r"shape \(1, 1\), expected \(2, 1\)"):
        with_learned(Effects(np.zeros((1, 1)), np.zeros((1, 1))), effects_of(p, [CASH], BY_HAND), p, [CASH], rates)


@pytest.mark.parametrize(
    ("kept", "redeemed", "words"),
    [
        (np.zeros((2, 1)), np.zeros((1, 1)), r"kept has shape \(2, 1\) and redeemed \(1, 1\)"),
        (np.full((1, 1), 1.1), np.zeros((1, 1)), "kept must be from -1 to 1"),
        (np.zeros((1, 1)), np.full((1, 1), -0.1), "redeemed must be from 0 to 1"),
        (np.full((1, 1), np.nan), np.zeros((1, 1)), "kept must be from -1 to 1"),
    ],
)
def test_effects_out_of_bounds_are_refused(
    kept: NDArray[np.float64],
    redeemed: NDArray[np.float64],
    words: str,
) -> None:
    """A chance changes by 1 at the most, and every effect is a number."""
    with pytest.raises(InputError, match=words):
        Effects(kept, redeemed)


def test_the_knapsack_refuses_effects_of_other_customers() -> None:
    """Effects must be those of each customer and each offer."""
    with pytest.raises(InputError, match=r"effects: have shape \(1, 1\), expected \(2, 1\)"):
        allocate_offers([0.1, 0.2], None, [CASH], BY_HAND, effects=effects_of([0.1], [CASH], BY_HAND))
