"""The installed package: a wheel, in an environment that does not see the checkout."""

import importlib.metadata
import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import httpx
import pytest

from retention.orders.sources import SOURCE_KINDS
from tests.browser.server import running

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

EXTRAS: dict[str, list[str]] = PYPROJECT["project"]["optional-dependencies"]


def requirements(file: str) -> list[str]:
    """Return the lines of a requirements file without their comments."""
    lines = (line.split("#")[0].strip() for line in (ROOT / file).read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line]


def test_the_build_needs_what_developers_have() -> None:
    """The tests build with the very versions that an installation builds with."""
    assert set(PYPROJECT["build-system"]["requires"]) <= set(requirements("requirements-dev.txt"))


def test_every_extra_is_pinned_and_belongs_to_a_kind_of_source() -> None:
    """A driver floats no more than a dependency, and a sentence that names an extra names one that there is."""
    assert set(EXTRAS) == {kind.extra for kind in SOURCE_KINDS if kind.extra}
    assert all(re.fullmatch(r"[\w-]+(\[\w+\])?==[\w.]+", pin) for pins in EXTRAS.values() for pin in pins)


def test_the_tests_use_the_drivers_that_an_installation_gets() -> None:
    """What a developer has of an extra has the version of the extra."""
    pins = {pin.partition("==")[0]: pin for listed in EXTRAS.values() for pin in listed}
    files = ("requirements-dev.txt", "requirements-engines.txt")
    shared = [line for file in files for line in requirements(file) if line.partition("==")[0] in pins]
    assert len(shared) == 4
    assert all(line == pins[line.partition("==")[0]] for line in shared)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, built without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel"]
    offline: list[str | Path] = [
        "--quiet",
        "--no-index",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        folder,
    ]
    subprocess.run([*pip, *offline, ROOT], check=True)
    (file,) = folder.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``bin`` folder of an environment with the wheel, which sees the dependencies but not the checkout."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin" / "python"
    (packages,) = folder.glob("lib/python3*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python]
    subprocess.run([*pip, "install", "--quiet", "--no-index", "--no-deps", wheel], check=True)
    return folder / "bin"


def outside() -> dict[str, str]:
    """Return the environment's variables without those that would lead Python back to the checkout."""
    return {
        name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "HF_TOKEN", "VIRTUAL_ENV"}
    }


@pytest.mark.slow
def test_the_wheel_requires_what_requirements_txt_pins(wheel: Path) -> None:
    """The dependencies are written once, and the wheel's metadata repeats them exactly."""
    (metadata,) = importlib.metadata.distributions(path=[str(wheel)])
    extras = [line for line in metadata.requires or () if "extra ==" in line]
    required = {re.sub(r"\s", "", line).lower() for line in set(metadata.requires or ()) - set(extras)}
    pinned = {line.lower() for line in requirements("requirements.txt")}

    def parts(line: str) -> tuple[str, frozenset[str], str]:
        match = re.fullmatch(r"([\w.-]+)(?:\[([\w,-]+)\])?(==[\w.]+)", line)
        assert match, line
        return match[1].replace("_", "-"), frozenset(filter(None, (match[2] or "").split(","))), match[3]

    assert {parts(line) for line in required} == {parts(line) for line in pinned}
    assert metadata.version == PYPROJECT["project"]["version"]
    assert set(metadata.metadata.get_all("Provides-Extra") or ()) == set(EXTRAS)
    assert len(extras) == sum(map(len, EXTRAS.values()))


@pytest.mark.slow
def test_the_wheel_holds_every_file_the_program_reads(wheel: Path) -> None:
    """All that git keeps under retention/ is inside, the page's files too, and nothing beside the package."""
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    listed = subprocess.run(
        ["git", "ls-files", "-z", "retention"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    in_git = {name for name in listed.split("\0") if name and (ROOT / name).is_file()}
    page = {f"retention/assets/{file.name}" for file in (ROOT / "assets").iterdir() if file.is_file()}
    assert names == in_git | page


@pytest.mark.slow
def test_the_installed_command_runs_the_demo(installed: Path, tmp_path: Path) -> None:
    """`retention demo` writes its files from the installed package, far from the checkout."""
    where = subprocess.run(
        [installed / "python", "-c", "import retention; print(retention.__file__)"],
        cwd=tmp_path, env=outside(), capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert Path(where.strip()).is_relative_to(installed.parent)
    done = subprocess.run(
        [installed / "retention", "demo", "--out", "demo", "--customers", "600", "--json"],
        cwd=tmp_path, env=outside(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    files = [Path(file) for file in json.loads(done.stdout)["files"]]
    assert files
    assert all((tmp_path / file).exists() for file in files)


@pytest.mark.slow
def test_the_installed_command_serves_the_app(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`retention app` listens on loopback, with its own style, scripts and icon, far from the checkout."""
    monkeypatch.delenv("PYTHONPATH", raising=False)
    with running(str(installed / "retention"), "app", python=installed / "python", folder=tmp_path) as address:
        assert address.startswith("http://127.0.0.1:")
        config = httpx.get(f"{address}/config").json()
        for name, text in (
            ("desk.js", config["head"]),
            ("decision.js", config["head"]),
            ("style.css", config["css"]),
        ):
            assert (ROOT / "assets" / name).read_text(encoding="utf-8").strip() in text, name
        assert httpx.get(f"{address}/favicon.ico").content == (ROOT / "assets" / "icon.svg").read_bytes()
        assert httpx.get(f"{address}/gradio_api/info").status_code == 200
