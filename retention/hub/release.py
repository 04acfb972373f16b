"""A release as it would be pushed, for a preview: its files, its columns, and what looks personal."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from retention.hub.reference import Kind


@dataclass(frozen=True)
class ReleaseFile:
    """One file of a release.

    Attributes
    ----------
    path
        Its path in the repository.
    size
        In bytes.
    """

    path: str
    size: int


@dataclass(frozen=True)
class ReleaseColumn:
    """How one column of the customers is released.

    Attributes
    ----------
    name
        Name of the column.
    fate
        Whether it is shared as it is, replaced by pseudonyms, or not shared.
    why
        The reason; empty for a column that is shared as it is.
    """

    name: str
    fate: Literal["shared", "pseudonymised", "left out"]
    why: str = ""


@dataclass(frozen=True)
class Release:
    """Everything that a push would write; :func:`retention.hub.publish.push` writes exactly this.

    Attributes
    ----------
    repo
        ``OWNER/NAME``.
    kind
        Kind of repository.
    title
        Title of the commit.
    private
        Whether only the owner may see it.
    content
        The bytes of each file by path, README and manifest included.
    columns
        How each column is released.
    left_out
        Sentences about what is not shared.
    warnings
        Sentences to read before publishing.
    """

    repo: str
    kind: Kind
    title: str
    private: bool
    content: Mapping[str, bytes] = field(repr=False)
    columns: tuple[ReleaseColumn, ...] = ()
    left_out: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[ReleaseFile, ...]:
        """The files, sorted by path."""
        return tuple(ReleaseFile(path, len(self.content[path])) for path in sorted(self.content))

    @property
    def size(self) -> int:
        """Size of all files together, in bytes."""
        return sum(file.size for file in self.files)

    def preview_json(self) -> dict[str, Any]:
        """Return the columns, and the sentences to read before publishing, ready for JSON."""
        return {
            "columns": [asdict(column) for column in self.columns],
            "left_out": list(self.left_out),
            "warnings": list(self.warnings),
        }

    def preview_text(self) -> str:
        """Return the whole preview as lines for a terminal."""
        audience = (
            "private: only you and your organisation see it" if self.private else "PUBLIC: everybody can see it"
        )
        lines = [f"{self.title} to {self.kind} {self.repo} ({audience})"]
        lines += [f"  {file.path}  {readable_size(file.size)}" for file in self.files]
        lines.append(f"  {len(self.content)} files, {readable_size(self.size)}")
        for reason in dict.fromkeys(column.why for column in self.columns if column.fate == "shared"):
            names = [column.name for column in self.columns if column.fate == "shared" and column.why == reason]
            lines.append(f"columns shared {f'({reason})' if reason else 'as they are'}: {', '.join(names)}")
        lines += [
            f"column {column.name}: {column.fate}{', ' + column.why if column.why else ''}"
            for column in self.columns
            if column.fate != "shared"
        ]
        lines += [f"not shared: {sentence}" for sentence in self.left_out]
        lines += [f"warning: {sentence}" for sentence in self.warnings]
        return "\n".join(lines)


def readable_size(size: int) -> str:
    """Write a file size.

    >>> readable_size(512), readable_size(46472), readable_size(12_500_000)
    ('512 B', '46 kB', '12.5 MB')
    """
    if size < 1000:
        return f"{size} B"
    return f"{size / 1e3:.0f} kB" if size < 1e6 else f"{size / 1e6:.1f} MB"
