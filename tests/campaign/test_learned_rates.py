"""The file of what was learned from campaigns: it comes back as it was, and loses nothing in silence."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from retention.campaign.learned_rates import LearnedRates
from retention.errors import InputError, ModelError
from retention.profit.effects import Effects
from retention.profit.offer import Offer
from tests.profit.rates_cases import offer_rates, rates_of

RATES = rates_of(offer_rates(Offer(id="cash", gives={"en": "50 off"}, cost=50)), scores=(0.2, 0.9))


def test_saved_rates_come_back(tmp_path: Path) -> None:
    """Equal rates, and equal bytes each time they are saved."""
    first, second = tmp_path / "a.zip", tmp_path / "b.zip"
    LearnedRates(rates=RATES).save(first)
    loaded = LearnedRates.load(first)
    assert loaded == LearnedRates(rates=RATES)
    loaded.save(second)
    assert first.read_bytes() == second.read_bytes()


def test_a_model_of_effects_is_not_dropped_in_silence(tmp_path: Path) -> None:
    """What the file cannot hold is refused, and nothing is written."""

    class Nothing:
        def effects(
            self, probability: NDArray[np.float64], features: pd.DataFrame, offers: Sequence[Offer]
        ) -> Effects:
            return Effects(np.zeros((len(probability), len(offers))), np.zeros((len(probability), len(offers))))

    with pytest.raises(ModelError, match="cannot hold a model of each customer's effect"):
        LearnedRates(rates=RATES, effect_model=Nothing()).save(tmp_path / "rates.zip")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """One sentence says what to pass."""
    with pytest.raises(InputError, match=r"rates\.zip: there is no such file; pass the zip that `learn` wrote"):
        LearnedRates.load(tmp_path / "rates.zip")
