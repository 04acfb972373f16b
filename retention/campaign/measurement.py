"""Measures a campaign of one's own on the day that was registered."""

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from retention.campaign.assignment import recut
from retention.campaign.campaign_file import Campaign
from retention.campaign.campaign_money import AssumedEffects, assumed_effects, cost_and_profit, score_covariates
from retention.campaign.comparison import Bools, Comparison, compare
from retention.campaign.design import CONTROL, Design
from retention.campaign.effect import Estimate, Floats
from retention.campaign.health import Check, check_contamination, check_missing, check_registered, check_split
from retention.campaign.intervals import Interval, normal_interval
from retention.campaign.outcomes import day_and_month
from retention.campaign.reading import Reading, without_effects
from retention.wording.money import in_currency

MEASURED = "measured"
_POWER = 6.18  # (z at 80% power + z of a 90% interval)²


@dataclass(frozen=True, eq=False)
class _Rows:
    """Customers with an outcome, in equal order."""

    assignments: pd.DataFrame
    outcomes: pd.DataFrame
    assumed: AssumedEffects
    money: Floats
    cost: Floats

    @cached_property
    def treated(self) -> Bools:
        return (self.assignments["arm"] != CONTROL).to_numpy()

    @cached_property
    def listed(self) -> Bools:
        return self.assignments["listed"].to_numpy(bool)


def measure(
    campaign: Campaign, outcomes: pd.DataFrame, *, as_of: dt.date, registered_sha256: str | None = None
) -> Reading:
    """Measure what a campaign did to those it was drawn for, intention to treat.

    The primary money is Y = V·S − d·R − c·A, with V frozen at the draw. S is "stayed on" where the outcomes have
    it, else "kept". The effect is Lin's regression on the score, its logit and V(1 − p), all known at the draw.

    Parameters
    ----------
    campaign
        The drawn campaign.
    outcomes
        Indexed by customer; see :mod:`retention.campaign.outcomes`. A customer who is not in it has no outcome.
    as_of
        The day of the measurement. Before the registered day there are counts only.
    registered_sha256
        The hash of the design that the ledger or the Hub registered; another one is not valid.
    """
    design = campaign.design
    assignments = campaign.assignments.reset_index(drop=True)
    notes: tuple[str, ...] = tuple(outcomes.attrs.get("notes", ()))
    at = outcomes.index.get_indexer(pd.Index(assignments["customer"]))
    known = at >= 0
    rows = _rows(
        assignments[known].reset_index(drop=True), outcomes.iloc[at[known]].reset_index(drop=True), design
    )
    early = as_of < design.read_on
    arms = assignments["arm"].value_counts()
    reading = Reading(
        name=design.name,
        overall=Comparison(
            customers=int((rows.treated & rows.listed).sum()),
            control_customers=int((~rows.treated & rows.listed).sum()),
            verdict="too early",
        ),
        sentence="",
        counts={arm: int((rows.assignments["arm"] == arm).sum()) for arm in design.arms},
        checks=() if early else _checks(assignments, rows, design, registered_sha256),
        evidence=MEASURED,
        notes=notes,
    )
    if early:
        drawn = {arm: int(arms.get(arm, 0)) for arm in design.arms}
        sentence = (
            f"{design.name} is read from {day_and_month(design.read_on)} on; until then there are only counts: "
            f"{len(assignments):,} customers drawn, {drawn[CONTROL]:,} of them held out."
        )
        details = {
            **_details(reading.overall, rows, design),
            "drawn": drawn,
            "so_far": _counts_so_far(rows, design),
        }
        return replace(reading, counts=drawn, sentence=sentence, campaign=details)
    overall = _needed(_compare(rows, rows.listed, rows.treated, design), rows, design)
    effects = {arm: _compare_arm(rows, arm, design) for arm in design.arms[1:]}
    reading = without_effects(replace(reading, overall=overall, arms=effects))
    as_registered = all(check.severity == "ok" for check in reading.checks if check.name == "as registered")
    details = {**_details(reading.overall, rows, design), "as_registered": as_registered}
    return replace(reading, campaign=details, sentence=_sentence(reading, details, design))


def _rows(assignments: pd.DataFrame, outcomes: pd.DataFrame, design: Design) -> _Rows:
    assumed = assumed_effects(assignments, design)
    kept_by = "stayed_on" if "stayed_on" in outcomes else "kept"
    if "kept" not in outcomes:  # before the day there may be no outcomes at all
        outcomes = outcomes.assign(kept=False)
        kept_by = "kept"
    cost, money = cost_and_profit(assignments, outcomes, design, assumed, kept_by=kept_by)
    return _Rows(assignments, outcomes, assumed, money, cost)


