"""Compares one treatment with control: the effect on customers kept and on money, or why there is none to show."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.campaign.effect import CONTROL_ROW, TREATED_ROW, ArmMeans, Bools, Floats, arm_means
from retention.campaign.intervals import (
    MOST_TAIL_ERROR_POINTS,
    Interval,
    interval_json,
    normal_interval,
    ratio_interval,
    save_rate_interval,
    tail_error_points,
)
from retention.campaign.verdict import Verdict, customers_for_interval, judge

_PER_HEAD = ("mean", "low", "high")
_POINTS = ("points", "low", "high")
_VALUE = ("value", "low", "high")


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One treatment against control; intervals are 90%, and None where nothing may be shown.

    Attributes
    ----------
    customers, control_customers
        Treated and control customers with an outcome.
    verdict
        What it shows.
    needed
        About how many customers it would take, if the verdict is "too small".
    kept
        Effect on the share of customers kept, in percentage points.
    treated_kept, control_kept
        Share of customers kept in each arm, in [0, 1], read where the covariates have their mean.
    save_rate
        Net share of churning customers whom the treatment kept.
    money
        Effect on money per treated customer (currency).
    money_trusted
        Whether the tails of the money allow a verdict; True where no money was measured.
    cost_per_saved
        Cost per customer kept (currency); None too unless it is shown that customers were kept.
    """

    customers: int
    control_customers: int
    verdict: Verdict
    needed: int | None = None
    kept: Interval | None = None
    treated_kept: float | None = None
    control_kept: float | None = None
    save_rate: Interval | None = None
    money: Interval | None = None
    money_trusted: bool = True
    cost_per_saved: Interval | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON; an interval that may not be shown has null for each of its numbers."""
        return {
            "customers": self.customers,
            "control_customers": self.control_customers,
            "verdict": self.verdict,
            "needed": self.needed,
            "kept": interval_json(self.kept, _POINTS[0]),
            "treated_kept": self.treated_kept,
            "control_kept": self.control_kept,
            "save_rate": interval_json(self.save_rate),
            "money": interval_json(self.money, _PER_HEAD[0]),
            "money_trusted": self.money_trusted,
            "cost_per_saved": interval_json(self.cost_per_saved),
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Comparison":
        """Return what :meth:`as_dict` gave."""
        shapes = {"kept": _POINTS, "save_rate": _VALUE, "money": _PER_HEAD, "cost_per_saved": _VALUE}
        fields: dict[str, Any] = {
            name: _interval_from(value, shapes[name]) if name in shapes else value
            for name, value in content.items()
        }
        return cls(**fields)


def compare(
    treated: Bools,
    kept: Bools,
    *,
    money: Floats | None = None,
    cost: Floats | None = None,
    covariates: Floats | None = None,
    weights: Floats | None = None,
    clusters: NDArray[np.int64] | None = None,
    centre: Floats | None = None,
) -> Comparison:
    """Compare the treated with control, intention to treat.

    Parameters
    ----------
    treated, kept
        (n,), one entry a customer with an outcome.
    money, cost
        (n,), in currency: what a customer was worth, the offer's cost taken off, and that cost alone.
    covariates, weights, clusters, centre
        As for :func:`retention.campaign.effect.arm_means`.

    Returns
    -------
    Comparison
        "too small" and without an interval below 50 customers, 20 churned or 20 retained in either arm.
    """
    counts = [(int(arm.sum()), int(kept[arm].sum())) for arm in (~treated, treated)]
    needed = customers_for_interval(counts)
    sizes: dict[str, Any] = {"customers": counts[TREATED_ROW][0], "control_customers": counts[CONTROL_ROW][0]}
    if needed is not None:
        return Comparison(**sizes, verdict="too small", needed=needed)
    outcomes = [kept.astype(np.float64), *(column for column in (money, cost) if column is not None)]
    fit = arm_means(
        np.column_stack(outcomes),
        treated,
        covariates=covariates,
        weights=weights,
        clusters=clusters,
        centre=centre,
    )
    points = normal_interval(fit.difference()).times(100)
    per_head = None if money is None else normal_interval(fit.difference(1))
    trusted = money is None or tail_error_points(fit, 1) <= MOST_TAIL_ERROR_POINTS
    return Comparison(
        **sizes,
        verdict=judge(points, per_head if trusted else None),
        kept=points,
        treated_kept=float(fit.means[TREATED_ROW, 0]),
        control_kept=float(fit.means[CONTROL_ROW, 0]),
        save_rate=save_rate_interval(fit),
        money=per_head,
        money_trusted=trusted,
        cost_per_saved=None if cost is None else _cost_per_saved(fit),
    )


def _cost_per_saved(fit: ArmMeans) -> Interval | None:
    """Return cost effect ÷ kept effect, where the cost is the last outcome; None unless customers were kept."""
    if normal_interval(fit.difference(0)).low <= 0:
        return None
    last = fit.means.shape[1] - 1
    return ratio_interval(fit.difference(last), fit.difference(0), fit.covariance_of_differences(0, last))


def _interval_from(content: Mapping[str, float | None], names: tuple[str, str, str]) -> Interval | None:
    value, low, high = (content[name] for name in names)
    return None if value is None or low is None or high is None else Interval(value, low, high)
