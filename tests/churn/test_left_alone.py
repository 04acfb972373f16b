"""Row weights: a row of weight two counts as two rows, in metrics, calibration, folds' fits and profit."""

from pathlib import Path

import numpy as np
import pytest

from retention.churn.calibration import calibrate
from retention.churn.candidates.base_rate import BaseRate
from retention.churn.candidates.candidate import FitContext
from retention.churn.candidates.logistic import fit_logistic
from retention.churn.candidates.one_feature import fit_feature
from retention.churn.evaluation import calibration_table, compute_metrics, effective_count, significantly_lower
from retention.churn.left_alone import LeftAlone, LeftAloneRows
from retention.churn.model import ChurnModel
from retention.churn.training_set import build_training_set
from retention.profit.curve import profit_curve
from retention.profit.economics import PRESETS
from tests.churn.cases import telecom

RNG = np.random.default_rng(3)
SCORE = RNG.uniform(0.02, 0.98, 400).round(3)
LABEL = (RNG.random(400) < SCORE).astype(np.int8)
TIMES = RNG.integers(1, 4, 400)
WEIGHT = TIMES / TIMES.mean()
REPEATED = np.repeat(np.arange(400), TIMES)


def test_metrics_count_a_row_as_often_as_its_weight_says() -> None:
    """Weighted metrics are those of the table in which each row is repeated."""
    weighted = compute_metrics(LABEL, SCORE, WEIGHT)
    repeated = compute_metrics(LABEL[REPEATED], SCORE[REPEATED])
    assert vars(weighted) == pytest.approx(vars(repeated))


def test_calibration_counts_a_row_as_often_as_its_weight_says() -> None:
    """The weighted sigmoid is that of the repeated rows, and groups show weighted shares."""
    margin = np.log(SCORE / (1 - SCORE)) * 2 + 1
    weighted = calibrate(margin, LABEL, weighted=True, weight=TIMES.astype(float))
    repeated = calibrate(margin[REPEATED], LABEL[REPEATED], weighted=True)
    assert (weighted.kind, repeated.kind) == ("sigmoid", "sigmoid")
    assert weighted.slope == pytest.approx(repeated.slope, rel=1e-3)
    assert weighted.intercept == pytest.approx(repeated.intercept, abs=1e-3)
    group = calibration_table(LABEL, SCORE, bins=1, weight=WEIGHT)[0]
    assert group.customers == 400
    assert group.observed == pytest.approx(LABEL[REPEATED].mean())
    assert group.predicted == pytest.approx(SCORE[REPEATED].mean())


def test_weights_widen_the_interval_of_a_group() -> None:
    """Two rows of weight 1 and one of weight 4 inform as much as two: (1 + 1 + 4)² / (1 + 1 + 16) = 2."""
    assert effective_count(np.array([1.0, 1.0, 4.0])) == 2.0
    uneven = np.where(np.arange(400) % 10 == 0, 20.0, 0.5)
    plain, weighted = (calibration_table(LABEL, SCORE, bins=1, weight=weight)[0] for weight in (None, uneven))
    assert weighted.high - weighted.low > 1.5 * (plain.high - plain.low)


def test_the_error_of_a_weighted_gain_is_that_of_the_ratio() -> None:
    """Gains 1, 0, 0, 0 of weights 2, 1, 1, 1: mean 0.4, error √(0.96² + 3·0.32²) / 4 = 0.277, so z = 1.44."""
    gain, weight = np.array([1.0, 0.0, 0.0, 0.0]), np.array([2.0, 1.0, 1.0, 1.0])
    assert significantly_lower(-gain, np.zeros(4), standard_errors=1.43, weight=weight)
    assert not significantly_lower(-gain, np.zeros(4), standard_errors=1.45, weight=weight)


