"""Learns whether effects differ beyond risk, and whether that earns more than the plan."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from retention.campaign.challengers import (
    FormulaPredictions,
    LearningTask,
    final_formula,
    fit_learner,
    formula_out_of_fold,
    learner_out_of_fold,
    offers_of,
    plan_effects,
)
from retention.campaign.effect import Estimate, Floats
from retention.campaign.fitted_formula import FittedFormula
from retention.campaign.heterogeneity_result import Adopted, HeterogeneityResult, with_words
from retention.campaign.intervals import normal_interval
from retention.campaign.learning_rows import Bools, Ints, LearningRows, MeasuredRows, pool_rows
from retention.campaign.policy_value import (
    NOBODY,
    best_policy,
    gains,
    mean_estimate,
    one_sided_low,
    treatment_scores,
    value_of,
    value_over,
)
from retention.campaign.ranking_metrics import autoc_estimate, fifths, qini_estimate
from retention.campaign.uplift import UpliftLearner
from retention.profit.economics import Economics
from retention.profit.measured_rates import Rates
from retention.profit.offer import Offer

LEARNERS: tuple[Literal["dr"], Literal["x"]] = ("dr", "x")

PER = 1000
"""Values of policies are of so many customers."""

_ONE_SIDED_Z = 1.6448536269514722  # 5%
_LEAST_CUSTOMERS = 400  # fewer in an arm leave nothing for five folds


def learn_effects(
    rows: Sequence[MeasuredRows],
    rates: Rates | None,
    economics: Economics,
    offers: Sequence[Offer],
    seed: int = 0,
) -> HeterogeneityResult | None:
    """Learn from the rows of one or more readings.

    Parameters
    ----------
    rows
        Of campaigns of one's own, or of experiments that ran elsewhere.
    rates
        What was measured of the offers; the plan uses them over what is assumed.
    economics, offers
        The money inputs and the catalogue.
    seed
        Decides folds and boosters; the same one gives the same result.

    Returns
    -------
    HeterogeneityResult
        None where an arm has too few customers to learn from.

    Raises
    ------
    InputError
        If there are no rows, or nobody to compare.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, "blas"):  # the matrices are small: more threads would mostly wait for each other
        return _learn(rows, rates, economics, offers, seed)


def _learn(
    rows: Sequence[MeasuredRows], rates: Rates | None, economics: Economics, offers: Sequence[Offer], seed: int
) -> HeterogeneityResult | None:
    pooled = pool_rows(rows, [offer.id for offer in offers])
    if min(np.bincount(pooled.arm, minlength=len(pooled.treatments) + 1)) < _LEAST_CUSTOMERS:
        return None
    task = LearningTask(pooled, offers_of(pooled, offers), economics, rates, seed)
    folds = pooled.folds(seed)
    scores = treatment_scores(pooled, pooled.outcome, folds)
    formula = formula_out_of_fold(task, folds)
    predictions: dict[Adopted, Floats] = {"formula": formula.fitted}
    predictions["dr"] = learner_out_of_fold(task, "dr", folds)
    predictions["x"] = learner_out_of_fold(task, "x", folds)
    plan, plan_words = _plan(task, scores)
    policies = {name: best_policy(effects, pooled.possible) for name, effects in predictions.items()}
    over = {name: value_over(policy, plan, scores, pooled.unit) for name, policy in policies.items()}
    over_formula: dict[Adopted, Estimate] = {
        name: value_over(policies[name], policies["formula"], scores, pooled.unit) for name in LEARNERS
    }
    adopted = _adopted(over, over_formula, constant=task.own and formula.penalty is None)
    leading: Adopted = "formula" if adopted == "rates" else adopted
    effects_differ = adopted != "rates" or _differ(task, formula, scores)
    predicted, measured = _best(predictions[leading], scores, pooled.possible)
    every_policy: dict[str, Ints] = {"plan": plan, **_simple_policies(task, scores)}
    every_policy |= {str(name): policy for name, policy in policies.items()}
    result = HeterogeneityResult(
        effects_differ=effects_differ,
        adopted=adopted,
        outcome="kept" if pooled.money is None else "money",
        plan=plan_words,
        over_plan=PER * over[leading].value,
        low=PER * one_sided_low(over[leading]),
        qini=normal_interval(qini_estimate(predicted, measured, seed=seed, unit=pooled.unit)),
        autoc=normal_interval(autoc_estimate(predicted, measured, seed=seed, unit=pooled.unit)),
        fifths=fifths(predicted, measured, pooled.unit),
        values={
            name: normal_interval(value_of(policy, scores, pooled.unit)).times(PER)
            for name, policy in every_policy.items()
        },
        over_response=_over_response(task, formula, policies["formula"], scores),
        model=_model(task, adopted, formula.penalty),
        words=(),
    )
    return with_words(result, economics.currency if task.own else None)


