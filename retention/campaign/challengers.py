"""Predicts every customer's effects with models that were fitted on the other folds, or on everybody."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from retention.campaign.effect import Floats
from retention.campaign.few_features import few_features
from retention.campaign.fitted_formula import FittedFormula, logit_of
from retention.campaign.formula_fit import FormulaPrior, fit_formula, log_likelihood
from retention.campaign.learning_rows import Ints, LearningRows
from retention.campaign.uplift import (
    BoostedMean,
    LearnerKind,
    UpliftLearner,
    fit_dr_learner,
    fit_x_learner,
    learner_columns,
)
from retention.profit.economics import Economics
from retention.profit.effects import effects_of
from retention.profit.measured_rates import Rates
from retention.profit.offer import Offer

PENALTIES: tuple[float | None, ...] = (None, 1000.0, 300.0, 100.0, 30.0, 10.0, 3.0)
"""Precisions of the formula's slopes that are compared; None lets risk alone decide."""

_MANY_ROWS = 100_000
_SAMPLED_ROWS = 60_000
_RISK_RIDGE = 1.0
_MOST_CODES = 6
_NEWTON_STEPS = 12


@dataclass(frozen=True, eq=False)
class LearningTask:
    """What is learned, and in which money.

    Attributes
    ----------
    rows
        The customers.
    offers
        The K offers of the treatments, in their order; empty where the treatments are no offers of ours, or churn
        probabilities are not known. Then money is what was measured, and the risk is learned from control.
    economics, rates
        What the plan assumes, and what was measured.
    seed
        Decides folds and boosters.
    """

    rows: LearningRows
    offers: tuple[Offer, ...]
    economics: Economics
    rates: Rates | None
    seed: int

    @property
    def own(self) -> bool:
        """Whether the treatments are offers with a price, and the customers have a churn probability."""
        return bool(self.offers)

    def prior(self, rows: LearningRows) -> FormulaPrior:
        """Return what the formula's constant rates are shrunk to."""
        if self.own:
            return FormulaPrior.of_offers(self.offers, self.economics, rows)
        return FormulaPrior.of_experiment(rows)

    def outcome_effects(self, fitted_on: LearningRows, at: LearningRows, kept: Floats, redeemed: Floats) -> Floats:
        """Return the effects on the primary outcome, (n, K), of those on customers kept and on redemption.

        For offers that is V·τ − d·r − c. For an experiment that ran elsewhere, with money, it is the change of the
        mean money of those kept and of those not, by arm, as in the customers it was fitted on.
        """
        if at.money is None or fitted_on.money is None:
            return kept
        if self.own:
            costs = np.array([offer.cost for offer in self.offers])
            money: Floats = at.values[:, np.newaxis] * kept - costs * redeemed - self.economics.contact_cost
            return money
        means = np.array(
            [
                [
                    _mean(fitted_on.money[(fitted_on.arm == arm) & (fitted_on.kept == kept_or_not)])
                    for kept_or_not in (0, 1)
                ]
                for arm in range(len(at.treatments) + 1)
            ]
        )
        alone = (1 - at.risk)[:, np.newaxis]
        treated = np.clip(alone + kept, 0.0, 1.0)
        with_treatment = means[1:, 0] + treated * (means[1:, 1] - means[1:, 0])
        return np.asarray(with_treatment - (means[0, 0] + alone * (means[0, 1] - means[0, 0])))


@dataclass(frozen=True, eq=False)
class FormulaPredictions:
    """What formulas that were fitted on the other folds say.

    Attributes
    ----------
    fitted, by_risk
        Effects on the primary outcome (n, K): of the penalty that the other folds prefer, and where risk alone
        decides.
    kept_if_treated
        Predicted chance to be kept with the first treatment, (n,).
    penalty
        The penalty that all folds together prefer.
    """

    fitted: Floats
    by_risk: Floats
    kept_if_treated: Floats
    penalty: float | None


