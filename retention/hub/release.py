"""What would be pushed, shown before anything is: files, columns, what was hidden and what looks personal."""

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
        Where it goes in the repository.
    size
        Bytes.
    """

    path: str
    size: int


@dataclass(frozen=True)
class ReleaseColumn:
    """What happens to one column of the customers' table.

    Attributes
    ----------
    name
        Its name.
    fate
        Whether it is shared as it is, replaced by pseudonyms, or not shared.
    why
        A few words; empty for a column that is simply shared.
    """

    name: str
    fate: Literal["shared", "pseudonymised", "left out"]
    why: str = ""


@dataclass(frozen=True)
class Release:
    """One push, described whole before it happens; :func:`retention.hub.publish.push` sends exactly this.

    Attributes
    ----------
    repo
        ``OWNER/NAME``.
    kind
        Kind of repository.
    title
        What the commit is called.
    private
        Whether nobody else may see it.
    content
        Path -> bytes, README and manifest among them.
    columns
        What happens to each column.
    left_out
        Sentences on what stays at home.
    warnings
        Sentences to read before agreeing.
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
        """Its files by name."""
        return tuple(ReleaseFile(path, len(self.content[path])) for path in sorted(self.content))

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    def preview_json(self) -> dict[str, Any]:
        """Return what a person should know of it, as JSON takes it: what becomes of the columns, and sentences."""
        return {
            "columns": [asdict(column) for column in self.columns],
            "left_out": list(self.left_out),
            "warnings": list(self.warnings),
        }

    def preview_text(self) -> str:
        """Return everything a person should see before agreeing, for a terminal."""
        who = "private: only you and your organisation see it" if self.private else "PUBLIC: everybody can see it"
        lines = [f"{self.title} to {self.kind} {self.repo} ({who})"]
        lines += [f"  {file.path}  {readable_size(file.size)}" for file in self.files]
        lines.append(f"  {len(self.content)} files, {readable_size(self.size)}")
        for how in dict.fromkeys(column.why for column in self.columns if column.fate == "shared"):
            names = [column.name for column in self.columns if column.fate == "shared" and column.why == how]
            lines.append(f"columns shared {f'({how})' if how else 'as they are'}: {', '.join(names)}")
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
