"""Pull a table from a dataset repository: the customers of a published snapshot, or any single table."""

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
_MOST_NAMED: Final = 3


@dataclass(frozen=True)
class PulledTable:
    """A table that was pulled.

    Attributes
    ----------
    repo, commit
        The repository and the commit it was read at.
    path
        The file, named after repository and commit.
    roles
        Roles of its columns, if a manifest states them.
    """

    repo: str
    commit: str
    path: Path
    roles: Roles | None


def pull_table(reference: str, *, out: Path, hub: Hub, progress: Progress = silent) -> PulledTable:
    """Write the table of a dataset repository to a folder.

    The files of a snapshot that this program published are checked against its manifest. Any other repository
    must hold exactly one CSV or Parquet file.

    Parameters
    ----------
    reference
        ``OWNER/NAME`` for the newest commit, ``OWNER/NAME@commit`` for always the same file.
    out
        The folder to write the file to.
    hub
        The connection, which says in whose name.

    Raises
    ------
    PublishError
        If it does not exist, may not be seen, is too large, holds no table or several, or the connection is lost.
    ModelError
        If a byte of a published snapshot was changed, or it is no snapshot.
    """
    parsed = Reference.parse(reference)
    with hub.connect(parsed, "dataset") as api:
        progress(0.0, "Looking at the repository")
        state = read_state(api, hub, parsed, "dataset")
        if MANIFEST not in state.sizes:
            name = _only_table(state, parsed)
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


def _only_table(state: RepositoryState, reference: Reference) -> str:
    tables = sorted(name for name in state.sizes if _TABLE.fullmatch(name))
    if len(tables) == 1:
        return tables[0]
    if not tables:
        raise PublishError(
            f"{reference}: holds no CSV or Parquet file; name a dataset with a table of customers or orders"
        )
    several = ", ".join(tables[:_MOST_NAMED]) + (", …" if len(tables) > _MOST_NAMED else "")
    raise PublishError(
        f"{reference}: holds {len(tables)} tables ({several}); download the one you mean and upload it here"
    )


def _customers(artifact: Mapping[str, bytes], source: str) -> tuple[bytes, Roles]:
    if CUSTOMERS_FILE not in artifact:
        raise ModelError(f"{source}: holds no customers; ask its owner to share it anew")
    return artifact[CUSTOMERS_FILE], roles_from_json(json.loads(artifact[MANIFEST]), source)
