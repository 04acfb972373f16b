"""A campaign as it stands on the Hub: registered, and perhaps read."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from retention.artifacts import MANIFEST
from retention.campaign.campaign_file import Campaign
from retention.errors import ModelError
from retention.hub.campaign_registration import Registration, find_registration
from retention.hub.campaign_rows import OUTCOMES_TABLE, READING_FILE, read_campaign, read_outcomes
from retention.hub.connection import Hub
from retention.hub.kinds import manifest_kind
from retention.hub.pull import FetchedArtifact, fetch
from retention.hub.reference import Reference
from retention.hub.repository import read_state
from retention.progress import Progress, silent


@dataclass(frozen=True, eq=False)
class PublishedReading:
    """What a published reading was made from, and what it says.

    Attributes
    ----------
    outcomes
        Indexed by pseudonym, as a measurement takes them.
    as_of
        The day of the measurement.
    shown
        The reading as it was published: the content of ``reading.json``.
    first
        ``commit`` and ``sentence`` of the first reading, if this is a second, different one.
    """

    outcomes: pd.DataFrame
    as_of: dt.date
    shown: Mapping[str, Any]
    first: Mapping[str, str] | None


@dataclass(frozen=True, eq=False)
class PublishedCampaign:
    """A campaign on the Hub; every byte was checked against the manifest.

    Attributes
    ----------
    artifact
        The files and the commit they were read at.
    campaign
        The campaign, with pseudonyms as its customers.
    reading
        Its reading; None where it is only registered.
    registration
        Since when the design and the arms have been on the Hub.
    """

    artifact: FetchedArtifact
    campaign: Campaign
    reading: PublishedReading | None
    registration: Registration


def find_published(repo: str, *, hub: Hub, progress: Progress = silent) -> PublishedCampaign | None:
    """Return the campaign that a repository holds; None if there is no repository, or no manifest in it.

    Raises
    ------
    PublishError
        If the repository holds something else, or cannot be read.
    ModelError
        If a byte was changed.
    """
    from huggingface_hub.errors import RepositoryNotFoundError

    reference = Reference.parse(repo)
    with hub.connect(reference, "campaign") as api:
        try:
            state = read_state(api, hub, reference, "campaign")
        except RepositoryNotFoundError:
            return None
        if manifest_kind(api, hub, state, "campaign") is None:
            return None
    return fetch_campaign(f"{state.repo}@{state.commit}", hub=hub, progress=progress)


def fetch_campaign(reference: str, *, hub: Hub, progress: Progress = silent) -> PublishedCampaign:
    """Fetch a published campaign into memory, and look up when it was registered.

    Raises
    ------
    PublishError
        If it does not exist, may not be seen, is too large, or the connection is lost.
    ModelError
        If it is something else, or a byte was changed.
    """
    artifact = fetch(
        reference, kind="campaign", hub=hub, progress=lambda share, words: progress(0.8 * share, words)
    )
    manifest = json.loads(artifact.content[MANIFEST])
    campaign = read_campaign(artifact.content, manifest, artifact.reference)
    reading = _reading(artifact, manifest.get("reading"), campaign) if "reading" in manifest else None
    pinned = Reference(artifact.repo, artifact.commit)
    with hub.connect(pinned, "campaign") as api:
        progress(0.8, "Looking up when it was registered")
        state = read_state(api, hub, pinned, "campaign")
        registration = find_registration(api, hub, state, campaign.design)
    return PublishedCampaign(artifact, campaign, reading, registration)


def _reading(artifact: FetchedArtifact, saved: Any, campaign: Campaign) -> PublishedReading:
    """Return the reading; ``saved`` is what the manifest says of it."""
    fault = ModelError(f"{artifact.reference}: its reading cannot be read; ask its owner to publish it again")
    try:
        notes = tuple(str(note) for note in saved["notes"])
        as_of = dt.date.fromisoformat(saved["as_of"])
        first = saved.get("first")
        first = None if first is None else {name: str(first[name]) for name in ("commit", "sentence")}
        shown = json.loads(artifact.content[READING_FILE])
        table = artifact.content[OUTCOMES_TABLE]
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise fault from None
    if not isinstance(shown, dict):
        raise fault
    return PublishedReading(read_outcomes(table, campaign, notes, artifact.reference), as_of, shown, first)
