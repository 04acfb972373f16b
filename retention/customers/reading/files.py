"""A file that somebody else made -> its bytes as UTF-8 text or Parquet, under a bound on size.

Nothing here trusts the file's name: what it is, its first bytes say. Compressed files are unpacked
only as far as the bound, so that a small file cannot fill the memory.
"""

import codecs
import gzip
import io
import zlib
from dataclasses import dataclass
from pathlib import Path

from retention.errors import InputError
from retention.settings import settings

_MEGABYTE = 1_000_000
_UNPACKED_FREELY = 16 * _MEGABYTE
_MOST_TIMES_LARGER = 100  # a table of customers packs 3 to 20 times; a thousand times is a bomb
_HEAD = 1 << 16
_CHUNK = 1 << 22

_NOT_A_TABLE = {
    b"PK\x03\x04": "an Excel workbook or a zip archive; save the sheet as CSV",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook; save the sheet as CSV",
    b"\x89PNG": "a picture; pass a CSV or Parquet file",
    b"\xff\xd8\xff": "a picture; pass a CSV or Parquet file",
    b"%PDF": "a PDF; pass a CSV or Parquet file",
    b"ARROW1": "an Arrow file; save it as Parquet or CSV",
    b"BZh": "packed with bzip2; unpack it first",
    b"\xfd7zXZ": "packed with xz; unpack it first",
    b"\x28\xb5\x2f\xfd": "packed with zstandard; unpack it first",
}
_CONTROL = bytes({*range(9), *range(14, 32)} - {0x1A, 0x1B})  # no tab, line or form feed
_MOST_CONTROL = 0.05  # of the first bytes, in text that somebody copied together


@dataclass(frozen=True)
class Limits:
    """How large a table may be.

    Attributes
    ----------
    megabytes
        Largest file, packed or unpacked (1 MB is 10⁶ bytes).
    rows, columns
        Most rows and columns.
    """

    megabytes: int
    rows: int
    columns: int

    @classmethod
    def from_settings(cls) -> "Limits":
        """Return the limits of this process: safe on a Space, generous elsewhere."""
        now = settings()
        return cls(now.max_upload_mb, now.max_rows, now.max_columns)


@dataclass(frozen=True)
class Content:
    """What a file holds, unpacked and decoded.

    Attributes
    ----------
    data
        The bytes: UTF-8 without a byte order mark, or a whole Parquet file.
    parquet
        Whether they are Parquet.
    notes
        What had to be assumed about the encoding.
    """

    data: bytes
    parquet: bool
    notes: tuple[str, ...] = ()


def load(path: Path, limits: Limits) -> Content:
    """Read a CSV or Parquet file, plain or packed with gzip, within ``limits.megabytes``.

    Raises
    ------
    InputError
        If it cannot be opened, is too large, empty, damaged, or holds neither text nor Parquet.
    """
    data = _read(path, limits)
    if data.startswith(b"\x1f\x8b"):
        data = _unpack(data, path.name, limits)
    if not data:
        raise InputError(f"{path.name}: is empty; pass a file with a header row and one row a customer")
    if data.startswith(b"PAR1"):
        return Content(data, parquet=True)
    text, note = _to_utf8(data, path.name)
    if not text or text.isspace():
        raise InputError(f"{path.name}: holds only blank lines; pass a file with a header and one row a customer")
    return Content(text, parquet=False, notes=(note,) if note else ())


def _read(path: Path, limits: Limits) -> bytes:
    """Read the file after asking for its size; the size may still grow, so the read is bounded too."""
    try:
        if path.is_dir():
            raise InputError(f"{path.name}: is a folder; pass one CSV or Parquet file")
        if path.stat().st_size > limits.megabytes * _MEGABYTE:
            raise _too_large(path.name, limits)
        with path.open("rb") as file:
            data = file.read(limits.megabytes * _MEGABYTE + 1)
    except FileNotFoundError:
        raise InputError(f"{path.name}: there is no such file; check the path") from None
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path.name}: cannot be opened; check that it is a file you may read") from None
    if len(data) > limits.megabytes * _MEGABYTE:
        raise _too_large(path.name, limits)
    return data


def _too_large(name: str, limits: Limits) -> InputError:
    return InputError(
        f"{name}: is larger than the limit of {limits.megabytes:,} MB; "
        "split it, or raise RETENTION_MAX_UPLOAD_MB where you run this yourself"
    )


def _unpack(packed: bytes, name: str, limits: Limits) -> bytes:
    """Undo gzip, stopping one byte past what is allowed."""
    allowed = limits.megabytes * _MEGABYTE
    plausible = max(_UNPACKED_FREELY, _MOST_TIMES_LARGER * len(packed))
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
            data = file.read(min(allowed, plausible) + 1)
    except (OSError, EOFError, zlib.error):
        raise InputError(f"{name}: is damaged and cannot be unpacked; pack or copy it again") from None
    if len(data) > allowed:
        raise InputError(
            f"{name}: unpacks to more than the limit of {limits.megabytes:,} MB; "
            "split it, or raise RETENTION_MAX_UPLOAD_MB where you run this yourself"
        )
    if len(data) > plausible:
        raise InputError(
            f"{name}: unpacks to over {_MOST_TIMES_LARGER} times its size, which no customer table does; "
            "unpack it yourself and pass the CSV"
        )
    if data.startswith(b"\x1f\x8b"):
        raise InputError(f"{name}: is packed twice; unpack it once and pass that file")
    return data


def _to_utf8(data: bytes, name: str) -> tuple[bytes, str | None]:
    """Return the text as UTF-8 without a byte order mark, and a note when its encoding was a guess."""
    for magic, what in _NOT_A_TABLE.items():
        if data.startswith(magic):
            raise InputError(f"{name}: is {what}")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            data = data.decode("utf-16").encode()
        except UnicodeError:
            raise InputError(f"{name}: is damaged UTF-16 text; save it again as CSV UTF-8") from None
    at = data.find(b"\0")
    if at >= 0:
        line = data.count(b"\n", 0, at) + 1
        raise InputError(
            f"{name}: is not a text file (line {line:,} holds a NUL byte); save the table as CSV UTF-8 or Parquet"
        )
    head = data[:_HEAD]
    control = 1 - len(head.translate(None, _CONTROL)) / max(1, len(head))
    utf8 = _is_utf8(data)
    if control > (_MOST_CONTROL if utf8 else 0):
        raise InputError(f"{name}: is not a text file; save the table as CSV UTF-8 or Parquet")
    if utf8:
        return data.removeprefix(codecs.BOM_UTF8), None
    return _from_latin(data), f"{name} is not UTF-8 and was read as Latin-1; check names with accents"


def _is_utf8(data: bytes) -> bool:
    """Check a piece at a time, so that the text is never in memory twice."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(data)
    try:
        for start in range(0, len(data), _CHUNK):
            decoder.decode(view[start : start + _CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _from_latin(data: bytes) -> bytes:
    """Decode as Windows writes Latin-1 (with € and curly quotes), or as the standard has it."""
    try:
        return data.decode("cp1252").encode()
    except UnicodeDecodeError:
        return data.decode("latin-1").encode()
