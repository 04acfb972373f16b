"""Hold customers of a send list out: eligibility, size, draw, registration, and the list that is sent."""

import datetime as dt
import json
import secrets
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.campaign.assignment import SALT_BYTES, draw, explored
from retention.campaign.campaign_file import Campaign
from retention.campaign.design import CONTROL, Design, DesignKind, arms_of, check_name
from retention.campaign.eligibility import (
    EligibilityRule,
    check_eligibility,
    duplicates,
    ledger_rules,
    standing_group,
)
from retention.campaign.power import HoldoutPlan, plan_holdout
from retention.errors import InputError, OfferError
from retention.messages.batch import COOL_DOWN_DAYS
from retention.messages.ledger import Ledger
from retention.messages.ledger_campaigns import CampaignRecord
from retention.profit.catalogue import Offer
from retention.profit.economics import Economics, checked_values
from retention.wording.text import count_noun, quote, suggest_closest

COLUMNS = ("campaign", "arm", "stratum", "chance")
"""The columns that a draw adds to a send list."""

_CENTS = 2


@dataclass(frozen=True, kw_only=True)
class HoldoutRequest:
    """How a send list is to be drawn.

    Attributes
    ----------
    name, kind, horizon_days, segment, unit, explore, standing
        As in :class:`retention.campaign.design.Design`.
    share
        The share held out, or ``auto`` for the one that the power calculation chooses.
    sent_on
        First day of the horizon; today, or that of the same campaign drawn before, if None.
    economics, offers
        The money inputs and the catalogue that priced the list.
    cool_down_days
        Customers messaged within so many days are left out.
    """

    name: str
    economics: Economics
    offers: tuple[Offer, ...]
    kind: DesignKind = "plan"
    share: float | Literal["auto"] = "auto"
    horizon_days: int = 30
    sent_on: dt.date | None = None
    segment: str | None = None
    unit: str | None = None
    explore: float = 0.0
    standing: float = 0.0
    cool_down_days: float = COOL_DOWN_DAYS


@dataclass(frozen=True, eq=False)
class Holdout:
    """A list as it is to be sent, with the campaign that was drawn from it.

    Attributes
    ----------
    design, plan
        What is registered, and what a holdout of this size costs and can show.
    campaign, send_list
        The drawn campaign; and the list with :data:`COLUMNS`, where ``send`` is yes for the treated alone. None
        in a dry run.
    resumed
        True if the same campaign had been registered before.
    """

    design: Design
    plan: HoldoutPlan
    campaign: Campaign | None
    send_list: pd.DataFrame | None
    resumed: bool

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
        return (
            drawn,
            *left_out,
            *self.plan.words,
            f"Held-out customers get no message until {design.read_on}, when the campaign is read.",
        )


