"""Hold customers of a send list out: eligibility, size, draw and registration."""

import datetime as dt
import json
import secrets
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.campaign.assignment import draw, explored
from retention.campaign.campaign_file import Campaign
from retention.campaign.candidates import candidates_of
from retention.campaign.design import CONTROL, Design, arms_of, check_name
from retention.campaign.eligibility import (
    EligibilityRule,
    check_eligibility,
    duplicates,
    ledger_rules,
    standing_group,
)
from retention.campaign.feature_columns import FEATURE, feature_columns, feature_names, source_columns
from retention.campaign.holdout_request import HoldoutRequest
from retention.campaign.holdout_size import HoldoutPlan, plan_holdout
from retention.campaign.segments import GroupLook, fairness_look, looks_in_words
from retention.campaign.sent_list import sent_list
from retention.errors import InputError
from retention.messages.campaign_records import CampaignRecord, drawn_already
from retention.messages.ledger import Ledger
from retention.messages.lots import SALT_BYTES
from retention.messages.standing_group import Quarter, StandingGroup
from retention.wording.text import count_noun


@dataclass(frozen=True, eq=False)
class Holdout:
    """A list as it is to be sent, with the campaign that was drawn from it.

    Attributes
    ----------
    design, plan
        What is registered, and what a holdout of this size costs and can show.
    campaign, send_list
        The drawn campaign; and the list with :data:`retention.campaign.sent_list.DRAW_COLUMNS`, where ``send`` is
        yes for the treated alone. None in a dry run.
    resumed
        True if the same campaign had been registered before.
    drawn_on
        The day of the draw (UTC).
    fairness
        How often each segment is on the list, and what its offers cost; empty without a segment.
    """

    design: Design
    plan: HoldoutPlan
    campaign: Campaign | None
    send_list: pd.DataFrame | None
    resumed: bool
    drawn_on: dt.date
    fairness: tuple[GroupLook, ...] = ()

    @property
    def protects(self) -> bool:
        """Whether held-out customers are held back from messages: not where the day of the reading is past."""
        return self.drawn_on < self.design.read_on

    def as_dict(self) -> dict[str, Any]:
        """Return the draw ready for JSON; counts of arms only once they are drawn."""
        design, campaign = self.design, self.campaign
        arms = {} if campaign is None else campaign.assignments["arm"].value_counts().to_dict()
        strata = 0 if campaign is None else int(campaign.assignments["stratum"].nunique())
        return {
            "campaign": design.name,
            "design": design.kind,
            "design_sha256": design.sha256,
            "customers": design.eligible,
            "excluded": dict(design.excluded),
            "share": design.holdout_share,
            "held_out": self.plan.held_out if campaign is None else int(arms[CONTROL]),
            "arms": {arm: int(arms.get(arm, 0)) for arm in design.arms} if campaign else {},
            "strata": strata,
            "sent_on": design.sent_on.isoformat(),
            "read_on": design.read_on.isoformat(),
            "holdout": self.plan.as_dict(),
            "drawn": campaign is not None,
            "resumed": self.resumed,
            "protects": self.protects,
            **({"fairness": [asdict(look) for look in self.fairness]} if self.fairness else {}),
            "evidence": {"holdout": ["assumed"]},
        }

    def in_words(self) -> tuple[str, ...]:
        """Return sentences that say what was drawn, or would be."""
        design = self.design
        left_out = [f"left out before the draw: {count:,} {reason}" for reason, count in design.excluded.items()]
        if self.campaign is None:
            drawn = f"dry run: nothing is drawn; {count_noun(design.eligible, 'customer')} could be"
        else:
            counts = self.campaign.assignments["arm"].value_counts()
            arms = ", ".join(f"{arm} {counts.get(arm, 0):,}" for arm in design.arms)
            verb = "was drawn before, and its files are written again" if self.resumed else "is drawn"
            drawn = f"campaign {design.name} {verb}: {arms}"
        protection = (
            f"Held-out customers get no message until {design.read_on}, when the campaign is read."
            if self.protects
            else f"The day of the reading, {design.read_on}, is past, so held-out customers are not held back; "
            "a campaign that is still to be sent needs a first day from today on."
        )
        return drawn, *left_out, *self.plan.words, *looks_in_words(self.fairness), protection


