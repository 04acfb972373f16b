"""The app's files: uploads, files to download, and a visit's own ledger, all in a folder of this process.

What a call uploads is deleted when the call ends, what it produces within 70 minutes.
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
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from retention.errors import InputError
from retention.tabular.files import Limits

_UPLOADS = "GRADIO_TEMP_DIR"  # the folder in which gradio keeps uploads and from which it serves files
_ADDRESS = "/gradio_api/file="
_KEEP_UPLOADS_S = 3600
_ADVICE = "upload it to /gradio_api/upload and pass the path you get, or over MCP its address or a data: URL"


def use_private_upload_dir() -> None:
    """Keep uploads in the folder of this process, which is deleted when it ends; call it before the page is built.

    By default all gradio apps on a machine share one folder that every account can read, and an app that ends
    deletes what another still needs, since a file's place follows from its content.
    """
    os.environ.setdefault(_UPLOADS, str(process_folder() / "uploads"))
    signal.signal(signal.SIGTERM, lambda *_: _terminate())


@cache
def process_folder() -> Path:
    """Return the folder of this process, deleted when it ends. Gradio serves nothing in it but the uploads."""
    folder = tempfile.mkdtemp(prefix="retention-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def _terminate() -> None:
    """Delete the folder, then end as SIGTERM does."""
    shutil.rmtree(process_folder(), ignore_errors=True)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.raise_signal(signal.SIGTERM)


def new_ledger_path() -> Path:
    """Return a path for a visit's own ledger; neither the file nor its folder exists yet."""
    return process_folder() / "ledgers" / secrets.token_urlsafe(16) / "offers.sqlite"


def _upload_folder() -> Path:
    folder = Path(os.environ.get(_UPLOADS) or process_folder() / "uploads")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def download_folder() -> Iterator[Path]:
    """Yield a new folder for a file to download; an error deletes it at once.

    Gradio serves a file to anyone who knows its path, so the folder's name is random. Gradio deletes the file with
    its own (``delete_cache`` of the app); the empty folder goes when a later one is made.
    """
    served = _upload_folder() / "served"
    served.mkdir(exist_ok=True)
    for old in served.iterdir():
        with suppress(FileNotFoundError):  # another call has just deleted it
            if time.time() - old.stat().st_mtime > _KEEP_UPLOADS_S:
                shutil.rmtree(old, ignore_errors=True)
    folder = served / secrets.token_urlsafe(16)
    folder.mkdir()
    try:
        yield folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


@contextmanager
def pinned_upload(upload: Path) -> Iterator[Path]:
    """Yield a path at which an upload keeps its content, even when another upload replaces it.

    Raises
    ------
    FileNotFoundError
        If the upload was deleted.
    """
    with tempfile.TemporaryDirectory(dir=_upload_folder()) as folder:
        yield _link_or_copy(upload, Path(folder) / upload.name)


@contextmanager
def opened_upload(path: str | None) -> Iterator[Path]:
    """Yield what a visitor uploaded, as :func:`pinned_upload` does.

    Raises
    ------
    InputError
        If there is none, or it was deleted.
    """
    if not path:
        raise InputError("no file yet; choose one first")
    with ExitStack() as open_files:
        try:
            file = open_files.enter_context(pinned_upload(Path(path)))
        except FileNotFoundError:
            sentence = "uploads are deleted after an hour, and this one is gone; choose the file again"
            raise InputError(sentence) from None
        yield file


def receive_file(name: str, value: Any, folder: Path) -> Path:
    """Put a file that an endpoint got as a parameter into a folder, and return its path there.

    There it keeps its content, even when another upload replaces the first.

    Parameters
    ----------
    name
        The parameter's name, for error sentences.
    value
        A file as gradio's clients send it, the path or address that an upload or another endpoint returned,
        or a ``data:`` URL. No other address is fetched.
    folder
        An empty folder that belongs to the call.

    Raises
    ------
    InputError
        If it is none of these.
    """
    source = value.get("path") if isinstance(value, dict) else value
    if isinstance(source, str):
        if source.startswith("data:"):
            return _decode_data_url(name, source, folder)
        with suppress(OSError, ValueError):  # no path, one that is too long, or a deleted file
            if file := _served_file(source):
                return _link_or_copy(file, folder / file.name)
    is_address = isinstance(source, str) and source.startswith(("http://", "https://"))
    problem = "this address belongs to no file that was uploaded here" if is_address else "no file was passed"
    raise InputError(f"{name}: {problem}; {_ADVICE}")


def _served_file(source: str) -> Path | None:
    """Return the served file that a path or an address means; None where it is none that callers may name."""
    address = urlsplit(source)
    path = unquote(address.path).partition(_ADDRESS)[2] if address.scheme in {"http", "https"} else source
    file = Path(path).resolve()
    return file if path and file.is_relative_to(_upload_folder().resolve()) and file.is_file() else None


def _link_or_copy(file: Path, copy: Path) -> Path:
    try:
        copy.hardlink_to(file)
    except FileNotFoundError:
        raise
    except OSError:  # not every file system has links
        shutil.copyfile(file, copy)
    return copy


def _decode_data_url(name: str, url: str, folder: Path) -> Path:
    """Write the content of a data: URL to a file."""
    head, _, content = url.partition(",")
    limits = Limits.from_settings()
    if len(content) > limits.megabytes * 1_400_000:
        raise InputError(f"{name}: is larger than the limit of {limits.megabytes:,} MB; pass a smaller file")
    try:
        data = base64.b64decode(content, validate=True) if head.endswith(";base64") else unquote(content).encode()
    except (binascii.Error, ValueError):
        raise InputError(f"{name}: this data: URL is no base64; encode the file again") from None
    file = folder / name
    file.write_bytes(data)
    return file
