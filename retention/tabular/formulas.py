"""Escape text that a spreadsheet would run as a formula when writing, and undo that when reading.

A cell that starts like a formula gets an apostrophe in front, which spreadsheets show as plain text. Numbers and
phone numbers such as ``-5`` and ``+91 98765 43210`` are harmless and stay as they are. A cell that already has
apostrophes before such a start gets one more, so that reading gives the same text back.
"""

from typing import Any

_FORMULA_START = r"[=+\-@\t\r\n\x00＝＋－＠]"
_NEEDS_ESCAPE = rf"^'*{_FORMULA_START}"
_ESCAPED = rf"^'+{_FORMULA_START}"
_HARMLESS = r"^(?:[+\-][0-9.,]*[0-9](?:[eE][+\-]?[0-9]+)?%?|\+[0-9(][0-9 ().\-]*)$"


def escape(cells: Any) -> Any:
    """Put an apostrophe in front of every cell that a spreadsheet would run.

    Parameters
    ----------
    cells
        A ``pyarrow`` array or chunked array of text.

    Returns
    -------
    array
        The same length; harmless cells are as they were.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    runs = pc.match_substring_regex(cells, _NEEDS_ESCAPE)
    if not pc.any(runs).as_py():
        return cells
    runs = pc.and_not(runs, pc.match_substring_regex(cells, _HARMLESS))
    mark, nothing = pa.scalar("'", cells.type), pa.scalar("", cells.type)
    return pc.if_else(runs, pc.binary_join_element_wise(mark, cells, nothing), cells)


def unescape(cells: Any) -> Any:
    """Remove the apostrophe that :func:`escape` put in front of a cell.

    >>> import pyarrow as pa
    >>> unescape(escape(pa.array(["=1+1", "-5", "'@x", "plain"]))).to_pylist()
    ['=1+1', '-5', "'@x", 'plain']
    """
    import pyarrow.compute as pc

    if not pc.any(pc.starts_with(cells, "'")).as_py():
        return cells
    escaped = pc.match_substring_regex(cells, _ESCAPED)
    return pc.if_else(escaped, pc.utf8_slice_codeunits(cells, 1), cells)
