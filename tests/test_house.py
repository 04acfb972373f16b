"""The house rules that no other tool checks."""

import ast
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FRONT_MATTER = yaml.safe_load(README.split("---")[1])
PINS = dict(
    re.findall(
        r"^([\w-]+)(?:\[[\w,]+\])?==([\w.]+)", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.M
    )
)


def test_the_space_runs_the_pinned_gradio() -> None:
    """The Space's SDK version is the one in requirements.txt."""
    assert FRONT_MATTER["sdk"] == "gradio"
    assert FRONT_MATTER["sdk_version"] == PINS["gradio"]


def test_the_front_matter_is_complete() -> None:
    """The Hub finds everything it shows on the Space's card."""
    wanted = {
        "title",
        "emoji",
        "colorFrom",
        "colorTo",
        "app_file",
        "python_version",
        "license",
        "short_description",
    }
    assert wanted <= FRONT_MATTER.keys()
    assert FRONT_MATTER["tags"]
    assert str(FRONT_MATTER["python_version"]) == "3.11"
    assert (ROOT / FRONT_MATTER["app_file"]).is_file()
    assert len(FRONT_MATTER["short_description"]) <= 60


def test_a_space_asks_visitors_for_as_little_as_a_push_takes() -> None:
    """Signing in lets the app make repositories and write to those, and touch no other."""
    assert FRONT_MATTER["hf_oauth"] is True
    assert FRONT_MATTER["hf_oauth_scopes"] == ["contribute-repos"]


@pytest.mark.parametrize("file", [file.name for file in ROOT.glob("requirements*.txt")])
def test_every_requirement_is_pinned(file: str) -> None:
    """No dependency floats."""
    lines = [line.split("#")[0].strip() for line in (ROOT / file).read_text(encoding="utf-8").splitlines()]
    assert all("==" in line for line in lines if line)


def test_pre_commit_runs_what_lint_runs() -> None:
    """The hooks are the commands of `make lint`, from the environment whose versions requirements-dev.txt pins."""
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    hooks = [hook for repo in config["repos"] if repo["repo"] == "local" for hook in repo["hooks"]]
    tools = {Path(hook["entry"].split()[0]).name for hook in hooks if hook["entry"].startswith(".venv/bin/")}
    assert len(hooks) == 4
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (lint,) = re.findall(r"^lint:.*\n((?:\t.+\n)+)", makefile, re.M)
    assert tools == set(re.findall(r"\$\(BIN\)/([\w-]+)", lint)) == {"ruff", "mypy", "lint-imports"}
    pinned = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")
    assert all(f"\n{package}==" in pinned for package in ("ruff", "mypy", "import-linter"))


def test_make_help_lists_every_target() -> None:
    """A newcomer sees all targets with `make help`."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    listed = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.M))
    assert {"help", "install", "run", "test", "quick", "lint", "fix", "check", "demo", "docs"} <= listed
    assert set(re.findall(r"^([a-z-]+):", makefile, re.M)) - listed == {"browser"}  # a step of others


def test_every_test_says_what_it_shows() -> None:
    """Each test function has a docstring of one line."""
    silent = []
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                words = ast.get_docstring(node)
                if not words or "\n" in words.strip():
                    silent.append(f"{path.name}:{node.lineno} {node.name}")
    assert silent == []


def test_no_pickle_anywhere() -> None:
    """Nothing in the program loads or writes a pickle."""
    pattern = re.compile(r"\b(import pickle|from pickle|pickle\.|joblib\.(load|dump)|read_pickle|to_pickle)")
    files = [ROOT / "app.py", *(ROOT / "retention").rglob("*.py")]
    assert [path.name for path in files if pattern.search(path.read_text(encoding="utf-8"))] == []
