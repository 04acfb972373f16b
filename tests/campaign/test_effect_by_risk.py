"""The effect on money in groups of similar risk, worked out by hand."""

import numpy as np
import pytest

from retention.campaign.effect_by_risk import effects_by_risk


def test_effects_of_two_groups_by_hand() -> None:
    """Low risk: −₹10 in every case; high risk: ₹500 for half of the treated, so ₹250."""
    n = 400
    risk = np.repeat([0.1, 0.6], n)
    treated = np.tile(np.arange(n) % 2 == 0, 2)
    money = np.where(treated, -10.0, 0.0)
    high = (risk > 0.5) & treated
    money[high] = np.where(np.arange(high.sum()) % 2 == 0, 500.0, 0.0)
    low_risk, high_risk = effects_by_risk(risk, treated, money, groups=2)
    assert low_risk.customers == n
    assert [low_risk.probability, low_risk.money.value, low_risk.money.high] == pytest.approx([0.1, -10.0, -10.0])
    assert high_risk.money.value == pytest.approx(250.0)
    error = np.std(np.tile([500.0, 0.0], 100), ddof=1) / np.sqrt(200)
    assert high_risk.money.high - 250 == pytest.approx(1.645 * error, rel=0.01)


def test_a_group_with_too_few_in_an_arm_is_left_out() -> None:
    """With 49 held out in the upper half there is no interval for it, and with nobody there is no group."""
    risk, treated = np.repeat([0.1, 0.6], 100), np.ones(200, dtype=bool)
    treated[:50], treated[100:149] = False, False
    groups = effects_by_risk(risk, treated, np.arange(200.0), groups=2)
    assert [group.probability for group in groups] == [pytest.approx(0.1)]
    assert effects_by_risk(np.empty(0), np.empty(0, dtype=bool), np.empty(0)) == ()