def _checks(assignments: pd.DataFrame, rows: _Rows, design: Design, registered: str | None) -> tuple[Check, ...]:
    drawn = assignments["arm"].value_counts()
    seen = rows.assignments["arm"].value_counts()
    expected = {arm: float(assignments[f"chance_{arm}"].sum()) for arm in design.arms}
    control = ~rows.treated
    reached = np.zeros(len(control), dtype=bool)
    for name in ("redeemed", "contacted"):
        if name in rows.outcomes:
            reached |= rows.outcomes[name].to_numpy(bool)
    missing = {arm: int(drawn.get(arm, 0) - seen.get(arm, 0)) for arm in design.arms}
    return (
        check_split({arm: int(seen.get(arm, 0)) for arm in design.arms}, expected),
        check_missing(missing, {arm: int(drawn.get(arm, 0)) for arm in design.arms}),
        check_contamination(int((reached & control).sum()), int(control.sum())),
        check_registered(
            same_design=registered in {None, design.sha256},
            moved=int((recut(assignments, design) != assignments["arm"]).sum()),
        ),
    )


def _compare_arm(rows: _Rows, arm: str, design: Design) -> Comparison:
    """Compare one arm with control among those who could have got either."""
    arms = rows.assignments["arm"].to_numpy(object)
    possible = rows.assignments[f"chance_{arm}"].to_numpy() > 0
    return _compare(rows, rows.listed & possible & np.isin(arms, [CONTROL, arm]), arms == arm, design, arm=arm)


def _compare(rows: _Rows, at: Bools, treated: Bools, design: Design, *, arm: str | None = None) -> Comparison:
    """Compare the treated with control among the customers ``at``, weighted where chances differ."""
    control_chance = rows.assignments[f"chance_{CONTROL}"].to_numpy()
    treated_chance = 1 - control_chance if arm is None else rows.assignments[f"chance_{arm}"].to_numpy()
    chance = np.where(treated, treated_chance, control_chance)[at]
    covariates = score_covariates(rows.assignments)
    if not at.any() or min(treated[at].sum(), (~treated[at]).sum()) < 2:
        return Comparison(
            customers=int(treated[at].sum()), control_customers=int((~treated[at]).sum()), verdict="too small"
        )
    varies = any(np.ptp(chance[treated[at] == side]) > 1e-9 for side in (False, True))
    everyone = rows.listed if arm is None else rows.listed & (treated_chance > 0)
    return compare(
        treated[at],
        rows.outcomes["kept"].to_numpy(bool)[at],
        money=rows.money[at],
        cost=rows.cost[at],
        covariates=covariates[at],
        weights=1 / chance if varies else None,
        clusters=None if design.unit is None else pd.factorize(rows.assignments["unit"][at])[0],
        centre=covariates[everyone].mean(axis=0) if varies else None,
    )


def _needed(overall: Comparison, rows: _Rows, design: Design) -> Comparison:
    """Raise what is needed to what it takes to show the assumed effect on customers kept with 80% power."""
    if overall.verdict != "too small":
        return overall
    effect = float(rows.assumed.kept[rows.listed].mean()) if rows.listed.any() else 0.0
    p = rows.assignments["probability"].mean() if len(rows.assignments) else 0.5
    h = design.holdout_share
    needed = overall.needed or 0
    if effect > 0:
        power = _POWER * p * (1 - p) / (effect**2 * h * (1 - h))
        unit = 10 ** max(0, math.floor(math.log10(max(power, 1))) - 1)
        needed = max(needed, math.ceil(power / unit) * unit)
    return replace(overall, needed=needed or None)


