"""What is adopted, what is said, and what comes of experiments that ran elsewhere."""

from dataclasses import replace

import numpy as np
import pytest

from retention.campaign.effect_model_files import effect_model_files, effect_model_from_files
from retention.campaign.fitted_formula import FittedFormula
from retention.campaign.heterogeneity import learn_effects
from retention.campaign.heterogeneity_result import HeterogeneityResult
from retention.campaign.learning_rows import pool_rows
from retention.campaign.uplift import LEARNER_FILE, UpliftLearner, fit_dr_learner, fit_x_learner, learner_columns
from retention.errors import InputError, ModelError
from tests.campaign.learning_cases import Trial, trial


def learned(case: Trial) -> HeterogeneityResult:
    """Learn from a campaign."""
    result = learn_effects([case.rows], None, case.economics, case.offers, 0)
    assert result is not None
    return result


@pytest.mark.slow
def test_effects_that_follow_risk_alone_change_nothing() -> None:
    """The rates stay, in words, and the values of plan, everyone and nobody stand beside the challengers'."""
    result = learned(trial(5, customers=2500))
    assert (result.adopted, result.effects_differ, result.model) == ("rates", False, None)
    assert result.words[0] == "No evidence that effects differ beyond risk."
    assert "so the plan at the rates stays" in result.words[1]
    assert set(result.values) == {"plan", "everyone", "nobody", "formula", "dr", "x"}
    assert result.values["nobody"].value == 0
    assert result.low < result.over_plan


@pytest.mark.slow
def test_a_strong_split_is_found_and_adopted() -> None:
    """Where half the customers are only annoyed, the formula takes over, and earns more in truth too."""
    case = trial(6, customers=20_000, save_rate=0.16, split=0.16, redemption=0.6)
    result = learned(case)
    assert result.effects_differ
    assert result.adopted == "formula"
    assert result.low > 0
    assert result.autoc.low > 0
    assert isinstance(result.model, FittedFormula)
    effects = result.model.effects(np.asarray(case.rows.probability), case.rows.features, case.offers)
    contacted = effects.profit(case.offers, case.economics, case.rows.value)[:, 0] > 0
    p = np.asarray(case.rows.probability)
    plan = case.economics.expected_profit(p) > 0
    assert case.profit[contacted, 0].sum() > 1.02 * case.profit[plan, 0].sum()


@pytest.mark.slow
def test_an_experiment_that_ran_elsewhere_needs_no_risk_and_no_offer() -> None:
    """Without probability, value and offers the plan is the better of everyone and nobody; no model."""
    case = trial(7, customers=3000)
    rows = replace(case.rows, probability=None, value=None, offer=None, redeemed=None, money=None)
    result = learn_effects([rows], None, case.economics, [], 0)
    assert result is not None
    assert result.outcome == "kept"
    assert result.plan in {"contacting everyone", "contacting nobody"}
    assert result.model is None
    assert result.over_response is not None


@pytest.mark.slow
def test_the_same_seed_gives_the_same_result() -> None:
    """Every figure is repeated exactly."""
    case = trial(8, customers=1500)
    assert learned(case).as_dict() == learned(case).as_dict()


def test_few_customers_give_no_result() -> None:
    """Below 400 in an arm nothing is learned."""
    case = trial(9, customers=800)
    assert learn_effects([case.rows], None, case.economics, case.offers, 0) is None


def test_no_readings_are_refused() -> None:
    """There must be something to learn from."""
    case = trial(9, customers=50)
    with pytest.raises(InputError, match="there are none"):
        learn_effects([], None, case.economics, case.offers, 0)


def test_pooled_readings_keep_each_draws_chances() -> None:
    """Two campaigns with different offers: whoever could not get an offer has chance 0 of it."""
    cash, both = trial(1, customers=500), trial(2, customers=700, offers=2)
    rows = pool_rows([cash.rows, both.rows], ["cash_50", "free_delivery"])
    assert rows.treatments == ("cash_50", "free_delivery")
    assert rows.chances[:500, 2].tolist() == [0.0] * 500
    assert rows.chances[500:].sum(axis=1) == pytest.approx(np.ones(700))
    assert not rows.possible[:500, 1].any()


def test_wordings_count_as_the_planned_offer() -> None:
    """Arms that are no offers, such as model and library, are pooled to the offer that was planned."""
    case = trial(3, customers=400)
    half = np.arange(400) % 2 == 0
    arm = np.where(case.rows.arm == "control", "control", np.where(half, "model", "library")).astype(object)
    chances = case.rows.chances.rename(columns={"cash_50": "model"})
    chances["model"] /= 2
    chances["library"] = chances["model"]
    rows = pool_rows([replace(case.rows, arm=arm, chances=chances)], ["cash_50"])
    assert rows.treatments == ("cash_50",)
    assert rows.own_chance == pytest.approx(np.where(rows.arm == 0, 0.3, 0.7))


@pytest.mark.parametrize("kind", ["x", "dr"])
def test_learners_rank_a_strong_split(kind: str) -> None:
    """The predicted effects of those above and below x0 = 0 differ by more than half of the true .15·2·.41."""
    case = trial(4, customers=20_000, split=0.15)
    rows = pool_rows([case.rows], ["cash_50"])
    fit = (fit_x_learner if kind == "x" else fit_dr_learner)(rows, rows.kept, 0)
    predicted = fit.predict(learner_columns(rows))[:, 0]
    above = rows.features[:, 0] > 0
    assert predicted[above].mean() - predicted[~above].mean() > 0.5 * 0.3 * 0.41


def test_a_saved_learner_gives_the_same_effects() -> None:
    """JSON boosters, read back; a damaged one is refused in a sentence."""
    case = trial(4, customers=2500)
    rows = pool_rows([case.rows], ["cash_50"])
    learner = UpliftLearner(
        "x", rows.treatments, rows.feature_names, fit_x_learner(rows, rows.kept, 0), (), ((0.1, 0.3),)
    )
    files = effect_model_files(learner)
    loaded = effect_model_from_files(files)
    assert isinstance(loaded, UpliftLearner)
    p, features = rows.risk[:5], case.rows.features.iloc[:5]
    assert np.array_equal(
        loaded.effects(p, features, case.offers).kept, learner.effects(p, features, case.offers).kept
    )
    damaged = effect_model_from_files({**files, "kept_0_0.json": b"{}"})
    assert damaged is not None
    with pytest.raises(ModelError, match="again"):
        damaged.effects(p, features, case.offers)
    with pytest.raises(ModelError, match="again"):
        effect_model_from_files({LEARNER_FILE: b"{}"})
