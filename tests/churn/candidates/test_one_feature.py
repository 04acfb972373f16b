from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from retention.churn.bins import Bins
from retention.churn.candidates.candidate import FitContext, LoadContext
from retention.churn.candidates.one_feature import OneFeature, fit_feature
from retention.churn.schema import Column
from retention.churn.training_set import TrainingSet


def training_set(
    column: Column, values: Sequence[float] | NDArray[Any], label: Sequence[int] | NDArray[Any]
) -> TrainingSet:
    """Return a training set of a single column."""
    return TrainingSet((column,), np.asarray(values, dtype=float)[:, None], np.asarray(label, dtype=np.int8))


def test_rates_of_a_category_by_hand() -> None:
    """30 of 40 churned with the first value, 10 of 40 with the other; ten average customers are added to each."""
    label = [1] * 30 + [0] * 10 + [1] * 10 + [0] * 30
    fitted = fit_feature(training_set(Column("plan", "category", ("a", "b")), [0] * 40 + [1] * 40, label), 0)
    assert fitted.rates == pytest.approx((35 / 50, 15 / 50, 0.5))


def test_rates_of_a_number_only_rise_or_only_fall() -> None:
    """A dent between two bins is levelled out."""
    rng = np.random.default_rng(0)
    recency = rng.integers(0, 60, 400)
    fitted = fit_feature(training_set(Column("recency", "number"), recency, rng.random(400) < recency / 60), 0)
    assert (np.diff(fitted.rates[:-1]) >= 0).all()
    assert fitted.rates[0] < 0.3
    assert fitted.rates[-2] > 0.7


def test_log_odds_come_from_the_bin() -> None:
    """Below the border 0.2, above 0.8, blank 0.5."""
    fitted = OneFeature(0, Bins(2, (10.0,)), (0.2, 0.8, 0.5), 0.0)
    log_odds = fitted.predict_log_odds(np.array([[3.0], [10.0], [np.nan]]))
    np.testing.assert_allclose(1 / (1 + np.exp(-log_odds)), [0.2, 0.8, 0.5])


def test_the_best_column_is_chosen() -> None:
    """Of noise and a column that decides, the latter."""
    rng = np.random.default_rng(1)
    matrix = rng.normal(size=(300, 2))
    columns = (Column("noise", "number"), Column("decides", "number"))
    assert (
        OneFeature.fit(TrainingSet(columns, matrix, (matrix[:, 1] > 0).astype(np.int8)), None, FitContext()).column
        == 1
    )


def test_one_feature_survives_json() -> None:
    """Rebuilt from its fields it is equal, for numbers and categories."""
    for bins in (Bins(2, (10.0,)), Bins(2, None)):
        fitted = OneFeature(3, bins, (0.2, 0.8, 0.5), -0.4)
        assert OneFeature.from_json(fitted.to_json(), LoadContext(())) == fitted
