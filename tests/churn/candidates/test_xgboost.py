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
def examples() -> TrainingSet:
    rng = np.random.default_rng(0)
    matrix = np.column_stack([rng.normal(size=400), rng.integers(0, 3, 400)])
    margin = 1.5 * matrix[:, 0] + np.array([1.0, 0.0, -1.0])[matrix[:, 1].astype(int)]
    matrix[:20, 0] = np.nan
    return TrainingSet(COLUMNS, matrix, (rng.random(400) < 1 / (1 + np.exp(-margin))).astype(np.int8))


@pytest.fixture(scope="module")
def trees(examples) -> XGBoost:
    return XGBoost.fit(examples, TUNED, FitContext())


def rows_only(rows: int) -> TrainingSet:
    """Return a training set of many rows without columns."""
    return TrainingSet((), np.empty((rows, 0)), np.zeros(rows, dtype=np.int8))


def test_trees_read_back_say_the_same_to_the_last_digit(examples, trees):
    """Only the JSON is kept, so a loaded copy cannot differ."""
    again = XGBoost.from_json(trees.to_json(), LoadContext(COLUMNS, trees.files()))
    assert again == trees
    np.testing.assert_array_equal(again.predict_log_odds(examples.matrix), trees.predict_log_odds(examples.matrix))


def test_contributions_are_exact(examples, trees):
    """TreeSHAP values differ between two customers by as much as their log-odds do."""
    added, margin = trees.contributions(examples.matrix).sum(axis=1), trees.predict_log_odds(examples.matrix)
    np.testing.assert_allclose(added - added[0], margin - margin[0], atol=1e-4)


def test_blanks_and_unknown_categories_are_scored(trees):
    """A row of blanks gets a finite score."""
    assert np.isfinite(trees.predict_log_odds(np.full((1, 2), np.nan))).all()


def test_the_same_seed_gives_the_same_trees(examples, trees):
    """Two fits with one seed are byte-identical; another seed is not."""
    assert XGBoost.fit(examples, TUNED, FitContext()).content == trees.content
    assert XGBoost.fit(examples, TUNED, FitContext(seed=1)).content != trees.content


def test_the_search_holds_out_what_it_scores(examples):
    """Each split's held-out customers get a score, the others none, and rounds are within reason."""
    rows = np.arange(400)
    result = XGBoost.search(examples, [(rows[100:], rows[:50])], {}, FitContext())
    assert np.isfinite(result.log_odds[:50]).all()
    assert np.isnan(result.log_odds[50:]).all()
    assert 1 <= result.settings.rounds <= 300
    assert result.settings.tree.depth in {settings.depth for settings in XGBoost.search_space(examples)}


def test_big_tables_take_larger_steps():
    """Beyond 50,000 customers the learning rate doubles, which halves the rounds."""
    small, big = (
        [settings.learning_rate for settings in XGBoost.search_space(rows_only(rows))] for rows in (50_000, 50_001)
    )
    assert [rate * 2 for rate in small] == big


def test_a_stopped_fit_ends_at_the_next_round(examples):
    """Stopping is heard between two trees."""
    beats = []

    class Stopped(Heartbeat):
        def beat(self):
            beats.append(1)
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        XGBoost.fit(examples, TUNED, FitContext(heartbeat=Stopped()))
    assert len(beats) == 1