def _details(overall: Comparison, rows: _Rows, design: Design) -> dict[str, Any]:
    """Return what only a campaign of one's own has, ready for JSON."""
    treated, control = rows.treated & rows.listed, ~rows.treated & rows.listed
    n_treated, n_control = int(treated.sum()), int(control.sum())
    shown = overall.kept is not None
    per_head = overall.money if overall.money_trusted else None
    assumed = rows.assumed
    churn = rows.assignments["probability"].to_numpy()
    assumed_profit = float(assumed.profit[treated].sum())
    redeemed = _redemption(rows, treated) if shown else None
    churning = float(churn[treated].sum())
    return {
        "kept": {
            **_json(overall.kept, "points"),
            "customers": _json(overall.kept and overall.kept.times(n_treated / 100)),
            "assumed": _percent(assumed.kept, treated),
        },
        "stayed_on": _json(_stayed_on(rows, design) if shown else None, "points"),
        "profit": {
            **_json(per_head and per_head.times(n_treated), "amount"),
            "assumed": assumed_profit,
            "counts": "stayed on" if "stayed_on" in rows.outcomes else "kept",
            "currency": design.economics.currency,
        },
        "profit_per_head": {
            **_json(per_head, "mean"),
            "assumed": assumed_profit / n_treated if n_treated else None,
        },
        "save_rate": {
            **_json(overall.save_rate),
            "assumed": float(assumed.kept[treated].sum()) / churning if churning else None,
        },
        "redemption": {
            **_json(redeemed),
            "assumed": float(assumed.redeemed[treated].mean()) if n_treated else None,
        },
        "holdout_cost": {
            **_json(per_head and per_head.times(n_control), "amount"),
            "assumed": float(assumed.profit[control].sum()),
        },
        "spend": _json(_spend(rows, design) if shown else None, "mean"),
        "read_on": design.read_on.isoformat(),
        "design_sha256": design.sha256,
        "evidence_of": {
            "kept": ["measured"],
            "save_rate": ["measured"],
            "profit": ["measured", "assumed"],
            "profit_per_head": ["measured", "assumed"],
            "holdout_cost": ["measured", "assumed"],
            "redemption": ["measured" if "redeemed" in rows.outcomes else "assumed"],
        },
    }


def _redemption(rows: _Rows, treated: Bools) -> Interval | None:
    """Return the share of the treated who redeemed the offer; None where the outcomes do not say."""
    if "redeemed" not in rows.outcomes:
        return None
    redeemed = rows.outcomes["redeemed"].to_numpy(np.float64)[treated]
    return normal_interval(
        Estimate(float(redeemed.mean()), float(redeemed.std(ddof=1)) / math.sqrt(len(redeemed)))
    )


def _stayed_on(rows: _Rows, design: Design) -> Interval | None:
    if "stayed_on" not in rows.outcomes:
        return None
    outcomes = rows.outcomes.assign(kept=rows.outcomes["stayed_on"])
    return _compare(replace(rows, outcomes=outcomes), rows.listed, rows.treated, design).kept


def _spend(rows: _Rows, design: Design) -> Interval | None:
    """Return the effect on spend per treated customer; None where the tails allow no interval."""
    if "spend" not in rows.outcomes:
        return None
    spending = replace(rows, money=rows.outcomes["spend"].to_numpy(np.float64))
    comparison = _compare(spending, rows.listed, rows.treated, design)
    return comparison.money if comparison.money_trusted else None


def _counts_so_far(rows: _Rows, design: Design) -> dict[str, int]:
    """Return what may be seen before the day: whoever redeemed or opted out, in all arms together."""
    return {
        name: int(rows.outcomes[name].to_numpy(bool).sum())
        for name in ("redeemed", "opted_out", "contacted")
        if name in rows.outcomes
    }


def _sentence(reading: Reading, details: Mapping[str, Any], design: Design) -> str:
    """Return the verdict in the one sentence that a manager can act on."""
    overall, name = reading.overall, design.name
    if overall.verdict == "not valid":
        return f"{name}: not valid, so no effect is shown. {reading.reasons[0]}"
    if overall.kept is None:
        return (
            f"{name}: too small, {sum(reading.counts.values()):,} customers show nothing yet. It needs about "
            f"{overall.needed or 0:,}: pool campaigns or widen the list."
        )
    kept, profit = details["kept"]["customers"], details["profit"]
    count = f"{abs(kept['value']):,.0f} {'more' if kept['value'] >= 0 else 'fewer'} customers"
    words = f"{name} kept {count} ({_whole(kept['low'])} to {_whole(kept['high'])})"
    if profit["amount"] is not None:
        amount, low, high = (in_currency(profit[key], profit["currency"]) for key in ("amount", "low", "high"))
        words += (
            f" and {'earned' if profit['amount'] >= 0 else 'lost'} {amount.removeprefix('−')} ({low} to {high})"
        )
    return f"{words}: {overall.verdict}."


def _whole(number: float) -> str:
    return f"{number:,.0f}".replace("-", "−")


def _percent(shares: Floats, at: Bools) -> float | None:
    return 100 * float(shares[at].mean()) if at.any() else None


def _json(interval: Interval | None, name: str = "value") -> dict[str, float | None]:
    return dict.fromkeys((name, "low", "high")) if interval is None else dict(interval.as_dict(name))