def hold_out(
    send_list: pd.DataFrame,
    request: HoldoutRequest,
    *,
    id: str,
    ledger: Ledger | None,
    traits: pd.DataFrame | None = None,
    dry_run: bool = False,
    salt: bytes | None = None,
) -> Holdout:
    """Draw the arms of a send list, and register them in the ledger before anything is sent.

    The same list and request draw the same campaign again, so that a run that was interrupted can be repeated.

    Parameters
    ----------
    send_list
        One row a customer, as ``score`` wrote it: the id column, ``churn_probability``, ``send``, and where known
        ``value, offer, offer_cost``, the segment and the unit.
    request
        How it is to be drawn.
    id
        The id column.
    ledger
        Where the campaign is registered; may be None only in a dry run.
    traits
        What else is known of the customers, with the rows of the list: kept with the draw as features, to learn
        for whom an offer works. The list's own columns are kept anyway.
    dry_run
        Work everything out, and draw and register nothing.
    salt
        The 128 random bits of a new campaign, for one that must come out the same everywhere; new ones if None.

    Raises
    ------
    InputError
        If the list or the request cannot be used.
    OfferError
        If another campaign has the name, or the ledger fails.
    """
    check_name(request.name)
    record = None if ledger is None else ledger.campaign(request.name)
    registered = None if record is None else Design.from_dict(json.loads(record.design), source="ledger")
    candidates = candidates_of(send_list, request, id)
    on_list = candidates["listed"].to_numpy(bool)
    today = dt.datetime.now(dt.UTC).date()
    sent_on = request.sent_on or (registered.sent_on if registered else today)
    salt = record.salt if record else salt or secrets.token_bytes(SALT_BYTES)
    if record is not None and registered is not None and ledger is not None:
        drawn_at, excluded = _as_drawn_before(candidates, registered, record, ledger), registered.excluded
    else:
        rules = _rules(request, ledger, sent_on, dry_run=dry_run)
        checked = check_eligibility(candidates["customer"], rules)
        excluded, drawn_at = checked.excluded(on_list), checked.eligible.copy()
        among = candidates[checked.eligible]
        if len(among):
            drawn_at[checked.eligible] = explored(among, unit=request.unit, share=request.explore, salt=salt)
    drawn = candidates[drawn_at]
    if not len(drawn):
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in excluded.items())
        raise InputError(f"send list: nobody is left to draw ({reasons}); widen the list, or wait")
    features = _features(_with_traits(send_list, traits).loc[drawn.index], request, id, registered)
    plan = plan_holdout(
        drawn["probability"], drawn["value"], request.economics, offers=request.offers, offer=drawn["offer"],
        share=request.share, units=int(drawn["unit"].nunique()) if request.unit else None,
        text_design=request.kind == "text",
    )  # fmt: skip
    looks = _fairness(send_list, request)
    design = Design(
        name=request.name, kind=request.kind, holdout_share=plan.share, horizon_days=request.horizon_days,
        sent_on=sent_on, arms=arms_of(request.kind, request.offers, frozenset(drawn["offer"])),
        economics=request.economics, offers=request.offers, segment=request.segment, unit=request.unit,
        explore=request.explore, standing=request.standing, eligible=len(drawn), excluded=excluded,
        features=source_columns(features.columns, _with_traits(send_list, traits)),
    )  # fmt: skip
    if dry_run:
        return Holdout(design, plan, None, None, record is not None, today, looks)
    if ledger is None:
        raise InputError("ledger: is needed to draw, since it protects the held-out customers; pass one")
    assignments = draw(drawn, design, salt=salt)
    if (assignments["arm"] == CONTROL).all() or (assignments["arm"] != CONTROL).all():
        verb = "leaves" if len(drawn) == 1 else "leave"
        raise InputError(
            f"send list: {count_noun(len(drawn), 'customer')} at a share of {plan.share:.0%} {verb} nobody to "
            "hold out, or to treat; widen the list"
        )
    resumed = not ledger.register_campaign(design, salt, assignments, cool_down_days=request.cool_down_days)
    rows = sent_list(send_list, assignments, request)
    kept = pd.concat([assignments, features.add_prefix(FEATURE)], axis=1).reset_index(drop=True)
    return Holdout(design, plan, Campaign(design, kept), rows, resumed, today, looks)


def _fairness(send_list: pd.DataFrame, request: HoldoutRequest) -> tuple[GroupLook, ...]:
    """Return how often each segment of all who were scored is on the list, and what its offers cost."""
    if request.segment is None:
        return ()
    listed = (send_list["send"].astype("str").str.strip().str.lower() == "yes").to_numpy(bool)
    costs = (
        send_list["offer_cost"].to_numpy(np.float64)
        if "offer_cost" in send_list
        else np.full(len(send_list), float(request.economics.offer_cost))
    )
    groups = send_list[request.segment].astype("str").str.strip().fillna("")
    return fairness_look(groups.tolist(), listed, np.nan_to_num(costs))


def _with_traits(send_list: pd.DataFrame, traits: pd.DataFrame | None) -> pd.DataFrame:
    if traits is None:
        return send_list
    further = [name for name in traits.columns if name not in send_list.columns]
    return pd.concat([send_list, traits[further].set_axis(send_list.index)], axis=1)


def _features(rows: pd.DataFrame, request: HoldoutRequest, id: str, registered: Design | None) -> pd.DataFrame:
    """Return the features to keep of the drawn rows; for a campaign drawn before, those that it kept."""
    names = feature_names(rows.columns, without=(id, request.unit))
    if registered is not None:
        names = [name for name in names if name in registered.features]
    return feature_columns(rows[names], rows[id].astype("str"))


def _rules(
    request: HoldoutRequest, ledger: Ledger | None, sent_on: dt.date, *, dry_run: bool
) -> list[EligibilityRule]:
    """Return the rules in the order in which they apply."""
    rules = [duplicates()]
    if ledger is not None:
        rules += ledger_rules(ledger, cool_down_days=request.cool_down_days)
    groups = list(() if ledger is None else ledger.standing_groups(sent_on))
    if request.standing:
        salts = () if ledger is None else ledger.standing_salts() if dry_run else (ledger.standing_salt(),)
        salt = salts[0] if salts else secrets.token_bytes(SALT_BYTES)  # a dry run must not make the ledger's own
        groups.append(StandingGroup(request.standing, salt, Quarter.of(sent_on).name))
    if groups:
        rules.append(standing_group(groups))
    return rules


def _as_drawn_before(
    candidates: pd.DataFrame, registered: Design, record: CampaignRecord, ledger: Ledger
) -> NDArray[np.bool_]:
    """Return which candidates a campaign of the name drew, if this is the list that it was drawn from."""
    drawn_before = {assignment.customer for assignment in ledger.assignments(record.name)}
    drawn_at = (candidates["customer"].isin(drawn_before) & ~candidates["customer"].duplicated()).to_numpy()
    listed = candidates["listed"].to_numpy(bool)
    left_out = int((listed & ~drawn_at).sum())
    if drawn_at.sum() != registered.eligible or left_out != sum(registered.excluded.values()):
        raise drawn_already(registered.name)
    return np.asarray(drawn_at)
