"""The documents, taken apart: their blocks of code, their links, their anchors."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]


@dataclass(frozen=True)
class Block:
    """A fenced block of code: the document and line it starts on, its language, its text."""

    document: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        """Name the block as an editor would find it."""
        return f"{self.document.relative_to(ROOT)}:{self.line}"


def blocks(*documents: Path) -> list[Block]:
    """Return the blocks of some documents, or of all, in order."""
    return [block for document in documents or DOCUMENTS for block in _blocks_of(document)]


def _blocks_of(document: Path) -> Iterator[Block]:
    text = document.read_text(encoding="utf-8")
    for match in re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        yield Block(document, text.count("\n", 0, match.start()) + 1, match[1], match[2])


def prose(document: Path) -> str:
    """Return a document's text without its front matter and its blocks of code."""
    text = document.read_text(encoding="utf-8")
    return re.sub(r"\A---\n.*?\n---\n|^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def links(document: Path) -> list[str]:
    """Return where a document's links, images and pictures point."""
    text = re.sub(r"`[^`\n]*`", "", prose(document))
    return re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'(?:src|srcset|href)="([^"]+)"', text)


def anchors(document: Path) -> set[str]:
    """Return the anchors of a document's headings, as GitHub and the site make them."""
    headings = re.findall(r"^#+ (.+)$", prose(document), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def commands(block: Block) -> list[str]:
    """Return the command lines of a shell block: without comments, continued lines joined."""
    lines = block.text.replace("\\\n", " ").splitlines()
    return [line for line in (re.sub(r"(^|\s)#.*", "", line).strip() for line in lines) if line]
