"""Test the model out of time: on the newest cutoff, which played no part in training or selection."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.churn.evaluation import Metrics, Weight, compute_metrics, effective_count
from retention.churn.nested_cv import NestedCVResult
from retention.churn.training_set import Panel, TrainingSet
from retention.customers.audit.separation import roc_auc_of_ranks

_BOOTSTRAP_DRAWS = 200
_MIN_AUC_LOSS = 0.02
_MIN_RATE_CHANGE = 0.2  # relative to the observed churn rate


@dataclass(frozen=True)
class RollingOrigin:
    """Metrics of one cutoff, from models that learned from earlier cutoffs and from other customers.

    Attributes
    ----------
    cutoff
        Date, ISO 8601.
    customers
        Number of customers at this cutoff.
    churn_rate
        Share that churned, in [0, 1].
    metrics
        Metrics of the predicted probabilities.
    """

    cutoff: str
    customers: int
    churn_rate: float
    metrics: Metrics


@dataclass(frozen=True)
class OutOfTime:
    """The newest cutoff as a test, scored by models that learned from earlier cutoffs and other customers only.

    Attributes
    ----------
    cutoff, customers, churn_rate, metrics
        As in :class:`RollingOrigin`, of the newest cutoff.
    cross_validated
        Metrics of the same models on held-out customers at the cutoffs they learned from.
    auc_gap_low, auc_gap_high
        Ends of the 90% bootstrap interval, by customer, of the AUC out of time less the cross-validated AUC.
    rows
        Rows of all cutoffs together, which the final model is fitted on.
    earlier
        The same for earlier cutoffs (rolling origin), oldest first, where there was enough to learn from.
    effective_customers
        How many customers of equal weight would be as informative as those of the newest cutoff; None without
        row weights.
    """

    cutoff: str
    customers: int
    churn_rate: float
    metrics: Metrics
    cross_validated: Metrics
    auc_gap_low: float
    auc_gap_high: float
    rows: int
    earlier: tuple[RollingOrigin, ...]
    effective_customers: float | None = None

    @property
    def gap(self) -> Metrics:
        """Metrics out of time less the cross-validated ones."""
        before = asdict(self.cross_validated)
        return Metrics(**{name: now - before[name] for name, now in asdict(self.metrics).items()})

    @property
    def sentence(self) -> str:
        """The gap in one sentence."""
        gap = self.gap.roc_auc
        size = "within chance" if self.auc_gap_low <= 0 <= self.auc_gap_high else "beyond chance"
        return (
            f"out of time, at {self.cutoff}: AUC {self.metrics.roc_auc:.3f} against "
            f"{self.cross_validated.roc_auc:.3f} cross-validated on earlier cutoffs ({gap:+.3f}, {size}); "
            f"{self.metrics.mean_probability:.1%} were predicted to churn, and {self.churn_rate:.1%} did"
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences where the past did not predict who churned, or how many did."""
        warnings = []
        if self.auc_gap_high < 0 and self.gap.roc_auc < -_MIN_AUC_LOSS:
            warnings.append(
                f"at the newest cutoff the model ranks worse (AUC {self.metrics.roc_auc:.3f}) than cross-"
                f"validation promised ({self.cross_validated.roc_auc:.3f}): what goes along "
                "with churn is changing, so retrain often"
            )
        rate, deviation = self.churn_rate, abs(self.metrics.mean_probability - self.churn_rate)
        noise = 3 * np.sqrt(rate * (1 - rate) / (self.effective_customers or self.customers))
        if deviation > max(noise, _MIN_RATE_CHANGE * rate):
            warnings.append(
                f"at the newest cutoff {rate:.1%} churned where {self.metrics.mean_probability:.1%} were "
                "predicted to: the level of churn has changed, so retrain often and take predicted levels "
                "with care"
            )
        return tuple(warnings)

    def as_dict(self) -> dict[str, Any]:
        """Return JSON values, with the gap and its sentence."""
        fields = asdict(self)
        if self.effective_customers is None:
            del fields["effective_customers"]
        return {**fields, "earlier": list(fields["earlier"]), "gap": asdict(self.gap), "words": self.sentence}

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> "OutOfTime":
        """Rebuild it from :meth:`as_dict`."""
        return cls(
            cutoff=str(saved["cutoff"]),
            customers=int(saved["customers"]),
            churn_rate=float(saved["churn_rate"]),
            metrics=Metrics(**saved["metrics"]),
            cross_validated=Metrics(**saved["cross_validated"]),
            auc_gap_low=float(saved["auc_gap_low"]),
            auc_gap_high=float(saved["auc_gap_high"]),
            rows=int(saved["rows"]),
            earlier=tuple(
                RollingOrigin(**{**origin, "metrics": Metrics(**origin["metrics"])}) for origin in saved["earlier"]
            ),
            effective_customers=saved.get("effective_customers"),
        )


