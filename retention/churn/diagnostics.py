"""Describe a training run by its held-out metrics: the candidates compared, and sentences that warn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.churn.candidates.base_rate import BaseRate
from retention.churn.candidates.one_feature import fit_feature
from retention.churn.evaluation import (
    CalibrationBin,
    Metrics,
    Weight,
    calibration_table,
    compute_metrics,
    log_losses,
    significantly_lower,
)
from retention.churn.folds import assign_fold_numbers
from retention.churn.nested_cv import NestedCVResult
from retention.churn.training_set import TrainingSet
from retention.wording.text import join_names

NO_BETTER_THAN_BASE_RATE = (
    "on customers it had not seen, the model is no better than the base rate: "
    "these columns do not show who is about to churn, so do not act on its scores"
)
_SUSPICIOUS_AUC = 0.98
_FEW_CUSTOMERS = 100
_SAMPLE_PER_CLASS = 2_500  # enough to tell an AUC of .97 from .98
_NAMED_COLUMNS = 3


@dataclass(frozen=True)
class CandidateMetrics:
    """A candidate's metrics on held-out customers.

    Attributes
    ----------
    name
        Of the candidate.
    log_loss
        Mean negative log-likelihood (nats), 0 best.
    roc_auc
        In [0, 1]; 0.5 is chance.
    """

    name: str
    log_loss: float
    roc_auc: float


@dataclass(frozen=True)
class UncalibratedMetrics:
    """How good the held-out probabilities were before calibration.

    Attributes
    ----------
    metrics
        Metrics of these probabilities.
    groups
        Customers with similar probabilities: predicted and observed churn.
    """

    metrics: Metrics
    groups: tuple[CalibrationBin, ...]

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> "UncalibratedMetrics":
        """Rebuild it from its fields."""
        return cls(Metrics(**saved["metrics"]), tuple(CalibrationBin(**group) for group in saved["groups"]))


def measure_uncalibrated(
    label: NDArray[np.int8], result: NestedCVResult, weight: Weight = None
) -> UncalibratedMetrics | None:
    """Measure the chosen models' probabilities before calibration; None where calibration changed nothing.

    Parameters
    ----------
    label
        1 churned, 0 retained; length n.
    result
        Held-out probabilities of the same n customers.
    weight
        How many customers each row stands for, length n; None where each stands for itself.
    """
    score = result.uncalibrated_score
    if np.allclose(score, result.score):
        return None
    return UncalibratedMetrics(
        compute_metrics(label, score, weight), calibration_table(label, score, weight=weight)
    )


def measure_candidates(
    label: NDArray[np.int8], result: NestedCVResult, weight: Weight = None
) -> tuple[CandidateMetrics, ...]:
    """Return every candidate's held-out metrics, simplest first.

    Parameters
    ----------
    label
        1 churned, 0 retained; length n.
    result
        Held-out probabilities of the same n customers.
    weight
        How many customers each row stands for, length n; None where each stands for itself.
    """
    metrics = {name: compute_metrics(label, score, weight) for name, score in result.candidate_scores.items()}
    return tuple(CandidateMetrics(name, measured.log_loss, measured.roc_auc) for name, measured in metrics.items())


def comparison_lines(candidates: Sequence[CandidateMetrics], chosen: str) -> tuple[str, ...]:
    """Return a line for each candidate, simplest first, and a line that says why the chosen one was chosen."""
    lines = [
        f"  {metrics.name}: log-loss {metrics.log_loss:.4f}, AUC {metrics.roc_auc:.3f}" for metrics in candidates
    ]
    position = [metrics.name for metrics in candidates].index(chosen)
    if position == 0:
        return (*lines, f"chosen: {chosen}, since nothing else had a lower log-loss beyond noise")
    rival = min(candidates[:position], key=lambda metrics: metrics.log_loss)
    gain = rival.log_loss - candidates[position].log_loss
    reason = f"chosen: {chosen}, {gain:.4f} of log-loss below {rival.name}"
    if position < len(candidates) - 1:
        reason += "; what is less simple was not better beyond noise"
    return (*lines, reason)


def training_warnings(training_set: TrainingSet, result: NestedCVResult) -> tuple[str, ...]:
    """Return sentences a person should read before using the model.

    Parameters
    ----------
    training_set, result
        The n customers the metrics are about, and their held-out probabilities.
    """
    label = training_set.label
    base_losses = log_losses(label, result.candidate_scores[BaseRate.name])
    useless = result.selection.chosen == BaseRate.name or not significantly_lower(
        log_losses(label, result.score), base_losses, standard_errors=2.0, weight=training_set.row_weight
    )
    rarer, what = min((int(label.sum()), "churned"), (int((label == 0).sum()), "were retained"))
    few = rarer < _FEW_CUSTOMERS
    warnings = []
    if useless and few:
        warnings.append(
            f"only {rarer} customers {what}: too few to show that the model is better than the base rate, "
            "so do not act on its scores yet"
        )
    elif useless:
        warnings.append(NO_BETTER_THAN_BASE_RATE)
    warnings += _leakage_warnings(training_set, result)
    if few and not useless:
        warnings.append(
            f"only {rarer} customers {what}, so every figure here is uncertain; train on more if you can"
        )
    return tuple(warnings)


def _leakage_warnings(training_set: TrainingSet, result: NestedCVResult) -> list[str]:
    """Name every column that alone almost gives the label away, or what moves a model that does."""
    names = _leaking_columns(training_set)
    if len(names) == 1:
        return [
            f"column {join_names(names)} alone almost gives away who churned; "
            "check that it was known before they did, or exclude it"
        ]
    if names:
        return [
            f"columns {join_names(names)} each almost give away who churned; "
            "check that they were known before they did, or exclude them"
        ]
    auc = compute_metrics(training_set.label, result.score, training_set.row_weight).roc_auc
    if auc <= _SUSPICIOUS_AUC:
        return []
    contributions = result.selection.contributions(training_set.sample(_SAMPLE_PER_CLASS, seed=0).matrix)
    strongest = np.argsort(-np.abs(contributions).mean(axis=0), kind="stable")[:_NAMED_COLUMNS]
    moving = join_names(training_set.columns[position].name for position in strongest)
    return [
        f"the model almost gives away who churned (AUC {auc:.3f} on customers it had not seen), which is seldom "
        f"true; check that what moves it most ({moving}) was known before they churned"
    ]


def _leaking_columns(training_set: TrainingSet) -> list[str]:
    """Return the columns that alone, learned on one half of the customers, separate the classes in the other."""
    from sklearn.metrics import roc_auc_score

    random = np.random.default_rng(0)
    classes = [np.flatnonzero(training_set.label == outcome) for outcome in (0, 1)]
    sample = training_set.take(np.concatenate([random.permutation(rows)[:_SAMPLE_PER_CLASS] for rows in classes]))
    half = assign_fold_numbers(sample.label, 2, seed=0, panel=sample.panel) == 0
    names = []
    for position, column in enumerate(sample.columns):
        log_odds = np.empty(len(sample))
        for test in (half, ~half):
            log_odds[test] = fit_feature(sample.take(~test), position).predict_log_odds(sample.matrix[test])
        if roc_auc_score(sample.label, log_odds) > _SUSPICIOUS_AUC:
            names.append(column.name)
    return names
