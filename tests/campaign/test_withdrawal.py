"""From where on an offer stays in the plan: customers whose effect on money is worked out by hand."""

import numpy as np
import pytest

from retention.campaign.withdrawal import MeasuredMoney, send_from

LOW, MIDDLE, HIGH = 0.12, 0.16, 0.5
"""Churn probabilities of three groups, with 200 treated and 100 held out in each."""


def measured(*effects: float) -> MeasuredMoney:
    """Return three groups with these effects a head, in each arm half 5 above its mean and half 5 below."""
    risks = np.repeat([LOW, MIDDLE, HIGH][: len(effects)], 300)
    treated = np.tile(np.arange(300) < 200, len(effects))
    noise = np.where(np.arange(len(risks)) % 2 == 0, 5.0, -5.0)
    return MeasuredMoney(
        probability=risks,
        treated=treated,
        money=100 + noise + np.repeat(effects, 300) * treated,
        weight=np.where(treated, 1.5, 3.0),
    )


def test_the_effect_of_a_group_is_the_difference_of_its_arms() -> None:
    """−4 a head at the low risk; SE² is 5²/200 + 5²/100 but for the lost degree of freedom in each arm."""
    effect = measured(-4, 0, 0).effect(0.1, 0.15)
    assert effect is not None
    assert effect.value == pytest.approx(-4)
    error = (25 / 199 + 25 / 99) ** 0.5
    assert effect.standard_error == pytest.approx(error, rel=1e-6)


def test_customers_stay_where_nothing_speaks_against_them() -> None:
    """A little below zero is no evidence: everyone stays whom the plan had and who was measured."""
    assert send_from(measured(-0.5, 0.5, 20), before=0.10, after=0.20) == LOW
    assert send_from(measured(-0.5, 0.5, 20), before=0.115, after=0.20) == 0.115
    assert send_from(measured(-0.5, 0.5, 20), before=0.14, after=0.20) == 0.14


def test_customers_who_lose_are_withdrawn() -> None:
    """Both groups lose: the measured rates decide; where only the riskier one does not, it stays alone."""
    assert send_from(measured(-6, -6, 20), before=0.10, after=0.20) is None
    assert send_from(measured(-6, 5, 20), before=0.10, after=0.20) == pytest.approx((LOW + MIDDLE) / 2)


def test_a_wider_plan_needs_no_exception() -> None:
    """Rates that withdraw nobody, a break-even without end, and customers who were never measured."""
    assert send_from(measured(-6, -6, 20), before=0.20, after=0.10) is None
    assert send_from(measured(1, 1, 20), before=float("inf"), after=float("inf")) is None
    assert send_from(measured(1, 1, 20), before=0.10, after=0.11) is None
    assert send_from(MeasuredMoney.of_offer([], "cash_50"), before=0.10, after=0.20) is None


def test_too_few_customers_say_nothing() -> None:
    """Under 50 in an arm there is no effect, and the plan stays."""
    everyone = measured(-6, -6, 20)
    few = np.arange(900) % 10 == 0
    customers = MeasuredMoney(
        probability=everyone.probability[few],
        treated=everyone.treated[few],
        money=everyone.money[few],
        weight=everyone.weight[few],
    )
    assert customers.effect(0.1, 0.2) is None
    assert send_from(customers, before=0.10, after=0.20) == LOW
