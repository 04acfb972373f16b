"""Measured rates: what they hold, and for which offer they count."""

from dataclasses import replace
from typing import Any

import pytest

from retention.errors import InputError
from retention.profit.catalogue import Offer
from retention.profit.measured_rates import MeasuredRate, Rates, terms_sha256

OFFER = Offer(id="small", gives={"en": "20 off"}, cost=20, minimum_basket=99, valid_days=5)


@pytest.mark.parametrize(
    "change",
    [
        {"id": "other"},
        {"cost": 20.5},
        {"minimum_basket": 100},
        {"valid_days": 6},
        {"gives": {"en": "20 off", "hi": "20 off"}},
    ],
)
def test_everything_that_a_customer_gets_is_part_of_the_terms(change: dict[str, Any]) -> None:
    """The hash changes with the id, the cost, the minimum basket, the days and the words."""
    assert terms_sha256(replace(OFFER, **change)) != terms_sha256(OFFER)


def test_what_was_assumed_is_no_part_of_the_terms() -> None:
    """A save rate in the catalogue, or a cost written as 20.0, leaves the hash as it is."""
    assert terms_sha256(replace(OFFER, save_rate=0.4, cost=20.0)) == terms_sha256(OFFER)


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((1.2, 0.1, 0.3, 0.3), "value: must be a number from 0 to 1"),
        ((0.2, float("nan"), 0.3, 0.3), "low: must be a number from 0 to 1"),
        ((0.2, 0.3, 0.1, 0.3), "low: 0.3 lies above high, 0.1"),
        ((0.2, 0.1, 0.3, True), "assumed: must be a number from 0 to 1"),
    ],
)
def test_what_is_no_share_is_refused(numbers: tuple[float, float, float, float], words: str) -> None:
    """A rate outside 0 to 1, a missing one and a turned interval are named."""
    with pytest.raises(InputError, match=words):
        MeasuredRate(*numbers)


@pytest.mark.parametrize("scores", [(-0.1, 0.5), (0.6, 0.5), (0.1, 1.1), (float("nan"), 0.5)])
def test_a_range_of_scores_is_one_of_probabilities(scores: tuple[float, float]) -> None:
    """A range outside 0 to 1, or a turned one, is refused."""
    with pytest.raises(InputError, match="no range of probabilities"):
        Rates(offers={}, score_low=scores[0], score_high=scores[1])
