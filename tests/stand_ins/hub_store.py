"""What the stand-in Hub stores: people and their tokens, repositories, commits, large files."""

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

import yaml

#: What a repository holds before anybody pushes, as on the Hub.
FIRST_FILES = {".gitattributes": b"*.parquet filter=lfs diff=lfs merge=lfs -text\n"}
_LARGE = re.compile(r"\.(parquet|png|zip|bin)$")


def git_hash(content: bytes) -> str:
    """Return the name git gives a blob."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()  # noqa: S324


@dataclass(frozen=True)
class Person:
    """The owner of a token; ``may_write`` is the role of the token."""

    name: str
    orgs: tuple[str, ...] = ()
    may_write: bool = True


@dataclass(frozen=True)
class Commit:
    """One state of a repository: path -> content."""

    oid: str
    title: str
    files: dict[str, bytes]
    date: str = "2025-01-01T00:00:00.000Z"

    def entry(self, path: str) -> dict[str, Any]:
        """Describe a file as the API does."""
        content = self.files[path]
        entry: dict[str, Any] = {"type": "file", "path": path, "size": len(content), "oid": git_hash(content)}
        if is_large(path):
            sha = hashlib.sha256(content).hexdigest()
            pointer = (
                f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha}\nsize {len(content)}\n".encode()
            )
            entry |= {
                "oid": git_hash(pointer),
                "lfs": {"oid": sha, "size": len(content), "pointerSize": len(pointer)},
            }
        return entry


@dataclass
class Repo:
    """A repository: its commits, newest last, and what branches and tags point to."""

    kind: str
    id: str
    private: bool
    commits: list[Commit] = field(default_factory=list)
    refs: dict[str, str] = field(default_factory=dict)

    @property
    def head(self) -> Commit:
        return self.commits[-1]

    def commit(self, title: str, files: dict[str, bytes], date: str | None = None) -> Commit:
        """Make ``files`` the new state of the main branch, by default at the date of the last commit."""
        text = f"{self.kind} {self.id} {len(self.commits)} {title}".encode()
        dated = {"date": date or self.head.date} if date or self.commits else {}
        self.commits.append(Commit(hashlib.sha1(text).hexdigest(), title, files, **dated))  # noqa: S324
        return self.head

    def find(self, revision: str) -> Commit | None:
        """Return the commit a branch, a tag or an abbreviated hash stands for."""
        if revision in {"main", "HEAD"}:
            return self.head
        wanted = self.refs.get(revision, revision)
        return next(
            (commit for commit in self.commits if len(wanted) >= 7 and commit.oid.startswith(wanted)), None
        )

    def card(self) -> dict[str, Any]:
        """Return the metadata at the top of the card."""
        match = re.match(rb"---\n(.*?)\n---\n", self.head.files.get("README.md", b""), re.DOTALL)
        return (yaml.safe_load(match[1]) or {}) if match else {}


@dataclass
class Store:
    """Everything on the server."""

    people: dict[str, Person] = field(default_factory=dict)
    repos: dict[tuple[str, str], Repo] = field(default_factory=dict)
    large: dict[str, bytes] = field(default_factory=dict)
    now: str | None = None  # the server's clock, by which it dates commits

    def create(self, kind: str, id: str, *, private: bool) -> Repo:
        """Make a repository with the Hub's own first commit."""
        repo = Repo(kind, id, private)
        repo.commit("initial commit", dict(FIRST_FILES))
        self.repos[kind, id] = repo
        return repo


def is_large(path: str) -> bool:
    """Whether a file goes through the protocol for large files."""
    return _LARGE.search(path) is not None
