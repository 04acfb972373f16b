"""Every block of code in the documents is run, or checked by the program it is for."""

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from retention.__main__ import main
from retention.profit.catalogue import read_offers
from tests.browser.server import free_port
from tests.docs.documents import DOCUMENTS, ROOT, Block, blocks, commands
from tests.files import telecom_customers
from tests.stand_ins.hub_server import HubServer, Person

TOKEN = "hf_canaryofalicewhomaywrite"  # noqa: S105  opens nothing
EXAMPLES = {file.read_text(encoding="utf-8").strip() for file in (ROOT / "examples").iterdir()}
#: The blocks of the recipes are files of the program; tests/test_recipes.py puts them there.
OTHER_BLOCKS = [block for block in blocks() if block.document.name != "CONTRIBUTING.md"]
#: Programs that the tests cannot start here, and what a command of theirs must look like.
ELSEWHERE = {
    "make": r"make [a-z-]+",
    "uvx": r"uvx --from \. retention \w+.*",
    "pip": r"pip install \S+",
    "claude": r"claude mcp add --transport http \w+ http://127\.0\.0\.1:7860/gradio_api/mcp/",
    "hf": r"hf upload OWNER/NAME build/space \. --type space",
    "git": r"git (clone|switch|commit) .+",
    "pre-commit": r"pre-commit install",
    ".venv/bin/python": r"\.venv/bin/python -m (pytest|benchmarks\.\w+)( .+)?",
}


def test_every_block_is_of_a_kind_that_is_checked() -> None:
    """A block without a language, or in one that no test knows, could say anything; differences are in recipes."""
    assert all(block.document.name == "CONTRIBUTING.md" for block in blocks() if block.language == "diff")
    unknown = [str(block) for block in blocks() if block.language not in {"python", "sh", "toml", "text", "diff"}]
    assert unknown == []


def ids(block: Block) -> str:
    return str(block)


@pytest.mark.parametrize("block", [block for block in OTHER_BLOCKS if block.language == "python"], ids=ids)
def test_python_snippets_do_what_they_show(block: Block) -> None:
    """Sessions are doctests; scripts are files of examples/, which run against the app; the rest is executed."""
    if ">>>" in block.text:
        test = doctest.DocTestParser().get_doctest(block.text, {}, str(block), str(block.document), block.line)
        assert test.examples
        assert doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test).failed == 0
    elif block.text.strip() not in EXAMPLES:
        exec(compile(block.text, str(block), "exec"), {"__name__": "snippet"})  # noqa: S102


@pytest.mark.parametrize("block", [block for block in OTHER_BLOCKS if block.language == "toml"], ids=ids)
def test_toml_snippets_are_read(block: Block, tmp_path: Path) -> None:
    """An offer catalogue opens as one; anything else parses."""
    if "[[offer]]" in block.text:
        (tmp_path / "offers.toml").write_text(block.text, encoding="utf-8")
        assert read_offers(tmp_path / "offers.toml")
    else:
        assert tomllib.loads(block.text)


# Shell


@pytest.fixture(scope="module")
def hub() -> Iterator[HubServer]:
    """A Hub on loopback that knows Alice."""
    with HubServer() as server:
        server.people[TOKEN] = Person("alice")
        yield server


def environment(folder: Path, hub: HubServer) -> dict[str, str]:
    """Return what a command of Alice's sees: the program, her home, her token and the Hub on loopback."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "HOME": str(folder / "home"),
        "HF_HOME": str(folder / "hf"),
        "HF_ENDPOINT": hub.url,
        "HF_TOKEN": TOKEN,
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "GRADIO_SERVER_PORT": str(free_port()),
    }


def filled_in(arguments: list[str], hub: HubServer) -> list[str]:
    """Return a command's arguments with Alice for OWNER and real commits, on a market of 600 customers."""
    filled = [argument.replace("OWNER/", "alice/") for argument in arguments]
    for index, argument in enumerate(filled):
        name, at, commit = argument.partition("@")
        if at and commit == "COMMIT":
            (repo,) = (repo for (_, place), repo in hub.repos.items() if place == name)
            filled[index] = f"{name}@{repo.head.oid}"
    if "--customers" in filled and filled[0] in {"simulate", "demo"}:
        filled[filled.index("--customers") + 1] = "600"
    elif filled[0] == "demo":
        filled += ["--customers", "600"]
    return filled


