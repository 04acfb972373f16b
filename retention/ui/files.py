"""Where the app's files lie: uploads, files to hand out, and what a visit alone records. Knows no gradio.

All are in a folder of this process. What a call brings is gone when the call ends, what it made within 70 minutes.
"""

import atexit
import base64
import binascii
import os
import secrets
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from retention.errors import InputError
from retention.tabular.files import Limits

_UPLOADS = "GRADIO_TEMP_DIR"  # where gradio keeps them, and serves them from
_ADDRESS = "/gradio_api/file="
_KEPT_S = 3600
_HOW = "upload it to /gradio_api/upload and pass the path you get, or over MCP its address or a data: URL"


def use_private_upload_dir() -> None:
    """Let uploads lie in the folder of this process, gone when it ends; before anything of the page is made.

    Gradio's is one for all its apps on a machine, open to every account on it, and an app that ends deletes what
    another still needs, as a file's place there follows from its content.
    """
    os.environ.setdefault(_UPLOADS, str(process_folder() / "uploads"))
    signal.signal(signal.SIGTERM, lambda *_: _terminate())


@cache
def process_folder() -> Path:
    """Return the folder of this process, gone when it ends. Gradio serves nothing of it but the uploads."""
    own = tempfile.mkdtemp(prefix="retention-")
    atexit.register(shutil.rmtree, own, ignore_errors=True)
    return Path(own)


def _terminate() -> None:
    """Do what SIGTERM does, at once, but leave nothing behind."""
    shutil.rmtree(process_folder(), ignore_errors=True)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.raise_signal(signal.SIGTERM)


def new_ledger_path() -> Path:
    """Return where a visit may keep its ledger; neither the file nor its folder is made yet."""
    return process_folder() / "ledgers" / secrets.token_urlsafe(16) / "offers.sqlite"


def _upload_folder() -> Path:
    place = Path(os.environ.get(_UPLOADS) or process_folder() / "uploads")
    place.mkdir(parents=True, exist_ok=True)
    return place


@contextmanager
def download_folder() -> Iterator[Path]:
    """Make a folder for a file to hand out; it goes at once if the file does not come about.

    Gradio hands a file out to anyone who knows its path, so the name is random. The file itself goes with gradio's
    own (``delete_cache`` of the app), its empty folder when the next is made.
    """
    kept = _upload_folder() / "served"
    kept.mkdir(exist_ok=True)
    for old in kept.iterdir():
        with suppress(FileNotFoundError):  # somebody else has just removed it
            if time.time() - old.stat().st_mtime > _KEPT_S:
                shutil.rmtree(old, ignore_errors=True)
    made = kept / secrets.token_urlsafe(16)
    made.mkdir()
    try:
        yield made
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


@contextmanager
def pinned_upload(upload: Path) -> Iterator[Path]:
    """Yield a path that keeps an upload's content: another visitor's of the same content takes its place.

    Raises
    ------
    FileNotFoundError
        If the upload is gone.
    """
    with tempfile.TemporaryDirectory(dir=_upload_folder()) as place:
        yield _link_or_copy(upload, Path(place) / upload.name)


def receive_file(name: str, value: Any, place: Path) -> Path:
    """Put a file that came as an endpoint's parameter into a folder, and return its path there.

    It keeps its content there whatever happens to the upload: another of the same content takes its place.

    Parameters
    ----------
    name
        The parameter's, for messages.
    value
        A file as gradio's clients send it, the path or address that an upload or another endpoint returned,
        or a ``data:`` URL. No other address is fetched.
    place
        An empty folder of the call's own.

    Raises
    ------
    InputError
        If it is none of these.
    """
    source = value.get("path") if isinstance(value, dict) else value
    if isinstance(source, str):
        if source.startswith("data:"):
            return _decode_data_url(name, source, place)
        with suppress(OSError, ValueError):  # no path at all, too long a one, or the file has gone meanwhile
            if file := _served_file(source):
                return _link_or_copy(file, place / file.name)
    strange = isinstance(source, str) and source.startswith(("http://", "https://"))
    said = "this address is not of a file that was brought here" if strange else "no file came along"
    raise InputError(f"{name}: {said}; {_HOW}")


def _served_file(source: str) -> Path | None:
    """Return the file of this server that a path or an address means, if it is one for anybody to name."""
    address = urlsplit(source)
    path = unquote(address.path).partition(_ADDRESS)[2] if address.scheme in {"http", "https"} else source
    file = Path(path).resolve()
    return file if path and file.is_relative_to(_upload_folder().resolve()) and file.is_file() else None


def _link_or_copy(file: Path, own: Path) -> Path:
    try:
        own.hardlink_to(file)
    except FileNotFoundError:
        raise
    except OSError:  # not every file system has links
        shutil.copyfile(file, own)
    return own


def _decode_data_url(name: str, url: str, place: Path) -> Path:
    """Write the content of a data: URL to a file."""
    head, _, content = url.partition(",")
    limits = Limits.from_settings()
    if len(content) > limits.megabytes * 1_400_000:
        raise InputError(f"{name}: is larger than the limit of {limits.megabytes:,} MB; bring a smaller file")
    try:
        found = base64.b64decode(content, validate=True) if head.endswith(";base64") else unquote(content).encode()
    except (binascii.Error, ValueError):
        raise InputError(f"{name}: this data: URL is no base64; encode the file again") from None
    own = place / name
    own.write_bytes(found)
    return own
