"""A table from a dataset repository: the customers of a shared snapshot, or the one table somebody put there."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from retention.artifacts import MANIFEST, write_file
from retention.customers.table import Roles
from retention.errors import ModelError, PublishError
from retention.hub.connection import Hub
from retention.hub.pull import fetch
from retention.hub.reference import Reference
from retention.hub.repository import RepositoryState, download, read_state
from retention.hub.snapshot import CUSTOMERS_FILE, roles_from_json
from retention.progress import Progress, silent
from retention.settings import settings

_TABLE: Final = re.compile(r"[^.].*\.(?:parquet|(?:csv|tsv)(?:\.gz)?)")
_NAMED: Final = 3


@dataclass(frozen=True)
class PulledTable:
    """A table that was fetched.

    Attributes
    ----------
    repo, commit
        Where it came from.
    path
        The file, named after them.
    roles
        What its columns are for, where a manifest says so.
    """

    repo: str
    commit: str
    path: Path
    roles: Roles | None


def pull_table(reference: str, *, out: Path, hub: Hub, progress: Progress = silent) -> PulledTable:
    """Fetch the table of a dataset repository into a folder.

    A snapshot that this program shared is held against its manifest. Any other repository must hold exactly
    one CSV or Parquet file.

    Parameters
    ----------
    reference
        ``OWNER/NAME`` for the newest, ``OWNER/NAME@commit`` for always the same.
    out
        The folder to put the file in.
    hub
        As whom.

    Raises
    ------
    PublishError
        If it is not there, may not be seen, is too large, holds no table or several, or the line drops.
    ModelError
        If a byte of a shared snapshot was changed, or it is no snapshot.
    """
    asked = Reference.parse(reference)
    with hub.connect(asked, "dataset") as api:
        progress(0.0, "Looking at the repository")
        state = read_state(api, hub, asked, "dataset")
        if MANIFEST not in state.sizes:
            name = _only_table(state, asked)
            state.check_size(name, limit=settings().max_upload_mb * 1_000_000)
            progress(0.1, f"Fetching {name}")
            content = download(api, hub, state, "dataset", name)
    roles = None
    if MANIFEST in state.sizes:
        name, pinned = CUSTOMERS_FILE, f"{state.repo}@{state.commit}"
        content, roles = _customers(fetch(pinned, kind="dataset", hub=hub, progress=progress).content, pinned)
    progress(0.95, "Reading it")
    path = out / f"{state.repo.split('/')[1]}@{state.commit[:8]}{PurePosixPath(name).suffix}"
    write_file(path, content)
    return PulledTable(state.repo, state.commit, path, roles)


def _only_table(state: RepositoryState, asked: Reference) -> str:
    found = sorted(name for name in state.sizes if _TABLE.fullmatch(name))
    if len(found) == 1:
        return found[0]
    if not found:
        raise PublishError(
            f"{asked}: holds no CSV or Parquet file; name a dataset with a table of customers or orders"
        )
    several = ", ".join(found[:_NAMED]) + (", …" if len(found) > _NAMED else "")
    raise PublishError(
        f"{asked}: holds {len(found)} tables ({several}); download the one you mean and upload it here"
    )


def _customers(artifact: Mapping[str, bytes], source: str) -> tuple[bytes, Roles]:
    if CUSTOMERS_FILE not in artifact:
        raise ModelError(f"{source}: holds no customers; ask its owner to share it anew")
    return artifact[CUSTOMERS_FILE], roles_from_json(json.loads(artifact[MANIFEST]), source)
