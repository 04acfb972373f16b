"""The app as a Space runs it: only what is pushed, only what requirements.txt installs, started as there."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.server import ROOT, running

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: What the Hub sets in a Space with a sign-in, besides the port.
VARIABLES = {
    "SYSTEM": "spaces",
    "SPACE_ID": "alice/desk",
    "SPACE_HOST": "alice-desk.hf.space",
    "SPACE_AUTHOR_NAME": "alice",
    "OAUTH_CLIENT_ID": "client",
    "OAUTH_CLIENT_SECRET": "secret",
    "OAUTH_SCOPES": "openid profile contribute-repos",
    "OPENID_PROVIDER_URL": "https://huggingface.co",
    "GRADIO_SERVER_NAME": "0.0.0.0",  # noqa: S104
    "PYTHONPATH": "",
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make space` assembles."""
    folder = tmp_path_factory.mktemp("space") / "tree"
    subprocess.run(["make", "-s", "space", f"SPACE={folder}"], cwd=ROOT, check=True)
    return folder


@pytest.fixture(scope="module")
def python(tree: Path) -> Iterator[Path]:
    """A fresh environment with what the tree's requirements.txt asks for; it is large, so it goes afterwards."""
    folder = tree.parent / "environment"
    fresh = folder / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    # Compiling every module takes longer than installing it, and most are never imported.
    pip = [sys.executable, "-m", "pip", "--python", str(fresh)]
    subprocess.run([*pip, "install", "-q", "--no-compile", "-r", "requirements.txt"], cwd=tree, check=True)
    yield fresh
    shutil.rmtree(folder)


def test_the_tree_holds_what_a_space_needs_and_nothing_else(tree: Path) -> None:
    """No tests, no caches, no file that git does not know; pictures of the README are there."""
    assert {path.name for path in tree.iterdir()} == {
        "app.py", "retention", "assets", "requirements.txt", "README.md", "LICENSE",
    }  # fmt: skip
    known = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {str(path.relative_to(tree)) for path in tree.rglob("*") if path.is_file()} <= set(known.split("\0"))
    readme = (tree / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:|#)([^)]+)\)", readme):
        assert (tree / target).is_file(), target


@pytest.fixture
def two_processors() -> Iterator[None]:
    """What is started meanwhile has as many processors as a Space."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:2])
    yield
    os.sched_setaffinity(0, before)


@pytest.mark.usefixtures("two_processors")
def test_a_fresh_space_shows_its_first_picture(tree: Path, python: Path, browser: Browser) -> None:
    """In a frame, as the Hub shows it, with a sign-in; nobody but the Space is asked for anything."""
    with running(python=python, folder=tree, heard=[], HOME=str(tree.parent), **VARIABLES) as address:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(120_000)
        requested: list[str] = []
        page.on("request", lambda request: requested.append(request.url))
        # Opened by itself, gradio would draw the Hub's own header above it, with the Hub's likes and fonts.
        page.set_content(f'<iframe src="{address}" style="width: 100%; height: 850px"></iframe>')
        space = page.frame_locator("iframe")
        expect(space.locator("#cards .headline")).to_contain_text("Send an offer to", timeout=120_000)
        space.locator("#profit-curve .js-plotly-plot .trace").first.wait_for()
        space.get_by_role("tab", name="Share").click()
        expect(space.locator("#hub-account")).to_contain_text("You are not signed in")
        expect(space.locator("#hub-account")).to_contain_text("To publish, sign in")
        expect(space.get_by_role("button", name="Sign in with Hugging Face")).to_be_visible()
        page.close()
    own = (address, address.replace("http", "ws"), "data:", "blob:")
    assert [url for url in requested if not url.startswith(own)] == []