def formula_out_of_fold(task: LearningTask, folds: Ints) -> FormulaPredictions:
    """Predict every customer with formulas that were fitted, and their penalty chosen, on the other folds.

    With many rows the penalty is chosen once, on a sample: it belongs to the size of slopes and not to the rows.
    """
    rows, penalties = with_few_features(task.rows), PENALTIES
    if not task.own:
        rows = with_code_columns(rows)
    if len(rows) > _MANY_ROWS:
        sample = np.random.default_rng(task.seed).choice(len(rows), _SAMPLED_ROWS, replace=False)
        smaller = replace(task, rows=rows.take(sample))
        chosen = formula_out_of_fold(smaller, smaller.rows.folds(task.seed)).penalty
        penalties = (None,) if chosen is None else (None, chosen)
    n, k, numbers = len(rows), len(rows.treatments), np.unique(folds)
    effects = np.empty((len(penalties), n, k))
    kept_if_treated = np.empty((len(penalties), n))
    likelihoods = np.empty((len(penalties), len(numbers)))
    for column, fold in enumerate(numbers):
        inside = folds == fold
        train, test = with_risk(rows.take(~inside), rows.take(inside))
        for row, formula in enumerate(fit_formula(train, task.prior(train), penalties)):
            kept, redeemed = predict_formula(formula, test)
            effects[row, inside] = task.outcome_effects(train, test, kept, redeemed)
            kept_if_treated[row, inside] = 1 - test.risk + kept[:, 0]
            likelihoods[row, column] = log_likelihood(formula, test)
    total = likelihoods.sum(axis=1)
    if len(rows) > _MANY_ROWS:
        best = np.full(len(numbers), len(penalties) - 1)
    else:
        best = (total[:, np.newaxis] - likelihoods).argmax(axis=0)
    of_row = best[np.searchsorted(numbers, folds)]
    at = np.arange(n)
    penalty = penalties[-1] if len(rows) > _MANY_ROWS else penalties[int(total.argmax())]
    return FormulaPredictions(effects[of_row, at], effects[0], kept_if_treated[of_row, at], penalty)


def learner_out_of_fold(task: LearningTask, kind: LearnerKind, folds: Ints) -> Floats:
    """Predict every customer's effects on the primary outcome, (n, K), with learners fitted on the other folds."""
    rows = task.rows
    effects = np.empty((len(rows), len(rows.treatments)))
    for fold in np.unique(folds):
        inside = folds == fold
        train, test = rows.take(~inside), rows.take(inside)
        if task.own:
            kept, redeemed = fit_learner(task, train, kind).kept_and_redeemed(test.risk, test.features)
            effects[inside] = task.outcome_effects(train, test, kept, redeemed)
        else:
            fit = (fit_x_learner if kind == "x" else fit_dr_learner)(train, train.outcome, task.seed)
            effects[inside] = fit.predict(learner_columns(test))
    return effects


def fit_learner(task: LearningTask, rows: LearningRows, kind: LearnerKind) -> UpliftLearner:
    """Fit the learner that the plan can use, on customers kept and on redemption."""
    kept = (fit_x_learner if kind == "x" else fit_dr_learner)(rows, rows.kept, task.seed)
    redeemed: tuple[BoostedMean, ...] = ()
    lines: tuple[tuple[float, float], ...] = ()
    if rows.redeemed is None:
        ends = effects_of(np.array([0.0, 1.0]), task.offers, task.economics, task.rates).redeemed
        lines = tuple((float(high - low), float(low)) for low, high in ends.T)
    else:
        x = learner_columns(rows)
        arms = [rows.arm == k for k in range(1, len(rows.treatments) + 1)]
        redeemed = tuple(BoostedMean.fit(x[at], rows.redeemed[at], task.seed) for at in arms)
    return UpliftLearner(kind, rows.treatments, rows.feature_names, kept, redeemed, lines)


