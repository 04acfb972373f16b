"""Open a file as a table, whatever its kind: text, Parquet, a workbook, JSON Lines, plain or in a zip."""

import io
import re
import zipfile
import zlib
from pathlib import Path

from retention.errors import InputError
from retention.tabular.delimited import open_delimited
from retention.tabular.files import File, Limits, open_file
from retention.tabular.json_lines import is_json_lines, open_json_lines
from retention.tabular.parquet import open_parquet
from retention.tabular.rows import TableSource
from retention.tabular.text import inspect_text
from retention.tabular.workbook_reader import open_workbook
from retention.wording.text import join_names, quote

_ZIP = b"PK\x03\x04"
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_WEB_PAGE = re.compile(rb"\s*(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body|table|meta)\b", re.I | re.S)
_XML = re.compile(rb"\s*<\?xml\b", re.I)
_MOST_TIMES_LARGER = 100  # a table of customers compresses 3 to 20 times; a zip bomb a thousand times
_UNPACKED_FREELY = 16_000_000


def open_table(source: str | Path, *, limits: Limits) -> TableSource:
    """Open a file to read its rows in batches; cells are not parsed yet.

    Parameters
    ----------
    source
        The file; a sheet of a workbook as ``customers.xlsx#sheet``. Its content says of which kind it is, not its
        name.
    limits
        How large it may be.

    Raises
    ------
    InputError
        If the file or its header cannot be used. Faults in the rows are found when they are read.
    """
    path, sheet = _split_sheet(Path(source))
    return _open(open_file(path, limits), limits, sheet)


def _open(file: File, limits: Limits, sheet: str | None, *, in_zip: bool = False) -> TableSource:
    head = next(file.chunks(), b"")
    if head.startswith((_ZIP, _OLD_WORKBOOK)):
        content = b"".join(file.chunks())
        if head.startswith(_OLD_WORKBOOK) or _is_workbook(content, file.name):
            return open_workbook(content, file.name, limits, sheet)
        if in_zip:
            raise InputError(f"{file.name}: is a zip in a zip; unpack it once and pass that file")
        return _open(_only_file(content, file, limits), limits, sheet, in_zip=True)
    if sheet is not None:
        raise InputError(f"{file.name}: is no workbook, so it has no sheet {quote(sheet)}; pass the file alone")
    if head.startswith(b"PAR1"):
        return open_parquet(file.seekable(), file.name, limits)
    if is_json_lines(head):
        return open_json_lines(file, limits)
    _refuse_other_texts(head.removeprefix(b"\xef\xbb\xbf"), file.name)
    return open_delimited(inspect_text(file), limits)


def _split_sheet(path: Path) -> tuple[Path, str | None]:
    """Return the file and the sheet that ``file#sheet`` names; a file whose own name holds a ``#`` is itself."""
    name, mark, sheet = path.name.partition("#")
    if not mark or not name or path.exists():
        return path, None
    return path.with_name(name), sheet


def _refuse_other_texts(head: bytes, name: str) -> None:
    """Raise InputError for texts that are no tables, whatever the file is called."""
    if _WEB_PAGE.match(head):
        raise InputError(f"{name}: is a web page (HTML); open it in a spreadsheet and save it as CSV or .xlsx")
    if _XML.match(head):
        raise InputError(f"{name}: is XML; open it in a spreadsheet and save it as CSV or .xlsx")
    if head.lstrip().startswith((b"[", b"{")) and re.match(rb'\s*[\[{]\s*(?:[\[{]|"[^"\n]*"\s*:)', head):
        raise InputError(f"{name}: is JSON; save it as CSV, or as JSON Lines with one flat object a line")


def _is_workbook(content: bytes, name: str) -> bool:
    """Whether a zip is a workbook of Excel or of an office suite."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            names = set(packed.namelist())
    except (zipfile.BadZipFile, ValueError):
        raise InputError(f"{name}: is a damaged Excel workbook or zip archive; save or copy it again") from None
    return bool(names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"})


def _only_file(content: bytes, file: File, limits: Limits) -> File:
    """Unpack the one file of a zip, within the limit."""
    allowed = min(limits.bytes, max(_UNPACKED_FREELY, _MOST_TIMES_LARGER * len(content)))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            entries = [
                entry
                for entry in packed.infolist()
                if not entry.is_dir()
                and not Path(entry.filename).name.startswith((".", "_"))
                and "__MACOSX" not in entry.filename
            ]
            if len(entries) != 1:
                held = join_names(Path(entry.filename).name for entry in entries) or "no file"
                raise InputError(f"{file.name}: holds {held}; unpack it and pass the file with the customers")
            with packed.open(entries[0]) as member:
                unpacked = member.read(allowed + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError):
        raise InputError(f"{file.name}: is a damaged or encrypted zip; unpack it and pass the CSV") from None
    if len(unpacked) > allowed:
        raise InputError(
            f"{file.name}: unpacks to more than the limit of {limits.megabytes:,} MB; "
            "unpack it and keep all rows of fewer customers"
        )
    return File(file.path, limits, len(unpacked), unpacked.startswith(b"\x1f\x8b"), None, unpacked)
