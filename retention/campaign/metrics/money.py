"""What the campaign earned: in all, per treated customer, and what holding out cost.

All three rest on the primary money Y = V·S − d·R − c·A, whose V is an input. Where its tails allow no interval,
none of them has one.
"""

from abc import abstractmethod
from typing import Any

from retention.campaign.comparison import Comparison
from retention.campaign.effect import Bools
from retention.campaign.intervals import Interval
from retention.campaign.metrics.metric import Metric
from retention.campaign.outcome_rows import OutcomeRows


class _Money(Metric):
    """The effect on money per treated customer (currency), times the customers whom it concerns."""

    @abstractmethod
    def concerned(self, rows: OutcomeRows) -> Bools:
        """Return whom it concerns, (n,)."""

    def measured(self, rows: OutcomeRows, overall: Comparison) -> Interval | None:
        """Return the effect of all treatment arms together; None where its tails allow no interval."""
        per_head = overall.money if overall.money_trusted else None
        return per_head and per_head.times(int(self.concerned(rows).sum()))

    def details(self, rows: OutcomeRows, shown: Interval | None) -> dict[str, Any]:
        """Return what was assumed of those whom it concerns."""
        return {"assumed": float(rows.assumed.profit[self.concerned(rows)].sum())}

    def evidence(self, rows: OutcomeRows) -> tuple[str, ...]:
        """Return that the value of a customer is an input."""
        return ("measured", "assumed")


class Profit(_Money):
    """Incremental profit of all treated customers."""

    name = "profit"
    label = "Profit"
    unit = "amount"
    estimate = "amount"

    def concerned(self, rows: OutcomeRows) -> Bools:
        """Return the treated."""
        return rows.listed_treated

    def details(self, rows: OutcomeRows, shown: Interval | None) -> dict[str, Any]:
        """Return the plan's promise, and which outcome the money counts."""
        counts = rows.kept_by.replace("_", " ")
        return {**super().details(rows, shown), "counts": counts, "currency": rows.design.economics.currency}


class ProfitPerHead(_Money):
    """Incremental profit per treated customer."""

    name = "profit_per_head"
    label = "Profit a head"
    unit = "amount a head"
    estimate = "mean"

    def concerned(self, rows: OutcomeRows) -> Bools:
        """Return the treated, whose mean it is."""
        return rows.listed_treated

    def measured(self, rows: OutcomeRows, overall: Comparison) -> Interval | None:
        """Return the effect of all treatment arms together; None where its tails allow no interval."""
        return overall.money if overall.money_trusted else None

    def details(self, rows: OutcomeRows, shown: Interval | None) -> dict[str, Any]:
        """Return the plan's promise."""
        treated = int(self.concerned(rows).sum())
        return {"assumed": float(rows.assumed.profit[self.concerned(rows)].sum()) / treated if treated else None}


class HoldoutCost(_Money):
    """Profit that the held-out customers did not bring."""

    name = "holdout_cost"
    label = "Holdout cost"
    unit = "amount"
    estimate = "amount"

    def concerned(self, rows: OutcomeRows) -> Bools:
        """Return those held out."""
        return rows.listed_control
