"""Push a release to the Hub as a single commit that never overwrites somebody else's work."""

import io
import warnings
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Final

from retention.errors import PublishError
from retention.hub.connection import Hub
from retention.hub.failures import client_errors, is_permanent, seconds_before_retry, to_publish_error
from retention.hub.kinds import ARTIFACT_KINDS, manifest_kind
from retention.hub.pull import pull
from retention.hub.reference import REPOSITORY_TYPES, Reference
from retention.hub.release import Release
from retention.hub.repository import RepositoryState, read_state
from retention.progress import Progress, silent

if TYPE_CHECKING:
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi

__all__ = ["PushResult", "pull", "push"]  # model cards published earlier import pull from here

_HUB_FILES: Final = frozenset({".gitattributes", "README.md", "LICENSE", "LICENSE.md", "LICENSE.txt"})


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
        """``OWNER/NAME@commit``, which always names the same files."""
        return f"{self.repo}@{self.commit}"


def push(release: Release, *, hub: Hub, progress: Progress = silent) -> PushResult:
    """Push a release as a single commit, and create the repository if there is none.

    Files are uploaded first and stay invisible; the commit then publishes all of them, or none. The commit
    names its parent, so it never overwrites somebody else's work: where the repository changed in files that
    are not part of a release, the push is repeated on top of the change; any other change is an error.
    Pushing the same release twice changes nothing.

    Raises
    ------
    PublishError
        If nobody is signed in, the token may not write there, the name is taken, the repository is public and
        the release is private, somebody else changed it, or the Hub cannot be reached.
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
        api.preupload_lfs_files(release.repo, operations, repo_type=REPOSITORY_TYPES[release.kind])
        progress(0.8, "Writing the commit")  # the last report: a job stopped there has changed nothing
        state = _commit(api, hub, release, state, operations)
    return _push_result(release, state)


def _prepare_repository(api: "HfApi", hub: Hub, release: Release) -> RepositoryState:
    """Return the state of the repository to push to, and create it if there is none."""
    from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError

    reference = Reference(release.repo)
    try:
        state = read_state(api, hub, reference, release.kind)
    except RepositoryNotFoundError:
        try:
            api.create_repo(release.repo, repo_type=REPOSITORY_TYPES[release.kind], private=release.private)
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
    kind = manifest_kind(api, hub, state, release.kind)
    if kind is not None and kind != ARTIFACT_KINDS[release.kind]:
        raise _name_taken(release, f"and holds a {kind}")
    if kind is None and set(state.sizes) - _HUB_FILES:
        raise _name_taken(release, "and holds files of something else")
    return state


def _name_taken(release: Release, by: str) -> PublishError:
    return PublishError(f"{release.repo}: the name is taken {by}; choose another name")


def _commit(
    api: "HfApi", hub: Hub, release: Release, state: RepositoryState, operations: list["CommitOperationAdd"]
) -> RepositoryState:
    """Write the commit on top of ``state``, and return the state that contains the release."""
    from huggingface_hub import CommitOperationDelete as Delete

    changes: list[CommitOperationAdd | CommitOperationDelete] = [
        *operations,
        *map(Delete, state.outdated_files(release)),
    ]
    for attempt in count():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # it warns of data files in a model repository
                commit = api.create_commit(
                    release.repo,
                    changes,
                    commit_message=release.title,
                    repo_type=REPOSITORY_TYPES[release.kind],
                    parent_commit=state.commit,
                )
        except client_errors() as error:
            wait = seconds_before_retry(error, attempt)
            failure = to_publish_error(error, Reference(release.repo), release.kind, hub.token)
            if is_permanent(error):
                raise failure from None
        else:
            return RepositoryState(release.repo, commit.oid, state.private, {}, {})
        # The answer may have been lost after the commit was written, or somebody else may have committed first.
        hub.sleep(wait or 0.0)
        current = read_state(api, hub, Reference(release.repo), release.kind)
        if current.contains(release):
            return current
        if not current.same_release_files(state):
            raise PublishError(
                f"{release.repo}: somebody else changed it meanwhile (commit {current.commit[:8]}), "
                "and nothing was overwritten; look at the change, then push again"
            )
        if wait is None:
            raise failure
        state = current
    raise AssertionError  # count() never ends


def _add_file(path: str, content: bytes) -> "CommitOperationAdd":
    from huggingface_hub import CommitOperationAdd

    # A stream is uploaded by HTTP, which every endpoint accepts; bytes would go through Xet where it is installed.
    return CommitOperationAdd(path, io.BytesIO(content))


def _push_result(release: Release, state: RepositoryState) -> PushResult:
    return PushResult(release.repo, state.commit, tuple(sorted(release.content)), state.private)
