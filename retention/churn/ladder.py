"""The candidates, from the base rate up, and choosing among them without fooling ourselves.

Everything that is chosen (settings, rounds, regularisation, blend, calibration, the rung itself) is chosen
inside the training part of each outer fold (see :mod:`retention.churn.nested_cv`); the figures come from the part
outside.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.churn.calibration import Calibration, calibrate
from retention.churn.candidates.logistic import Logistic, Ridge, fit_logistic, ridge_search_space
from retention.churn.candidates.one_feature import Rule, fit_best_rule
from retention.churn.candidates.xgboost import Rows, Trees, TreeSettings, fit_trees, search_trees
from retention.churn.evaluation import log_losses, log_losses_from_logits, significantly_lower
from retention.churn.folds import assign_folds
from retention.churn.parallel import Heartbeat
from retention.churn.training_set import TrainingSet

RUNGS = ("base rate", "one feature", "logistic regression", "xgboost", "blend")
"""Candidates, simplest first."""

_BLENDS = np.linspace(0.1, 0.9, 9)
_SELECTION_ROWS = 100_000


@dataclass(frozen=True)
class Plan:
    """What was chosen.

    Attributes
    ----------
    rung
        One of :data:`RUNGS`.
    ridge
        Of the logistic regression.
    settings, rounds
        Of the trees.
    blend
        Share of the trees' log-odds in the blend, in [0, 1].
    calibrations
        Rung -> map from its log-odds to probabilities.
    """

    rung: str
    ridge: Ridge
    settings: TreeSettings
    rounds: int
    blend: float
    calibrations: Mapping[str, Calibration]


@dataclass(frozen=True)
class Ladder:
    """All candidates fitted on the same customers by one plan.

    Attributes
    ----------
    plan
        What was chosen.
    base
        Log-odds of the base rate.
    rule, logistic, trees
        The fitted candidates.
    """

    plan: Plan
    base: float
    rule: Rule
    logistic: Logistic
    trees: Trees

    def margin(self, rung: str, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return a rung's raw log-odds, length n, for an encoded matrix (n, d)."""
        match rung:
            case "base rate":
                return np.full(len(matrix), self.base)
            case "one feature":
                return self.rule.predict_log_odds(matrix)
            case "logistic regression":
                return self.logistic.predict_log_odds(matrix)
            case "xgboost":
                return self.trees.predict_log_odds(matrix)
        return _blended(
            self.logistic.predict_log_odds(matrix), self.trees.predict_log_odds(matrix), self.plan.blend
        )

    def probability(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the chosen rung's calibrated probabilities, length n."""
        return self.plan.calibrations[self.plan.rung].apply(self.margin(self.plan.rung, matrix))

    def contributions(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what each column adds to the chosen rung's log-odds against the average, shape (n, d)."""
        added = np.zeros_like(matrix)
        match self.plan.rung:
            case "base rate":
                return added
            case "one feature":
                added[:, self.rule.column] = self.rule.predict_log_odds(matrix) - self.base
                return added
        if self.tree_share < 1:
            added += (1 - self.tree_share) * self.logistic.contributions(matrix)
        if self.tree_share > 0:
            added += self.tree_share * self.trees.contributions(matrix)
        return added

    def as_json(self) -> dict[str, Any]:
        """Return everything but the trees as plain JSON values."""
        return {
            "plan": asdict(self.plan),
            "base": self.base,
            "rule": asdict(self.rule),
            "logistic": asdict(self.logistic),
        }

    @classmethod
    def from_json(cls, saved: Mapping[str, Any], trees: Trees) -> "Ladder":
        """Rebuild a ladder from :meth:`as_json` and its trees."""
        plan = saved["plan"]
        return cls(
            Plan(
                rung=RUNGS[RUNGS.index(plan["rung"])],
                ridge=Ridge(**plan["ridge"]),
                settings=TreeSettings(**plan["settings"]),
                rounds=int(plan["rounds"]),
                blend=float(plan["blend"]),
                calibrations={rung: Calibration.from_json(plan["calibrations"][rung]) for rung in RUNGS},
            ),
            float(saved["base"]),
            Rule.from_json(saved["rule"]),
            Logistic.from_json(saved["logistic"]),
            trees,
        )

    @property
    def gradual(self) -> bool:
        """Whether the chosen rung tells nearly all customers apart; the steps of others differ from fit to fit."""
        return self.plan.rung not in RUNGS[:2]

    @property
    def tree_share(self) -> float:
        """Share of the trees in the chosen rung's log-odds; the rest is the logistic regression's."""
        return {"xgboost": 1.0, "blend": self.plan.blend}.get(self.plan.rung, 0.0)


def hold_out(
    training_set: TrainingSet, train: Rows, held: Rows, *, seed: int, heartbeat: Heartbeat
) -> tuple[Plan, dict[str, NDArray[np.float64]]]:
    """Choose and fit on some customers, and score others.

    Parameters
    ----------
    examples
        All of them.
    train, held
        Positions of those that are learned from, and of those whose labels are not looked at.
    seed, heartbeat
        As for the whole climb.

    Returns
    -------
    plan, margins
        What was chosen, and every rung's log-odds of the held-out customers.
    """
    inside = training_set.take(train)
    plan = _search(inside, seed=seed, heartbeat=heartbeat)
    ladder = fit_ladder(plan, inside, seed=seed, threads=1, heartbeat=heartbeat)
    return plan, {rung: ladder.margin(rung, training_set.matrix[held]) for rung in RUNGS}


def _search(examples: TrainingSet, *, seed: int, heartbeat: Heartbeat) -> Plan:
    """Choose everything by three inner folds, or one split of a sample when there are very many customers."""
    large = len(examples) > _SELECTION_ROWS
    examples = examples.sample(_SELECTION_ROWS, seed=seed)
    fold = assign_folds(examples, 3, seed=seed + 1)
    splits = [(np.flatnonzero(fold != one), np.flatnonzero(fold == one)) for one in range(1 if large else 3)]
    trees = search_trees(examples, splits=splits, seed=seed, heartbeat=heartbeat)
    margins = {rung: np.full(len(examples), np.nan) for rung in RUNGS[:2]} | {"xgboost": trees.margin}
    ridges = ridge_search_space(examples)
    regressions = np.full((len(ridges), len(examples)), np.nan)
    for train, held in splits:
        inside, outside = examples.take(train), examples.matrix[held]
        margins["base rate"][held] = log_odds(inside.churn_rate)
        margins["one feature"][held] = fit_best_rule(inside).predict_log_odds(outside)
        for row, fit in zip(regressions, fit_logistic(inside, ridges=ridges, seed=seed), strict=True):
            row[held] = fit.predict_log_odds(outside)
        heartbeat.finished()
    seen = ~np.isnan(trees.margin)
    examples = examples.take(seen)
    label, importance = examples.label, examples.sample_weight
    best = int(np.argmin([importance @ log_losses_from_logits(label, row[seen]) for row in regressions]))
    held_out = {rung: margin[seen] for rung, margin in margins.items()}
    linear, boosted = regressions[best][seen], held_out["xgboost"]
    costs = [importance @ log_losses_from_logits(label, _blended(linear, boosted, share)) for share in _BLENDS]
    blend = float(_BLENDS[int(np.argmin(costs))])
    held_out |= {"logistic regression": linear, "blend": _blended(linear, boosted, blend)}
    draft = Plan("base rate", ridges[best], trees.settings, max(1, round(trees.rounds * 1.1)), blend, {})
    return choose(draft, held_out, examples, seed=seed)


def choose(plan: Plan, margins: Mapping[str, NDArray[np.float64]], examples: TrainingSet, *, seed: int) -> Plan:
    """Complete a plan with calibrations and the rung.

    A rung is kept only if its log-loss is below the best simpler one's by more than the standard error of
    the difference; to be better than the base rate takes two.

    Parameters
    ----------
    plan
        Settings to complete.
    margins
        Rung -> log-odds of these customers from fits that had not seen them, length n.
    examples
        The customers.
    seed
        Splits them to compare calibrations.
    """
    label, weighted, stack = examples.label, examples.churned_weight != 1.0, examples.panel
    customer = None if stack is None else stack.customer
    calibrations = {rung: Calibration() for rung in RUNGS[:2]} | {
        rung: calibrate(margins[rung], label, weighted=weighted, seed=seed, panel=stack) for rung in RUNGS[2:]
    }
    chosen, best = RUNGS[0], log_losses(label, calibrations[RUNGS[0]].apply(margins[RUNGS[0]]))
    for rung in RUNGS[1:]:
        loss = log_losses(label, calibrations[rung].apply(margins[rung]))
        if significantly_lower(loss, best, standard_errors=2.0 if chosen == RUNGS[0] else 1.0, customer=customer):
            chosen, best = rung, loss
    return replace(plan, rung=chosen, calibrations=calibrations)


def agreed(plans: list[Plan], *, growth: float) -> Plan:
    """Return the settings most folds chose, with rounds for ``growth`` times as many rows as each had."""
    votes = [plan.settings for plan in plans]
    settings = max(sorted(set(votes), key=lambda one: one.depth), key=votes.count)
    rounds = np.mean([plan.rounds for plan in plans if plan.settings == settings])
    ridges = [plan.ridge for plan in plans]
    return replace(
        plans[0],
        ridge=max(sorted(set(ridges)), key=ridges.count),
        settings=settings,
        rounds=max(1, round(float(rounds) * (1 + 0.2 * (growth - 1)))),
        blend=float(np.mean([plan.blend for plan in plans])),
    )


def fit_ladder(plan: Plan, training_set: TrainingSet, *, seed: int, threads: int, heartbeat: Heartbeat) -> Ladder:
    """Fit every candidate on all these customers by one plan."""
    rule = fit_best_rule(training_set)
    logistic = fit_logistic(training_set, ridges=(plan.ridge,), seed=seed)[0]
    heartbeat.finished()
    trees = fit_trees(
        training_set, settings=plan.settings, rounds=plan.rounds, seed=seed, threads=threads, heartbeat=heartbeat
    )
    return Ladder(plan, log_odds(training_set.churn_rate), rule, logistic, trees)


def log_odds(rate: float) -> float:
    """Return the log-odds of a share above 0 and below 1."""
    return float(np.log(rate / (1 - rate)))


def _blended(linear: NDArray[np.float64], trees: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    return (1 - share) * linear + share * trees
