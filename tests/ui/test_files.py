"""Files that a call brings and makes."""

import base64
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from retention.errors import InputError
from retention.settings import settings
from retention.ui import files
from tests.browser.server import ROOT


@pytest.fixture(autouse=True)
def uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where gradio keeps uploads."""
    place = tmp_path / "uploads"
    place.mkdir()
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(place))
    return place


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A call's own folder."""
    place = tmp_path / "own"
    place.mkdir()
    return place


def test_a_call_keeps_its_file_when_another_upload_takes_the_place(uploads: Path, own: Path) -> None:
    """Two visitors who bring the same file at the same time do not disturb each other."""
    upload = uploads / "customers.csv"
    upload.write_text("id\n1\n", encoding="utf-8")
    before = upload.stat().st_mtime_ns
    kept = files.receive_file("customers", str(upload), own)
    (uploads / "new.csv").write_text("id\n1\n", encoding="utf-8")
    os.utime(uploads / "new.csv", ns=(0, 0))
    (uploads / "new.csv").replace(upload)
    assert (kept.name, kept.read_text(encoding="utf-8"), kept.stat().st_mtime_ns) == (
        "customers.csv", "id\n1\n", before,
    )  # fmt: skip
    upload.unlink()
    assert kept.is_file()


def test_a_page_reads_on_when_another_upload_takes_the_place(uploads: Path) -> None:
    """The page's own reading is not disturbed either, and leaves nothing behind."""
    upload = uploads / "customers.csv"
    upload.write_text("id\n1\n", encoding="utf-8")
    with files.pinned_upload(upload) as kept:
        before = kept.stat().st_mtime_ns
        (uploads / "new.csv").write_text("id\n1\n", encoding="utf-8")
        os.utime(uploads / "new.csv", ns=(0, 0))
        (uploads / "new.csv").replace(upload)
        assert (kept.name, kept.stat().st_mtime_ns) == ("customers.csv", before)
    assert list(uploads.iterdir()) == [upload]


def test_an_address_of_this_server_is_its_file(uploads: Path, own: Path) -> None:
    """What one step returned goes into the next, blanks in its name and all."""
    (uploads / "my customers.csv").write_text("id\n", encoding="utf-8")
    address = f"https://example.com/gradio_api/file={uploads}/my%20customers.csv"
    assert files.receive_file("customers", {"path": address}, own).name == "my customers.csv"


def test_a_data_url_is_a_file_of_the_parameters_name(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With and without base64, and within the limit of an upload."""
    plain = files.receive_file("customers", "data:text/csv,id%0A1", own)
    assert (plain.name, plain.read_bytes()) == ("customers", b"id\n1")
    packed = "data:text/csv;base64," + base64.b64encode(b"id\n2").decode()
    assert files.receive_file("customers", packed, own).read_bytes() == b"id\n2"
    monkeypatch.setenv("RETENTION_MAX_UPLOAD_MB", "1")
    settings.cache_clear()
    with pytest.raises(InputError, match="customers: is larger than the limit of 1 MB"):
        files.receive_file("customers", "data:," + "x" * 1_500_000, own)


def test_what_a_visit_records_is_not_among_what_the_server_hands_out(uploads: Path) -> None:
    """It lies in the process's folder, beside the uploads, under a name that nobody else gets."""
    first, second = files.new_ledger_path(), files.new_ledger_path()
    assert first.parent != second.parent
    assert first.is_relative_to(files.process_folder()) and not first.is_relative_to(uploads)


def test_a_process_that_is_asked_to_end_leaves_nothing(tmp_path: Path) -> None:
    """Uploads and ledgers of its visitors are gone, and it ends as the signal ends others."""
    code = (
        "from retention.ui import files\n"
        "files.use_private_upload_dir()\n"
        "files.new_ledger_path().parent.mkdir(parents=True)\n"
        "print(files.process_folder(), flush=True)\n"
        "input()\n"
    )
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    environment = {name: value for name, value in os.environ.items() if name != "GRADIO_TEMP_DIR"}
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, env={**environment, "TMPDIR": str(temporary)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout
        own = Path(process.stdout.readline().strip())
        assert own.parent == temporary and own.is_dir()
        process.terminate()
        assert process.wait(30) == -signal.SIGTERM
    assert list(temporary.iterdir()) == []


def test_an_old_folder_goes_when_the_next_is_made(uploads: Path) -> None:
    """Gradio deletes files, not folders."""
    with files.download_folder() as old:
        (old / "scored.csv").touch()
    with files.download_folder() as young:
        (young / "scored.csv").touch()
    os.utime(old, (0, 0))
    with files.download_folder():
        assert not old.exists()
        assert young.is_dir()
