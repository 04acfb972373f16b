import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from retention.churn.candidates.candidate import LoadContext
from retention.churn.candidates.logistic import Logistic, Ridge, fit_logistic
from retention.churn.candidates.logistic_terms import Term
from retention.churn.schema import Column
from retention.churn.training_set import TrainingSet
from tests.churn.cases import tenure_and_plan

COLUMNS = (Column("tenure", "number"), Column("plan", "category", ("gold", "none")))


@pytest.fixture(scope="module")
def training_set() -> TrainingSet:
    return tenure_and_plan()


def test_log_odds_by_hand() -> None:
    """Intercept 1, two standard deviations of tenure at -0.5, and 0.7 for the second plan."""
    number = Term((-0.5,), 0.2, low=0.0, high=100.0, centre=30.0, scale=10.0)
    category = Term((0.0, 0.7), -0.3)
    model = Logistic(1.0, (number, category))
    assert model.predict_log_odds(np.array([[50.0, 1.0], [np.nan, np.nan]])).tolist() == pytest.approx([0.7, 0.9])


def test_numbers_stay_within_their_training_range() -> None:
    """A tenure of 900 at scoring counts as the longest one in training."""
    term = Term((1.0,), 0.0, low=0.0, high=70.0, centre=0.0, scale=1.0)
    assert term.contribution(np.array([900.0, -5.0])).tolist() == [70.0, 0.0]


def test_a_long_tail_is_taken_as_its_logarithm() -> None:
    """Spend is long-tailed, so its weight acts on the logarithm; an even spread stays as it is."""
    rng = np.random.default_rng(1)
    matrix = np.column_stack([np.exp(rng.normal(0, 2, 300)), rng.random(300)])
    columns = (Column("spend", "number"), Column("share", "number"))
    fitted = fit_logistic(TrainingSet(columns, matrix, rng.integers(0, 2, 300).astype(np.int8)))[0]
    assert [term.logarithm for term in fitted.terms] == [True, False]


def test_logarithms_are_weighed_against_the_plain_numbers() -> None:
    """Where something is long-tailed, both ways are compared and each can be fitted; elsewhere only one."""
    rng = np.random.default_rng(1)
    spend = TrainingSet(
        (Column("spend", "number"),), np.exp(rng.normal(0, 2, (300, 1))), rng.integers(0, 2, 300).astype(np.int8)
    )
    share = TrainingSet((Column("share", "number"),), rng.random((300, 1)), spend.label)
    assert {ridge.logarithms for ridge in Logistic.search_space(spend)} == {True, False}
    assert {ridge.logarithms for ridge in Logistic.search_space(share)} == {True}
    plain, logarithmic = fit_logistic(spend, ridges=(Ridge(logarithms=False), Ridge()))
    assert [plain.terms[0].logarithm, logarithmic.terms[0].logarithm] == [False, True]


def test_the_saved_numbers_are_the_regression(training_set: TrainingSet) -> None:
    """The same design, built by hand, gives scikit-learn the same log-odds."""
    fitted = fit_logistic(training_set, ridges=(Ridge(0.5),))[0]
    tenure, plan = training_set.matrix.T
    known = tenure[60:]
    scaled = np.where(np.isnan(tenure), 0.0, (tenure - known.mean()) / known.std())
    design = np.column_stack([scaled, np.isnan(tenure), plan == 0, plan == 1])
    reference = LogisticRegression(C=0.5, solver="newton-cholesky").fit(design, training_set.label)
    np.testing.assert_allclose(
        fitted.predict_log_odds(training_set.matrix), reference.decision_function(design), atol=1e-6
    )


def test_contributions_add_up_to_the_distance_from_the_average(training_set: TrainingSet) -> None:
    """What the columns add, summed, is the log-odds minus their mean; on average nothing is added."""
    fitted = fit_logistic(training_set)[0]
    added = fitted.contributions(training_set.matrix)
    log_odds = fitted.predict_log_odds(training_set.matrix)
    np.testing.assert_allclose(added.sum(axis=1), log_odds - log_odds.mean(), atol=1e-9)
    np.testing.assert_allclose(added.mean(axis=0), 0, atol=1e-9)


def test_a_regression_survives_json(training_set: TrainingSet) -> None:
    """Rebuilt from its fields it is equal to the digit."""
    fitted = fit_logistic(training_set)[0]
    assert Logistic.from_json(fitted.to_json(), LoadContext(COLUMNS)) == fitted


def test_weighting_churners_raises_the_odds(training_set: TrainingSet) -> None:
    """Counting churners four times moves log-odds up by about log 4."""
    weighted = TrainingSet(training_set.columns, training_set.matrix, training_set.label, churned_weight=4.0)
    moved = fit_logistic(weighted)[0].predict_log_odds(training_set.matrix) - fit_logistic(training_set)[
        0
    ].predict_log_odds(training_set.matrix)
    assert np.log(4) - 0.3 < moved.mean() < np.log(4) + 0.3


def test_a_column_that_never_varies_in_a_fold_adds_nothing() -> None:
    """A number that is constant, or never known, among these customers adds nothing."""
    matrix = np.column_stack([np.full(40, 5.0), np.full(40, np.nan), np.arange(40.0)])
    columns = tuple(Column(name, "number") for name in "abc")
    fitted = fit_logistic(TrainingSet(columns, matrix, (np.arange(40) > 20).astype(np.int8)))[0]
    assert fitted.terms[0].weights == (0.0,)
    assert np.isfinite(fitted.predict_log_odds(np.array([[9.0, 3.0, 10.0]]))).all()
