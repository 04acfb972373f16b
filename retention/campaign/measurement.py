"""Measures a campaign of one's own on the day that was registered."""

import datetime as dt
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from retention.campaign.assignment import recut
from retention.campaign.campaign_file import Campaign
from retention.campaign.comparison import Comparison
from retention.campaign.design import Design
from retention.campaign.health import Check, check_contamination, check_missing, check_registered, check_split
from retention.campaign.metrics import evidence_of_all, measure_all
from retention.campaign.outcome_rows import OutcomeRows, join_outcomes
from retention.campaign.power import customers_needed
from retention.campaign.reading import Reading, without_effects
from retention.campaign.reading_rows import rows_of_campaign
from retention.campaign.segments import leave_alone, notes_on_segments
from retention.campaign.sentence import sentence_of, sentence_too_early
from retention.wording.text import count_noun

MEASURED = "measured"


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
    rows = join_outcomes(campaign, outcomes)
    too_early = as_of < design.read_on
    reading = Reading(
        name=design.name,
        overall=Comparison(
            customers=int(rows.listed_treated.sum()),
            control_customers=int(rows.listed_control.sum()),
            verdict="too early",
        ),
        sentence="",
        counts=_count_arms(rows.assignments, design),
        checks=() if too_early else _checks(campaign.assignments, rows, registered_sha256),
        evidence=MEASURED,
        notes=(*outcomes.attrs.get("notes", ()), *_notes_on_explored(rows)),
        design=design,
        read_on=as_of,
    )
    if too_early:
        drawn = _count_arms(campaign.assignments, design)
        details = {**_details(reading.overall, rows), "drawn": drawn, "so_far": _counts_so_far(rows)}
        return replace(reading, counts=drawn, sentence=sentence_too_early(design, drawn), campaign=details)
    overall = _needed(rows.compare(), rows)
    effects = {arm: rows.compare_arm(arm) for arm in design.arms[1:]}
    reading = without_effects(replace(reading, overall=overall, arms=effects))
    kept_rows = rows_of_campaign(rows) if reading.valid and len(rows.assignments) else None
    as_registered = all(check.severity == "ok" for check in reading.checks if check.name == "as registered")
    details = {**_details(reading.overall, rows), "as_registered": as_registered}
    if reading.valid and (segments := rows.compare_segments()):
        harmed = leave_alone(segments)
        details |= {
            "segments": {name: comparison.as_dict() for name, comparison in segments.items()},
            "do_not_disturb": list(harmed),
        }
        reading = replace(reading, notes=(*reading.notes, *notes_on_segments(harmed)))
    return replace(reading, campaign=details, sentence=sentence_of(reading, details), rows=kept_rows)


def _details(overall: Comparison, rows: OutcomeRows) -> dict[str, Any]:
    """Return what only a campaign of one's own has, ready for JSON."""
    return {
        **measure_all(rows, overall),
        "read_on": rows.design.read_on.isoformat(),
        "design_sha256": rows.design.sha256,
        "evidence_of": {"money": ["measured", "assumed"], **evidence_of_all(rows)},  # Y holds V, an input
    }


def _notes_on_explored(rows: OutcomeRows) -> list[str]:
    """Say whom the effects are of, where customers were drawn who were not on the send list."""
    explored = int((~rows.listed).sum())
    if not explored:
        return []
    listed = count_noun(int(rows.listed.sum()), "customer")
    return [
        f"effects are of the {listed} on the send list; {explored:,} drawn only to explore are in the counts, "
        "but in no effect"
    ]


def _count_arms(assignments: pd.DataFrame, design: Design) -> dict[str, int]:
    counts = assignments["arm"].value_counts()
    return {arm: int(counts.get(arm, 0)) for arm in design.arms}


def _checks(assignments: pd.DataFrame, rows: OutcomeRows, registered: str | None) -> tuple[Check, ...]:
    design = rows.design
    drawn, with_outcome = _count_arms(assignments, design), _count_arms(rows.assignments, design)
    expected = {arm: float(assignments[f"chance_{arm}"].sum()) for arm in design.arms}
    control = ~rows.treated
    reached = np.zeros(len(control), dtype=bool)
    for name in ("redeemed", "contacted"):
        if name in rows.outcomes:
            reached |= rows.outcomes[name].to_numpy(bool)
    return (
        check_split(with_outcome, expected),
        check_missing({arm: drawn[arm] - with_outcome[arm] for arm in design.arms}, drawn),
        check_contamination(int((reached & control).sum()), int(control.sum())),
        check_registered(
            same_design=registered in {None, design.sha256},
            moved=int((recut(assignments, design) != assignments["arm"]).sum()),
        ),
    )


def _needed(overall: Comparison, rows: OutcomeRows) -> Comparison:
    """Raise what is needed to what it takes to show the assumed effect on customers kept with 80% power."""
    if overall.verdict != "too small":
        return overall
    effect = float(rows.assumed.kept[rows.listed].mean()) if rows.listed.any() else 0.0
    p = rows.assignments["probability"].mean() if len(rows.assignments) else 0.5
    h = rows.design.holdout_share
    needed = overall.needed or 0
    if effect > 0:
        for_power = customers_needed(effect, p * (1 - p), h)
        unit = 10 ** max(0, math.floor(math.log10(max(for_power, 1))) - 1)
        needed = max(needed, math.ceil(for_power / unit) * unit)
    return replace(overall, needed=needed or None)


def _counts_so_far(rows: OutcomeRows) -> dict[str, int]:
    """Return what may be seen before the day: whoever redeemed or opted out, in all arms together."""
    return {
        name: int(rows.outcomes[name].to_numpy(bool).sum())
        for name in ("redeemed", "opted_out", "contacted")
        if name in rows.outcomes
    }
