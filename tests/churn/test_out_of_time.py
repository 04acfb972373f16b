import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

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
from tests.churn.cases import chosen_settings, labels_of

PAST = Metrics(roc_auc=0.75, average_precision=0.5, brier=0.16, log_loss=0.5, mean_probability=0.3)


def newest_cutoff(
    *, auc: float, low: float, high: float, predicted: float = 0.3, churn_rate: float = 0.31
) -> OutOfTime:
    """Return the metrics of the newest of two cutoffs."""
    metrics = replace(PAST, roc_auc=auc, mean_probability=predicted)
    return OutOfTime("2025-06-30", 1000, churn_rate, metrics, PAST, low, high, 2100, ())


@pytest.fixture(scope="module")
def panel_customers(draw_panel: Callable[..., Customers]) -> Customers:
    return draw_panel()


@pytest.fixture(scope="module")
def trained(panel_customers: Customers) -> ChurnModel:
    return ChurnModel.fit(panel_customers)


def test_the_gap_is_described_in_one_sentence() -> None:
    """Both figures, their difference, whether chance explains it, and predicted against observed churn."""
    assert newest_cutoff(auc=0.74, low=-0.03, high=0.01).sentence == (
        "out of time, at 2025-06-30: AUC 0.740 against 0.750 cross-validated on earlier cutoffs "
        "(-0.010, within chance); 30.0% were predicted to churn, and 31.0% did"
    )
    assert "(-0.010, beyond chance)" in newest_cutoff(auc=0.74, low=-0.03, high=-0.001).sentence
    assert newest_cutoff(auc=0.74, low=-0.03, high=0.01).gap.roc_auc == pytest.approx(-0.01)
    assert newest_cutoff(auc=0.74, low=-0.03, high=0.01).gap.brier == 0


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (newest_cutoff(auc=0.74, low=-0.03, high=0.01), ()),
        (newest_cutoff(auc=0.74, low=-0.02, high=-0.001), ()),  # sure, but small
        (newest_cutoff(auc=0.65, low=-0.3, high=0.1), ()),  # large, but not sure
        (newest_cutoff(auc=0.65, low=-0.15, high=-0.05), ("the model ranks worse (AUC 0.650)",)),
        (
            newest_cutoff(auc=0.75, low=-0.01, high=0.01, churn_rate=0.4),
            ("40.0% churned where 30.0% were predicted to",),
        ),
        (newest_cutoff(auc=0.75, low=-0.01, high=0.01, churn_rate=0.35), ()),
    ],
)
def test_only_a_sure_and_large_change_is_warned_of(result: OutOfTime, expected: tuple[str, ...]) -> None:
    """Worse ranking, and another level of churn, each get a sentence that says what to do."""
    assert len(result.warnings) == len(expected)
    for sentence, part in zip(result.warnings, expected, strict=True):
        assert part in sentence
        assert "retrain often" in sentence


def test_the_band_of_the_gap_goes_by_customer() -> None:
    """Five copies of each row under the customer's own number are no news; as five customers they would be."""
    rng = np.random.default_rng(1)
    label = rng.integers(0, 2, 400).astype(np.int8)
    score = np.clip(0.3 + 0.2 * label + rng.normal(0, 0.2, 400), 0, 1)
    customer_number, cutoff_number = np.arange(400) % 200, np.arange(400) // 200

    def width(copies: int, customer: NDArray[np.int64]) -> float:
        panel = Panel(customer, np.tile(cutoff_number, copies))
        before = panel.period == 0
        low, high = _auc_gap(np.tile(label, copies), np.tile(score, copies), before, panel, seed=0)
        return high - low

    single = width(1, customer_number)
    assert width(5, np.tile(customer_number, 5)) == pytest.approx(single)
    other_customers = np.tile(customer_number, 5) + 200 * np.repeat(np.arange(5), 400)
    assert width(5, other_customers) == pytest.approx(single / np.sqrt(5), rel=0.25)


