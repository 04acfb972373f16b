"""Whether what was learned in the past still held at the newest cutoff, which no choice has seen."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.churn.evaluation import Metrics, compute_metrics
from retention.churn.nested_cv import NestedCVResult
from retention.churn.training_set import Panel, TrainingSet
from retention.customers.audit.separation import roc_auc_of_ranks

_DRAWS = 200
_CLEARLY_WORSE = 0.02  # of the AUC
_CLEARLY_OFF = 0.2  # of the share that left


@dataclass(frozen=True)
class RollingOrigin:
    """Figures of one cutoff from models that learned from the cutoffs before it, and from other people.

    Attributes
    ----------
    cutoff
        The day, ISO 8601.
    customers
        How many there were.
    churn_rate
        Share that left.
    metrics
        What was predicted against what happened.
    """

    cutoff: str
    customers: int
    churn_rate: float
    metrics: Metrics


@dataclass(frozen=True)
class OutOfTime:
    """The newest cutoff as a test: scored by models that learned from earlier cutoffs and other people only.

    Attributes
    ----------
    cutoff, customers, churn_rate, metrics
        As in :class:`RollingOrigin`, of the newest cutoff.
    cross_validated
        What the same models say about people they had not seen at the cutoffs they learned from.
    auc_gap_low, auc_gap_high
        The 90% bootstrap band, by customer, of the AUC out of time less the cross-validated one.
    rows
        Of all cutoffs together: what the final model is fitted on.
    earlier
        Rolling origin: the same for earlier cutoffs, oldest first, where there was enough to learn from.
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

    @property
    def gap(self) -> Metrics:
        """Figures out of time less the cross-validated ones."""
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
            f"{self.metrics.mean_probability:.1%} were predicted to leave, and {self.churn_rate:.1%} did"
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences where the past was no guide: to who leaves, or to how many do."""
        found = []
        if self.auc_gap_high < 0 and self.gap.roc_auc < -_CLEARLY_WORSE:
            found.append(
                f"at the newest cutoff the model ranks worse (AUC {self.metrics.roc_auc:.3f}) than cross-"
                f"validation promised ({self.cross_validated.roc_auc:.3f}): what tells who leaves is changing, so "
                "retrain often"
            )
        rate, off = self.churn_rate, abs(self.metrics.mean_probability - self.churn_rate)
        noise = 3 * np.sqrt(rate * (1 - rate) / self.customers)
        if off > max(noise, _CLEARLY_OFF * rate):
            found.append(
                f"at the newest cutoff {rate:.1%} left where {self.metrics.mean_probability:.1%} were predicted "
                "to: churn is not as it was, so retrain often and take its level with care"
            )
        return tuple(found)

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values, the gap and its words among them."""
        fields = asdict(self)
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
                RollingOrigin(**{**one, "metrics": Metrics(**one["metrics"])}) for one in saved["earlier"]
            ),
        )


def evaluate_out_of_time(
    training_set: TrainingSet, result: NestedCVResult, cutoffs: tuple[str, ...], *, seed: int = 0
) -> OutOfTime | None:
    """Hold what was said about the newest cutoff against what was said about earlier ones.

    Parameters
    ----------
    examples, climb
        n rows, and what was said about them unseen.
    cutoffs
        The day of each period.
    seed
        Of the bootstrap.

    Returns
    -------
    OutOfTime or None
        None with a single cutoff.
    """
    if training_set.panel is None:
        return None
    period = training_set.panel.period
    origins = [
        _origin(cutoffs[one], training_set.label[period == one], result.rolling_origin_score[period == one])
        for one in range(len(cutoffs))
        if not np.isnan(result.rolling_origin_score[period == one]).any()
    ]
    last, before = origins[-1], period < period.max()
    low, high = _auc_gap(training_set.label, result.score, before, training_set.panel, seed=seed)
    return OutOfTime(
        **vars(last),
        cross_validated=compute_metrics(training_set.label[before], result.score[before]),
        auc_gap_low=low,
        auc_gap_high=high,
        rows=len(training_set),
        earlier=tuple(origins[:-1]),
    )


def _origin(cutoff: str, label: NDArray[np.int8], score: NDArray[np.float64]) -> RollingOrigin:
    return RollingOrigin(cutoff, len(label), float(label.mean()), compute_metrics(label, score))


def _auc_gap(
    label: NDArray[np.int8], score: NDArray[np.float64], before: NDArray[np.bool_], stack: Panel, *, seed: int
) -> tuple[float, float]:
    """Return the 90% band of the newest cutoff's AUC less that of the earlier ones, had others been customers.

    A customer drawn counts in all their rows, before and at the newest cutoff.
    """
    customers, who = np.unique(stack.customer, return_inverse=True)
    parts = [
        (label[rows], np.unique(score[rows], return_inverse=True)[1], who[rows]) for rows in (before, ~before)
    ]
    random, gaps = np.random.default_rng(seed), np.empty(_DRAWS)
    for draw in range(_DRAWS):
        times = random.poisson(1.0, len(customers)).astype(np.float64)
        then, now = (roc_auc_of_ranks(rank, churned, times[whose]) for churned, rank, whose in parts)
        gaps[draw] = now - then
    low, high = np.nanquantile(gaps, [0.05, 0.95])  # a draw without anybody of a kind has no AUC
    return float(low), float(high)
