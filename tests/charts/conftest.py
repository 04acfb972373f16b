"""Every chart once, to test what they have in common."""

from typing import Any

import numpy as np
import pytest

from retention import charts
from retention.churn.evaluation import OutOfFold
from retention.profit.curve import ProfitCurve, profit_curve
from retention.profit.economics import PRESETS
from retention.profit.whatif import profit_by_save_rate, tornado
from tests.charts.cases import active, directions, hand_model, hundred_newcomers, log, people, three_cutoffs


@pytest.fixture(scope="session")
def curve() -> ProfitCurve:
    """Return the curve of 20,000 customers, a quarter of whom churn, at realistic rates."""
    rng = np.random.default_rng(3)
    score = rng.beta(1, 3, 20_000)
    label = (rng.random(20_000) < score).astype(np.int8)
    return profit_curve(score, label, fold=rng.integers(0, 5, 20_000), economics=PRESETS["realistic"])


@pytest.fixture(scope="session")
def gallery(curve: ProfitCurve) -> dict[str, Any]:
    """Return every chart by its name."""
    rng = np.random.default_rng(1)
    many = rng.uniform(0, 60, 6_000)
    customers = people(many.tolist(), rng.choice(["Monthly", "Yearly"], 6_000).tolist())
    sizes = {f"a feature with a very long name, number {number}": 1 - number / 40 for number in range(40)}
    out_of_fold = OutOfFold(curve.ranking.score, curve.ranking.label, None, curve.ranking.fold)
    churned = (rng.random(2_000) < 0.3).astype(int).tolist()
    snapshot = active(rng.uniform(0, 400, 2_000).tolist(), rng.integers(1, 60, 2_000).tolist(), churned)
    gaps = {f"secret-{number}": np.cumsum(rng.integers(1, 90, 12)).tolist() for number in range(200)}
    return {
        "retention by cohort": charts.retention_by_cohort(hundred_newcomers()),
        "order gaps": charts.order_gaps(log(gaps)),
        "recency and frequency": charts.recency_frequency_heatmap(snapshot),
        "label balance": charts.label_balance(snapshot),
        "importance": charts.feature_importance(directions(**sizes)),
        "reliability": charts.reliability_diagram(out_of_fold),
        "over time": charts.metrics_over_time(three_cutoffs()),
        "effect of a number": charts.feature_effect(hand_model(), customers, "tenure"),
        "effect of a category": charts.feature_effect(hand_model(), customers, "contract"),
        "waterfall": charts.customer_waterfall(hand_model(), people([10.0], ["Monthly"]), 0),
        "profit curve": charts.profit_chart(curve, 0.2),
        "tornado": charts.tornado_chart(tornado(curve), curve),
        "profit against save rate": charts.profit_against_save_rate(profit_by_save_rate(curve), curve),
    }
