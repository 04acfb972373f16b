"""Write files and folders atomically, and verify a folder's hashes before reading it.

A folder carries ``manifest.json`` with the SHA-256 of each of its files. Writing builds the new folder beside the
old one and then exchanges the two, so that a crash leaves one of them whole. Reading checks every hash first.
"""

import ctypes
import errno
import hashlib
import json
import os
import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retention.errors import InputError, ModelError

MANIFEST = "manifest.json"

_PLAIN_NAME = re.compile(r"(?:\w[\w-]*/)?\w[\w-]*(?:\.\w[\w-]*)*")  # a file in the folder or one folder down


@dataclass(frozen=True)
class Artifact:
    """A verified folder: the fields of its manifest and the bytes of its files.

    Attributes
    ----------
    fields
        The fields of the manifest other than the hashes (format, kind, ...).
    files
        The content by file name, without the optional files that are absent.
    """

    fields: Mapping[str, Any]
    files: Mapping[str, bytes]


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Yield the path of a new file that replaces ``path`` in one step when the block ends.

    On an exception the old file stays and the new one is removed. A link stays, and what it leads to is replaced;
    into a device or a pipe the finished content is written.

    Raises
    ------
    InputError
        If ``path`` is a disk or a socket, or the disk is full.
    """
    stream = _is_stream(path)
    target = path if stream else Path(os.path.realpath(path))
    folder = Path(tempfile.gettempdir()) if stream else target.parent
    folder.mkdir(parents=True, exist_ok=True)
    try:
        handle, name = tempfile.mkstemp(dir=folder, prefix=f".{target.name}.", suffix=".part")
    except OSError as error:
        raise OSError(error.errno, os.strerror(error.errno or 0), str(path)) from None
    os.close(handle)
    part = Path(name)
    try:
        with full_disk_named(path):
            yield part
            if stream:
                with part.open("rb") as content, path.open("wb", buffering=0) as into:
                    shutil.copyfileobj(content, into)
            else:
                part.chmod(0o666 & ~_umask())
                os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def full_disk_named(path: Path) -> Iterator[None]:
    """Turn the error of a full disk, or of a reader that is gone, into a sentence that names ``path``."""
    try:
        yield
    except OSError as error:
        reason = _NO_ROOM.get(error.errno or 0)
        if reason is None:
            raise
        raise InputError(f"{path}: cannot be written, {reason}; nothing was left half-written") from None


_NO_ROOM = {
    errno.ENOSPC: "there is no room left on the disk, or on that of the temporary files (TMPDIR); make room",
    errno.EDQUOT: "your share of the disk is used up; make room",
    errno.EFBIG: "it would be larger than a file may be here; write it elsewhere",
    errno.EPIPE: "whoever was reading it has stopped; run it again",
}


def _is_stream(path: Path) -> bool:
    """Whether content can only be written into ``path``: a pipe, a terminal, a file that is open here."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    if stat.S_ISBLK(mode) or stat.S_ISSOCK(mode):
        raise InputError(f"{path}: is a disk or a socket, not a file; name a file to write")
    names = (str(path), os.readlink(path) if path.is_symlink() else "")
    return (
        stat.S_ISCHR(mode)
        or stat.S_ISFIFO(mode)
        or any(name.startswith(("/dev/fd/", "/proc/self/fd/")) for name in names)
    )


def write_file(path: Path, content: bytes) -> None:
    """Write a file in one step; the old file stays if writing fails."""
    with atomic_file(path) as part:
        part.write_bytes(content)


def sha256(content: bytes) -> str:
    """Return the SHA-256 of ``content`` in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def write_folder(
    folder: Path,
    files: Mapping[str, bytes],
    fields: Mapping[str, Any],
    *,
    optional: frozenset[str] = frozenset(),
) -> None:
    """Write ``files`` and their manifest as ``folder``, replacing an older one in one step.

    Parameters
    ----------
    folder
        Where to write; an older artifact there is replaced as a whole.
    files
        The content by file name.
    fields
        Further fields of the manifest, ready for JSON, e.g. ``{"kind": "churn-model", "format": 1}``.
    optional
        Names of files that may be missing from a copy of the folder.

    Raises
    ------
    ModelError
        If ``folder`` exists and holds other files than an artifact.
    """
    place_folder(folder, with_manifest(files, fields, optional=optional))


def with_manifest(
    files: Mapping[str, bytes], fields: Mapping[str, Any], *, optional: frozenset[str] = frozenset()
) -> dict[str, bytes]:
    """Return the files and their manifest; the arguments are those of :func:`write_folder`."""
    hashes: dict[str, dict[str, Any]] = {name: {"sha256": sha256(content)} for name, content in files.items()}
    for name in optional & files.keys():
        hashes[name]["optional"] = True
    manifest = json.dumps({**fields, "files": hashes}, indent=1, sort_keys=True, allow_nan=False) + "\n"
    return {**files, MANIFEST: manifest.encode()}


def place_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files, the manifest among them, unchanged as ``folder``, replacing an older one in one step.

    Raises
    ------
    ModelError
        If ``folder`` exists and holds other files than an artifact.
    """
    folder = Path(os.path.realpath(folder))
    if folder.exists() and not ((folder / MANIFEST).is_file() or not any(folder.iterdir())):
        raise _holds_other_files(folder)
    with _new_folder(folder) as part:
        for name, content in files.items():
            (part / name).parent.mkdir(exist_ok=True)
            (part / name).write_bytes(content)


