"""Every link of the documents leads somewhere."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.docs.documents import DOCUMENTS, ROOT, anchors, links, prose


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    """Files and anchors exist; addresses elsewhere are whole and encrypted."""
    dead = []
    for link in links(document):
        parts = urlsplit(link)
        if parts.scheme:
            if parts.scheme != "https" or not re.fullmatch(r"[\w-]+(\.[\w-]+)+", parts.netloc):
                dead.append(link)
            continue
        target = (document.parent / parts.path).resolve() if parts.path else document
        if not target.exists() or (parts.fragment and parts.fragment not in anchors(target)):
            dead.append(link)
    assert dead == []


def test_every_document_is_found_from_the_readme() -> None:
    """Whoever starts at the README and follows links reaches every document."""
    reached, coming = set[Path](), [ROOT / "README.md"]
    while coming:
        document = coming.pop()
        if document in reached:
            continue
        reached.add(document)
        for link in links(document):
            target = (document.parent / urlsplit(link).path).resolve()
            if not urlsplit(link).scheme and target.suffix == ".md":
                coming.append(target)
    assert set(DOCUMENTS) - reached - {ROOT / "docs" / "index.md"} == set()  # the site's own first page


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_path_that_a_document_names_exists(document: Path) -> None:
    """A module or file in backquotes is there; only a recipe's new file, with a colon after it, is not yet."""
    named = re.findall(
        r"`((?:retention|tests|docs|assets|examples|benchmarks|\.github)/[\w./-]*)`(?!:)", prose(document)
    )
    assert [path for path in named if not (ROOT / path).exists()] == []
