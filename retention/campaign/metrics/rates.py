"""The rates that the plan had assumed, measured: the net save rate, and redemption by the treated."""

import math
from typing import Any

import numpy as np

from retention.campaign.comparison import Comparison
from retention.campaign.effect import Estimate
from retention.campaign.intervals import Interval, normal_interval
from retention.campaign.metrics.metric import Metric
from retention.campaign.outcome_rows import OutcomeRows


class SaveRate(Metric):
    """Net share of churning customers whom the campaign kept: 1 − churned(treated) ÷ churned(held out)."""

    name = "save_rate"
    label = "Save rate"
    unit = "share"

    def measured(self, rows: OutcomeRows, overall: Comparison) -> Interval | None:
        """Return the rate of all treatment arms together."""
        return overall.save_rate

    def details(self, rows: OutcomeRows, shown: Interval | None) -> dict[str, Any]:
        """Return the net rate that was assumed: the assumed effect on customers kept ÷ the expected churn."""
        treated = rows.listed_treated
        churning = float(rows.assignments["probability"].to_numpy()[treated].sum())
        return {"assumed": float(rows.assumed.kept[treated].sum()) / churning if churning else None}


class Redemption(Metric):
    """Share of the treated who redeemed the offer."""

    name = "redemption"
    label = "Redemption"
    unit = "share"
    needs = ("redeemed",)

    def measured(self, rows: OutcomeRows, overall: Comparison) -> Interval | None:
        """Return the share with its interval."""
        redeemed = rows.outcomes["redeemed"].to_numpy(np.float64)[rows.listed_treated]
        return normal_interval(
            Estimate(float(redeemed.mean()), float(redeemed.std(ddof=1)) / math.sqrt(len(redeemed)))
        )

    def details(self, rows: OutcomeRows, shown: Interval | None) -> dict[str, Any]:
        """Return the share that was assumed."""
        treated = rows.listed_treated
        return {"assumed": float(rows.assumed.redeemed[treated].mean()) if treated.any() else None}

    def evidence(self, rows: OutcomeRows) -> tuple[str, ...]:
        """Return that without the column the assumed rates stand in for it."""
        return super().evidence(rows) or ("assumed",)