def experiment(customers: int, *, seed: int) -> pd.DataFrame:
    """Return an experiment whose treatment half of the customers got, and which keeps a tenth more of them."""
    rng = np.random.default_rng(seed)
    treated = rng.random(customers) < 0.5
    basket = rng.gamma(4, 100, customers).round(2)
    kept = rng.random(customers) < np.where(treated, 0.5, 0.4)
    return pd.DataFrame(
        {
            "customer_id": [f"C{number:05}" for number in range(customers)],
            "arm": np.where(treated, "mail", "none"),
            "last_basket": basket,
            "came_back": np.where(kept, "yes", "no"),
            "spend": np.where(kept, basket, 0.0),
        }
    )


def program_commands(document: Path) -> list[str]:
    """Return what a document runs of the program itself, in order."""
    return [
        command
        for block in blocks(document)
        if block.language == "sh"
        for command in commands(block)
        if command.startswith("python -m retention")
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    "document",
    [document for document in DOCUMENTS if program_commands(document)],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_the_commands_of_a_document_run_in_order(
    document: Path,
    hub: HubServer,
    telecom_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each command works on what the ones before it have left, in one folder; `app` listens."""
    hub.repos.clear()
    (tmp_path / "home").mkdir()
    if document.name == "hub.md":  # it is about a model and customers that the reader has already
        shutil.copytree(telecom_folder, tmp_path / "model")
        telecom_customers(300, seed=5).to_csv(tmp_path / "customers.csv", index=False)
    elif document.name == "campaigns.md":  # one of its sections is about an experiment that the reader has already
        experiment(1_000, seed=5).to_csv(tmp_path / "experiment.csv", index=False)
    monkeypatch.chdir(tmp_path)
    for command in program_commands(document):
        arguments = filled_in(shlex.split(command)[3:], hub)
        if arguments[0] not in {"push", "pull", "replay", "app"}:
            assert main(arguments) == 0, command
            continue
        with subprocess.Popen(
            [sys.executable, "-m", "retention", *arguments], env=environment(tmp_path, hub),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        ) as process:  # fmt: skip
            assert process.stdout
            if arguments == ["app"]:
                assert any("Retention desk is at http://127.0.0.1:" in line for line in process.stdout), command
                process.terminate()
            else:
                printed, _ = process.communicate()
                assert process.returncode == 0, f"{command}\n{printed}"


def other_commands() -> Iterator[tuple[str, str]]:
    """Yield where each other command of the documents stands, and the command."""
    for block in blocks():
        if block.language == "sh" and block.text.strip() not in EXAMPLES:
            for command in commands(block):
                if not command.startswith("python -m retention"):
                    yield str(block), command


@pytest.mark.parametrize(("place", "command"), list(other_commands()))
def test_other_commands_are_well_formed(place: str, command: str) -> None:
    """Programs that are not started here are called as they are meant to be."""
    pattern = ELSEWHERE.get(shlex.split(command)[0])
    assert pattern, f"{place}: no test knows {command}"
    assert re.fullmatch(pattern, command), f"{place}: {command}"


def test_the_hub_client_knows_the_upload_of_a_space() -> None:
    """`hf upload` takes a repository, a folder, where to put it, and the kind of repository."""
    hf = Path(sys.executable).with_name("hf")
    help_text = subprocess.run([hf, "upload", "--help"], capture_output=True, text=True, check=True).stdout
    assert re.search(r"REPO_ID.*LOCAL_PATH.*PATH_IN_REPO", help_text, re.DOTALL)
    assert "--type" in help_text
