"""Plan the publication of a campaign: the design and the arms before it is sent, its reading on top later."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from retention.artifacts import with_manifest
from retention.campaign.campaign_file import Campaign
from retention.campaign.measurement import measure
from retention.errors import InputError, PublishError
from retention.hub.campaign_card import campaign_card
from retention.hub.campaign_registration import Registration
from retention.hub.campaign_rows import (
    ASSIGNMENTS_TABLE,
    CAMPAIGN_FORMAT,
    CAMPAIGN_KIND,
    DESIGN_FILE,
    OUTCOMES_TABLE,
    READING_FILE,
    column_fates,
    pseudonymous_assignments,
    pseudonymous_outcomes,
    registered_pseudonyms,
    shared_assignments,
    sort_rows,
)
from retention.hub.connection import Hub
from retention.hub.pseudonyms import Salt
from retention.hub.published_campaign import PublishedCampaign, find_published
from retention.hub.reference import Reference
from retention.hub.release import Release
from retention.hub.snapshot import to_parquet
from retention.progress import Progress, silent


@dataclass(frozen=True, eq=False)
class PlannedReading:
    """What a campaign is to be read from, for its publication.

    Attributes
    ----------
    outcomes
        Indexed by customer, as :mod:`retention.campaign.outcomes` returns them.
    as_of
        The day of the measurement.
    """

    outcomes: pd.DataFrame
    as_of: dt.date


def plan_campaign(
    campaign: Campaign,
    *,
    repo: str,
    salt: Salt,
    hub: Hub,
    reading: PlannedReading | None = None,
    private: bool = True,
    licence: str | None = None,
    today: dt.date | None = None,
    progress: Progress = silent,
) -> Release:
    """Plan the registration of a campaign on the Hub or, once it is registered there, its reading on top.

    The reading is measured from exactly the rows that are published, so that it can be replayed from them.

    Parameters
    ----------
    campaign
        The campaign that the draw wrote.
    repo
        ``OWNER/NAME``.
    salt
        The owner's secret behind the pseudonyms.
    hub
        The connection, to look whether the campaign is registered already.
    reading
        What it is read from; None to register it.
    private
        Whether only the owner may see it.
    licence
        A licence identifier of the Hub; None reserves all rights.
    today
        The day of the push (UTC); decides whether it may be called a pre-registration.

    Raises
    ------
    PublishError
        If the repository holds another campaign or another design, or the reading comes before the registration.
    InputError
        If ``repo`` cannot be used, or the campaign cannot be read yet.
    ModelError
        If what is published was damaged.
    """
    repo = Reference.parse(repo).repo
    published = find_published(repo, hub=hub, progress=progress)
    own = pseudonymous_assignments(campaign, salt)
    parts: dict[str, bytes] = {}
    fields: dict[str, Any] = {}
    if published is None:
        if reading is not None:
            raise PublishError(
                f"{repo}: does not hold {campaign.design.name} yet; push the campaign alone first, "
                "then its outcomes on top"
            )
        day = today or dt.datetime.now(dt.UTC).date()
        registration, rows = Registration.of(campaign.design, commit=None, on=day), sort_rows(own)
    else:
        registration, rows = published.registration, shared_assignments(published.campaign)
        pseudonyms = _as_registered(campaign, own, published)
        if reading is None:
            parts, fields = _published_reading(published)
        else:
            parts, fields = _new_reading(campaign, published, pseudonyms, reading)
    content = with_manifest(
        {DESIGN_FILE: (campaign.design.as_json() + "\n").encode(), ASSIGNMENTS_TABLE: to_parquet(rows), **parts},
        {
            "kind": CAMPAIGN_KIND,
            "format": CAMPAIGN_FORMAT,
            "campaign": campaign.design.name,
            "design_sha256": campaign.design.sha256,
            "customers": len(rows),
            **fields,
        },
    )
    shown = json.loads(parts[READING_FILE]) if parts else None
    card = campaign_card(
        repo, campaign.design, rows, registration=registration, shown=shown, licence=licence,
        first=fields.get("reading", {}).get("first"),
    )  # fmt: skip
    words = registration.in_words(campaign.design)
    return Release(
        repo,
        "campaign",
        _title(registration, with_reading=bool(parts)),
        private,
        {**content, "README.md": card.encode()},
        columns=column_fates(campaign),
        left_out=("the salt of the pseudonyms, and that of the draw",),
        warnings=() if registration.is_registration else (words,),
    )


def _title(registration: Registration, *, with_reading: bool) -> str:
    if with_reading:
        return "Read a campaign"
    if registration.is_registration:
        return "Register a campaign"
    return "Publish a campaign, too late for a pre-registration"


def _as_registered(campaign: Campaign, own: pd.DataFrame, published: PublishedCampaign) -> pd.Series:
    """Return the pseudonym that each customer was registered under, if this is the registered campaign."""
    registered, at = published.campaign.design, published.artifact.reference
    if campaign.design.sha256 != registered.sha256:
        raise PublishError(
            f"{at}: {registered.name} is registered there with another design (SHA-256 {registered.sha256[:12]}, "
            f"this one {campaign.design.sha256[:12]}); push the campaign that was registered, "
            "or choose another repository"
        )
    pseudonyms = registered_pseudonyms(own, shared_assignments(published.campaign))
    if pseudonyms is None:
        raise PublishError(
            f"{at}: {registered.name} is registered there with other arms or customers; push the campaign that "
            "was registered, or choose another repository"
        )
    return pseudonyms


def _published_reading(published: PublishedCampaign) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Return the files and manifest fields of the reading that is there already; none where there is none."""
    if published.reading is None:
        return {}, {}
    files = {name: published.artifact.content[name] for name in (OUTCOMES_TABLE, READING_FILE)}
    reading = published.reading
    return files, _fields(reading.as_of, tuple(reading.outcomes.attrs["notes"]), reading.first)


