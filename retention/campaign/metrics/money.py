"""What the campaign earned: in all, per treated customer, and what holding out cost.

All three rest on the primary money Y = V·S − d·R − c·A, whose V is an input. Where its tails allow no interval,
none of them has one.
"""

from abc import abstractmethod
from typing import Any

from retention.campaign.comparison import Comparison
from retention.campaign.intervals import Interval
from retention.campaign.metrics.metric import Metric
from retention.campaign.outcome_rows import OutcomeRows


class _Money(Metric):
    """A multiple of the effect on money per treated customer (currency)."""

    @abstractmethod
    def customers(self, rows: OutcomeRows) -> int:
        """Return of how many customers it is."""

    def measured(self, rows: OutcomeRows, overall: Comparison) -> Interval | None:
        """Return the effect per treated customer times the customers."""
        per_head = overall.money if overall.money_trusted else None
        return per_head and per_head.times(self.customers(rows))

    def evidence(self, rows: OutcomeRows) -> tuple[str, ...]:
        """Return that the value of a customer is an input."""
        return ("measured", "assumed")


class Profit(_Money):
    """Incremental profit of all treated customers."""

    name = "profit"
    label = "Profit"
    unit = "amount"
    estimate = "amount"

    def customers(self, rows: OutcomeRows) -> int:
        """Return the treated."""
        return int(rows.listed_treated.sum())

    def details(self, rows: OutcomeRows, shown: Interval | None) -> dict[str, Any]:
        """Return the plan's promise, and which outcome the money counts."""
        return {
            "assumed": float(rows.assumed.profit[rows.listed_treated].sum()),
            "counts": rows.kept_by.replace("_", " "),
            "currency": rows.design.economics.currency,
        }


class ProfitPerHead(_Money):
    """Incremental profit per treated customer."""

    name = "profit_per_head"
    label = "Profit a head"
    unit = "amount a head"
    estimate = "mean"

    def customers(self, rows: OutcomeRows) -> int:
        """Return one customer."""
        return 1

    def details(self, rows: OutcomeRows, shown: Interval | None) -> dict[str, Any]:
        """Return the plan's promise."""
        treated = rows.listed_treated
        n_treated = int(treated.sum())
        return {"assumed": float(rows.assumed.profit[treated].sum()) / n_treated if n_treated else None}


class HoldoutCost(_Money):
    """Profit that the held-out customers did not bring."""

    name = "holdout_cost"
    label = "Holdout cost"
    unit = "amount"
    estimate = "amount"

    def customers(self, rows: OutcomeRows) -> int:
        """Return those held out."""
        return int(rows.listed_control.sum())

    def details(self, rows: OutcomeRows, shown: Interval | None) -> dict[str, Any]:
        """Return what holding out was expected to cost."""
        return {"assumed": float(rows.assumed.profit[rows.listed_control].sum())}
