import json
from dataclasses import asdict, replace

import numpy as np
import pandas as pd
import pytest

from retention.artifacts import read_folder, write_folder
from retention.churn.candidates import Logistic
from retention.churn.evaluation import Metrics, compute_metrics
from retention.churn.folds import assign_folds
from retention.churn.model import ChurnModel
from retention.churn.model_files import FORMAT, KIND
from retention.churn.nested_cv import _splits, nested_cross_validate
from retention.churn.out_of_time import OutOfTime, RollingOrigin, _auc_gap
from retention.churn.training_set import Panel, build_training_set
from retention.customers.table import Customers
from retention.errors import InputError
from retention.orders.order_log import read_orders
from retention.orders.panel import take_panel
from retention.simulation.simulate import simulate
from tests.churn.cases import chosen_settings

PAST = Metrics(roc_auc=0.75, average_precision=0.5, brier=0.16, log_loss=0.5, mean_probability=0.3)


def gone(*, auc: float, low: float, high: float, predicted: float = 0.3, left: float = 0.31) -> OutOfTime:
    """Say how the newest of two cutoffs went."""
    metrics = replace(PAST, roc_auc=auc, mean_probability=predicted)
    return OutOfTime("2025-06-30", 1000, left, metrics, PAST, low, high, 2100, ())


@pytest.fixture(scope="module")
def stack(draw_panel) -> Customers:
    return draw_panel()


@pytest.fixture(scope="module")
def trained(stack) -> ChurnModel:
    return ChurnModel.fit(stack)


def test_the_gap_is_told_in_one_sentence():
    """Both figures, their difference, whether chance explains it, and predicted against observed churn."""
    assert gone(auc=0.74, low=-0.03, high=0.01).sentence == (
        "out of time, at 2025-06-30: AUC 0.740 against 0.750 cross-validated on earlier cutoffs "
        "(-0.010, within chance); 30.0% were predicted to churn, and 31.0% did"
    )
    assert "(-0.010, beyond chance)" in gone(auc=0.74, low=-0.03, high=-0.001).sentence
    assert gone(auc=0.74, low=-0.03, high=0.01).gap.roc_auc == pytest.approx(-0.01)
    assert gone(auc=0.74, low=-0.03, high=0.01).gap.brier == 0


@pytest.mark.parametrize(
    ("went", "said"),
    [
        (gone(auc=0.74, low=-0.03, high=0.01), ()),
        (gone(auc=0.74, low=-0.02, high=-0.001), ()),  # sure, but small
        (gone(auc=0.65, low=-0.3, high=0.1), ()),  # large, but not sure
        (gone(auc=0.65, low=-0.15, high=-0.05), ("the model ranks worse (AUC 0.650)",)),
        (gone(auc=0.75, low=-0.01, high=0.01, left=0.4), ("40.0% churned where 30.0% were predicted to",)),
        (gone(auc=0.75, low=-0.01, high=0.01, left=0.35), ()),
    ],
)
def test_only_a_sure_and_large_change_is_warned_of(went, said):
    """Worse ranking, and another level of churn, each get a sentence that says what to do."""
    assert len(went.warnings) == len(said)
    for sentence, part in zip(went.warnings, said, strict=True):
        assert part in sentence
        assert "retrain often" in sentence


def test_the_band_of_the_gap_goes_by_customer():
    """Five copies of each row under the person's own number are no news; as five people they would be."""
    rng = np.random.default_rng(1)
    label = rng.integers(0, 2, 400).astype(np.int8)
    score = np.clip(0.3 + 0.2 * label + rng.normal(0, 0.2, 400), 0, 1)
    who, when = np.arange(400) % 200, np.arange(400) // 200

    def width(copies: int, customer) -> float:
        stack = Panel(customer, np.tile(when, copies))
        before = stack.period == 0
        low, high = _auc_gap(np.tile(label, copies), np.tile(score, copies), before, stack, seed=0)
        return high - low

    once = width(1, who)
    assert width(5, np.tile(who, 5)) == pytest.approx(once)
    strangers = np.tile(who, 5) + 200 * np.repeat(np.arange(5), 400)
    assert width(5, strangers) == pytest.approx(once / np.sqrt(5), rel=0.25)