def final_formula(task: LearningTask, penalty: float | None) -> FittedFormula:
    """Fit the formula on all customers."""
    rows = with_few_features(task.rows)
    return fit_formula(rows, task.prior(rows), (penalty,))[0]


def predict_formula(formula: FittedFormula, rows: LearningRows) -> tuple[Floats, Floats]:
    """Return τ and r, (n, K) each."""
    at = [rows.feature_names.index(name) for name in formula.scaling.names]
    return formula.kept_and_redeemed(rows.risk, rows.features[:, at])


def with_few_features(rows: LearningRows) -> LearningRows:
    """Return the rows with those features that the formula may use."""
    at = few_features(rows.feature_names)
    return replace(rows, features=rows.features[:, at], feature_names=tuple(rows.feature_names[i] for i in at))


def with_code_columns(rows: LearningRows) -> LearningRows:
    """Return the rows with a column for each value of a feature of 3 to 6 whole numbers, which may be codes.

    Nothing is known of how the features of an experiment that ran elsewhere were written.
    """
    columns, names = [rows.features], list(rows.feature_names)
    for name, column in zip(rows.feature_names, rows.features.T, strict=True):
        values = np.unique(column[~np.isnan(column)])
        if 3 <= len(values) <= _MOST_CODES and (values == np.rint(values)).all():
            columns.append((column[:, np.newaxis] == values[1:]).astype(np.float64))
            names += [f"{name}={value:g}" for value in values[1:]]
    return replace(rows, features=np.concatenate(columns, axis=1), feature_names=tuple(names))


def with_risk(train: LearningRows, test: LearningRows) -> tuple[LearningRows, LearningRows]:
    """Return both with a churn probability; where there is none, that of a logistic regression on control."""
    if train.probability is not None:
        return train, test
    from retention.campaign.feature_scaling import FeatureScaling

    scaling = FeatureScaling.learn(train.feature_names, train.features)
    control = train.arm == 0
    x = np.column_stack([np.ones(len(train)), scaling.apply(train.features)])
    t = _logistic(x[control], 1 - train.kept[control])
    at = np.column_stack([np.ones(len(test)), scaling.apply(test.features)])
    return replace(train, probability=_expit(x @ t)), replace(test, probability=_expit(at @ t))


def plan_effects(task: LearningTask) -> Floats:
    """Return the profit that the plan expects of each offer, at measured rates over assumed ones, (n, K)."""
    rows = task.rows
    effects = effects_of(rows.risk, task.offers, task.economics, task.rates)
    if rows.money is None:
        return effects.kept
    return effects.profit(task.offers, task.economics, rows.value)


def offers_of(rows: LearningRows, offers: Sequence[Offer]) -> tuple[Offer, ...]:
    """Return the offers of the treatments; none if one is not in the catalogue, or the risk is not known."""
    by_id = {offer.id: offer for offer in offers}
    if rows.probability is None or rows.value is None or not set(rows.treatments) <= by_id.keys():
        return ()
    return tuple(by_id[name] for name in rows.treatments)


def _logistic(x: Floats, y: Floats) -> Floats:
    """Return a logistic regression's coefficients, intercept first, by Newton's method with a slight ridge."""
    ridge = np.r_[1e-6, np.full(x.shape[1] - 1, _RISK_RIDGE)]
    t = np.zeros(x.shape[1])
    t[0] = logit_of(np.array([y.mean()]))[0]
    for _ in range(_NEWTON_STEPS):
        p = _expit(x @ t)
        gradient = x.T @ (p - y) + ridge * t
        t = t - np.linalg.solve((x * (p * (1 - p))[:, np.newaxis]).T @ x + np.diag(ridge), gradient)
    return t


def _expit(logit: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(logit, -30.0, 30.0))))


def _mean(numbers: Floats) -> float:
    return float(numbers.mean()) if len(numbers) else 0.0
