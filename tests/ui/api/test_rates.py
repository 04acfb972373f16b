"""Measured rates for scripts and agents: `/score` and `/profit` take the file that `learn` wrote."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from retention.campaign.learned_rates import LearnedRates
from retention.churn.model import ChurnModel
from retention.profit.economics import PRESETS
from retention.targeting import offers_at, profit_of_model
from retention.ui.api import archives as model_zip
from retention.ui.api import model as steps
from tests.profit.rates_cases import offer_rates, rates_of
from tests.test_evidence import untagged

REALISTIC = PRESETS["realistic"]
MONEY: dict[str, Any] = {"save_rate": 0.3, "stayer_redemption": 0.6, "contact_cost": 1.0}


@pytest.fixture
def rates_zip(tmp_path: Path) -> Path:
    offer = offers_at(REALISTIC)[0]
    measured = offer_rates(offer, save_rate=(0.4, 0.3, 0.5), redemption=(0.5, 0.45, 0.55))
    path = tmp_path / "rates.zip"
    LearnedRates(rates=rates_of(replace(measured, expires_on=dt.date(2999, 1, 1)))).save(path)
    return path


@pytest.fixture
def packed(telecom_model: ChurnModel, tmp_path: Path) -> Path:
    path = tmp_path / "model.zip"
    model_zip.save_model(telecom_model, path)
    return path


def test_profit_and_score_plan_with_measured_rates(
    telecom_model: ChurnModel, packed: Path, telecom_file: Path, rates_zip: Path, tmp_path: Path
) -> None:
    """Both answers are those of γ = .4 and ρ = .5, tagged as measured; without the file they are as before."""
    economics = replace(REALISTIC, save_rate=0.4, stayer_redemption=0.5)
    answer = steps.profit(packed, **MONEY, rates=rates_zip)
    assert answer["profit_deployed"] == profit_of_model(telecom_model, economics).deployed.profit
    assert answer["plans"]["assumed"]["profit_deployed"] == steps.profit(packed, **MONEY)["profit_deployed"]
    assert untagged(answer) == []
    file, summary = steps.score(telecom_file, packed, **MONEY, rates=rates_zip, folder=tmp_path)
    rows = pd.read_csv(file)
    expected = economics.expected_profit(rows["churn_probability"].to_numpy())
    assert rows["expected_profit"].to_numpy() == pytest.approx(expected, abs=0.0051)
    assert set(rows["expected_profit_evidence"]) == {"measured+assumed"}
    assert summary["rates"]["cash_50"]["measured"] is True
    assert untagged(summary) == []


def test_without_measured_rates_an_answer_says_nothing_of_them(packed: Path) -> None:
    """The keys that measured rates add are absent, so that old callers see what they know."""
    assert not {"rates", "plans"} & steps.profit(packed).keys()
