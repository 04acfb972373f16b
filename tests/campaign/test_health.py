"""The checks that decide whether an effect may be read."""

import numpy as np
import pytest

from retention.campaign.health import check_balance, check_contamination, check_missing, check_split


def test_a_split_by_hand() -> None:
    """1,000 drawn 50:50 and seen 560:440 has χ² 14.4, p = 0.00015: broken; 540:460 has 6.4, p = 0.011: not."""
    broken = check_split({"control": 560, "treated": 440}, {"control": 0.5, "treated": 0.5})
    assert broken.severity == "not valid"
    assert broken.p_value == pytest.approx(0.000148, rel=0.01)
    assert check_split({"control": 540, "treated": 460}, {"control": 0.5, "treated": 0.5}).severity == "ok"


def test_an_arm_that_vanished_breaks_the_split() -> None:
    """An arm without any outcome is not left out of the test."""
    assert check_split({"control": 300}, {"control": 0.5, "treated": 0.5}).severity == "not valid"


def test_false_alarms_are_rare() -> None:
    """Under the declared chances about one split in a thousand alarms, and a 60:40 break nearly always does."""
    rng = np.random.default_rng(0)
    even = rng.binomial(2000, 0.5, 3000)
    alarms = [check_split({"a": int(k), "b": 2000 - int(k)}, {"a": 1, "b": 1}).severity != "ok" for k in even]
    assert np.mean(alarms) <= 0.003
    broken = rng.binomial(2000, 0.6, 300)
    alarms = [check_split({"a": int(k), "b": 2000 - int(k)}, {"a": 1, "b": 1}).severity != "ok" for k in broken]
    assert np.mean(alarms) >= 0.95


@pytest.mark.parametrize(
    ("contaminated", "severity"), [(0, "ok"), (10, "ok"), (11, "warning"), (50, "warning"), (51, "not valid")]
)
def test_held_out_customers_who_were_reached(contaminated: int, severity: str) -> None:
    """Over 1% warn, over 5% end the measurement."""
    assert check_contamination(contaminated, 1000).severity == severity


@pytest.mark.parametrize(("share", "severity"), [(0.02, "ok"), (0.03, "warning"), (0.11, "not valid")])
def test_missing_outcomes_alike_in_both_arms(share: float, severity: str) -> None:
    """Over 2% warn, over 10% end the measurement."""
    missing = {"control": round(1000 * share), "treated": round(4000 * share)}
    assert check_missing(missing, {"control": 1000, "treated": 4000}).severity == severity


def test_missing_outcomes_in_one_arm() -> None:
    """3% missing in one arm only is not valid, and the sentence names both shares."""
    check = check_missing({"control": 30}, {"control": 1000, "treated": 1000})
    assert check.severity == "not valid"
    assert "control 3%, treated 0%" in check.sentence


def test_balance_refuses_what_was_chosen_by_hand() -> None:
    """Treating the customers with much history fails the one test of all features; chance passes it."""
    rng = np.random.default_rng(4)
    features = rng.gamma(1.0, 100, (3000, 4))
    chosen = (features[:, 2] + rng.normal(0, 300, 3000) > 120).astype(np.int64)
    assert check_balance(features, chosen).severity == "not valid"
    assert check_balance(features, rng.integers(0, 3, 3000)).severity == "ok"


@pytest.mark.parametrize("weighted", [False, True])
def test_balance_has_the_p_values_of_chance(weighted: bool) -> None:
    """Over random splits, p < 0.05 in about 5% of them, with constant and collinear features among them."""
    rng = np.random.default_rng(5)
    features = rng.gamma(1.0, 100, (800, 4))
    features = np.column_stack([features, features.sum(axis=1), np.ones(800)])
    chance = np.clip(features[:, 0] / 300, 0.2, 0.8) if weighted else np.full(800, 0.3)
    p_values = []
    for _ in range(400):
        treated = (rng.random(800) < chance).astype(np.int64)
        weights = np.where(treated == 1, 1 / chance, 1 / (1 - chance)) if weighted else None
        p_values.append(check_balance(features, treated, weights=weights).p_value)
    assert 0.02 <= np.mean(np.array(p_values) < 0.05) <= 0.085
