"""What the held-out figures say about a training run, in numbers and in sentences."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.churn.climb import Climb
from retention.churn.evaluate import CalibrationBin, Metrics, beats, calibration_table, losses, measure
from retention.churn.examples import Examples
from retention.churn.ladder import RUNGS

NO_BETTER = (
    "on customers it had not seen, the model is no better than the base rate: "
    "these columns do not tell who leaves, so do not act on its scores"
)
_TOO_GOOD = 0.98
_FEW = 100


@dataclass(frozen=True)
class Candidate:
    """One rung of the ladder and its figures on customers it had not seen."""

    name: str
    log_loss: float
    roc_auc: float


@dataclass(frozen=True)
class Weighting:
    """What counting churners more often did, and that it was undone.

    Attributes
    ----------
    scale_pos_weight
        How many times a churner counted.
    churn_rate
        Share that really left.
    mean_raw, mean_calibrated
        Mean held-out probability as the weighted model gives it, and after calibration.
    brier_raw, brier_calibrated
        Mean squared error of both.
    """

    scale_pos_weight: float
    churn_rate: float
    mean_raw: float
    mean_calibrated: float
    brier_raw: float
    brier_calibrated: float


@dataclass(frozen=True)
class Uncalibrated:
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
    def from_json(cls, saved: Mapping[str, Any]) -> "Uncalibrated":
        """Rebuild it from its fields."""
        return cls(Metrics(**saved["metrics"]), tuple(CalibrationBin(**one) for one in saved["groups"]))


def uncalibrated(label: NDArray[np.int8], climb: Climb) -> Uncalibrated | None:
    """Measure the chosen models' probabilities before calibration; None where it changed nothing."""
    if np.allclose(climb.raw, climb.score):
        return None
    return Uncalibrated(measure(label, climb.raw), calibration_table(label, climb.raw))


def candidates(label: NDArray[np.int8], climb: Climb) -> tuple[Candidate, ...]:
    """Return every rung's held-out figures, simplest first."""
    figures = {rung: measure(label, climb.scores[rung]) for rung in RUNGS}
    return tuple(Candidate(rung, one.log_loss, one.roc_auc) for rung, one in figures.items())


def weighting(examples: Examples, climb: Climb) -> Weighting:
    """Compare the chosen models' raw scores with the calibrated ones."""
    label = examples.label
    return Weighting(
        scale_pos_weight=examples.weight,
        churn_rate=examples.rate,
        mean_raw=float(climb.raw.mean()),
        mean_calibrated=float(climb.score.mean()),
        brier_raw=float(np.mean((climb.raw - label) ** 2)),
        brier_calibrated=float(np.mean((climb.score - label) ** 2)),
    )


def warnings(examples: Examples, climb: Climb) -> tuple[str, ...]:
    """Return sentences a person should read before using the model."""
    found, label = [], examples.label
    base = losses(label, climb.scores[RUNGS[0]])
    if climb.ladder.plan.rung == RUNGS[0] or not beats(losses(label, climb.score), base, errors=2.0):
        found.append(NO_BETTER)
    if measure(label, climb.scores[RUNGS[1]]).roc_auc > _TOO_GOOD:
        name = examples.columns[climb.ladder.rule.column].name
        found.append(
            f"column '{name}' alone almost tells who left; check that it was known before they did, or exclude it"
        )
    rarer, kind = min((int(label.sum()), "left"), (int((label == 0).sum()), "stayed"))
    if rarer < _FEW:
        found.append(f"only {rarer} customers {kind}, so every figure here is uncertain; train on more if you can")
    return tuple(found)