def _plan(task: LearningTask, scores: Floats) -> tuple[Ints, str]:
    """Return what would be sent without learning, and its name."""
    rows = task.rows
    if task.own:
        return best_policy(plan_effects(task), rows.possible), "the plan at the rates"
    everyone = _everyone(rows, scores)
    if value_of(everyone, scores).value > 0:
        return everyone, "contacting everyone"
    return np.full(len(rows), NOBODY, dtype=np.int64), "contacting nobody"


def _everyone(rows: LearningRows, scores: Floats) -> Ints:
    """Return the policy that gives everyone the treatment with the largest mean effect of those possible."""
    means = np.array([scores[at, k].mean() if at.any() else -np.inf for k, at in enumerate(rows.possible.T)])
    order = np.where(rows.possible, means, -np.inf)
    return np.where(rows.possible.any(axis=1), order.argmax(axis=1), NOBODY).astype(np.int64)


def _simple_policies(task: LearningTask, scores: Floats) -> dict[str, Ints]:
    nobody = np.full(len(task.rows), NOBODY, dtype=np.int64)
    return {"everyone": _everyone(task.rows, scores), "nobody": nobody}


def _adopted(
    over: Mapping[Adopted, Estimate], over_formula: Mapping[Adopted, Estimate], *, constant: bool
) -> Adopted:
    """Return who passes the gate: over the plan, and for a learner over the formula too, which knows more.

    A formula in which risk alone decides is the rates.
    """
    for name in LEARNERS:
        if one_sided_low(over[name]) > 0 and one_sided_low(over_formula[name]) > 0:
            return name
    return "formula" if one_sided_low(over["formula"]) > 0 and not constant else "rates"


def _differ(task: LearningTask, formula: FormulaPredictions, scores: Floats) -> bool:
    """Test whether customers for whom the formula departs from risk alone really have other effects.

    AUTOC of the departures, out of fold and one-sided at 5%, over all treatments that a customer could have got.
    """
    rows = task.rows
    base = formula.by_risk if task.own else np.zeros_like(scores)
    departure, rest = formula.fitted - base, scores - base
    customer, treatment = np.nonzero(rows.possible)
    at = (customer, treatment)
    counts = np.bincount(treatment, minlength=scores.shape[1])
    middle = [
        np.bincount(treatment, weights=part[at], minlength=len(counts)) / counts for part in (departure, rest)
    ]
    moved, left = (part[at] - mean[treatment] for part, mean in zip((departure, rest), middle, strict=True))
    if np.ptp(moved) <= 1e-12 * max(1.0, float(np.abs(scores).max())):
        return False
    unit = customer if rows.unit is None else rows.unit[customer]
    single = scores.shape[1] == 1 and rows.unit is None
    test = autoc_estimate(moved, left, seed=task.seed, unit=None if single else unit.astype(np.int64))
    return test.value > _ONE_SIDED_Z * test.standard_error


def _best(predicted: Floats, scores: Floats, possible: Bools) -> tuple[Floats, Floats]:
    """Return the predicted effect of each customer's best treatment, and its score."""
    allowed = np.where(possible, predicted, -np.inf)
    reached = possible.any(axis=1)
    best = allowed.argmax(axis=1)
    at = np.arange(len(best))
    return allowed[at, best][reached], scores[at, best][reached]


def _over_response(
    task: LearningTask, formula: FormulaPredictions, policy: Ints, scores: Floats
) -> Estimate | None:
    """Return what the formula brings over contacting as many of those likeliest to be kept, for one treatment."""
    if task.own or scores.shape[1] > 1:
        return None
    contacted = int((policy != NOBODY).sum())
    response = np.full(len(policy), NOBODY, dtype=np.int64)
    response[np.argsort(-formula.kept_if_treated, kind="stable")[:contacted]] = 0
    return mean_estimate(PER * (gains(policy, scores) - gains(response, scores)), task.rows.unit)


def _model(task: LearningTask, adopted: Adopted, penalty: float | None) -> FittedFormula | UpliftLearner | None:
    if adopted == "rates" or not task.own:
        return None
    return final_formula(task, penalty) if adopted == "formula" else fit_learner(task, task.rows, adopted)
