"""Rows of a customer table that are no customer of their own: without an id, or written twice."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from retention.tabular.ids import normalize_ids
from retention.tabular.tables import Table
from retention.wording.text import count_noun

_MOST_BLANK = 0.1  # of the ids; with more, the column is hardly the id


def normal_rows(table: Table, id: str) -> Table:
    """Return a table with its ids in their one spelling, without rows that are no customer of their own.

    A row without an id is left out where these are few. A row that equals another one in every cell is left out,
    unless all ids are the same.

    Parameters
    ----------
    table
        With the ids as text.
    id
        The id column.

    Raises
    ------
    InputError
        If an id has lost digits.
    """
    normal = normalize_ids(table.frame[id], table.locate(id))
    table.frame[id] = normal.values
    table = replace(table, file_notes=(*table.file_notes, *normal.notes))
    blank = table.frame[id].isna().to_numpy()
    if few_blank(blank):
        table = _leave_out(table, blank, "without an id")
    ids = table.frame[id]
    if ids.nunique() > 1 and ids.duplicated().any():
        twice = ids.duplicated(keep=False).to_numpy(copy=True)
        twice[twice] = table.frame[twice].duplicated().to_numpy()  # comparing rows is slow, and few need it
        table = _leave_out(table, twice & ids.notna().to_numpy(), "written twice (equal in every cell)")
    return table


def few_blank(blank: NDArray[np.bool_]) -> bool:
    """Whether some ids are blank, and so few that the rest are still the customers."""
    return bool(0 < blank.sum() <= _MOST_BLANK * len(blank))


def left_out_note(count: int, what: str, first_row: int) -> str:
    """Return the sentence about rows that are left out.

    >>> left_out_note(2, "without an id", 19)
    '2 rows without an id left out (first: row 19)'
    """
    return f"{count_noun(count, 'row')} {what} left out (first: row {first_row:,})"


def _leave_out(table: Table, wrong: NDArray[np.bool_], what: str) -> Table:
    if not wrong.any():
        return table
    note = left_out_note(int(wrong.sum()), what, int(table.row_numbers[int(np.argmax(wrong))]))
    return replace(table.take(~wrong), file_notes=(*table.file_notes, note))