def hold_out(
    send_list: pd.DataFrame, request: HoldoutRequest, *, id: str, ledger: Ledger | None, dry_run: bool = False
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
    dry_run
        Work everything out, and draw and register nothing.

    Raises
    ------
    InputError
        If the list or the request cannot be used.
    OfferError
        If another campaign has the name, or the ledger fails.
    """
    check_name(request.name)
    record = None if ledger is None else ledger.campaign(request.name)
    known = None if record is None else Design.from_dict(json.loads(record.design), source="ledger")
    candidates = _candidates(send_list, request, id)
    on_list = candidates["listed"].to_numpy(bool)
    sent_on = request.sent_on or (known.sent_on if known else dt.datetime.now(dt.UTC).date())
    salt = record.salt if record else secrets.token_bytes(SALT_BYTES)
    if record is not None and known is not None and ledger is not None:
        drawn_at, excluded = _as_drawn_before(candidates, known, record, ledger), known.excluded
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
    plan = plan_holdout(
        drawn["probability"], drawn["value"], request.economics, offers=request.offers, offer=drawn["offer"],
        share=request.share, units=int(drawn["unit"].nunique()) if request.unit else None,
        text_design=request.kind == "text",
    )  # fmt: skip
    design = Design(
        name=request.name, kind=request.kind, holdout_share=plan.share, horizon_days=request.horizon_days,
        sent_on=sent_on, arms=arms_of(request.kind, request.offers, frozenset(drawn["offer"])),
        economics=request.economics, offers=request.offers, segment=request.segment, unit=request.unit,
        explore=request.explore, standing=request.standing, eligible=len(drawn), excluded=excluded,
    )  # fmt: skip
    if dry_run:
        return Holdout(design, plan, None, None, record is not None)
    if ledger is None:
        raise InputError("ledger: is needed to draw, since it protects the held-out customers; pass one")
    assignments = draw(drawn, design, salt=salt)
    if (assignments["arm"] == CONTROL).all() or (assignments["arm"] != CONTROL).all():
        verb = "leaves" if len(drawn) == 1 else "leave"
        raise InputError(
            f"send list: {count_noun(len(drawn), 'customer')} at a share of {plan.share:.0%} {verb} nobody to "
            "hold out, or to treat; widen the list"
        )
    resumed = not ledger.register_campaign(design, salt, assignments)
    rows = _sent_rows(send_list, assignments, request)
    return Holdout(design, plan, Campaign(design, assignments.reset_index(drop=True)), rows, resumed)


def _rules(
    request: HoldoutRequest, ledger: Ledger | None, sent_on: dt.date, *, dry_run: bool
) -> list[EligibilityRule]:
    """Return the rules in the order in which they apply."""
    rules = [duplicates()]
    if ledger is not None:
        rules += ledger_rules(ledger, cool_down_days=request.cool_down_days)
    if request.standing:
        salts = () if ledger is None else ledger.standing_salts() if dry_run else (ledger.standing_salt(),)
        salt = salts[0] if salts else secrets.token_bytes(SALT_BYTES)  # a dry run must not make the ledger's own
        rules.append(standing_group(request.standing, salt=salt, on=sent_on))
    return rules


def _candidates(send_list: pd.DataFrame, request: HoldoutRequest, id: str) -> pd.DataFrame:
    """Return the rows that may be drawn, and what the draw needs to know of them."""
    existing_columns = [column for column in COLUMNS if column in send_list]
    if existing_columns:
        raise InputError(
            f"send list: has a column {existing_columns[0]!r} already, so it was drawn before; "
            "pass the list that score wrote"
        )
    needed = [id, "send", "churn_probability", *filter(None, (request.segment, request.unit))]
    for column in map(str, needed):
        if column not in send_list:
            raise InputError(
                f"send list: column {quote(column)} is missing{suggest_closest(column, map(str, send_list))}; "
                "score the customers first, or name another column"
            )
    if send_list[id].isna().any():
        raise InputError(f"send list: column {id!r} holds an empty cell; every customer needs an id")
    listed = send_list["send"].astype("str").str.strip().str.lower() == "yes"
    rows = send_list if request.explore else send_list[listed]
    if not listed.any():
        raise InputError("send list: nobody has send = yes; there is no campaign to draw")
    candidates = pd.DataFrame(
        {
            "customer": rows[id].astype("str"),
            "probability": _probabilities(rows["churn_probability"]),
            "value": _values(rows, request.economics),
            "offer": _planned_offers(rows, request.offers),
            "listed": listed[rows.index].to_numpy(bool),
        },
        index=rows.index,
    )
    for name, source in (("segment", request.segment), ("unit", request.unit)):
        if source is not None:
            candidates[name] = rows[source].astype("str").str.strip()
    if request.unit and (candidates["unit"].isna() | (candidates["unit"] == "")).any():
        raise InputError(
            f"send list: column {quote(request.unit)} holds an empty cell; every customer needs a unit"
        )
    return candidates


def _probabilities(column: pd.Series) -> NDArray[np.float64]:
    if not pd.api.types.is_numeric_dtype(column) or not column.between(0, 1).all():
        raise InputError(
            "send list: column 'churn_probability' must hold numbers from 0 to 1; score the customers"
        )
    return column.to_numpy(np.float64)


def _values(rows: pd.DataFrame, economics: Economics) -> NDArray[np.float64]:
    if "value" not in rows:
        return np.full(len(rows), economics.value)
    try:
        return checked_values(rows["value"])
    except InputError as error:
        raise InputError(f"send list: column {error}") from None


def _planned_offers(rows: pd.DataFrame, offers: tuple[Offer, ...]) -> pd.Series:
    if "offer" not in rows:
        return pd.Series(offers[0].id, index=rows.index, dtype="str")
    planned = rows["offer"].astype("str").str.strip().fillna("").replace("", offers[0].id)
    unknown = ~planned.isin([offer.id for offer in offers])
    if unknown.any():
        raise InputError(
            f"send list: names the offer {quote(planned[unknown].iloc[0])}, which is not in the catalogue; "
            f"use one of {', '.join(offer.id for offer in offers)}"
        )
    return planned


def _as_drawn_before(
    candidates: pd.DataFrame, known: Design, record: CampaignRecord, ledger: Ledger
) -> NDArray[np.bool_]:
    """Return which candidates a campaign of the name drew, if this is the list that it was drawn from."""
    drawn_before = {assignment.customer for assignment in ledger.assignments(record.name)}
    drawn_at = (candidates["customer"].isin(drawn_before) & ~candidates["customer"].duplicated()).to_numpy()
    listed = candidates["listed"].to_numpy(bool)
    left_out = int((listed & ~drawn_at).sum())
    if drawn_at.sum() != known.eligible or left_out != sum(known.excluded.values()):
        raise OfferError(
            f"campaign {known.name!r}: was drawn already, from another list or with other settings; give this one "
            "another name"
        )
    return np.asarray(drawn_at)


def _sent_rows(send_list: pd.DataFrame, assignments: pd.DataFrame, request: HoldoutRequest) -> pd.DataFrame:
    """Return the list with the draw's columns; only the treated are sent to, each with the offer of their arm."""
    rows = send_list.copy()
    at = rows.index.isin(assignments.index)
    treated = assignments["arm"] != CONTROL
    rows["send"] = np.where(rows.index.isin(assignments.index[treated]), "yes", "no")
    offer = assignments["offer"]
    if request.kind == "offers":
        offer = offer.where(~treated, assignments["arm"])
    if "offer" in rows:
        rows["offer"] = rows["offer"].astype("str")
    else:
        rows["offer"] = pd.Series("", index=rows.index, dtype="str")
    changed = offer[offer != assignments["offer"]]
    rows.loc[at, "offer"] = offer
    if len(changed):
        rows = _priced_again(rows, changed, assignments, request)
    rows["campaign"] = np.where(at, request.name, "")
    for column in ("arm", "stratum"):
        rows[column] = assignments[column].reindex(rows.index).fillna("")
    rows["chance"] = assignments["chance"].reindex(rows.index)
    return rows


def _priced_again(
    rows: pd.DataFrame, changed: pd.Series, assignments: pd.DataFrame, request: HoldoutRequest
) -> pd.DataFrame:
    """Return the rows whose offer is not the planned one at the cost and the profit of the offer they get."""
    for offer in request.offers:
        customers = assignments.loc[changed.index[changed == offer.id]]
        if len(customers) and "offer_cost" in rows:
            rows.loc[customers.index, "offer_cost"] = float(offer.cost)
        if len(customers) and "expected_profit" in rows:
            inputs = offer.economics(request.economics)
            profit = inputs.expected_profit(customers["probability"].to_numpy(), customers["value"].to_numpy())
            rows.loc[customers.index, "expected_profit"] = np.round(profit, _CENTS)
    return rows