def test_it_survives_json() -> None:
    """It is read back as it was; the gap and its sentence are saved for other readers."""
    result = replace(
        newest_cutoff(auc=0.74, low=-0.03, high=0.01), earlier=(RollingOrigin("2025-05-31", 900, 0.3, PAST),)
    )
    saved = json.loads(json.dumps(result.as_dict()))
    assert OutOfTime.from_json(saved) == result
    assert saved["words"] == result.sentence
    assert saved["gap"] == asdict(result.gap)


@pytest.mark.slow
def test_figures_are_of_the_newest_cutoff(trained: ChurnModel, panel_customers: Customers) -> None:
    """Each of its customers once, with label, value and fold; metrics, rate and count are theirs."""
    newest, rows, tested = panel_customers.newest(), trained.out_of_fold, trained.out_of_time
    assert rows and tested
    np.testing.assert_array_equal(rows.label, newest.label)
    np.testing.assert_array_equal(rows.value, newest.value)
    assert np.unique(rows.fold).tolist() == [0, 1, 2, 3, 4]
    assert (trained.customers, trained.churn_rate) == (len(newest), labels_of(newest).mean())
    assert trained.metrics == tested.metrics == compute_metrics(labels_of(newest), rows.score)
    assert tested.rows == len(panel_customers)
    assert (tested.cutoff, tested.customers) == ("2025-02-28", len(newest))
    assert tested.earlier == ()
    assert 0.6 < trained.metrics.roc_auc < 0.95


@pytest.mark.slow
def test_a_loaded_model_keeps_its_test_out_of_time(trained: ChurnModel, tmp_path: Path) -> None:
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
def test_the_newest_outcome_touches_no_choice_and_no_score(panel_customers: Customers) -> None:
    """Other labels at the newest cutoff: the same folds, settings and scores; only the final fit has seen them."""
    newest = panel_customers.period == 1
    frame = panel_customers.frame.copy()
    frame.loc[newest, "churn"] = np.random.default_rng(5).permutation(frame.loc[newest, "churn"])
    original, changed = (
        nested_cross_validate(build_training_set(customers)[0])
        for customers in (panel_customers, replace(panel_customers, frame=frame))
    )
    np.testing.assert_array_equal(original.fold, changed.fold)
    np.testing.assert_array_equal(original.score, changed.score)
    np.testing.assert_array_equal(original.rolling_origin_score, changed.rolling_origin_score)
    assert chosen_settings(original.selection) == chosen_settings(changed.selection)
    assert original.selection.get(Logistic) != changed.selection.get(Logistic)


@pytest.mark.parametrize("cutoffs", [2, 3, 6])
def test_no_customer_is_in_both_parts_and_nothing_is_learned_from_later(
    draw_panel: Callable[..., Customers], cutoffs: int
) -> None:
    """In each split: other customers, earlier cutoffs; the newest three cutoffs are scored, every row once."""
    training_set = build_training_set(draw_panel(120, cutoffs=cutoffs))[0]
    assert training_set.panel
    period, customer = training_set.panel.period, training_set.panel.customer
    first, *others = _splits(training_set, assign_folds(training_set, 5, seed=0))
    np.testing.assert_array_equal(
        np.sort(np.concatenate([test for _, test in first.train_and_test])), np.arange(len(period))
    )
    for train, test in first.train_and_test:
        assert not set(customer[train]) & set(customer[test])
        assert period[train].max() == cutoffs - 2
    scored = []
    for split in others:
        scored += list(set(period[split.scored]))
        for train, test in split.train_and_test:
            assert not set(customer[train]) & set(customer[test])
            assert period[train].max() < period[test].min()
    assert scored == [origin for origin in (cutoffs - 2, cutoffs - 3) if origin > 0]


