"""Three rounds of campaigns with messages in the simulated market: the next model, and what the plan announces."""

from pathlib import Path

import numpy as np
import pytest

from retention.churn.candidates.logistic import Ridge, fit_logistic
from retention.churn.left_alone import LeftAloneRows
from retention.churn.schema import encode
from retention.churn.training_set import build_training_set
from retention.customers.table import Customers
from retention.profit.economics import PRESETS
from tests.campaign.market_rounds import ROUNDS, Floats, MarketRounds, Predict, learned_economics

ASSUMED = PRESETS["original"]


def train_logistic(customers: Customers, rows: LeftAloneRows | None) -> Predict:
    """Fit one regression, which is quick and nearly calibrated by itself."""
    weight = None
    if rows is not None:
        customers, weight = customers.take(rows.is_left_alone), rows.weight[rows.is_left_alone]
    training_set, _ = build_training_set(customers, row_weight=weight)
    fitted = fit_logistic(training_set, ridges=(Ridge(0.01),))[0]

    def predict(people: Customers) -> Floats:
        return np.asarray(1 / (1 + np.exp(-fitted.predict_log_odds(encode(training_set.columns, people)))))

    return predict


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> MarketRounds:
    """A market of 8,000 people after three campaigns to everybody from the original break-even of 10% on."""
    folder: Path = tmp_path_factory.mktemp("ledger")
    rounds = MarketRounds(customers=8000, seed=21, train=train_logistic, folder=folder)
    for number in range(ROUNDS):
        people = rounds.active(number)
        rounds.send(number, people, rounds.first_model(people), ASSUMED)
    return rounds


@pytest.mark.slow
def test_the_next_model_stays_calibrated_with_the_weights_alone(market: MarketRounds) -> None:
    """Over the third campaign, all rows alike understate the risk; weighted held-out ones keep it right."""
    weighted, naive = (market.calibration(ROUNDS - 1, left_alone=choice) for choice in (True, False))
    assert abs((weighted.predicted - weighted.true).mean()) < 0.02
    assert (naive.predicted - naive.true).mean() < -0.02
    assert abs(weighted.bias) < 0.045
    assert naive.bias < -0.045


@pytest.mark.slow
def test_the_measured_plan_announces_nearer_to_the_truth(market: MarketRounds) -> None:
    """The original plan announces over three times what it earns; two campaigns take most of that away."""
    people = market.active(2)
    probability = market.first_model(people)
    measured = learned_economics(ASSUMED, [(market.campaigns[k], market.outcomes(k)) for k in (0, 1)])
    before, after = (market.value_of(2, people, probability, plan) for plan in (ASSUMED, measured))
    assert before.expected > 3 * before.true
    assert abs(after.expected - after.true) < 0.5 * (before.expected - before.true)
    assert 0.1 < measured.save_rate < 0.5
