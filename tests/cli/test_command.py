"""What all commands share: a quick start, and wrong requests refused in one line with exit code 2."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import refused
from tests.docs.documents import ROOT


def test_the_command_line_starts_without_heavy_libraries() -> None:
    """Importing the commands does not load pandas: a step is imported when a command needs it."""
    program = "import sys, retention.cli; print(sorted({'pandas', 'sklearn', 'pydantic'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    "arguments", [["--help"], ["train", "--help"], ["simulate", "--customers", "30", "--out", "o.csv", "--json"]]
)
def test_a_pipe_whose_reader_has_read_enough_ends_quietly(arguments: list[str], tmp_path: Path) -> None:
    """As into `head`, whose end of the pipe is closed before the first byte is written: code 0, no traceback."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "retention", *arguments],
            cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=writer, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["train", "nowhere.csv", "--out", "m"], "nowhere.csv"),
        (["score", "nowhere.csv", "--model", "nowhere", "--out", "x"], "nowhere"),
        (["profit", "--model", "nowhere"], "nowhere"),
        (["profit", "--model", "{model}", "--save-rate", "1.5"], "save_rate"),
        (["profit", "--model", "{model}", "--threshold", "1.5"], "threshold"),
        (["train", "{file}", "--id", "nobody", "--out", "m"], "nobody"),
        (["train", "{file}", "--scale-pos-weight", "heavy", "--out", "m"], "heavy"),
        (["simulate", "--customers", "0", "--out", "x"], "customer"),
        (["fly"], "fly"),
        ([], "COMMAND"),
    ],
)
def test_a_wrong_request_is_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], telecom_folder: Path, telecom_file: Path, arguments: list[str], words: str
) -> None:
    """The line names what was wrong."""
    filled = [argument.format(model=telecom_folder, file=telecom_file) for argument in arguments]
    assert words in refused(capsys, *filled)


def test_a_changed_byte_in_a_model_is_refused(
    capsys: pytest.CaptureFixture[str], telecom_folder: Path, tmp_path: Path
) -> None:
    """A model that differs from the saved one is never used."""
    copy = tmp_path / "model"
    copy.mkdir()
    for path in telecom_folder.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    text = (copy / "booster.json").read_text()
    (copy / "booster.json").write_text(text.replace("0", "1", 1))
    assert "booster.json is not the file that was saved" in refused(capsys, "profit", "--model", copy)
