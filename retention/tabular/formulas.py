"""Text that a spreadsheet would run as a formula: escape it on the way out, undo that on the way in.

A cell that starts like a formula gets an apostrophe in front, which spreadsheets show as plain text.
Numbers and phone numbers such as ``-5`` and ``+91 98765 43210`` are no danger and stay as they are.
A cell that already has apostrophes before such a start gets one more, so that nothing is lost.
"""

from typing import Any

_LIVE = r"[=+\-@\t\r\n\x00＝＋－＠]"
_NEEDS_ESCAPE = rf"^'*{_LIVE}"
_ESCAPED = rf"^'+{_LIVE}"
_PLAIN = r"^(?:[+\-][0-9.,]*[0-9](?:[eE][+\-]?[0-9]+)?%?|\+[0-9(][0-9 ().\-]*)$"


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

    live = pc.match_substring_regex(cells, _NEEDS_ESCAPE)
    if not pc.any(live).as_py():
        return cells
    live = pc.and_not(live, pc.match_substring_regex(cells, _PLAIN))
    mark, nothing = pa.scalar("'", cells.type), pa.scalar("", cells.type)
    return pc.if_else(live, pc.binary_join_element_wise(mark, cells, nothing), cells)


def unescape(cells: Any) -> Any:
    """Take off the apostrophe that :func:`escape` put in front of a cell.

    >>> import pyarrow as pa
    >>> unescape(escape(pa.array(["=1+1", "-5", "'@x", "plain"]))).to_pylist()
    ['=1+1', '-5', "'@x", 'plain']
    """
    import pyarrow.compute as pc

    if not pc.any(pc.starts_with(cells, "'")).as_py():
        return cells
    escaped = pc.match_substring_regex(cells, _ESCAPED)
    return pc.if_else(escaped, pc.utf8_slice_codeunits(cells, 1), cells)
