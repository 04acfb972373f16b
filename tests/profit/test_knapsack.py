"""Which customer gets which offer, against trying every choice."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from retention.errors import InputError
from retention.profit.catalogue import Offer
from retention.profit.economics import Economics
from retention.profit.knapsack import NO_OFFER, allocate_offers

SMALL = Offer(id="small", gives={"en": "a little"}, cost=20, save_rate=0.2)
LARGE = Offer(id="large", gives={"en": "a lot"}, cost=100, save_rate=0.6)
ECONOMICS = Economics(value=500, stayer_redemption=0.5, contact_cost=1)


def by_offer(
    p: NDArray[np.float64], offers: tuple[Offer, ...], economics: Economics
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (profit, spend) of each offer for each customer, (offers, n)."""
    priced = [offer.economics(economics) for offer in offers]
    profit = np.array([inputs.expected_profit(p) for inputs in priced])
    spend = np.array(
        [
            inputs.contact_cost + inputs.offer_cost * (p * inputs.save_rate + (1 - p) * inputs.stayer_redemption)
            for inputs in priced
        ]
    )
    return profit, spend


def best_of_all(profit: NDArray[np.float64], spend: NDArray[np.float64], budget: float, cap: int) -> float:
    """Return the highest profit within the limits, by trying every choice."""
    offers, n = profit.shape
    best = 0.0
    for choice in itertools.product(range(-1, offers), repeat=n):
        picked = [(row, column) for column, row in enumerate(choice) if row >= 0]
        if len(picked) <= cap and sum(spend[cell] for cell in picked) <= budget + 1e-9:
            best = max(best, sum(profit[cell] for cell in picked))
    return best


def test_each_customer_gets_the_offer_that_earns_most() -> None:
    """Without limits: nothing for the loyal, the small offer in between, the large one for likely churn."""
    allocation = allocate_offers([0.02, 0.3, 0.9], None, [SMALL, LARGE], ECONOMICS)
    # 0.02: .02·96 − .98·10 − 1 < 0 and less still with the large one
    # 0.3: small .3·.2·480 − .7·10 − 1 = 20.8; large .3·.6·400 − .7·50 − 1 = 36
    # 0.9: small .9·96 − .1·10 − 1 = 84.4; large .9·240 − .1·50 − 1 = 210
    assert allocation.offer.tolist() == [NO_OFFER, 1, 1]
    assert allocation.expected_profit == pytest.approx([0, 36, 210])
    # spend: 1 + 100 · (.3·.6 + .7·.5) = 54 and 1 + 100 · (.9·.6 + .1·.5) = 60
    assert allocation.expected_spend == pytest.approx([0, 54, 60])
    assert (allocation.profit, allocation.spend) == pytest.approx((246, 114))
    assert allocation.bound == pytest.approx(246)
    assert (allocation.budget_price, allocation.contact_price, allocation.contacted) == (0, 0, 2)


def test_a_budget_buys_what_earns_most_for_it() -> None:
    """With 70 the customer of the highest risk keeps the large offer; the other gets the small one, which fits."""
    allocation = allocate_offers([0.02, 0.3, 0.9], None, [SMALL, LARGE], ECONOMICS, budget=70)
    # small for 0.3 spends 1 + 20 · (.3·.2 + .7·.5) = 9.2, together 69.2
    assert allocation.offer.tolist() == [NO_OFFER, 0, 1]
    assert allocation.spend == pytest.approx(69.2)
    # the next unit of budget would go to the large offer: (36 − 20.8) / (54 − 9.2)
    assert allocation.budget_price == pytest.approx(15.2 / 44.8, rel=1e-3)
    # and the next thousand pays for it whole
    assert allocation.next_thousand == pytest.approx(15.2)


def test_a_budget_that_fits_exactly_is_priced_by_the_next_unit() -> None:
    """It would go to the 0.3 customer's small offer, not to what the last unit was spent on."""
    allocation = allocate_offers([0.02, 0.3, 0.9], None, [SMALL, LARGE], ECONOMICS, budget=60)
    assert allocation.offer.tolist() == [NO_OFFER, NO_OFFER, 1]
    # The last unit: 0.9 from small to large, (210 − 84.4) / (60 − 5.6) = 2.31. The next: 20.8 / (1 + 20 · .41).
    assert allocation.budget_price == pytest.approx(20.8 / 9.2, rel=1e-5)


def test_a_cap_on_contacts_takes_the_best() -> None:
    """One contact goes to the customer worth most; one more would earn what the next one is worth."""
    allocation = allocate_offers([0.02, 0.3, 0.9], None, [SMALL, LARGE], ECONOMICS, max_contacts=1)
    assert allocation.offer.tolist() == [NO_OFFER, NO_OFFER, 1]
    assert allocation.contact_price == pytest.approx(36)


