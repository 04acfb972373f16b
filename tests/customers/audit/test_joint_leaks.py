"""Leaks that show only beside other columns, planted among twenty honest features of a known market."""

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from retention.customers.audit.findings import Finding
from retention.customers.audit.joint_leaks import joint_leaks

N = 2000


def market(seed: int = 0, n: int = N) -> tuple[pd.DataFrame, NDArray[np.int8]]:
    """Draw overlapping features of past behaviour (AUC about 0.8), and who churned."""
    rng = np.random.default_rng(seed)
    habit = rng.normal(size=n)
    label = (rng.random(n) < 1 / (1 + np.exp(1.8 - 1.5 * habit))).astype(np.int8)
    features = {f"feature_{number}": habit + rng.normal(0, 1.0, n) for number in range(12)}
    features |= {f"noise_{number}": rng.normal(size=n) for number in range(6)}
    features["orders"] = np.maximum(0, np.round(8 - 2 * habit + rng.normal(size=n)))
    return pd.DataFrame(features), label


def named(
    features: pd.DataFrame, label: NDArray[np.int8], *, already: frozenset[str] = frozenset()
) -> list[Finding]:
    """Return what is found besides columns that are named already."""
    return list(joint_leaks(features, label, named=already))


@pytest.mark.parametrize("seed", range(6))
def test_honest_features_are_quiet(seed: int) -> None:
    """Overlapping features add little to each other."""
    assert named(*market(seed)) == []


@pytest.mark.parametrize("flipped", [0.05, 0.1, 0.2])
def test_a_noisy_copy_of_the_label_is_named(flipped: float) -> None:
    """Even where a fifth of it is wrong, and it separates the classes no better than a good feature."""
    features, label = market()
    rng = np.random.default_rng(1)
    copy = np.where(rng.random(N) < flipped, 1 - label, label).astype(float)
    findings = named(features.assign(copy=copy), label)
    assert [finding.column for finding in findings] == ["copy"]
    assert findings[0].severity == "warning"
    assert "lifts the AUC of a quick model on held-out customers from 0." in findings[0].sentence


def test_a_field_filled_in_for_some_of_the_churned_is_named() -> None:
    """For 30% of them, and by mistake for one retained customer in 200."""
    features, label = market()
    rng = np.random.default_rng(2)
    filled = np.where(rng.random(N) < np.where(label == 1, 0.3, 0.005), 1.0, np.nan)
    assert [finding.column for finding in named(features.assign(reason=filled), label)] == ["reason"]


def test_a_total_beyond_the_cutoff_is_named_beside_the_total_up_to_it() -> None:
    """Retained customers ordered again, churned ones did not: the difference is the label."""
    features, label = market()
    later = np.where(label == 1, 0, 1 + np.random.default_rng(3).poisson(2, N))
    findings = named(features.assign(lifetime_orders=features["orders"] + later), label)
    assert [(finding.severity, finding.column) for finding in findings] == [("error", "lifetime_orders")]
    assert findings[0].sentence.startswith("'lifetime_orders' minus 'orders' separates churned from retained")


def test_parts_of_a_total_are_no_leak() -> None:
    """Orders of 30 days are never more than those of a year, and honest."""
    features, label = market()
    part = np.floor(features["orders"] * np.random.default_rng(4).random(N))
    assert named(features.assign(orders_30d=part), label) == []


def test_what_is_named_already_is_not_named_twice() -> None:
    """A column that leaks by itself hides no other one."""
    features, label = market()
    rng = np.random.default_rng(5)
    copy = np.where(rng.random(N) < 0.1, 1 - label, label).astype(float)
    both = features.assign(exact=label.astype(float), copy=copy)
    assert [finding.column for finding in named(both, label, already=frozenset({"exact"}))] == ["copy"]


def test_few_columns_or_customers_say_nothing() -> None:
    """Among few columns a good one adds much; with few of a class everything is chance."""
    features, label = market()
    copy = np.where(np.random.default_rng(6).random(N) < 0.1, 1 - label, label).astype(float)
    assert named(features[["feature_0", "feature_1"]].assign(copy=copy), label) == []
    few = np.concatenate([np.flatnonzero(label == 1)[:49], np.flatnonzero(label == 0)])
    assert named(features.assign(copy=copy).iloc[few], label[few]) == []


def test_words_are_read_as_well() -> None:
    """A status that mirrors the label in nine of ten rows."""
    features, label = market()
    wrong = np.random.default_rng(7).random(N) < 0.1
    status = pd.array(np.where((label == 1) ^ wrong, "dormant", "live"), dtype="str")
    assert [finding.column for finding in named(features.assign(status=status), label)] == ["status"]
