"""The file of what was learned from campaigns: it comes back as it was, and loses nothing in silence."""

from pathlib import Path

import pytest

from retention.campaign.challengers import LearningTask, final_formula
from retention.campaign.learned_rates import LearnedRates
from retention.campaign.learning_rows import pool_rows
from retention.errors import InputError
from retention.profit.offer import Offer
from tests.campaign.learning_cases import trial
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


def test_an_adopted_model_comes_back(tmp_path: Path) -> None:
    """A fitted formula predicts the same after a round trip."""
    case = trial(1, customers=2000, split=0.15)
    rows = pool_rows([case.rows], [offer.id for offer in case.offers])
    model = final_formula(LearningTask(rows, case.offers, case.economics, None, 0), 1.0)
    LearnedRates(rates=RATES, effect_model=model).save(tmp_path / "rates.zip")
    loaded = LearnedRates.load(tmp_path / "rates.zip").effect_model
    assert loaded is not None and case.rows.probability is not None
    before, after = (
        fitted.effects(case.rows.probability, case.rows.features, case.offers) for fitted in (model, loaded)
    )
    assert (before.kept == after.kept).all() and (before.redeemed == after.redeemed).all()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """One sentence says what to pass."""
    with pytest.raises(InputError, match=r"rates\.zip: there is no such file; pass the zip that `learn` wrote"):
        LearnedRates.load(tmp_path / "rates.zip")