def test_values_decide_as_much_as_probabilities() -> None:
    """A likely churner of little value is not contacted; an unlikely one of high value is."""
    assert allocate_offers([0.9, 0.2], [15, 5000], [SMALL], ECONOMICS).offer.tolist() == [NO_OFFER, 0]


@pytest.mark.parametrize("limits", [{"budget": 0}, {"max_contacts": 0}])
def test_nothing_may_be_spent(limits: dict[str, Any]) -> None:
    """A limit of 0 sends nothing."""
    allocation = allocate_offers([0.5, 0.9], None, [SMALL], ECONOMICS, **limits)
    assert allocation.contacted == 0
    assert allocation.profit == allocation.spend == 0


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=5),
    st.lists(st.tuples(st.integers(0, 120), st.floats(0, 1)), min_size=1, max_size=3),
    st.one_of(st.none(), st.floats(0, 200)),
    st.one_of(st.none(), st.integers(0, 5)),
)
def test_close_to_the_best_of_all_choices(
    p: list[float], kinds: list[tuple[int, float]], budget: float | None, cap: int | None
) -> None:
    """Limits hold, the bound is a bound, and the gap is at most one customer's profit (two with both limits)."""
    offers = tuple(
        Offer(id=f"o{number}", gives={"en": "x"}, cost=cost, save_rate=rate)
        for number, (cost, rate) in enumerate(kinds)
    )
    allocation = allocate_offers(p, None, offers, ECONOMICS, budget=budget, max_contacts=cap)
    profit, spend = by_offer(np.array(p), offers, ECONOMICS)
    limits = (math.inf if budget is None else budget, len(p) if cap is None else cap)
    best = best_of_all(profit, spend, *limits)
    assert allocation.spend <= limits[0] + 1e-9
    assert allocation.contacted <= limits[1]
    assert allocation.profit <= best + 1e-6 <= allocation.bound + 2e-6
    customers = 2 if budget is not None and cap is not None else 1
    assert best - allocation.profit <= customers * max(profit.max(), 0) + 1e-6
    if budget is None:
        assert allocation.profit == pytest.approx(best, abs=1e-6)


def test_customers_all_alike() -> None:
    """A budget for 37 of 100 identical customers reaches 37 of them."""
    _, spend = by_offer(np.array([0.6]), (SMALL,), ECONOMICS)
    allocation = allocate_offers(np.full(100, 0.6), None, [SMALL], ECONOMICS, budget=37.5 * spend.item())
    assert allocation.contacted == 37


def test_many_customers() -> None:
    """The gap to the bound is less than one customer's profit of thousands, with both limits."""
    generator = np.random.default_rng(0)
    p, value = generator.beta(1, 4, 5000), generator.gamma(2, 250, 5000)
    allocation = allocate_offers(p, value, [SMALL, LARGE], ECONOMICS, budget=20_000, max_contacts=600)
    assert allocation.spend <= 20_000
    assert allocation.contacted <= 600
    assert 0 <= allocation.bound - allocation.profit <= allocation.expected_profit.max()
    assert set(np.unique(allocation.offer)) == {NO_OFFER, 0, 1}


def test_the_next_thousand_is_what_it_says() -> None:
    """It is what that much more budget earns, and nothing where the budget does not bind."""
    generator = np.random.default_rng(1)
    p = generator.beta(1, 4, 20_000)
    less, more = (
        allocate_offers(p, None, [SMALL, LARGE], ECONOMICS, budget=budget) for budget in (50_000, 51_000)
    )
    assert more.profit - less.profit == pytest.approx(less.next_thousand)
    assert allocate_offers(p, None, [SMALL, LARGE], ECONOMICS, budget=1e9).next_thousand == 0


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"offers": []}, "offers: must be 1 to 100"),
        ({"offers": [SMALL] * 101}, "offers: must be 1 to 100, got 101"),
        ({"value": [1.0]}, "equal length"),
        ({"probability": [[0.1], [0.2]]}, "two columns"),
        ({"probability": [0.1, 1.1]}, "probability: 1 of 2"),
        ({"value": [1, -1]}, "value: 1 of 2"),
        ({"budget": -1}, "budget: must be 0 or more"),
        ({"budget": math.nan}, "budget: must be"),
        ({"max_contacts": -1}, "max_contacts: must be 0 or more"),
    ],
)
def test_inputs_have_bounds(change: dict[str, Any], sentence: str) -> None:
    """An input out of bounds is refused by name."""
    good: dict[str, Any] = {
        "probability": [0.1, 0.2],
        "value": [10.0, 20.0],
        "offers": [SMALL],
        "economics": ECONOMICS,
    }
    assert allocate_offers(**{**good, "offers": [SMALL] * 100}).contacted == 0
    with pytest.raises(InputError, match=sentence):
        allocate_offers(**{**good, **change})
