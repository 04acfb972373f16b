"""One request to the command line and to the endpoints alike: files and plain values in, an answer out."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from retention.cli import main

FILES = {"holdout": ("send.csv", "campaign.zip", "ledger.sqlite"), "measure": ("reading.zip", "ledger.sqlite")}
_OUT_FLAGS = {"holdout": ("--out", "--campaign"), "measure": ("--out",)}
_POSITIONAL = {"holdout": "scored", "measure": "campaign"}


@dataclass(frozen=True)
class Answer:
    """What a face answered: why it refused, or its JSON object and its files."""

    refusal: str = ""
    summary: dict[str, Any] = field(default_factory=dict)
    files: tuple[Path, ...] = ()


Face = Callable[..., Answer]
"""Takes the step's name, the folder for its files, and its arguments as the endpoint names them."""


def command_line(capsys: pytest.CaptureFixture[str]) -> Face:
    """Return the command line; a refusal must have exit code 2, one line, and no file written or changed."""

    def ask(step: str, folder: Path, **arguments: Any) -> Answer:
        folder.mkdir(exist_ok=True)
        files = [folder / name for name in FILES[step]]
        command = [step]
        if (first := arguments.pop(_POSITIONAL[step], None)) is not None:
            command.append(str(first))
        ledger = arguments.pop("ledger", None)
        if ledger is not None:
            shutil.copyfile(ledger, files[-1])
        if ledger is not None or step == "holdout":
            command += ["--ledger", str(files[-1])]
        for flag, path in zip(_OUT_FLAGS[step], files, strict=False):
            command += [flag, str(path)]
        for name, value in arguments.items():
            flag = f"--{name.replace('_', '-')}"
            command += [flag] if value is True else [flag, str(value)]
        code = main([*command, "--json"])
        out, err = capsys.readouterr()
        if code:
            assert code == 2
            assert out == ""
            assert err.count("\n") == 1
            assert not any(path.exists() for path in files[:-1])
            assert not list(folder.glob("*.part"))
            return Answer(refusal=err.removeprefix("error: ").strip())
        return Answer(summary=json.loads(out), files=tuple(path for path in files if path.exists()))

    return ask


def endpoints(client: Client) -> Face:
    """Return the endpoints of a running server."""

    def ask(step: str, folder: Path, **arguments: Any) -> Answer:
        folder.mkdir(exist_ok=True)
        sent = {
            name: handle_file(value) if isinstance(value, Path) else value for name, value in arguments.items()
        }
        try:
            *made, summary = client.predict(**sent, api_name=f"/{step}")
        except AppError as error:
            refusal = str(error)
        else:
            refusal = ""
        assert "\n" not in refusal
        assert "/tmp" not in refusal  # noqa: S108 - a place that must not be named
        if refusal:
            return Answer(refusal=refusal)
        return Answer(summary=summary, files=tuple(Path(file) for file in made if file))

    return ask
