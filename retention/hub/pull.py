"""Pull a model, a dataset or a campaign from the Hub; every byte is verified before the folder appears."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from retention.artifacts import MANIFEST, open_artifact, place_folder
from retention.hub.connection import Hub
from retention.hub.kinds import ARTIFACT_KINDS, MAX_MANIFEST_BYTES
from retention.hub.reference import Kind, Reference
from retention.hub.repository import download, read_state
from retention.progress import Progress, silent
from retention.settings import settings


@dataclass(frozen=True)
class FetchedArtifact:
    """A verified artifact in memory.

    Attributes
    ----------
    repo, commit
        The repository and the commit it was read at.
    content
        The bytes of each file by name, the manifest included.
    """

    repo: str
    commit: str
    content: Mapping[str, bytes] = field(repr=False)

    @property
    def reference(self) -> str:
        """``OWNER/NAME@commit``, which always names the same files."""
        return f"{self.repo}@{self.commit}"


@dataclass(frozen=True)
class PullResult:
    """What was written to a folder.

    Attributes
    ----------
    repo
        ``OWNER/NAME``.
    commit
        The commit it was read at, 40 hexadecimal digits.
    files
        The files written, the manifest included.
    """

    repo: str
    commit: str
    files: tuple[str, ...]

    @property
    def reference(self) -> str:
        """``OWNER/NAME@commit``, which always names the same files."""
        return f"{self.repo}@{self.commit}"


def fetch(reference: str, *, kind: Kind, hub: Hub, progress: Progress = silent) -> FetchedArtifact:
    """Fetch an artifact into memory; raises the errors of :func:`pull`, but for those about ``out``."""
    parsed = Reference.parse(reference)
    with hub.connect(parsed, kind) as api:
        progress(0.0, "Looking at the repository")
        state = read_state(api, hub, parsed, kind)
        content: dict[str, bytes] = {}

        def read(name: str) -> bytes:
            limit = MAX_MANIFEST_BYTES if name == MANIFEST else settings().max_upload_mb * 1_000_000
            state.check_size(name, limit=limit, already=sum(map(len, content.values())))
            progress(0.1 + 0.8 * min(1.0, len(content) / 4), f"Fetching {name}")
            content[name] = download(api, hub, state, kind, name)
            return content[name]

        open_artifact(read, kind=ARTIFACT_KINDS[kind], source=str(parsed))
        return FetchedArtifact(parsed.repo, state.commit, content)


def pull(reference: str, *, kind: Kind, out: Path, hub: Hub, progress: Progress = silent) -> PullResult:
    """Fetch a model, a dataset or a campaign that this program pushed, and write it to a folder.

    All files are read at one commit and checked against the hashes in the manifest. The folder then appears
    complete, or not at all. Only JSON files and tables are read; cards and charts stay on the Hub.

    Parameters
    ----------
    reference
        ``OWNER/NAME`` for the newest commit, ``OWNER/NAME@commit`` for always the same files.
    kind
        What the repository holds.
    out
        The folder to write; an older artifact there is replaced.
    hub
        The connection, which says in whose name.

    Raises
    ------
    PublishError
        If it does not exist, may not be seen, is too large, or the connection is lost.
    ModelError
        If it is another kind of artifact, a byte was changed, or ``out`` holds other files.
    """
    fetched = fetch(reference, kind=kind, hub=hub, progress=progress)
    progress(0.95, "Putting it in place")  # the last report: a job stopped there has changed nothing
    place_folder(out, fetched.content)
    return PullResult(fetched.repo, fetched.commit, tuple(sorted(fetched.content)))
