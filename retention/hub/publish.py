"""Push a release to the Hub as one commit, and pull one back, checked byte by byte before it is put in place."""

import io
import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

from retention.artifacts import MANIFEST, open_artifact, place_folder
from retention.churn.model_files import KIND as MODEL_KIND
from retention.errors import PublishError
from retention.hub.connection import Hub
from retention.hub.failures import client_errors, is_permanent, seconds_before_retry, to_publish_error
from retention.hub.reference import Kind, Reference
from retention.hub.release import Release
from retention.hub.repository import RepositoryState, download, read_state
from retention.hub.snapshot import SNAPSHOT_KIND
from retention.progress import Progress, silent
from retention.settings import settings

if TYPE_CHECKING:
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi

ARTIFACT_KINDS: Final = {"model": MODEL_KIND, "dataset": SNAPSHOT_KIND}
_FROM_THE_HUB: Final = frozenset({".gitattributes", "README.md", "LICENSE", "LICENSE.md", "LICENSE.txt"})
_MANIFEST_BYTES: Final = 1_000_000


@dataclass(frozen=True)
class PushResult:
    """A release that is on the Hub.

    Attributes
    ----------
    repo
        ``OWNER/NAME``.
    commit
        The commit that holds it, 40 hexadecimal digits.
    files
        Its files.
    private
        Whether the repository is private.
    """

    repo: str
    commit: str
    files: tuple[str, ...]
    private: bool

    @property
    def reference(self) -> str:
        """``OWNER/NAME@commit``, which stays what it is."""
        return f"{self.repo}@{self.commit}"


@dataclass(frozen=True)
class PullResult:
    """What was fetched from the Hub.

    Attributes
    ----------
    repo
        ``OWNER/NAME``.
    commit
        The commit it came from, 40 hexadecimal digits.
    files
        The files put in place, the manifest among them.
    """

    repo: str
    commit: str
    files: tuple[str, ...]

    @property
    def reference(self) -> str:
        """``OWNER/NAME@commit``, which stays what it is."""
        return f"{self.repo}@{self.commit}"


def push(release: Release, *, hub: Hub, progress: Progress = silent) -> PushResult:
    """Push a release as a single commit, making the repository if there is none.

    Files are uploaded first, seen by nobody; the commit then shows all of them at once or none. It
    names the commit it was prepared on, so nobody else's work is overwritten: where the repository
    has changed meanwhile in files that are not part of the release, it is tried again on top of
    that; otherwise that is told. Pushing the same release twice changes nothing.

    Raises
    ------
    PublishError
        If nobody is signed in, the token may not write there, the name is taken, the repository is
        public and the release is not, somebody else changed it, or the Hub cannot be reached.
    """
    reference = Reference.parse(release.repo)
    hub.check_token(release.repo)
    with hub.connect(reference, release.kind) as api:
        progress(0.0, "Looking at the repository")
        state = _prepare_repository(api, hub, release)
        if state.contains(release):
            return _push_result(release, state)
        progress(0.1, "Uploading files")
        operations = [_add_file(path, content) for path, content in sorted(release.content.items())]
        api.preupload_lfs_files(release.repo, operations, repo_type=release.kind)
        progress(0.8, "Writing the commit")  # the last report: a job stopped there has changed nothing
        state = _commit(api, hub, release, state, operations)
    return _push_result(release, state)


def pull(reference: str, *, kind: Kind, out: Path, hub: Hub, progress: Progress = silent) -> PullResult:
    """Fetch a model or a dataset that this program pushed.

    Everything is read at one commit and held against the manifest's hashes before the folder appears,
    whole or not at all. Only JSON files and tables are read; cards and figures stay on the Hub.

    Parameters
    ----------
    reference
        ``OWNER/NAME`` for the newest, ``OWNER/NAME@commit`` for always the same.
    kind
        What is wanted.
    out
        The folder to make; an older artifact there is replaced.
    hub
        As whom.

    Raises
    ------
    PublishError
        If it is not there, may not be seen, is too large, or the line drops.
    ModelError
        If it is another kind of artifact, a byte was changed, or ``out`` holds other files.
    """
    fetched = fetch(reference, kind=kind, hub=hub, progress=progress)
    progress(0.95, "Putting it in place")  # the last report: a job stopped there has changed nothing
    place_folder(out, fetched.content)
    return PullResult(fetched.repo, fetched.commit, tuple(sorted(fetched.content)))


@dataclass(frozen=True)
class FetchedArtifact:
    """An artifact in memory, verified.

    Attributes
    ----------
    repo, commit
        Where it came from.
    content
        File name -> bytes, the manifest among them.
    """

    repo: str
    commit: str
    content: Mapping[str, bytes] = field(repr=False)

    @property
    def reference(self) -> str:
        """``OWNER/NAME@commit``, which stays what it is."""
        return f"{self.repo}@{self.commit}"