def test_fits_count_a_row_as_often_as_its_weight_says() -> None:
    """The base rate, the regression and a feature's bins see weighted rows as repeated ones."""
    customers = telecom(400)
    weighted, _ = build_training_set(customers, row_weight=TIMES.astype(float))
    repeated = build_training_set(customers)[0].take(REPEATED)
    assert weighted.sample_weight.mean() == pytest.approx(1.0)
    assert weighted.churn_rate == pytest.approx(repeated.churn_rate)
    base_rates = [BaseRate.fit(rows, None, FitContext()).log_odds for rows in (weighted, repeated)]
    assert base_rates[0] == pytest.approx(base_rates[1])
    category = [column.name for column in weighted.columns].index("contract")
    shares = [fit_feature(rows, category).rates[0] for rows in (weighted, repeated)]
    assert shares[0] == pytest.approx(shares[1], abs=0.01)  # the prior's ten customers weigh a little more
    balanced, _ = build_training_set(customers, "balanced", TIMES.astype(float))
    odds = balanced.sample_weight[balanced.label == 1].sum() / balanced.sample_weight[balanced.label == 0].sum()
    assert odds == pytest.approx(1.0)
    assert fit_logistic(weighted)[0].terms != fit_logistic(build_training_set(customers)[0])[0].terms


@pytest.mark.parametrize("valued", [False, True])
def test_profit_counts_a_row_as_often_as_its_weight_says(valued: bool) -> None:
    """Every amount per 1,000 customers is that of the repeated rows; the band is wider than theirs."""
    fold, value = np.arange(400) % 5, RNG.uniform(100, 900, 400) if valued else None
    curves = [
        profit_curve(
            SCORE[rows], LABEL[rows], fold=fold[rows], value=None if value is None else value[rows],
            weight=weight, economics=PRESETS["realistic"],
        )
        for rows, weight in ((np.arange(400), TIMES), (REPEATED, None))
    ]  # fmt: skip
    weighted, repeated = curves
    for name in (
        "threshold_best",
        "profit_best",
        "profit_all",
        "profit_perfect",
        "profit_in_sample",
        "share_best",
    ):
        assert getattr(weighted, name) == pytest.approx(getattr(repeated, name)), name
    assert weighted.empc.profit == pytest.approx(repeated.empc.profit)
    assert weighted.matrix(0.5).customers == pytest.approx(400, abs=2)
    assert weighted.band.high - weighted.band.low > repeated.band.high - repeated.band.low


def test_the_summary_counts_what_was_dropped_and_weighted() -> None:
    """Of six rows one was treated, one written to, and one held out with a chance of a fifth."""
    rows = LeftAloneRows.of(
        treated=np.array([True, False, False, False, False, False]),
        written_to=np.array([True, True, False, False, False, False]),
        weight=np.array([1.0, 1.0, 5.0, 1.0, 1.0, 1.0]),
        campaigns=1,
    )
    assert rows.is_left_alone.tolist() == [False, False, True, True, True, True]
    assert rows.summary == LeftAlone(1, 6, 1, 1, 1, 5.0, 8**2 / 28)
    assert rows.summary.sentence == (
        "left alone: 1 row of customers whom a campaign treated left out, 1 row of customers written to without a "
        "campaign left out, for whom nobody stands, 1 row of held-out customers weighted by 1 / chance, up to 5; "
        "4 rows of 6 are left, worth 2 of equal weight"
    )
    assert LeftAlone.from_json(rows.summary.as_dict()) == rows.summary


@pytest.mark.slow
def test_a_model_keeps_its_weights_and_what_was_dropped(tmp_path: Path) -> None:
    """Treated rows are not among the held-out ones, weights are saved, and both survive saving and loading."""
    customers = telecom(300)
    treated = np.arange(300) < 60
    weight = np.where((np.arange(300) >= 60) & (np.arange(300) < 80), 4.0, 1.0)
    rows = LeftAloneRows.of(treated=treated, written_to=np.zeros(300, bool), weight=weight, campaigns=1)
    model = ChurnModel.fit(customers, left_alone=rows)
    assert customers.label is not None
    assert model.customers == 240
    assert model.churn_rate == pytest.approx(np.average(customers.label[60:], weights=weight[60:]))
    assert model.as_dict()["left_alone"]["treated"] == 60
    model.save(tmp_path / "model")
    loaded = ChurnModel.load(tmp_path / "model")
    assert loaded.left_alone == rows.summary
    assert loaded.out_of_fold is not None
    assert loaded.out_of_fold.weight == pytest.approx(weight[60:] / weight[60:].mean())
