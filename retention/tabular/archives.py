"""Files in one zip archive; one that a stranger may have made is read with limits on all it may hold."""

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from retention.artifacts import atomic_file
from retention.errors import InputError
from retention.tabular import parquet
from retention.tabular.files import Limits

_MEGABYTE = 1_000_000
_MOST_FILES = 8
_MOST_DIRECTORY = 4096  # bytes; the table of contents of four files takes some 300
_UNPACKED_FREELY = 16 * _MEGABYTE
_PLAIN = re.compile(r"(?:\w[\w-]*/)?(\w[\w-]*(?:\.\w[\w-]*)*)")  # a file, or one in a folder that was zipped whole
_END = struct.Struct(
    "<4s4H2LH"
)  # the record that ends a zip: ..., size and place of the table of contents, comment
_LOCATOR = 20  # bytes before it where a zip of over 4 GB says that the record lies elsewhere
_OLDEST = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip can hold; the same files give the same bytes


@dataclass(frozen=True)
class ArchiveKind:
    """What an archive should hold, for its limits and for sentences.

    Attributes
    ----------
    noun
        What it holds, e.g. ``model``.
    made_by
        What made it, e.g. ``the file that training made``.
    parquet_columns
        Most columns of a Parquet file in it.
    most_times_larger
        How many times its size it may unpack to, beyond 16 MB.
    """

    noun: str
    made_by: str
    parquet_columns: int
    most_times_larger: int = 100


def write_archive(files: Mapping[str, bytes], path: Path) -> None:
    """Write files as a zip in one step; the old file stays if writing fails, and equal files give equal bytes."""
    with atomic_file(path) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in sorted(files.items()):
            packed.writestr(zipfile.ZipInfo(name, _OLDEST), content, zipfile.ZIP_DEFLATED)


def read_archive(path: Path, kind: ArchiveKind, *, limits: Limits) -> Iterator[tuple[str, bytes]]:
    """Yield each file's name and content; raise at the first that cannot belong to the archive.

    A Parquet file is parsed once to check its size, since a short one may decode to a billion rows.

    Raises
    ------
    InputError
        If it is no zip, holds anything but a few plainly named files, or unpacks to too much.
    """
    _check_directory(path, kind, limits)
    allowed_bytes = min(
        limits.megabytes * _MEGABYTE, max(_UNPACKED_FREELY, kind.most_times_larger * path.stat().st_size)
    )
    try:
        with zipfile.ZipFile(path) as packed:
            entries = [entry for entry in packed.infolist() if not entry.is_dir()]
            names = _plain_names(entries, path.name, kind)
            for entry, name in zip(entries, names, strict=True):
                with packed.open(entry) as file:
                    content = file.read(allowed_bytes + 1)
                allowed_bytes -= len(content)
                if allowed_bytes < 0:
                    raise InputError(
                        f"{path.name}: unpacks to more than a {kind.noun} takes; pass the zip that was made"
                    )
                if name.endswith(".parquet"):
                    parquet.parse_parquet(
                        content, f"{path.name}: {name}", replace(limits, columns=kind.parquet_columns)
                    )
                yield name, content
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, UnicodeError):
        raise InputError(f"{path.name}: is a damaged or encrypted zip; make or fetch it again") from None


def _check_directory(path: Path, kind: ArchiveKind, limits: Limits) -> None:
    """Check the end of a zip first, since opening it makes an object of each of its entries, be they a million."""
    size = path.stat().st_size
    if size > limits.megabytes * _MEGABYTE:
        raise InputError(
            f"{path.name}: is larger than the limit of {limits.megabytes:,} MB; pass a smaller {kind.noun}"
        )
    with path.open("rb") as file:
        file.seek(max(0, size - _LOCATOR - _END.size))
        tail = file.read()
    before, end = tail[: -_END.size], tail[-_END.size :]
    if len(end) < _END.size or not end.startswith(b"PK\5\6") or before.startswith(b"PK\6\7"):
        raise InputError(f"{path.name}: is no zip of a {kind.noun} folder; pass {kind.made_by}")
    *_, directory, _, comment = _END.unpack(end)
    if directory > _MOST_DIRECTORY or comment:
        raise InputError(f"{path.name}: holds more than a {kind.noun}; zip the {kind.noun} folder alone")


def _plain_names(entries: list[zipfile.ZipInfo], source: str, kind: ArchiveKind) -> list[str]:
    """Return the names without their folder, if such an archive may have files of these names."""
    names = []
    for entry in entries:
        name = _PLAIN.fullmatch(entry.filename)
        file_type = stat.S_IFMT(entry.external_attr >> 16)
        plain = file_type in {0, stat.S_IFREG} and entry.compress_type in {
            zipfile.ZIP_STORED,
            zipfile.ZIP_DEFLATED,
        }
        if name is None or not plain:
            raise InputError(f"{source}: holds something that is no plain file; zip the {kind.noun} folder alone")
        names.append(name[1])
    if len(names) > _MOST_FILES or len(set(names)) < len(names):
        raise InputError(f"{source}: holds too many files, or one twice; zip the {kind.noun} folder alone")
    return names