def test_it_survives_json():
    """What is saved is read back; the gap and its words are there for others to read."""
    went = replace(gone(auc=0.74, low=-0.03, high=0.01), earlier=(RollingOrigin("2025-05-31", 900, 0.3, PAST),))
    saved = json.loads(json.dumps(went.as_dict()))
    assert OutOfTime.from_json(saved) == went
    assert saved["words"] == went.sentence
    assert saved["gap"] == asdict(went.gap)


@pytest.mark.slow
def test_figures_are_of_the_newest_cutoff(trained, stack):
    """Each of its customers once, with label, value and fold; metrics, rate and count are theirs."""
    newest, rows = stack.newest(), trained.out_of_fold
    np.testing.assert_array_equal(rows.label, newest.label)
    np.testing.assert_array_equal(rows.value, newest.value)
    assert np.unique(rows.fold).tolist() == [0, 1, 2, 3, 4]
    assert (trained.customers, trained.churn_rate) == (len(newest), newest.label.mean())
    assert trained.metrics == trained.out_of_time.metrics == compute_metrics(newest.label, rows.score)
    assert trained.out_of_time.rows == len(stack)
    assert (trained.out_of_time.cutoff, trained.out_of_time.customers) == ("2025-02-28", len(newest))
    assert trained.out_of_time.earlier == ()
    assert 0.6 < trained.metrics.roc_auc < 0.95


@pytest.mark.slow
def test_a_loaded_model_still_knows_how_time_went(trained, tmp_path):
    """Saved with the model; a folder without it is one of a single cutoff."""
    trained.save(tmp_path / "model")
    loaded = ChurnModel.load(tmp_path / "model")
    assert loaded.out_of_time == trained.out_of_time
    assert loaded.roles == trained.roles
    files = dict(read_folder(tmp_path / "model", kind=KIND).files)
    saved = json.loads(files["model.json"])
    del saved["out_of_time"], saved["roles"]["cutoff"]
    older = {**files, "model.json": json.dumps(saved).encode()}
    write_folder(tmp_path / "older", older, {"kind": KIND, "format": FORMAT})
    assert ChurnModel.load(tmp_path / "older").out_of_time is None


@pytest.mark.slow
def test_the_newest_outcome_touches_no_choice_and_no_score(stack):
    """Other labels at the newest cutoff: the same folds, plan and scores; only the final fit has seen them."""
    newest = stack.period == 1
    frame = stack.frame.copy()
    frame.loc[newest, "churn"] = np.random.default_rng(5).permutation(frame.loc[newest, "churn"])
    one, other = (
        nested_cross_validate(build_training_set(customers)[0])
        for customers in (stack, replace(stack, frame=frame))
    )
    np.testing.assert_array_equal(one.fold, other.fold)
    np.testing.assert_array_equal(one.score, other.score)
    np.testing.assert_array_equal(one.rolling_origin_score, other.rolling_origin_score)
    assert chosen_settings(one.selection) == chosen_settings(other.selection)
    assert one.selection.get(Logistic) != other.selection.get(Logistic)


@pytest.mark.parametrize("cutoffs", [2, 3, 6])
def test_nobody_is_in_both_parts_and_nothing_is_learned_from_later(draw_panel, cutoffs):
    """In each round: other people, earlier cutoffs; the newest three cutoffs are scored, everybody once."""
    examples = build_training_set(draw_panel(120, cutoffs=cutoffs))[0]
    period, customer = examples.panel.period, examples.panel.customer
    first, *others = _splits(examples, assign_folds(examples, 5, seed=0))
    np.testing.assert_array_equal(
        np.sort(np.concatenate([held for _, held in first.train_and_held])), np.arange(len(period))
    )
    for train, held in first.train_and_held:
        assert not set(customer[train]) & set(customer[held])
        assert period[train].max() == cutoffs - 2
    scored = []
    for one in others:
        scored += list(set(period[one.scored]))
        for train, held in one.train_and_held:
            assert not set(customer[train]) & set(customer[held])
            assert period[train].max() < period[held].min()
    assert scored == [origin for origin in (cutoffs - 2, cutoffs - 3) if origin > 0]


