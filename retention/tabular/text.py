"""Bytes of a file -> UTF-8 text, looked through once before anything in it is trusted.

The encoding, a NUL and an open quote are questions about the whole file, so one pass answers them;
after it, the text can be read as often as needed, some of it at a time.
"""

import codecs
from dataclasses import dataclass, field
from typing import Any

from retention.errors import InputError
from retention.tabular.files import File

_HEAD = 1 << 16
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
_NOT_IN_CP1252 = b"\x81\x8d\x8f\x90\x9d"


@dataclass(frozen=True)
class TextFile:
    """A text file whose encoding is known.

    Attributes
    ----------
    file
        Where it comes from.
    as_utf8
        All of it as UTF-8, where the file has another encoding.
    start
        Bytes to skip at the start of the file: a byte order mark.
    size
        Bytes of text.
    quotes
        How many double quotes it holds.
    blank_lines
        About how many blank lines.
    notes
        What had to be assumed about the encoding.
    """

    file: File
    as_utf8: bytes | None = field(repr=False)
    start: int
    size: int
    quotes: int
    blank_lines: int
    notes: tuple[str, ...] = ()

    def open(self, start: int = 0) -> Any:
        """Open it as an Arrow stream of UTF-8 that begins ``start`` bytes into the text."""
        import pyarrow as pa

        if self.as_utf8 is not None:
            return pa.BufferReader(pa.py_buffer(self.as_utf8).slice(start))
        file = self.file.open()
        file.read(self.start + start)
        return file


def inspect_text(file: File) -> TextFile:
    """Read a text file once, to the end, and tell how to read it.

    Raises
    ------
    InputError
        If it is empty, damaged, or holds something other than text.
    """
    name = file.name
    start = next(file.chunks(), b"")
    if not start:
        raise InputError(f"{name}: is empty; pass a file with a header row and one row a customer")
    for magic, what in _NOT_A_TABLE.items():
        if start.startswith(magic):
            raise InputError(f"{name}: is {what}")
    sixteen = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    recoded = _recoded(file, "utf-16") if sixteen else None
    seen = _TextStatistics()
    for piece in file.chunks() if recoded is None else [recoded]:
        seen.add(piece)
    if seen.nul_line is not None:
        raise InputError(
            f"{name}: is not a text file (line {seen.nul_line:,} holds a NUL byte); "
            "save the table as CSV UTF-8 or Parquet"
        )
    unicode = seen.utf8()
    if seen.control > (_MOST_CONTROL if unicode else 0):
        raise InputError(f"{name}: is not a text file; save the table as CSV UTF-8 or Parquet")
    if seen.blank:
        raise InputError(f"{name}: holds only blank lines; pass a file with a header and one row a customer")
    if not unicode:
        recoded = _recoded(file, _latin(file))
        note = f"{name} is not UTF-8 and was read as Latin-1; check names with accents"
        return TextFile(file, recoded, 0, len(recoded), seen.quotes, seen.blank_lines, (note,))
    mark = len(codecs.BOM_UTF8) if start.startswith(codecs.BOM_UTF8) else 0
    return TextFile(file, recoded, mark, seen.size - mark, seen.quotes, seen.blank_lines)


class _TextStatistics:
    """What one pass over the bytes has shown so far."""

    def __init__(self) -> None:
        self.size = self.quotes = self.blank_lines = 0
        self.control = 0.0
        self.blank = True
        self.nul_line: int | None = None
        self._lines = 0
        self._tail = b""
        self._decoder: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()

    def add(self, piece: bytes) -> None:
        if not self.size:
            head = piece[:_HEAD].removeprefix(codecs.BOM_UTF8)
            self.control = 1 - len(head.translate(None, _CONTROL)) / max(1, len(head))
        self.blank = self.blank and not piece.removeprefix(b"" if self.size else codecs.BOM_UTF8).strip()
        if self.nul_line is None and (at := piece.find(b"\0")) >= 0:
            self.nul_line = self._lines + piece.count(b"\n", 0, at) + 1
        self.size += len(piece)
        self._lines += piece.count(b"\n")
        self.quotes += piece.count(b'"')
        seam = self._tail + piece
        self.blank_lines += 2 * sum(seam.count(pair) for pair in (b"\n\n", b"\n\r\n", b"\r\r"))
        self._tail = piece[-2:]
        self._decode(piece)

    def utf8(self) -> bool:
        """Whether all of it, now that there is no more, is UTF-8."""
        self._decode(b"", final=True)
        return self._decoder is not None

    def _decode(self, piece: bytes, *, final: bool = False) -> None:
        if self._decoder is not None:
            try:
                self._decoder.decode(piece, final)
            except UnicodeDecodeError:
                self._decoder = None


def _latin(file: File) -> str:
    """Tell how Windows writes Latin-1 (with € and curly quotes) from the standard's way."""
    alien = any(byte in piece for piece in file.chunks() for byte in _NOT_IN_CP1252)
    return "latin-1" if alien else "cp1252"


def _recoded(file: File, encoding: str) -> bytes:
    """Return all of the file's text as UTF-8."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        parts = [decoder.decode(piece).encode() for piece in file.chunks()]
        return b"".join([*parts, decoder.decode(b"", final=True).encode()])
    except UnicodeError:
        raise InputError(f"{file.name}: is damaged UTF-16 text; save it again as CSV UTF-8") from None