@contextmanager
def atomic_folder(folder: Path, names: Collection[str]) -> Iterator[Path]:
    """Yield a new folder that takes the place of ``folder`` in one step when the block ends.

    On an exception the old folder stays and the new one is removed.

    Parameters
    ----------
    folder
        Where it goes.
    names
        The files that will be written. An older folder is replaced if it holds no others.

    Raises
    ------
    ModelError
        If ``folder`` is a file, or holds other files.
    """
    folder = Path(os.path.realpath(folder))
    if folder.exists() and not (folder.is_dir() and {path.name for path in folder.iterdir()} <= set(names)):
        raise _holds_other_files(folder)
    with _new_folder(folder) as part:
        yield part


@contextmanager
def _new_folder(folder: Path) -> Iterator[Path]:
    """Yield a folder beside ``folder``, and exchange the two when the block ends."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        part = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}.", suffix=".part"))
    except OSError as error:
        raise OSError(error.errno, os.strerror(error.errno or 0), str(folder)) from None
    try:
        with full_disk_named(folder):
            yield part
            part.chmod(0o777 & ~_umask())
            if folder.exists():
                _exchange(part, folder)
            else:
                os.rename(part, folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def read_folder(folder: Path, *, kind: str, source: str | None = None) -> Artifact:
    """Read a folder and verify every hash before any file is parsed.

    Parameters
    ----------
    folder
        Where the files are.
    kind
        The kind that the manifest must have, e.g. ``churn-model``.
    source
        What messages call it, e.g. the repository that it was fetched from; the folder if None.

    Raises
    ------
    ModelError
        If the folder or its manifest is missing or of another kind, or if a file was changed.
    """
    return open_artifact(lambda name: (folder / name).read_bytes(), kind=kind, source=source or str(folder))


def open_artifact(read: Callable[[str], bytes], *, kind: str, source: str) -> Artifact:
    """Read an artifact from any storage, and verify every hash before a file is used.

    Parameters
    ----------
    read
        Returns the content of a file by name; raises FileNotFoundError if there is none.
    kind
        The kind that the manifest must have, e.g. ``churn-model``.
    source
        The folder or the repository, for messages.

    Raises
    ------
    ModelError
        As :func:`read_folder`.
    """
    try:
        manifest = json.loads(read(MANIFEST).decode())
        listed: dict[str, Any] = manifest.pop("files")
        actual_kind = manifest["kind"]
        hashes = {name: (str(entry["sha256"]), bool(entry.get("optional"))) for name, entry in listed.items()}
    except FileNotFoundError:
        raise ModelError(f"{source}: no {MANIFEST} here; point to something that this program wrote") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ModelError(
            f"{source}: {MANIFEST} cannot be read as a manifest; fetch it again, or make it anew"
        ) from None
    if actual_kind != kind:
        raise ModelError(f"{source}: holds a {actual_kind!r}, not a {kind!r}; point to another one")
    files: dict[str, bytes] = {}
    for name, (expected, optional) in hashes.items():
        if not _PLAIN_NAME.fullmatch(name):
            raise ModelError(f"{source}: its manifest lists {name!r}, not a plain file name; do not use it")
        try:
            content = read(name)
        except FileNotFoundError:
            if optional:
                continue
            raise ModelError(f"{source}: {name} is missing; fetch it again, or make it anew") from None
        if sha256(content) != expected:
            raise ModelError(f"{source}: {name} is not the file that was saved; fetch it again, or make it anew")
        files[name] = content
    return Artifact(manifest, files)


def _holds_other_files(folder: Path) -> ModelError:
    return ModelError(f"{folder}: already holds other files; pass an empty or new folder")


def _umask() -> int:
    """Return the permissions that new files do not get; the system only tells them when they are set."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _exchange(new: Path, old: Path) -> None:
    """Exchange two folders, in one step where the system can, so that a crash leaves one of them whole."""
    if sys.platform == "linux":
        at_fdcwd, rename_exchange = -100, 2
        renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
        if renameat2 and renameat2(at_fdcwd, os.fsencode(new), at_fdcwd, os.fsencode(old), rename_exchange) == 0:
            return
    aside = new.with_suffix(".old")
    os.rename(old, aside)
    os.rename(new, old)
    os.rename(aside, new)