def fetch(reference: str, *, kind: Kind, hub: Hub, progress: Progress = silent) -> FetchedArtifact:
    """Fetch an artifact without writing it anywhere; errors as :func:`pull`."""
    asked = Reference.parse(reference)
    with hub.connect(asked, kind) as api:
        progress(0.0, "Looking at the repository")
        state = read_state(api, hub, asked, kind)
        content: dict[str, bytes] = {}

        def read(name: str) -> bytes:
            limit = _MANIFEST_BYTES if name == MANIFEST else settings().max_upload_mb * 1_000_000
            state.check_size(name, limit=limit, already=sum(map(len, content.values())))
            progress(0.1 + 0.8 * min(1.0, len(content) / 4), f"Fetching {name}")
            content[name] = download(api, hub, state, kind, name)
            return content[name]

        open_artifact(read, kind=ARTIFACT_KINDS[kind], source=str(asked))
        return FetchedArtifact(asked.repo, state.commit, content)


def _prepare_repository(api: "HfApi", hub: Hub, release: Release) -> RepositoryState:
    """Return the state of a repository this release may go to, made if there is none."""
    from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError

    reference = Reference(release.repo)
    try:
        state = read_state(api, hub, reference, release.kind)
    except RepositoryNotFoundError:
        try:
            api.create_repo(release.repo, repo_type=release.kind, private=release.private)
        except HfHubHTTPError as error:
            if error.response.status_code != 409:
                raise
        try:
            state = read_state(api, hub, reference, release.kind)
        except RepositoryNotFoundError:
            raise _name_taken(release, "by a repository of another kind, or one you may not see") from None
    if release.private and not state.private:
        raise PublishError(
            f"{release.repo}: is public, and this release is private; "
            "make the repository private, choose another name, or push it as public"
        )
    if state.sizes.get(MANIFEST, _MANIFEST_BYTES) < _MANIFEST_BYTES:
        _check_kind(download(api, hub, state, release.kind, MANIFEST), release)
    elif set(state.sizes) - _FROM_THE_HUB:
        raise _name_taken(release, "and holds files of something else")
    return state


def _check_kind(manifest: bytes, release: Release) -> None:
    try:
        found = json.loads(manifest)["kind"]
    except (ValueError, KeyError, TypeError):
        found = "something else"
    if found != ARTIFACT_KINDS[release.kind]:
        raise _name_taken(release, f"and holds a {found}")


def _name_taken(release: Release, by: str) -> PublishError:
    return PublishError(f"{release.repo}: the name is taken {by}; choose another name")


def _commit(
    api: "HfApi", hub: Hub, release: Release, state: RepositoryState, operations: list["CommitOperationAdd"]
) -> RepositoryState:
    """Write the commit on top of ``state``, or find out why not; return the state that holds the release."""
    from huggingface_hub import CommitOperationDelete as Delete

    changes: list[CommitOperationAdd | CommitOperationDelete] = [
        *operations,
        *map(Delete, state.outdated_files(release)),
    ]
    for attempt in count():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # "a data file in a model repository": it is meant
                made = api.create_commit(
                    release.repo,
                    changes,
                    commit_message=release.title,
                    repo_type=release.kind,
                    parent_commit=state.commit,
                )
        except client_errors() as error:
            wait = seconds_before_retry(error, attempt)
            failure = to_publish_error(error, Reference(release.repo), release.kind, hub.token)
            if is_permanent(error):
                raise failure from None
        else:
            return RepositoryState(release.repo, made.oid, state.private, {}, {})
        # The answer may have been lost after the commit was made, or somebody else may have been quicker.
        hub.sleep(wait or 0.0)
        now = read_state(api, hub, Reference(release.repo), release.kind)
        if now.contains(release):
            return now
        if not now.same_release_files(state):
            raise PublishError(
                f"{release.repo}: somebody else changed it meanwhile (commit {now.commit[:8]}), "
                "and nothing was overwritten; look at it, then push again"
            )
        if wait is None:
            raise failure
        state = now
    raise AssertionError  # count() never ends


def _add_file(path: str, content: bytes) -> "CommitOperationAdd":
    from huggingface_hub import CommitOperationAdd

    # A stream, not bytes: it goes by HTTP, which every endpoint speaks, also where Xet is installed.
    return CommitOperationAdd(path, io.BytesIO(content))


def _push_result(release: Release, state: RepositoryState) -> PushResult:
    return PushResult(release.repo, state.commit, tuple(sorted(release.content)), state.private)