def evaluate_out_of_time(
    training_set: TrainingSet, result: NestedCVResult, cutoffs: tuple[str, ...], *, seed: int = 0
) -> OutOfTime | None:
    """Compare the metrics of the newest cutoff with the cross-validated ones of earlier cutoffs.

    Parameters
    ----------
    training_set, result
        n rows, and their held-out probabilities.
    cutoffs
        Date of each period, ISO 8601, oldest first.
    seed
        Decides the bootstrap draws.

    Returns
    -------
    OutOfTime or None
        None with a single cutoff.
    """
    if training_set.panel is None:
        return None
    period, weight = training_set.panel.period, training_set.row_weight
    origins = [
        _origin(cutoff, training_set.take(period == number), result.rolling_origin_score[period == number])
        for number, cutoff in enumerate(cutoffs)
        if not np.isnan(result.rolling_origin_score[period == number]).any()
    ]
    last, before = origins[-1], period < period.max()
    low, high = _auc_gap(training_set.label, result.score, before, training_set.panel, weight=weight, seed=seed)
    cross_validated = compute_metrics(
        training_set.label[before], result.score[before], None if weight is None else weight[before]
    )
    return OutOfTime(
        **vars(last),
        cross_validated=cross_validated,
        auc_gap_low=low,
        auc_gap_high=high,
        rows=len(training_set),
        earlier=tuple(origins[:-1]),
        effective_customers=None if weight is None else effective_count(weight[~before]),
    )


def _origin(cutoff: str, rows: TrainingSet, score: NDArray[np.float64]) -> RollingOrigin:
    metrics = compute_metrics(rows.label, score, rows.row_weight)
    return RollingOrigin(cutoff, len(rows), rows.churn_rate, metrics)


def _auc_gap(
    label: NDArray[np.int8],
    score: NDArray[np.float64],
    before: NDArray[np.bool_],
    panel: Panel,
    *,
    weight: Weight = None,
    seed: int,
) -> tuple[float, float]:
    """Return the 90% bootstrap interval of the newest cutoff's AUC less that of the earlier cutoffs.

    Customers are drawn, not rows: a customer counts equally often in all their rows.
    """
    customers, customer = np.unique(panel.customer, return_inverse=True)
    row_weight = np.ones(len(label)) if weight is None else weight
    parts = [
        (label[rows], np.unique(score[rows], return_inverse=True)[1], customer[rows], row_weight[rows])
        for rows in (before, ~before)
    ]
    random, gaps = np.random.default_rng(seed), np.empty(_BOOTSTRAP_DRAWS)
    for draw in range(_BOOTSTRAP_DRAWS):
        drawn = random.poisson(1.0, len(customers)).astype(np.float64)
        auc_before, auc_newest = (
            roc_auc_of_ranks(rank, churned, drawn[counted] * stands_for)
            for churned, rank, counted, stands_for in parts
        )
        gaps[draw] = auc_newest - auc_before
    low, high = np.nanquantile(gaps, [0.05, 0.95])  # a draw with a single class has no AUC
    return float(low), float(high)