@pytest.mark.slow
def test_orders_after_the_newest_cutoff_change_no_feature_and_no_score_of_it():
    """From the log to the figures: other people order on other days afterwards, and only labels differ."""
    frame = simulate(220, seed=4).orders
    time, customer = read_orders(frame).time, read_orders(frame).customer
    days = pd.to_datetime(frame[time]).dt.normalize()
    cutoffs = [str((days.max() - pd.Timedelta(days=back)).date()) for back in (120, 75, 30)]
    after = np.flatnonzero(days > cutoffs[-1])
    other = frame.copy()
    shuffled = np.random.default_rng(0).permutation(after)[: len(after) // 3]
    other.loc[other.index[after], customer] = frame[customer].to_numpy()[np.resize(shuffled, len(after))]
    stacks = [take_panel(read_orders(one), cutoffs=cutoffs) for one in (frame, other)]
    pd.testing.assert_frame_equal(stacks[0].features, stacks[1].features, check_exact=True)
    known = stacks[0].period < 2
    np.testing.assert_array_equal(stacks[0].label[known], stacks[1].label[known])
    assert (stacks[0].label != stacks[1].label).mean() > 0.05
    one, two = (ChurnModel.fit(stack, jobs=2) for stack in stacks)
    np.testing.assert_array_equal(one.out_of_fold.score, two.out_of_fold.score)
    assert one.out_of_time.cross_validated == two.out_of_time.cross_validated
    assert one.out_of_time.earlier == two.out_of_time.earlier
    assert chosen_settings(one.selection) == chosen_settings(two.selection)
    assert one.metrics.roc_auc > two.metrics.roc_auc


@pytest.mark.slow
def test_a_shift_at_the_newest_cutoff_is_seen(draw_panel):
    """Many more leave than before: cross-validation could not know, the figures out of time say so."""
    model = ChurnModel.fit(draw_panel(300, seed=3, last_shift=2.0))
    assert model.churn_rate > model.metrics.mean_probability + 0.15
    assert any("were predicted to" in sentence for sentence in model.warnings)


@pytest.mark.slow
def test_earlier_cutoffs_are_scored_from_those_before(draw_panel):
    """Three cutoffs: the second by models of the first, the third by models of both, everybody once."""
    stack = draw_panel(140, cutoffs=3, seed=2)
    went = ChurnModel.fit(stack).out_of_time
    assert [one.cutoff for one in went.earlier] == ["2025-02-28"]
    assert went.earlier[0].customers == int((stack.period == 1).sum())
    assert went.cutoff == "2025-03-28"


def test_one_cutoff_is_no_test_in_time(model):
    """Nothing is said about time."""
    assert model.out_of_time is None


def test_too_few_at_the_newest_cutoff_are_refused(stack):
    """Ten of each kind are needed there, and ten different people of each kind before."""
    newest = stack.period == 1
    stayed = stack.frame.assign(churn=np.where(newest, 0, stack.frame["churn"]).astype(np.int8))
    with pytest.raises(InputError, match="0 customers churned at 2025-02-28; training needs at least 10"):
        ChurnModel.fit(replace(stack, frame=stayed))
    nine = np.cumsum(np.where(newest, 0, stack.frame["churn"])) <= 9
    few = stack.frame.assign(churn=np.where(newest | nine, stack.frame["churn"], 0).astype(np.int8))
    with pytest.raises(InputError, match="9 customers churned before 2025-02-28"):
        ChurnModel.fit(replace(stack, frame=few))


def test_the_balanced_weight_is_that_of_earlier_cutoffs(stack):
    """The newest cutoff has no part in it."""
    before = stack.label[stack.period == 0]
    examples, _ = build_training_set(stack, "balanced")
    assert examples.churned_weight == (before == 0).sum() / before.sum()
