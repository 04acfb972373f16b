"""Customers kept: in percentage points, and how many they are."""

from typing import Any

from retention.campaign.comparison import Comparison
from retention.campaign.intervals import Interval, interval_json
from retention.campaign.metrics.metric import Metric
from retention.campaign.outcome_rows import OutcomeRows


class Kept(Metric):
    """Effect on the share of the treated who were kept; beside it, of how many customers."""

    name = "kept"
    label = "Kept"
    unit = "points"
    estimate = "points"

    def measured(self, rows: OutcomeRows, overall: Comparison) -> Interval | None:
        """Return the effect of all treatment arms together."""
        return overall.kept

    def details(self, rows: OutcomeRows, shown: Interval | None) -> dict[str, Any]:
        """Return the customers kept among the treated, and the points that were assumed."""
        treated = rows.listed_treated
        return {
            "customers": interval_json(shown and shown.times(int(treated.sum()) / 100)),
            "assumed": 100 * float(rows.assumed.kept[treated].mean()) if treated.any() else None,
        }


class StayedOn(Metric):
    """Effect on the share of the treated who ordered again after the offer had expired."""

    name = "stayed_on"
    label = "Stayed on"
    unit = "points"
    estimate = "points"
    needs = ("stayed_on",)

    def measured(self, rows: OutcomeRows, overall: Comparison) -> Interval | None:
        """Return the effect of all treatment arms together."""
        return rows.effect_on_share("stayed_on")
