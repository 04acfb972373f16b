import numpy as np
import pytest

from retention.churn.candidates.candidate import FitContext, LoadContext
from retention.churn.candidates.xgboost import TreeSettings, TunedTrees, XGBoost
from retention.churn.parallel import Heartbeat
from retention.churn.schema import Column
from retention.churn.training_set import TrainingSet
from retention.errors import Cancelled

TUNED = TunedTrees(TreeSettings(2, 0.1), 30)
COLUMNS = (Column("x", "number"), Column("plan", "category", ("a", "b", "c")))


@pytest.fixture(scope="module")
def training_set() -> TrainingSet:
    rng = np.random.default_rng(0)
    matrix = np.column_stack([rng.normal(size=400), rng.integers(0, 3, 400)])
    log_odds = 1.5 * matrix[:, 0] + np.array([1.0, 0.0, -1.0])[matrix[:, 1].astype(int)]
    matrix[:20, 0] = np.nan
    return TrainingSet(COLUMNS, matrix, (rng.random(400) < 1 / (1 + np.exp(-log_odds))).astype(np.int8))


@pytest.fixture(scope="module")
def trees(training_set: TrainingSet) -> XGBoost:
    return XGBoost.fit(training_set, TUNED, FitContext())


def rows_only(rows: int) -> TrainingSet:
    """Return a training set of many rows without columns."""
    return TrainingSet((), np.empty((rows, 0)), np.zeros(rows, dtype=np.int8))


def test_trees_read_back_predict_the_same_to_the_last_digit(training_set: TrainingSet, trees: XGBoost) -> None:
    """Only the JSON is kept, so a loaded copy cannot differ."""
    again = XGBoost.from_json(trees.to_json(), LoadContext(COLUMNS, trees.files()))
    assert again == trees
    np.testing.assert_array_equal(
        again.predict_log_odds(training_set.matrix), trees.predict_log_odds(training_set.matrix)
    )


def test_contributions_are_exact(training_set: TrainingSet, trees: XGBoost) -> None:
    """TreeSHAP values differ between two customers by as much as their log-odds do."""
    added, log_odds = (
        trees.contributions(training_set.matrix).sum(axis=1),
        trees.predict_log_odds(training_set.matrix),
    )
    np.testing.assert_allclose(added - added[0], log_odds - log_odds[0], atol=1e-4)


def test_blanks_and_unknown_categories_are_scored(trees: XGBoost) -> None:
    """A row of blanks gets a finite score."""
    assert np.isfinite(trees.predict_log_odds(np.full((1, 2), np.nan))).all()


def test_the_same_seed_gives_the_same_trees(training_set: TrainingSet, trees: XGBoost) -> None:
    """Two fits with one seed are byte-identical; another seed is not."""
    assert XGBoost.fit(training_set, TUNED, FitContext()).content == trees.content
    assert XGBoost.fit(training_set, TUNED, FitContext(seed=1)).content != trees.content


def test_the_search_holds_out_what_it_scores(training_set: TrainingSet) -> None:
    """Each split's held-out customers get a score, the others none, and rounds are within reason."""
    rows = np.arange(400)
    result = XGBoost.search(training_set, [(rows[100:], rows[:50])], {}, FitContext())
    assert np.isfinite(result.log_odds[:50]).all()
    assert np.isnan(result.log_odds[50:]).all()
    assert 1 <= result.settings.rounds <= 300
    assert result.settings.tree.depth in {settings.depth for settings in XGBoost.search_space(training_set)}


def test_big_tables_take_larger_steps() -> None:
    """Beyond 50,000 customers the learning rate doubles, which halves the rounds."""
    small, big = (
        [settings.learning_rate for settings in XGBoost.search_space(rows_only(rows))] for rows in (50_000, 50_001)
    )
    assert [rate * 2 for rate in small] == big


def test_a_stopped_fit_ends_at_the_next_tree(training_set: TrainingSet) -> None:
    """The heartbeat is beaten between two trees."""
    beats = []

    class Stopped(Heartbeat):
        def beat(self) -> None:
            beats.append(1)
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        XGBoost.fit(training_set, TUNED, FitContext(heartbeat=Stopped()))
    assert len(beats) == 1
