"""Folders and files that are whole or not there at all."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from retention.artifacts import MANIFEST, atomic_file, read_folder, write_file, write_folder
from retention.errors import InputError, ModelError

FILES = {"a.json": b"{}", "b.parquet": b"rows"}


def write(folder: Path, files: dict[str, bytes] = FILES) -> Path:
    write_folder(folder, files, {"kind": "thing", "format": 1}, optional=frozenset({"b.parquet"}))
    return folder


def test_a_folder_reads_back_as_it_was_written(tmp_path: Path) -> None:
    """Files and manifest fields come back unchanged."""
    artifact = read_folder(write(tmp_path / "thing"), kind="thing")
    assert artifact.files == FILES
    assert artifact.fields == {"kind": "thing", "format": 1}


@pytest.mark.parametrize("name", ["a.json", "b.parquet"])
def test_one_changed_byte_is_refused(tmp_path: Path, name: str) -> None:
    """A file that is not the one saved is named, and nothing is read."""
    folder = write(tmp_path / "thing")
    content = bytearray((folder / name).read_bytes())
    content[0] ^= 1
    (folder / name).write_bytes(bytes(content))
    with pytest.raises(ModelError, match=f"{name} is not the file that was saved"):
        read_folder(folder, kind="thing")


def test_an_optional_file_may_be_absent_and_another_may_not(tmp_path: Path) -> None:
    """A copy may lack the optional rows, but not the model."""
    folder = write(tmp_path / "thing")
    (folder / "b.parquet").unlink()
    assert read_folder(folder, kind="thing").files == {"a.json": b"{}"}
    (folder / "a.json").unlink()
    with pytest.raises(ModelError, match=r"a\.json is missing"):
        read_folder(folder, kind="thing")


@pytest.mark.parametrize(
    "manifest", ["", "[]", "{}", '{"kind": "thing"}', '{"kind": 1, "files": {}}', "\x00", "[" * 200_000]
)
def test_a_broken_manifest_is_one_clear_sentence(tmp_path: Path, manifest: str) -> None:
    """Rubbish in place of the manifest gets a sentence."""
    folder = write(tmp_path / "thing")
    (folder / MANIFEST).write_text(manifest)
    with pytest.raises(ModelError, match=r"manifest|holds a"):
        read_folder(folder, kind="thing")


def test_a_manifest_cannot_point_outside_its_folder(tmp_path: Path) -> None:
    """A file name with a path in it is refused before anything is opened."""
    folder = write(tmp_path / "thing")
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["files"]["../secret"] = {"sha256": "0" * 64}
    (folder / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(ModelError, match="not a plain file name"):
        read_folder(folder, kind="thing")


def test_a_folder_with_other_files_is_never_replaced(tmp_path: Path) -> None:
    """Somebody's holiday pictures survive a slip of the keyboard."""
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "beach.png").write_bytes(b"sea")
    with pytest.raises(ModelError, match="already holds other files"):
        write(tmp_path / "pictures")
    assert (tmp_path / "pictures" / "beach.png").read_bytes() == b"sea"


def test_replacing_leaves_no_trace_of_the_old_folder(tmp_path: Path) -> None:
    """A second save replaces the first one whole and tidies up."""
    write(tmp_path / "thing")
    write(tmp_path / "thing", {"a.json": b"[]"})
    assert read_folder(tmp_path / "thing", kind="thing").files == {"a.json": b"[]"}
    assert [path.name for path in tmp_path.iterdir()] == ["thing"]


def test_a_failed_write_keeps_the_old_file(tmp_path: Path) -> None:
    """An exception while writing leaves the old content and no half file."""
    target = tmp_path / "scored.csv"
    target.write_text("old")
    with suppress(RuntimeError), atomic_file(target) as part:
        part.write_text("half")
        raise RuntimeError
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.slow
def test_a_kill_leaves_the_old_folder_or_the_new_one(tmp_path: Path) -> None:
    """Whenever a saving process is killed, the folder is one whole version."""
    code = (
        "import sys, itertools, pathlib; from tests.test_artifacts import write\n"
        "for i in itertools.count(): write(pathlib.Path(sys.argv[1]), {'a.json': str(i).encode() * 50_000})"
    )
    folder = tmp_path / "thing"
    for attempt in range(6):
        process = subprocess.Popen([sys.executable, "-c", code, str(folder)], cwd=Path(__file__).parents[1])
        deadline = time.monotonic() + 20
        before = folder.stat().st_ino if folder.exists() else None
        while not folder.exists() or folder.stat().st_ino == before:  # until it has saved at least once
            assert time.monotonic() < deadline
        for _ in range(attempt * 300):
            os.stat(folder.parent)
        process.send_signal(signal.SIGKILL)
        process.wait()
        read_folder(folder, kind="thing")  # verifies every hash


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    """Links to files and to folders are written through, also where they lead to nothing yet."""
    for name in ("old.csv", "new.csv"):
        (tmp_path / f"link to {name}").symlink_to(tmp_path / "place" / name)
    (tmp_path / "place").mkdir()
    (tmp_path / "place" / "old.csv").write_text("before")
    for name in ("old.csv", "new.csv"):
        write_file(tmp_path / f"link to {name}", b"after")
        assert (tmp_path / f"link to {name}").is_symlink()
        assert (tmp_path / "place" / name).read_bytes() == b"after"
    write(tmp_path / "model")
    (tmp_path / "link").symlink_to(tmp_path / "model")
    write(tmp_path / "link", {"a.json": b"{1}"})
    assert (tmp_path / "link").is_symlink()
    assert read_folder(tmp_path / "model", kind="thing").files == {"a.json": b"{1}"}
    assert {path.name for path in tmp_path.iterdir()} == {
        "place", "link to old.csv", "link to new.csv", "model", "link",
    }  # fmt: skip


def test_a_pipe_gets_the_content_and_stays(tmp_path: Path) -> None:
    """Whoever reads the pipe gets the finished file."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    received: list[bytes] = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_bytes()))
    reader.start()
    write_file(pipe, b"content" * 50_000)
    reader.join()
    assert received == [b"content" * 50_000]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_device_stays_a_device() -> None:
    """/dev/null swallows the content, and /dev/full has no room for it."""
    write_file(Path("/dev/null"), b"content")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    with pytest.raises(InputError, match="/dev/full: cannot be written, there is no room left on the disk"):
        write_file(Path("/dev/full"), b"content")
    assert stat.S_ISCHR(Path("/dev/full").stat().st_mode)


def test_a_socket_is_refused(tmp_path: Path) -> None:
    """Nothing can be written into it, and it is not replaced."""
    place = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(place))
        with pytest.raises(InputError, match="is a disk or a socket"):
            write_file(place, b"content")
        assert stat.S_ISSOCK(place.stat().st_mode)
