"""What the documents list is what there is."""

import argparse
import re
from pathlib import Path

import pytest

from retention import cli
from retention.settings import Settings
from retention.ui.api.endpoints import STEPS
from tests.docs.documents import DOCUMENTS, ROOT, blocks, prose

DOCS = ROOT / "docs"


def test_the_readme_is_short() -> None:
    """At most 900 words, pictures and tables counted, front matter aside."""
    text = (ROOT / "README.md").read_text(encoding="utf-8").split("---\n", 2)[2]
    assert len(text.split()) <= 900


def test_the_settings_page_lists_every_setting() -> None:
    """Each environment variable and its meaning stand in the table, and no other."""
    page = (DOCS / "settings.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| [^|]* \| ([^|]*) \|$", page, re.M))
    assert rows == {field.alias: field.description for field in Settings.model_fields.values()}


def test_the_api_page_lists_every_endpoint() -> None:
    """Each endpoint has its row, in the order of the work, and no other."""
    page = (DOCS / "api.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `/(\w+)` \|", page, re.M) == [step.__name__ for step in STEPS]


def test_the_api_page_shows_the_examples_that_are_run() -> None:
    """What a reader copies is what tests/ui/api/test_endpoints.py runs."""
    page = (DOCS / "api.md").read_text(encoding="utf-8")
    examples = list((ROOT / "examples").iterdir())
    assert [file.name for file in examples if file.read_text(encoding="utf-8").strip() not in page] == []


def parsers() -> dict[str, argparse.ArgumentParser]:
    """Return each command's parser by its name."""
    parser = cli.build_parser("retention")
    (subparsers,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    return dict(subparsers.choices)


def test_the_command_line_page_shows_every_command() -> None:
    """Each command stands in a block that is run."""
    shown = {
        match[1]
        for block in blocks(DOCS / "command-line.md")
        for match in re.finditer(r"^python -m retention (\w+)", block.text, re.M)
    }
    assert shown == {*parsers(), "app"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_flag_that_a_document_names_exists(document: Path) -> None:
    """A flag in backquotes belongs to some command."""
    flags = {flag for parser in parsers().values() for action in parser._actions for flag in action.option_strings}
    named = {
        flag
        for code in re.findall(r"`([^`\n]+)`", prose(document))
        if not code.startswith(("uvx ", "git ", "claude ", "hf "))
        for flag in re.findall(r"(?<![\w-])--[a-z][a-z-]*", code)
    }
    assert named - flags == set()


def test_every_make_target_that_a_document_names_exists() -> None:
    """`make something`, in backquotes or in a block, is in the Makefile with its line of help."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.M))
    text = "\n".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", text, re.M))
    assert named - targets == set()
    assert {"run", "test", "lint", "docs"} <= named


def test_every_decision_has_its_three_parts() -> None:
    """Context, decision, consequences; numbered without gaps, and listed on the index page."""
    pages = sorted((DOCS / "decisions").glob("0*.md"))
    index = (DOCS / "decisions" / "index.md").read_text(encoding="utf-8")
    for number, page in enumerate(pages, start=1):
        text = page.read_text(encoding="utf-8")
        assert page.name.startswith(f"{number:04}-")
        assert re.findall(r"^#+ .+$", text, re.M)[1:] == ["## Context", "## Decision", "## Consequences"]
        title = re.match(r"# \d+\. (.+)\n", text)
        assert title
        assert f"{number}. [{title[1]}]({page.name})" in index


def test_the_house_is_drawn_in_the_order_that_is_checked() -> None:
    """The architecture page lists the rooms as import-linter's layers, topmost first."""
    page = (DOCS / "architecture.md").read_text(encoding="utf-8").split("## Where to change what")[0]
    rows = re.findall(r"^\| (`retention/.*?) \|", page, re.M)
    listed = [name for row in rows for name in re.findall(r"`retention/(\w+)(?:/|\.py)`", row)]
    contract = (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("layers = [", 1)[1].split("]\n", 1)[0]
    layers = [name for line in re.findall(r'"([^"]+)"', contract) for name in re.findall(r"\w+", line)]
    rooms = [name for name in layers if name != "__main__"]
    assert sorted(listed) == sorted(rooms)
    main = [name for name in rooms if name not in {"cli", "ui", "artifacts", "settings", "progress", "errors"}]
    assert [name for name in listed if name in main] == main
