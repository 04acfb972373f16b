"""The metrics of a campaign's reading; register a new one here."""

from typing import Any

from retention.campaign.comparison import Comparison
from retention.campaign.metrics.cost import CostPerSaved
from retention.campaign.metrics.kept import Kept, StayedOn
from retention.campaign.metrics.metric import Metric
from retention.campaign.metrics.money import HoldoutCost, Profit, ProfitPerHead
from retention.campaign.metrics.rates import Redemption, SaveRate
from retention.campaign.metrics.spend import Spend
from retention.campaign.outcome_rows import OutcomeRows

METRICS: tuple[Metric, ...] = (
    Kept(),
    StayedOn(),
    Profit(),
    ProfitPerHead(),
    SaveRate(),
    Redemption(),
    HoldoutCost(),
    Spend(),
    CostPerSaved(),
)
"""All metrics, in the order of the reading's JSON. Names that stand there stay."""


def columns_needed() -> tuple[str, ...]:
    """Return the columns of outcomes that any metric needs, in the order of the metrics."""
    return tuple(dict.fromkeys(column for metric in METRICS for column in metric.needs))


# In the order in which readings have always listed what their numbers rest on; later metrics follow.
_FIRST_EVIDENCE = ("kept", "save_rate", "profit", "profit_per_head", "holdout_cost", "redemption")


def measure_all(rows: OutcomeRows, overall: Comparison) -> dict[str, dict[str, Any]]:
    """Return every metric by its name, ready for JSON."""
    return {metric.name: metric.as_dict(rows, overall) for metric in METRICS}


def evidence_of_all(rows: OutcomeRows) -> dict[str, list[str]]:
    """Return what each metric rests on, by its name, without those that the outcomes do not allow."""
    evidence = {metric.name: list(metric.evidence(rows)) for metric in METRICS}
    names = (*_FIRST_EVIDENCE, *(name for name in evidence if name not in _FIRST_EVIDENCE))
    return {name: evidence[name] for name in names if evidence[name]}


__all__ = ["METRICS", "Metric", "columns_needed", "evidence_of_all", "measure_all"]
