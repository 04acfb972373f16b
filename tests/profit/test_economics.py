"""The money inputs: their bounds, and the formulas against arithmetic done by hand."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retention.errors import InputError
from retention.profit.economics import PRESETS, Economics, checked_values

rates = st.floats(0, 1)
amounts = st.floats(0, 1e6)


@st.composite
def economics(draw: st.DrawFn) -> Economics:
    redemption = draw(rates)
    return Economics(
        value=draw(st.floats(1e-3, 1e6)),
        offer_cost=draw(amounts),
        save_rate=draw(rates),
        stayer_redemption=redemption,
        harm_rate=draw(st.floats(0, 1 - redemption)),
        contact_cost=draw(amounts),
    )


def with_input(name: str, setting: Any, base: Economics | None = None) -> Economics:
    """Return the default money inputs, or ``base``, with one changed."""
    return replace(base or Economics(), **{name: setting})


def test_the_defaults_are_the_original_card() -> None:
    """450 a saved customer, −50 a wasted offer, break-even at 0.10."""
    original = Economics()
    assert original == PRESETS["original"]
    assert original.amounts_per_customer() == (450.0, -50.0, -500.0)
    assert original.break_even() == 0.1
    assert original.currency == "₹"


def test_the_realistic_preset() -> None:
    """γ 0.30, ρ 0.60, c 1: p* = (1 + 30) / (0.3 · 450 + 30) = 31 / 165."""
    realistic = PRESETS["realistic"]
    assert realistic.break_even() == pytest.approx(31 / 165)
    assert round(realistic.break_even(), 3) == 0.188
    assert realistic.amounts_per_customer() == pytest.approx((0.3 * 450 - 1, -30 - 1, -500))


def test_expected_profit_by_hand() -> None:
    """Every term of the formula counts once."""
    economics = Economics(
        value=400, offer_cost=40, save_rate=0.5, stayer_redemption=0.6, harm_rate=0.1, contact_cost=2
    )
    # 0.25 · 0.5 · 360 − 0.75 · (0.6 · 40 + 0.1 · 400) − 2 = 45 − 48 − 2
    assert economics.expected_profit(0.25) == pytest.approx(-5)
    # the same customer worth 800: 0.25 · 0.5 · 760 − 0.75 · (24 + 80) − 2 = 95 − 78 − 2
    assert economics.expected_profit(0.25, 800) == pytest.approx(15)
    assert economics.expected_profit([0.25, 0.25], [400, 800]) == pytest.approx([-5, 15])
    # p* = (2 + 24 + 40) / (180 + 24 + 40)
    assert economics.break_even() == pytest.approx(66 / 244)


def test_break_even_of_each_customer() -> None:
    """One break-even a customer; nobody below cost has one that a probability could reach."""
    # 50/500; 50/100; value equal to the cost gains nothing; below it loses
    assert Economics().break_even([500, 100, 50, 20, 0]).tolist() == [0.1, 0.5, math.inf, math.inf, math.inf]
    assert isinstance(Economics().break_even([500, 100]), np.ndarray)
    assert isinstance(Economics().break_even(100.0), float)


def test_nobody_where_the_formula_exceeds_one() -> None:
    """A contact cost up to the gain leaves p* at 1; above it nobody is contacted."""
    assert Economics(contact_cost=450).break_even() == 1.0
    assert Economics(contact_cost=450.01).break_even() == math.inf


def test_zero_denominator_and_free_offers() -> None:
    """Nothing to gain and nothing to lose is nobody; something to gain for free is everybody."""
    assert Economics(save_rate=0, offer_cost=0).break_even() == math.inf
    assert Economics(save_rate=0, stayer_redemption=0).break_even() == math.inf
    assert Economics(offer_cost=0).break_even() == 0.0
    assert Economics(stayer_redemption=0).break_even() == 0.0


def test_why_no_offer_pays_is_explained() -> None:
    """The reason is one sentence, and only there when it is needed."""
    assert Economics().why_no_offer_pays() is None
    assert "−₹10 per churning customer" in str(Economics(value=40).why_no_offer_pays())
    assert "₹460" in str(Economics(contact_cost=460).why_no_offer_pays())


@settings(deadline=None)
@given(economics(), st.floats(0, 1), st.floats(0, 1e6))
def test_break_even_is_where_the_profit_turns(economics: Economics, probability: float, value: float) -> None:
    """At or above p* contacting does not lose, below it does not win; where there is none it never wins."""
    scale = 1e-9 * (value + economics.offer_cost + economics.contact_cost + 1)
    profit = economics.expected_profit(probability, value)
    if probability >= economics.break_even(value):
        assert profit >= -scale
    else:
        assert profit <= scale


@settings(deadline=None)
@given(economics(), st.lists(st.floats(0, 1e6), min_size=1))
def test_break_even_is_never_nan(economics: Economics, values: list[float]) -> None:
    """Each break-even is a probability, or inf."""
    thresholds = economics.break_even(values)
    assert np.all(((thresholds >= 0) & (thresholds <= 1)) | (thresholds == np.inf))


@settings(deadline=None)
@given(economics(), st.floats(0, 1e6))
def test_profit_lines_give_the_same_amounts(economics: Economics, value: float) -> None:
    """Intercept plus slope times value is the money a amounts."""
    intercept, slope = economics.profit_lines()
    amounts = economics.amounts_per_customer(value)
    scale = 1e-12 * (value + economics.offer_cost + economics.contact_cost)
    assert intercept + slope * value == pytest.approx([amounts.wasted, amounts.saved], rel=1e-9, abs=scale)


@pytest.mark.parametrize("name", ["value", "offer_cost", "contact_cost"])
def test_amounts_have_bounds(name: str) -> None:
    """0 (for costs) and 1e12 are taken; what lies outside is refused by name."""
    assert getattr(with_input(name, 1e12), name) == 1e12
    for wrong in (-0.01, 1.01e12, math.nan, math.inf, -math.inf, "50", None, True):
        with pytest.raises(InputError, match=f"^{name}: must be a number (above|at least) 0 and at most 1e"):
            with_input(name, wrong)


def test_costs_may_be_zero_and_the_value_may_not() -> None:
    """The bounds differ at 0."""
    assert Economics(offer_cost=0, contact_cost=0).amounts_per_customer().saved == 500
    assert Economics(value=0.01).value == 0.01
    with pytest.raises(InputError, match="value: must be above 0"):
        Economics(value=0)


@pytest.mark.parametrize("name", ["save_rate", "stayer_redemption", "harm_rate"])
def test_rates_have_bounds(name: str) -> None:
    """0 and 1 are taken, anything outside is refused by name."""
    base = Economics(stayer_redemption=0)
    for edge in (0, 1):
        assert getattr(with_input(name, edge, base), name) == edge
    for wrong in (-0.001, 1.001, math.nan, math.inf, "1"):
        with pytest.raises(InputError, match=f"{name}: must be a number at least 0 and at most 1"):
            with_input(name, wrong, base)


def test_shares_of_retained_customers_add_up_to_one_at_the_most() -> None:
    """ρ + s may reach 1 and no more; decimals that add up to 1 on paper are taken."""
    assert Economics(stayer_redemption=0.7, harm_rate=0.3).harm_rate == 0.3
    with pytest.raises(InputError, match=r"stayer_redemption \+ harm_rate"):
        Economics(stayer_redemption=0.7, harm_rate=0.301)


@pytest.mark.parametrize("wrong", ["", "   ", "a long currency", 5])
def test_currency_is_a_short_sign(wrong: Any) -> None:
    """A sign or a code, never blank."""
    assert Economics(currency="EUR").currency == "EUR"
    with pytest.raises(InputError, match="currency"):
        Economics(currency=wrong)


def test_whole_numbers_become_floats() -> None:
    """Inputs from a form and from code give equal economics."""
    from_code: Any = np.int64(1)
    assert Economics(value=500, save_rate=1) == Economics(value=np.float64(500), save_rate=from_code)


@pytest.mark.parametrize("wrong", [-0.01, 1.01, math.nan])
def test_probabilities_have_bounds(wrong: float) -> None:
    """0 and 1 are probabilities; the rest is refused with its count."""
    assert Economics().expected_profit([0.0, 1.0]).tolist() == [-50, 450]
    with pytest.raises(InputError, match="probability: 1 of 2"):
        Economics().expected_profit([0.5, wrong])


@pytest.mark.parametrize("wrong", [-1.0, math.nan, math.inf])
def test_customer_values_have_bounds(wrong: float) -> None:
    """A value of 0 is allowed in a column; missing, negative and endless ones are not."""
    assert checked_values([0, 1e12]).tolist() == [0, 1e12]
    with pytest.raises(InputError, match="value: 1 of 2 are missing, negative or above"):
        Economics().break_even([500, wrong])
    with pytest.raises(InputError, match="not a number"):
        checked_values(["a lot"])
