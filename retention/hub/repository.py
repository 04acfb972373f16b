"""Read a repository on the Hub at one commit: its list of files, and the bytes of each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from retention.artifacts import sha256
from retention.errors import PublishError
from retention.hub.connection import Hub
from retention.hub.failures import client_errors, to_publish_error
from retention.hub.reference import REPOSITORY_TYPES, Kind, Reference
from retention.hub.release import Release

if TYPE_CHECKING:
    from huggingface_hub import HfApi

_RELEASE_FILES: Final = re.compile(
    r"README\.md|manifest\.json|model\.json|booster\.json|out_of_fold\.parquet|design\.json|reading\.json"
    r"|figures/[a-z_]+\.svg|(?:data|send_list|messages|assignments|outcomes)/[\w-]+\.parquet"
)
_READABLE: Final = re.compile(r".+\.(?:json|parquet|(?:csv|tsv)(?:\.gz)?)")


@dataclass(frozen=True)
class RepositoryState:
    """A repository at one commit: its files, each with its size in bytes and the hash of its content."""

    repo: str
    commit: str
    private: bool
    sizes: Mapping[str, int]
    hashes: Mapping[str, str]

    def size(self, name: str) -> int:
        """Return the size of a file in bytes; FileNotFoundError if it is missing or of a kind never read."""
        if name not in self.sizes or not _READABLE.fullmatch(name):
            raise FileNotFoundError(name)
        return self.sizes[name]

    def check_size(self, name: str, *, limit: int, already: int = 0) -> None:
        """Refuse a file that exceeds ``limit`` bytes together with the bytes read ``already``.

        Raises
        ------
        FileNotFoundError
            As :meth:`size`.
        PublishError
            If it is too large.
        """
        if self.size(name) + already > limit:
            raise PublishError(
                f"{self.repo}: {name} is larger than the limit of {limit // 1_000_000:,} MB; "
                "raise RETENTION_MAX_UPLOAD_MB where you run this yourself"
            )

    def contains(self, release: Release) -> bool:
        """Whether the repository holds exactly this release, with no file of an older one."""
        return not self.outdated_files(release) and all(
            self.hashes.get(path) in {sha256(content), _git_hash(content)}
            for path, content in release.content.items()
        )

    def outdated_files(self, release: Release) -> list[str]:
        """Return the files of an older release that are not part of this one."""
        return [path for path in self.hashes if _RELEASE_FILES.fullmatch(path) and path not in release.content]

    def same_release_files(self, state: "RepositoryState") -> bool:
        """Whether two commits differ only in files that are not part of a release."""
        return self._release_hashes() == state._release_hashes()

    def _release_hashes(self) -> dict[str, str]:
        return {path: content for path, content in self.hashes.items() if _RELEASE_FILES.fullmatch(path)}


def read_state(api: "HfApi", hub: Hub, reference: Reference, kind: Kind) -> RepositoryState:
    """Return the repository at the commit that the reference names, or at its newest.

    Raises
    ------
    PublishError
        If the Hub answers with another commit than the requested one.
    ValueError
        If the answer does not come from a Hub.
    """
    request = api.model_info if REPOSITORY_TYPES[kind] == "model" else api.dataset_info
    info = hub.with_retries(
        # By default the client would wait for ever.
        lambda: request(reference.repo, revision=reference.commit, files_metadata=True, timeout=hub.timeout_s)
    )
    files = info.siblings or []
    if not info.sha:
        raise ValueError("an answer without a commit")
    if not info.sha.startswith(reference.commit or ""):
        raise PublishError(f"{reference}: the Hub answered with another commit; do not use it")
    return RepositoryState(
        reference.repo,
        info.sha,
        bool(info.private),
        {file.rfilename: int(file.size or 0) for file in files},
        {file.rfilename: str(file.lfs.sha256 if file.lfs else file.blob_id) for file in files},
    )


def download(api: "HfApi", hub: Hub, state: RepositoryState, kind: Kind, name: str) -> bytes:
    """Return the bytes of a file at that commit, and stop when there are more than the repository states.

    Raises
    ------
    FileNotFoundError
        If there is no such file, or it is of a kind that is never read.
    PublishError
        If the Hub refuses the file, or the connection is lost.
    """
    from huggingface_hub import get_session, hf_hub_url
    from huggingface_hub.utils import build_hf_headers, hf_raise_for_status  # type: ignore[attr-defined]

    size = state.size(name)
    url = hf_hub_url(
        state.repo, name, repo_type=REPOSITORY_TYPES[kind], revision=state.commit, endpoint=api.endpoint
    )
    headers = build_hf_headers(token=api.token)

    def get() -> bytes:
        content = bytearray()
        with get_session().stream("GET", url, headers=headers) as response:
            if response.is_error:
                response.read()
            hf_raise_for_status(response)
            for chunk in response.iter_bytes():
                content += chunk
                if len(content) > size:
                    break
        return bytes(content)

    try:
        return hub.with_retries(get)
    except client_errors() as error:
        # Whoever checks files takes an OSError for a damaged file.
        raise to_publish_error(error, Reference(state.repo, state.commit), kind, hub.token) from None


def _git_hash(content: bytes) -> str:
    from huggingface_hub.utils.sha import git_hash

    return git_hash(content)
