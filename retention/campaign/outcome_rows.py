"""The customers of a campaign who have an outcome, and how any outcome of theirs is compared between the arms."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from retention.campaign.campaign_file import Campaign
from retention.campaign.campaign_money import AssumedEffects, assumed_effects, cost_and_profit, score_covariates
from retention.campaign.comparison import Comparison, compare
from retention.campaign.design import CONTROL, Design
from retention.campaign.effect import Bools, Floats
from retention.campaign.intervals import Interval

BLANK_SEGMENT = "(blank)"


@dataclass(frozen=True, eq=False)
class OutcomeRows:
    """Customers with an outcome, n of them, in equal order.

    Attributes
    ----------
    design
        What was registered.
    assignments, outcomes
        Their arms, and what became of them; at least the column ``kept``.
    assumed
        What was assumed of them at the draw.
    money, cost
        Y = V·S − d·R − c·A of each customer, and d·R + c·A alone (currency), shape (n,).
    """

    design: Design
    assignments: pd.DataFrame
    outcomes: pd.DataFrame
    assumed: AssumedEffects
    money: Floats
    cost: Floats

    @cached_property
    def treated(self) -> Bools:
        """Whether the customer's arm is a treatment, (n,)."""
        return (self.assignments["arm"] != CONTROL).to_numpy()

    @cached_property
    def listed(self) -> Bools:
        """Whether the customer was on the send list, not drawn only to explore, (n,)."""
        return self.assignments["listed"].to_numpy(bool)

    @cached_property
    def listed_treated(self) -> Bools:
        """The listed customers who were treated, (n,)."""
        return self.treated & self.listed

    @cached_property
    def listed_control(self) -> Bools:
        """The listed customers who were held out, (n,)."""
        return ~self.treated & self.listed

    @property
    def kept_by(self) -> str:
        """The outcome that the money counts: ``stayed_on`` once it is complete, else ``kept``."""
        return "stayed_on" if "stayed_on" in self.outcomes else "kept"

    def compare(self) -> Comparison:
        """Compare all treated with control, among the listed."""
        return self._compare(self.listed, self.treated)

    def compare_arm(self, arm: str) -> Comparison:
        """Compare one arm with control among the listed who could have got either."""
        arms = self.assignments["arm"].to_numpy(object)
        possible = self.assignments[f"chance_{arm}"].to_numpy() > 0
        return self._compare(self.listed & possible & np.isin(arms, [CONTROL, arm]), arms == arm, arm=arm)

    def compare_segments(self) -> dict[str, Comparison]:
        """Compare all treated with control in each registered segment, by its name; empty where none is known."""
        if "segment" not in self.assignments:
            return {}
        segment = self.assignments["segment"].to_numpy(object)
        names = sorted(set(segment[self.listed]))
        return {
            name or BLANK_SEGMENT: self._compare(self.listed & (segment == name), self.treated) for name in names
        }

    def effect_on_share(self, column: str) -> Interval | None:
        """Return the effect on the share of customers with yes in a column of the outcomes, in percentage points.

        None without such a column, and where an arm has too few with yes or with no.
        """
        if column not in self.outcomes:
            return None
        return replace(self, outcomes=self.outcomes.assign(kept=self.outcomes[column])).compare().kept

    def effect_on_mean(self, column: str) -> Interval | None:
        """Return the effect on a number in a column of the outcomes, per treated customer, in its unit.

        None without such a column, where the campaign is too small, and where the tails allow no interval.
        """
        if column not in self.outcomes:
            return None
        comparison = replace(self, money=self.outcomes[column].to_numpy(np.float64)).compare()
        return comparison.money if comparison.money_trusted else None

    def _compare(self, at: Bools, treated: Bools, *, arm: str | None = None) -> Comparison:
        """Compare the treated with control among the customers ``at``, weighted where chances differ."""
        control_chance = self.assignments[f"chance_{CONTROL}"].to_numpy()
        treated_chance = 1 - control_chance if arm is None else self.assignments[f"chance_{arm}"].to_numpy()
        chance = np.where(treated, treated_chance, control_chance)[at]
        covariates = score_covariates(self.assignments)
        if not at.any() or min(treated[at].sum(), (~treated[at]).sum()) < 2:
            return Comparison(
                customers=int(treated[at].sum()), control_customers=int((~treated[at]).sum()), verdict="too small"
            )
        varies = any(np.ptp(chance[treated[at] == side]) > 1e-9 for side in (False, True))
        everyone = self.listed if arm is None else self.listed & (treated_chance > 0)
        return compare(
            treated[at],
            self.outcomes["kept"].to_numpy(bool)[at],
            money=self.money[at],
            cost=self.cost[at],
            covariates=covariates[at],
            weights=1 / chance if varies else None,
            clusters=None if self.design.unit is None else pd.factorize(self.assignments["unit"][at])[0],
            centre=covariates[everyone].mean(axis=0) if varies else None,
        )


def join_outcomes(campaign: Campaign, outcomes: pd.DataFrame) -> OutcomeRows:
    """Return the customers of a campaign who have an outcome; see :mod:`retention.campaign.outcomes`."""
    at = outcomes.index.get_indexer(pd.Index(campaign.assignments["customer"]))
    assignments = campaign.assignments[at >= 0].reset_index(drop=True)
    rows = outcomes.iloc[at[at >= 0]].reset_index(drop=True)
    if "kept" not in rows:  # before the day there may be no outcomes at all
        rows = rows.drop(columns="stayed_on", errors="ignore").assign(kept=False)
    assumed = assumed_effects(assignments, campaign.design)
    kept_by = "stayed_on" if "stayed_on" in rows else "kept"
    cost, money = cost_and_profit(assignments, rows, campaign.design, assumed, kept_by=kept_by)
    return OutcomeRows(campaign.design, assignments, rows, assumed, money, cost)
