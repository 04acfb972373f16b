"""Parse a column of numbers with units and separators, and decide what a few other cells among them mean."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from retention.tabular.locations import ColumnLocation
from retention.tabular.number_formats import (
    AMBIGUOUS,
    Decimal,
    ParsedNumbers,
    parse_numbers,
    read_open_ended,
    to_mask,
)
from retention.tabular.parsed_column import ParsedColumn, refuse_infinite, to_text
from retention.wording.text import count_noun, quote, quote_cell

_MOST_WRONG_CELLS = 0.05  # of the filled cells; with more, the column is text
_BARE_NUMBER = r"^[+\-]?[\d.]+(?:[eE][+\-]?\d+)?$"


def parse_written(
    cells: Any, filled_cells: Any, location: ColumnLocation, *, text_if_mixed: bool, decimal: Decimal | None
) -> ParsedColumn:
    """Parse numbers with units and separators, refuse a few other cells among them, or keep the column as text.

    Parameters
    ----------
    cells, filled_cells
        The column as written, and without the words that stand for a blank.
    location, text_if_mixed, decimal
        As for :func:`retention.tabular.columns.parse_column`.

    Raises
    ------
    InputError
        If a few cells of a numeric column are no numbers, unless ``text_if_mixed``.
    """
    import pyarrow.compute as pc

    filled = to_mask(pc.is_valid(filled_cells))
    parsed = parse_numbers(filled_cells, decimal)
    wrong = filled & ~parsed.fits
    if wrong.any():
        return _parse_mixed(cells, wrong, parsed, location, text_if_mixed)
    first = int(np.argmax(filled))
    if parsed.ambiguity:
        reason = location.kept_as_text(f"{parsed.ambiguity} ({location.quote_cell(cells, first)})")
        return to_text(cells, location, reason, ambiguous=parsed.ambiguity == AMBIGUOUS, first_wrong=first)
    refuse_infinite(parsed.values, location)
    written = filled & ~to_mask(pc.match_substring_regex(filled_cells, _BARE_NUMBER))
    formatted = int(np.argmax(written if written.any() else filled & _with_point(filled_cells)))
    example = f"{location.quote_cell(cells, formatted)} as {parsed.values[formatted]:.15g}"
    note = f"column {quote(location.name)}: numbers are read without their units and separators, {example}"
    blank_note = location.blank_note(np.isnan(parsed.values), cells)
    return ParsedColumn(parsed.values, _join_notes(note, blank_note), decimal=parsed.decimal)


def _with_point(cells: Any) -> NDArray[np.bool_]:
    import pyarrow.compute as pc

    return to_mask(pc.match_substring(cells, "."))


def _parse_mixed(
    cells: Any,
    wrong: NDArray[np.bool_],
    parsed: ParsedNumbers,
    location: ColumnLocation,
    text_if_mixed: bool,
) -> ParsedColumn:
    """Parse a column in which some cells, those in the mask ``wrong``, are not numbers like the others.

    Open ends such as ``4+`` are read as their number, and a few wrong cells are an error; otherwise the column is
    text, with a note if more than half of it are numbers.
    """
    wrong_count, number_count = int(wrong.sum()), int(parsed.fits.sum())
    first = int(np.argmax(wrong))
    ends = None if parsed.ambiguity or number_count < wrong_count else read_open_ended(cells, wrong)
    if ends is not None:
        values = np.where(wrong, ends, parsed.values)
        refuse_infinite(values, location)
        example = f"{location.quote_cell(cells, first)} as {ends[first]:.15g}"
        cells_read = count_noun(wrong_count, "open-ended cell")
        note = f"column {quote(location.name)}: {cells_read} read as the number in it, {example}"
        return ParsedColumn(values, _join_notes(note, location.blank_note(np.isnan(values), cells)))
    few = max(1.0, _MOST_WRONG_CELLS * (wrong_count + number_count))
    if not text_if_mixed and number_count >= 3 and wrong_count <= few:
        others = f" (and {count_noun(wrong_count - 1, 'more cell')})" if wrong_count > 1 else ""
        sentence = f"{quote_cell(cells[first])}{others} is not a number, as the rest is; "
        raise location.error(first, f"{sentence}correct it, or exclude the column")
    mostly_numbers = 2 * int(parsed.fits_some_format.sum()) > wrong_count + number_count
    reason = f"{location.quote_cell(cells, first)} is not written like the other numbers"
    return to_text(cells, location, location.kept_as_text(reason) if mostly_numbers else None, first_wrong=first)


def _join_notes(note: str, blank_note: str | None) -> str:
    return f"{note}; {blank_note}" if blank_note else note