def _new_reading(
    campaign: Campaign, published: PublishedCampaign, pseudonyms: pd.Series, planned: PlannedReading
) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Measure the published rows, and return the files and manifest fields of the reading."""
    names = dict(zip(campaign.assignments["customer"], pseudonyms, strict=True))
    table = pseudonymous_outcomes(planned.outcomes, names)
    outcomes = table.set_index("customer")
    notes = tuple(planned.outcomes.attrs.get("notes", ()))
    outcomes.attrs["notes"] = notes
    measured = measure(
        published.campaign, outcomes, as_of=planned.as_of, registered_sha256=published.campaign.design.sha256
    )
    if measured.verdict == "too early":
        raise InputError(f"{measured.sentence} Publish the reading from that day on")
    files = {OUTCOMES_TABLE: to_parquet(table), READING_FILE: reading_json(measured.as_dict())}
    if published.reading is None:
        return files, _fields(planned.as_of, notes, None)
    before, old_fields = _published_reading(published)
    if before[READING_FILE] == files[READING_FILE] and before[OUTCOMES_TABLE] == files[OUTCOMES_TABLE]:
        return before, old_fields
    first = published.reading.first or {
        "commit": published.artifact.commit, "sentence": str(published.reading.shown.get("sentence", ""))
    }  # fmt: skip
    return files, _fields(planned.as_of, notes, first)


def _fields(as_of: dt.date, notes: tuple[str, ...], first: Mapping[str, str] | None) -> dict[str, Any]:
    """Return what the manifest says of a reading."""
    reading = {"as_of": as_of.isoformat(), "notes": list(notes)}
    return {"reading": reading if first is None else {**reading, "first": dict(first)}}


def reading_json(shown: Mapping[str, Any]) -> bytes:
    """Return a reading as it is published."""
    return (json.dumps(shown, ensure_ascii=False, allow_nan=False, indent=1, sort_keys=True) + "\n").encode()
