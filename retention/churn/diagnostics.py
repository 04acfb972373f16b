"""What the held-out figures say about a training run, in numbers and in sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.churn.candidates.one_feature import fit_rule
from retention.churn.evaluation import (
    CalibrationBin,
    Metrics,
    calibration_table,
    compute_metrics,
    log_losses,
    significantly_lower,
)
from retention.churn.folds import assign_fold_numbers
from retention.churn.ladder import RUNGS
from retention.churn.nested_cv import NestedCVResult
from retention.churn.training_set import TrainingSet
from retention.wording.text import join_names

NO_BETTER_THAN_BASE_RATE = (
    "on customers it had not seen, the model is no better than the base rate: "
    "these columns do not tell who leaves, so do not act on its scores"
)
_TOO_GOOD = 0.98
_FEW = 100
_LOOKED_AT = 2_500  # of each kind, enough to tell .97 from .98
_FIRST = 3


@dataclass(frozen=True)
class CandidateMetrics:
    """One rung of the ladder and its figures on customers it had not seen."""

    name: str
    log_loss: float
    roc_auc: float


@dataclass(frozen=True)
class UncalibratedMetrics:
    """What was said about customers unseen, before calibration.

    Attributes
    ----------
    metrics
        Figures of these probabilities.
    groups
        Customers of alike probability: predicted and observed.
    """

    metrics: Metrics
    groups: tuple[CalibrationBin, ...]

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> "UncalibratedMetrics":
        """Rebuild it from its fields."""
        return cls(Metrics(**saved["metrics"]), tuple(CalibrationBin(**one) for one in saved["groups"]))


def measure_uncalibrated(label: NDArray[np.int8], result: NestedCVResult) -> UncalibratedMetrics | None:
    """Measure the chosen models' probabilities before calibration; None where it changed nothing."""
    if np.allclose(result.uncalibrated_score, result.score):
        return None
    return UncalibratedMetrics(
        compute_metrics(label, result.uncalibrated_score), calibration_table(label, result.uncalibrated_score)
    )


def measure_candidates(label: NDArray[np.int8], result: NestedCVResult) -> tuple[CandidateMetrics, ...]:
    """Return every rung's held-out figures, simplest first."""
    figures = {rung: compute_metrics(label, result.candidate_scores[rung]) for rung in RUNGS}
    return tuple(CandidateMetrics(rung, one.log_loss, one.roc_auc) for rung, one in figures.items())


def comparison_lines(tried: Sequence[CandidateMetrics], chosen: str) -> tuple[str, ...]:
    """Return a line for each candidate, simplest first, and by how much the chosen one won."""
    lines = [f"  {one.name}: log-loss {one.log_loss:.4f}, AUC {one.roc_auc:.3f}" for one in tried]
    at = [one.name for one in tried].index(chosen)
    if at == 0:
        return (*lines, f"chosen: {chosen}, since nothing else had a lower log-loss beyond noise")
    rival = min(tried[:at], key=lambda one: one.log_loss)
    won = f"chosen: {chosen}, {rival.log_loss - tried[at].log_loss:.4f} of log-loss below {rival.name}"
    return (*lines, won if at == len(tried) - 1 else f"{won}; what is less simple was not better beyond noise")


def training_warnings(examples: TrainingSet, result: NestedCVResult) -> tuple[str, ...]:
    """Return sentences a person should read before using the model."""
    label = examples.label
    base = log_losses(label, result.candidate_scores[RUNGS[0]])
    useless = result.selection.plan.rung == RUNGS[0] or not significantly_lower(
        log_losses(label, result.score), base, standard_errors=2.0
    )
    rarer, kind = min((int(label.sum()), "left"), (int((label == 0).sum()), "stayed"))
    few = rarer < _FEW
    found = []
    if useless and few:
        found.append(
            f"only {rarer} customers {kind}: too few to show that the model is better than the base rate, "
            "so do not act on its scores yet"
        )
    elif useless:
        found.append(NO_BETTER_THAN_BASE_RATE)
    found += _too_good(examples, result)
    if few and not useless:
        found.append(f"only {rarer} customers {kind}, so every figure here is uncertain; train on more if you can")
    return tuple(found)


def _too_good(examples: TrainingSet, climb: NestedCVResult) -> list[str]:
    """Name every column that alone almost tells who left, or else what moves a model that does."""
    telling = _telling(examples)
    if telling:
        one = len(telling) == 1
        which = (
            f"column {join_names(telling)} alone almost tells"
            if one
            else f"columns {join_names(telling)} each almost tell"
        )
        it, was = ("it", "it was") if one else ("them", "they were")
        return [f"{which} who left; check that {was} known before they did, or exclude {it}"]
    auc = compute_metrics(examples.label, climb.score).roc_auc
    if auc <= _TOO_GOOD:
        return []
    added = climb.selection.contributions(examples.sample(_LOOKED_AT, seed=0).matrix)
    first = np.argsort(-np.abs(added).mean(axis=0), kind="stable")[:_FIRST]
    return [
        f"the model almost tells who left (AUC {auc:.3f} on customers it had not seen), which is seldom true; "
        f"check that what moves it most ({join_names(examples.columns[at].name for at in first)}) was known "
        "before they left"
    ]


def _telling(examples: TrainingSet) -> list[str]:
    """Return the columns whose own rule, learned on one half of the customers, tells who left in the other."""
    from sklearn.metrics import roc_auc_score

    random, sides = np.random.default_rng(0), (np.flatnonzero(examples.label == side) for side in (0, 1))
    few = examples.take(np.concatenate([random.permutation(side)[:_LOOKED_AT] for side in sides]))
    half = assign_fold_numbers(few.label, 2, seed=0, panel=few.panel) == 0
    found = []
    for at, column in enumerate(few.columns):
        margin = np.empty(len(few))
        for held in (half, ~half):
            margin[held] = fit_rule(few.take(~held), at).predict_log_odds(few.matrix[held])
        if roc_auc_score(few.label, margin) > _TOO_GOOD:
            found.append(column.name)
    return found
