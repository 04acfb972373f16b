"""Read the bytes of a file that somebody else made, unpacked, in chunks and within a limit on size.

The first bytes say what a file is, never its name. Compressed files are unpacked only as far as the limit, so that
a small file cannot fill the memory.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from retention.errors import InputError
from retention.settings import settings

CHUNK_BYTES = 1 << 22
"""Bytes in a chunk."""

_MEGABYTE = 1_000_000
_RATIO_UNCHECKED_BYTES = 16 * _MEGABYTE  # so much may come from a file of any size
_MOST_TIMES_LARGER = 100  # a table of customers compresses 3 to 20 times; a zip bomb a thousand times
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Limits:
    """How large a table may be.

    Attributes
    ----------
    megabytes
        Largest file, packed and unpacked (1 MB is 10⁶ bytes).
    rows, columns
        Most rows and columns.
    cells
        Most cells (rows times columns) read at once; each takes 15 to 60 bytes of memory meanwhile.
    """

    megabytes: int
    rows: int
    columns: int
    cells: int

    @classmethod
    def from_settings(cls) -> "Limits":
        """Return the limits that the settings of this process give: tight on a Space, generous elsewhere."""
        current = settings()
        return cls(current.max_upload_mb, current.max_rows, current.max_columns, current.max_cells)

    @property
    def bytes(self) -> int:
        """Most bytes, packed and unpacked."""
        return self.megabytes * _MEGABYTE


@dataclass(frozen=True)
class File:
    """A file that can be read several times.

    Attributes
    ----------
    path
        Where it is.
    limits
        How large it may be.
    size
        Its size in bytes, as it is on disk.
    packed
        Whether it is compressed with gzip.
    stamp
        Size and time of its last change; None for a file that can be read only once, such as a pipe.
    buffered
        The bytes of a file that can be read only once.
    """

    path: Path
    limits: Limits
    size: int
    packed: bool
    stamp: tuple[int, int] | None
    buffered: bytes = field(default=b"", repr=False)

    @property
    def name(self) -> str:
        """Its name without the folder, for messages."""
        return self.path.name

    def open(self) -> Any:
        """Open it from the start as an Arrow stream of unpacked bytes; :meth:`chunks` enforces the limit.

        Arrow's parsers read ahead in a thread of their own, where a Python file would not be safe.
        """
        import pyarrow as pa

        self.check_unchanged()
        try:
            file = pa.BufferReader(self.buffered) if self.stamp is None else pa.OSFile(str(self.path))
        except OSError:
            raise _closed(self.name) from None
        return pa.CompressedInputStream(file, "gzip") if self.packed else file

    def chunks(self) -> Iterator[bytes]:
        """Yield the unpacked bytes from the start in chunks of :data:`CHUNK_BYTES`.

        Raises
        ------
        InputError
            If they are more than the limit or damaged, or if the file was changed since it was opened first.
        """
        allowed = self.limits.bytes
        plausible = max(_RATIO_UNCHECKED_BYTES, _MOST_TIMES_LARGER * self.size) if self.packed else allowed
        file, done = self.open(), 0
        while chunk := self._read(file, min(CHUNK_BYTES, min(allowed, plausible) + 1 - done)):
            if self.packed and not done and chunk.startswith(_GZIP):
                raise InputError(f"{self.name}: is packed twice; unpack it once and pass that file")
            done += len(chunk)
            if done > allowed:
                raise self._unpacks_too_far() if self.packed else _too_large(self.name, self.limits)
            if done > plausible:
                raise InputError(
                    f"{self.name}: unpacks to over {_MOST_TIMES_LARGER} times its size, which no customer table "
                    "does; unpack it yourself and pass the CSV"
                )
            yield chunk
        self.check_unchanged()

    def seekable(self) -> Any:
        """Open it as an Arrow file with random access; a compressed file is unpacked into memory first."""
        import pyarrow as pa

        return pa.BufferReader(b"".join(self.chunks())) if self.packed else self.open()

    def check_unchanged(self) -> None:
        """Raise InputError if the file was changed since it was opened first."""
        if self.stamp is None:
            return
        try:
            same = _stamp(self.path.stat()) == self.stamp
        except OSError:
            same = False
        if not same:
            raise InputError(f"{self.name}: was changed while it was read; wait until it is whole, and try again")

    def _read(self, file: Any, most: int) -> bytes:
        try:
            return bytes(file.read(most))
        except OSError:
            if not self.packed:
                raise _closed(self.name) from None
            raise InputError(f"{self.name}: is damaged and cannot be unpacked; pack or copy it again") from None

    def _unpacks_too_far(self) -> InputError:
        return InputError(
            f"{self.name}: unpacks to more than the limit of {self.limits.megabytes:,} MB; "
            "keep all rows of fewer customers, or raise RETENTION_MAX_UPLOAD_MB where you run this yourself"
        )


def open_file(path: Path, limits: Limits) -> File:
    """Open a file, plain or compressed with gzip, and check its size.

    Raises
    ------
    InputError
        If it cannot be opened or is too large.
    """
    try:
        if path.is_dir():
            raise InputError(f"{path.name}: is a folder; pass one CSV or Parquet file")
        file_stat = path.stat()
        if file_stat.st_size > limits.bytes:
            raise _too_large(path.name, limits)
        with path.open("rb") as file:
            if stat.S_ISREG(file_stat.st_mode):
                return File(path, limits, file_stat.st_size, file.read(2) == _GZIP, _stamp(file_stat))
            content = file.read(limits.bytes + 1)
    except FileNotFoundError:
        raise InputError(f"{path.name}: there is no such file; check the path") from None
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise _closed(path.name) from None
    if len(content) > limits.bytes:
        raise _too_large(path.name, limits)
    return File(path, limits, len(content), content.startswith(_GZIP), None, content)


def _stamp(file_stat: os.stat_result) -> tuple[int, int]:
    return file_stat.st_size, file_stat.st_mtime_ns


def _closed(name: str) -> InputError:
    return InputError(f"{name}: cannot be opened; check that it is a file you may read")


def _too_large(name: str, limits: Limits) -> InputError:
    return InputError(
        f"{name}: is larger than the limit of {limits.megabytes:,} MB; "
        "keep all rows of fewer customers, or raise RETENTION_MAX_UPLOAD_MB where you run this yourself"
    )
