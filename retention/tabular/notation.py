"""How a file writes its numbers: one decimal mark for all of its columns, judged from those that show it."""

from collections.abc import Iterable
from typing import Any

from retention.tabular.number_formats import Decimal, decimal_of_plain
from retention.tabular.parsed_column import ParsedColumn


def needs_notation(columns: Iterable[ParsedColumn]) -> bool:
    """Whether the decimal mark of the file would change how some column is read.

    Plain numbers have a point, so nothing changes unless some column has a comma or could be read in two ways.
    """
    return any(column.ambiguous or column.decimal == "comma" for column in columns)


def judge_notation(columns: Iterable[tuple[Any, ParsedColumn]]) -> Decimal | None:
    """Return the decimal mark of a file; None if its columns show none, or both.

    Parameters
    ----------
    columns
        The cells of each column (Arrow), and what they were parsed into by themselves.
    """
    shown = {mark for cells, parsed in columns if (mark := _shown(cells, parsed)) is not None}
    return shown.pop() if len(shown) == 1 else None


def _shown(cells: Any, parsed: ParsedColumn) -> Decimal | None:
    """Return the decimal mark that a column shows."""
    import pyarrow as pa

    if parsed.decimal is not None or not parsed.cellwise or isinstance(parsed.values, pa.Array):
        return parsed.decimal
    is_text = pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type)
    if not is_text or getattr(parsed.values, "dtype", None) != "float64":
        return None
    return "point" if decimal_of_plain(cells)[0] else None