@pytest.mark.slow
def test_orders_after_the_newest_cutoff_change_no_feature_and_no_score_of_it() -> None:
    """Other customers order on other days afterwards: labels differ, features and scores do not."""
    frame = simulate(220, seed=4).orders
    time, customer = read_orders(frame).time, read_orders(frame).customer
    days = pd.to_datetime(frame[time]).dt.normalize()
    cutoffs = [str((days.max() - pd.Timedelta(days=back)).date()) for back in (120, 75, 30)]
    after = np.flatnonzero(days > pd.Timestamp(cutoffs[-1]))
    other = frame.copy()
    shuffled = np.random.default_rng(0).permutation(after)[: len(after) // 3]
    other.loc[other.index[after], customer] = frame[customer].to_numpy()[np.resize(shuffled, len(after))]
    panels = [take_panel(read_orders(orders), cutoffs=cutoffs) for orders in (frame, other)]
    pd.testing.assert_frame_equal(panels[0].features, panels[1].features, check_exact=True)
    before_newest = panels[0].period < 2
    label, changed_label = (labels_of(panel) for panel in panels)
    np.testing.assert_array_equal(label[before_newest], changed_label[before_newest])
    assert np.mean(label != changed_label) > 0.05
    first, second = (ChurnModel.fit(panel, jobs=2) for panel in panels)
    assert first.out_of_fold and second.out_of_fold and first.out_of_time and second.out_of_time
    np.testing.assert_array_equal(first.out_of_fold.score, second.out_of_fold.score)
    assert first.out_of_time.cross_validated == second.out_of_time.cross_validated
    assert first.out_of_time.earlier == second.out_of_time.earlier
    assert chosen_settings(first.selection) == chosen_settings(second.selection)
    assert first.metrics.roc_auc > second.metrics.roc_auc


@pytest.mark.slow
def test_a_shift_at_the_newest_cutoff_is_seen(draw_panel: Callable[..., Customers]) -> None:
    """Many more churn than before: cross-validation cannot show it, the metrics out of time do."""
    model = ChurnModel.fit(draw_panel(300, seed=3, last_shift=2.0))
    assert model.churn_rate > model.metrics.mean_probability + 0.15
    assert any("were predicted to" in sentence for sentence in model.warnings)


@pytest.mark.slow
def test_earlier_cutoffs_are_scored_from_those_before(draw_panel: Callable[..., Customers]) -> None:
    """Three cutoffs: the second by models of the first, the third by models of both, every row once."""
    panel_customers = draw_panel(140, cutoffs=3, seed=2)
    result = ChurnModel.fit(panel_customers).out_of_time
    assert result
    assert [origin.cutoff for origin in result.earlier] == ["2025-02-28"]
    assert result.earlier[0].customers == int((panel_customers.period == 1).sum())
    assert result.cutoff == "2025-03-28"


def test_one_cutoff_is_no_test_out_of_time(model: ChurnModel) -> None:
    """The model has no test out of time."""
    assert model.out_of_time is None


def test_too_few_at_the_newest_cutoff_are_refused(panel_customers: Customers) -> None:
    """Ten of each class are needed there, and ten different customers of each class before."""
    newest = panel_customers.period == 1
    retained = panel_customers.frame.assign(
        churn=np.where(newest, 0, panel_customers.frame["churn"]).astype(np.int8)
    )
    with pytest.raises(InputError, match="0 customers churned at 2025-02-28; training needs at least 10"):
        ChurnModel.fit(replace(panel_customers, frame=retained))
    nine = np.cumsum(np.where(newest, 0, panel_customers.frame["churn"])) <= 9
    few = panel_customers.frame.assign(
        churn=np.where(newest | nine, panel_customers.frame["churn"], 0).astype(np.int8)
    )
    with pytest.raises(InputError, match="9 customers churned before 2025-02-28"):
        ChurnModel.fit(replace(panel_customers, frame=few))


def test_the_balanced_weight_is_that_of_earlier_cutoffs(panel_customers: Customers) -> None:
    """The newest cutoff has no part in it."""
    before = labels_of(panel_customers)[panel_customers.period == 0]
    training_set, _ = build_training_set(panel_customers, "balanced")
    assert training_set.churned_weight == (before == 0).sum() / before.sum()
