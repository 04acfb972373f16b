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


def test_a_full_disk_is_one_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    """A process that may write no more than 20 kB ends with exit code 2, and the folder stays empty."""
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000));"
        "from retention.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    out = tmp_path / "out" / "orders.csv"
    arguments = ["simulate", "--customers", "300", "--out", str(out)]
    ran = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert ran.stderr.startswith(f"error: {out}: cannot be written, it would be larger")
    assert ran.stderr.count("\n") == 1
    assert list(out.parent.iterdir()) == []


def test_a_ledger_is_a_file_in_a_folder_that_can_be_made(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A file in the way of the folder, a pipe and a device are each refused in one sentence, and stay."""
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "pipe")
    send_list = tmp_path / "list.csv"
    send_list.write_text("customer_id,send\nC-1,yes\n")
    for ledger, words in [
        (tmp_path / "file" / "ledger.sqlite", "its folder cannot be made"),
        (tmp_path / "pipe", "it is no file"),
        (Path("/dev/null"), "it is no file"),
    ]:
        out = tmp_path / "messages.csv"
        assert words in refused(capsys, "offers", send_list, "--out", out, "--ledger", ledger)
        assert not out.exists()
    assert (tmp_path / "pipe").is_fifo()
