"""What a repository of the Hub holds: a model, customers, or a campaign."""

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from retention.artifacts import MANIFEST
from retention.churn.model_files import KIND as MODEL_KIND
from retention.errors import PublishError
from retention.hub.campaign_rows import CAMPAIGN_KIND
from retention.hub.connection import Hub
from retention.hub.failures import not_found_hint
from retention.hub.reference import Kind, Reference, RepositoryType
from retention.hub.repository import RepositoryState, download, read_state
from retention.hub.snapshot import SNAPSHOT_KIND

if TYPE_CHECKING:
    from huggingface_hub import HfApi

ARTIFACT_KINDS: Final[dict[Kind, str]] = {
    "model": MODEL_KIND, "dataset": SNAPSHOT_KIND, "campaign": CAMPAIGN_KIND
}  # fmt: skip
"""What a repository holds -> the kind that its manifest must name."""

MAX_MANIFEST_BYTES: Final = 1_000_000


def find_kind(text: str, *, hub: Hub) -> Kind:
    """Return what a repository holds; the text is ``OWNER/NAME`` or ``OWNER/NAME@commit``.

    Raises
    ------
    PublishError
        If there is neither a model nor a dataset, or both, or the Hub cannot be reached.
    """
    from huggingface_hub.errors import RepositoryNotFoundError

    reference = Reference.parse(text)
    existing: list[Kind] = []
    types: tuple[RepositoryType, ...] = ("model", "dataset")
    for repository_type in types:
        with hub.connect(reference, repository_type) as api, suppress(RepositoryNotFoundError):
            read_state(api, hub, Reference(reference.repo), repository_type)
            existing.append(repository_type)
    if existing == ["dataset"]:
        return find_dataset_kind(text, hub=hub)
    if len(existing) == 1:
        return existing[0]
    if existing:
        raise PublishError(f"{reference}: is a model and a dataset as well; say which one with --kind")
    raise PublishError(
        f"{reference}: there is neither a model nor a dataset of this name, {not_found_hint(hub.token)}"
    )


def find_dataset_kind(text: str, *, hub: Hub) -> Kind:
    """Return whether a dataset repository holds a campaign; it is a ``dataset`` otherwise.

    Raises
    ------
    PublishError
        If there is no such dataset, or the Hub cannot be reached.
    """
    reference = Reference.parse(text)
    with hub.connect(reference, "dataset") as api:
        state = read_state(api, hub, reference, "dataset")
        return "campaign" if manifest_kind(api, hub, state, "dataset") == CAMPAIGN_KIND else "dataset"


def manifest_kind(api: "HfApi", hub: Hub, state: RepositoryState, kind: Kind) -> str | None:
    """Return the kind that a repository's manifest names; None where there is no manifest of this program."""
    if state.sizes.get(MANIFEST, MAX_MANIFEST_BYTES) >= MAX_MANIFEST_BYTES:
        return None
    try:
        return str(json.loads(download(api, hub, state, kind, MANIFEST))["kind"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return "something else"
