"""Inspect a text file once, to find its encoding and to refuse what is no text, before it is parsed.

The encoding, NUL bytes and open quotes concern the whole file, so one pass over it answers them all. After that
the text can be read several times, in parts.
"""

import codecs
from dataclasses import dataclass, field, replace
from typing import Any

from retention.errors import InputError
from retention.tabular.files import File

_HEAD = 1 << 16
_TAIL = 1 << 16
_NOT_A_TABLE = {
    b"\x89PNG": "a picture; pass a CSV or Parquet file",
    b"\xff\xd8\xff": "a picture; pass a CSV or Parquet file",
    b"%PDF": "a PDF; pass a CSV or Parquet file",
    b"ARROW1": "an Arrow file; save it as Parquet or CSV",
    b"BZh": "packed with bzip2; unpack it first",
    b"\xfd7zXZ": "packed with xz; unpack it first",
    b"\x28\xb5\x2f\xfd": "packed with zstandard; unpack it first",
}
_CONTROL_BYTES = bytes({*range(9), *range(14, 32)} - {0x1A, 0x1B})  # no tab, line or form feed
_MOST_CONTROL = 0.05  # of the first bytes, in text that was copied together from several sources
_NOT_IN_CP1252 = b"\x81\x8d\x8f\x90\x9d"


@dataclass(frozen=True)
class TextFile:
    """A text file whose encoding is known.

    Attributes
    ----------
    file
        The file with the bytes.
    as_utf8
        The whole text as UTF-8 if the file has another encoding; else None.
    start
        Bytes to skip at the start of the file: a byte order mark.
    size
        Bytes of text.
    quotes
        Number of double quotes.
    blank_lines
        Number of blank lines, approximately.
    tail
        The last bytes of the text, in UTF-8.
    notes
        Sentences about what was assumed about the encoding.
    """

    file: File
    as_utf8: bytes | None = field(repr=False)
    start: int
    size: int
    quotes: int
    blank_lines: int
    tail: bytes = field(default=b"", repr=False)
    notes: tuple[str, ...] = ()

    def without_end(self, size: int) -> "TextFile":
        """Return the text without its last ``size`` bytes; it is held in memory then."""
        text = self.open().read(self.size - size)
        tail = self.tail[: len(self.tail) - size]
        return replace(self, as_utf8=bytes(text), start=0, size=len(text), tail=tail)

    def open(self, start: int = 0) -> Any:
        """Open it as an Arrow stream of UTF-8 that begins ``start`` bytes after the start of the text."""
        import pyarrow as pa

        if self.as_utf8 is not None:
            return pa.BufferReader(pa.py_buffer(self.as_utf8).slice(start))
        file = self.file.open()
        file.read(self.start + start)
        return file


def inspect_text(file: File) -> TextFile:
    """Read a text file once, to the end, and find out how to read it.

    Raises
    ------
    InputError
        If it is empty, damaged, or holds something other than text.
    """
    name = file.name
    first_bytes = next(file.chunks(), b"")
    if not first_bytes:
        raise InputError(f"{name}: is empty; pass a file with a header row and one row a customer")
    for magic, fault in _NOT_A_TABLE.items():
        if first_bytes.startswith(magic):
            raise InputError(f"{name}: is {fault}")
    is_utf16 = first_bytes.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    as_utf8 = _recode(file, "utf-16") if is_utf16 else None
    statistics = _TextStatistics()
    for chunk in file.chunks() if as_utf8 is None else [as_utf8]:
        statistics.add(chunk)
    if statistics.nul_line is not None:
        raise InputError(
            f"{name}: is not a text file (line {statistics.nul_line:,} holds a NUL byte); "
            "save the table as CSV UTF-8 or Parquet"
        )
    is_utf8 = statistics.is_utf8()
    if statistics.control > (_MOST_CONTROL if is_utf8 else 0):
        raise InputError(f"{name}: is not a text file; save the table as CSV UTF-8 or Parquet")
    if statistics.blank:
        raise InputError(f"{name}: holds only blank lines; pass a file with a header and one row a customer")
    if not is_utf8:
        as_utf8 = _recode(file, _latin_encoding(file))
        note = f"{name} is not UTF-8 and was read as Latin-1; check names with accents"
        size, tail = len(as_utf8), as_utf8[-_TAIL:]
        return TextFile(file, as_utf8, 0, size, statistics.quotes, statistics.blank_lines, tail, (note,))
    mark = len(codecs.BOM_UTF8) if first_bytes.startswith(codecs.BOM_UTF8) else 0
    size = statistics.size - mark
    return TextFile(
        file, as_utf8, mark, size, statistics.quotes, statistics.blank_lines, statistics.tail[-min(size, _TAIL) :]
    )


class _TextStatistics:
    """Statistics of the bytes read so far."""

    def __init__(self) -> None:
        self.size = self.quotes = self.blank_lines = 0
        self.control = 0.0
        self.blank = True
        self.nul_line: int | None = None
        self.tail = b""
        self._lines = 0
        self._decoder: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()

    def add(self, chunk: bytes) -> None:
        if not self.size:
            head = chunk[:_HEAD].removeprefix(codecs.BOM_UTF8)
            self.control = 1 - len(head.translate(None, _CONTROL_BYTES)) / max(1, len(head))
        self.blank = self.blank and not chunk.removeprefix(b"" if self.size else codecs.BOM_UTF8).strip()
        if self.nul_line is None and (nul := chunk.find(b"\0")) >= 0:
            self.nul_line = self._lines + chunk.count(b"\n", 0, nul) + 1
        self.size += len(chunk)
        self._lines += chunk.count(b"\n")
        self.quotes += chunk.count(b'"')
        seam = self.tail[-2:] + chunk
        self.blank_lines += 2 * sum(seam.count(pair) for pair in (b"\n\n", b"\n\r\n", b"\r\r"))
        self.tail = chunk[-_TAIL:] if len(chunk) >= _TAIL else (self.tail + chunk)[-_TAIL:]
        self._decode(chunk)

    def is_utf8(self) -> bool:
        """Whether all of the bytes, of which there are no more, are UTF-8."""
        self._decode(b"", final=True)
        return self._decoder is not None

    def _decode(self, chunk: bytes, *, final: bool = False) -> None:
        if self._decoder is not None:
            try:
                self._decoder.decode(chunk, final)
            except UnicodeDecodeError:
                self._decoder = None


def _latin_encoding(file: File) -> str:
    """Return Windows' variant of Latin-1 (with € and curly quotes) unless a byte has no meaning in it."""
    has_other = any(byte in chunk for chunk in file.chunks() for byte in _NOT_IN_CP1252)
    return "latin-1" if has_other else "cp1252"


def _recode(file: File, encoding: str) -> bytes:
    """Return the whole text of the file as UTF-8."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        parts = [decoder.decode(chunk).encode() for chunk in file.chunks()]
        return b"".join([*parts, decoder.decode(b"", final=True).encode()])
    except UnicodeError:
        raise InputError(f"{file.name}: is damaged UTF-16 text; save it again as CSV UTF-8") from None
