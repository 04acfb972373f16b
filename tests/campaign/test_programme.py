"""All campaigns together: sums and margins worked out by hand, and a sequence that may be watched."""

import math
from typing import Any

import numpy as np
import pytest

from retention.campaign.intervals import Z
from retention.campaign.programme import add_up, sequence_margin

LOOKS, CUSTOMERS = 12, 2_000


def reading(name: str = "diwali", **changes: Any) -> dict[str, Any]:
    """Return a reading: 100 ± 41.1 more customers kept, and ₹2,000 ± 1,644.9 earned, so 25 and 1,000 as errors."""
    profit = {"amount": 2000.0, "low": 2000 - 1000 * Z, "high": 2000 + 1000 * Z, "currency": "₹"}
    return {
        "name": name, "valid": True, "verdict": "earned", "customers": 2000,
        "kept": {"customers": {"value": 100.0, "low": 100 - 25 * Z, "high": 100 + 25 * Z}},
        "profit": profit, **changes,
    }  # fmt: skip


def margin_by_hand(standard_error: float, customers: int) -> float:
    """The formula of the paper for a mean, with α = 0.1 and q tuned at 10,000, times the number of customers."""
    q = math.sqrt((2 * math.log(10) + math.log(2 * math.log(10)) + 1) / 10_000)
    sigma = standard_error / math.sqrt(customers)
    t = customers
    inner = 2 * (t * q**2 + 1) / (t**2 * q**2) * math.log(math.sqrt(t * q**2 + 1) / 0.1)
    return t * sigma * math.sqrt(inner)


def test_the_margin_is_that_of_the_paper() -> None:
    """The total's margin is the mean's times t; it is narrowest, in standard errors, near t* = 10,000."""
    for customers in (500, 10_000, 200_000):
        assert sequence_margin(3.0, customers) == pytest.approx(margin_by_hand(3.0, customers))
    at = {customers: sequence_margin(1.0, customers) for customers in (2_000, 10_000, 50_000)}
    assert at[10_000] < min(at[2_000], at[50_000])
    assert at[10_000] / Z == pytest.approx(1.68, abs=0.01)


def test_two_campaigns_add_up() -> None:
    """Values add, and standard errors as the root of the sum of squares: 25·√2 and 1,000·√2."""
    programme = add_up([reading("one"), reading("two")])
    first, total = programme.looks
    assert (first.campaigns, total.campaigns, total.customers) == (1, 2, 4000)
    assert total.kept.value == 200
    assert total.kept.high - 200 == pytest.approx(margin_by_hand(25 * math.sqrt(2), 4000))
    assert total.profit is not None
    assert total.profit.value == 4000
    assert 4000 - total.profit.low == pytest.approx(margin_by_hand(1000 * math.sqrt(2), 4000))
    assert programme.currency == "₹"


def test_readings_without_an_effect_do_not_count() -> None:
    """A campaign that is not valid or too small adds nothing, and the programme says which and why."""
    nothing = {"customers": {"value": None, "low": None, "high": None}}
    programme = add_up(
        [
            reading("one"),
            reading("moved", valid=False, verdict="not valid"),
            reading("small", verdict="too small", kept=nothing),
        ]
    )
    assert programme.left_out == {"moved": "not valid", "small": "too small"}
    assert programme.total is not None
    assert programme.total.campaigns == 1


def test_money_is_shown_only_where_every_campaign_has_it_in_one_currency() -> None:
    """Amounts of two currencies do not add up, and a missing amount is not zero."""
    euros = {**reading()["profit"], "currency": "€"}
    none = {"amount": None, "low": None, "high": None, "currency": "₹"}
    for other in (euros, none):
        programme = add_up([reading("one"), reading("two", profit=other)])
        assert programme.total is not None
        assert programme.total.profit is None
        assert programme.total.kept.value == 200
    assert add_up([]).as_dict()["profit"] == {"amount": None, "low": None, "high": None}


def test_a_watched_programme_is_seldom_wrong() -> None:
    """Of 4,000 programmes of 12 looks the sequence is wrong in at most 10%, a fixed interval in 30 to 43%."""
    # Each look adds a campaign of 2,000 customers whose estimate is normal around the truth.
    estimates = np.random.default_rng(5).normal(0.0, 1.0, (4_000, LOOKS)).cumsum(axis=1)
    errors = np.sqrt(np.arange(1, LOOKS + 1))
    margins = np.array([sequence_margin(error, CUSTOMERS * (look + 1)) for look, error in enumerate(errors)])
    wrong = (np.abs(estimates) > margins).any(axis=1).mean()
    fixed = (np.abs(estimates) > Z * errors).any(axis=1).mean()
    assert 0.001 < wrong <= 0.10
    assert 0.30 < fixed < 0.43
