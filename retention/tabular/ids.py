"""Customer ids in their one spelling, so that a customer is the same in a file, in the ledger and in a campaign.

An id is text and never becomes a number. Only what other programs add is taken off: white space, the ``.0`` of a
column that was read as numbers, and the case of e-mail addresses. Digits that a spreadsheet has lost cannot be
brought back, so such ids are refused.
"""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from retention.tabular.columns import BLANK_WORDS
from retention.tabular.locations import ColumnLocation
from retention.tabular.number_formats import to_mask
from retention.wording.text import count_noun, quote

_WHOLE = r"^([+\-]?\d+)\.0+$"
_ADDRESS = r"^[^\s@]+@[^\s@]+$"
_UNSEEN = r"[\x{200b}\x{200c}\x{200d}\x{2060}\x{feff}]"
_SCIENTIFIC = r"^[+\-]?(\d(?:[.,]\d+)?)[eE]\+(\d{2,3})$"  # as spreadsheets and pandas write long numbers


@dataclass(frozen=True)
class NormalIds:
    """Ids in their one spelling.

    Attributes
    ----------
    values
        Text, missing for blanks and for words that mean one, (n,).
    notes
        Sentences about what was taken off.
    """

    values: pd.Series
    notes: tuple[str, ...] = ()


def normalize_ids(ids: pd.Series, location: ColumnLocation) -> NormalIds:
    """Write a column of ids in their one spelling.

    Parameters
    ----------
    ids
        n cells of text.
    location
        Where they stand, for messages.

    Raises
    ------
    InputError
        If an id has lost digits, such as ``9.19812E+11``; the message names the first.

    Examples
    --------
    >>> location = ColumnLocation("orders.csv", "id", np.array([2, 3, 4]))
    >>> normalize_ids(pd.Series(["17", "17.0", "Asha@Example.com"], dtype="str"), location).values.tolist()
    ['17', '17', 'asha@example.com']
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    cells = pa.array(ids, pa.large_string())
    cells = cells if isinstance(cells, pa.ChunkedArray) else pa.chunked_array([cells])
    given, notes = cells, []
    if pc.all(pc.string_is_ascii(cells)).as_py() is False:
        cells = pc.replace_substring_regex(cells, _UNSEEN, "")
    cells = pc.utf8_trim_whitespace(cells)
    blank = pc.is_in(cells, value_set=pa.array([*sorted(BLANK_WORDS), ""], pa.large_string()))
    if pc.any(blank).as_py():
        cells = pc.if_else(blank, None, cells)
    if pc.any(pc.match_substring(cells, "+")).as_py():
        cells = _without_exponent(cells, location)
    if pc.any(pc.match_substring(cells, ".0")).as_py():
        whole = to_mask(pc.match_substring_regex(cells, _WHOLE))
        if whole.any():
            cells = pc.replace_substring_regex(cells, _WHOLE, r"\1")
            share = (
                ""
                if whole.sum() == len(whole) - cells.null_count
                else f" ({count_noun(int(whole.sum()), 'cell')})"
            )
            notes.append(f"column {quote(location.name)}: ids are read without the trailing '.0'{share}")
    if pc.any(pc.match_substring(cells, "@")).as_py():
        address = pc.match_substring_regex(cells, _ADDRESS)
        lower = pc.if_else(address, pc.utf8_lower(cells), cells)
        changed = to_mask(pc.not_equal(lower, cells))
        if changed.any():
            notes += _address_notes(cells, lower, int(changed.sum()), location)
            cells = lower
    if cells.equals(given):
        return NormalIds(ids)
    return NormalIds(pd.Series(cells.to_pandas().array, ids.index, dtype="str", name=ids.name), tuple(notes))


def normalize_id(id: str) -> str:
    """Return one id in its one spelling; one that has lost digits stays as it is.

    >>> normalize_id(" 17.0"), normalize_id("Asha@Example.com"), normalize_id("007"), normalize_id("K1")
    ('17', 'asha@example.com', '007', 'K1')
    """
    id = id.strip()
    if id.endswith("0") and (whole := re.fullmatch(_WHOLE, id)):
        return whole[1]
    return id.lower() if "@" in id and re.fullmatch(_ADDRESS, id) else id


def spellings(stored: str) -> tuple[str, ...]:
    """Return a stored id and its one spelling, where they differ.

    >>> spellings("17.0"), spellings("17")
    (('17.0', '17'), ('17',))
    """
    normal = normalize_id(stored)
    return (stored,) if normal == stored else (stored, normal)


def in_spelling_of(ids: pd.Series, stored: pd.Index) -> pd.Series:
    """Return ids as they are spelled among those that were stored before ids had one spelling.

    Parameters
    ----------
    ids
        Normal ids, (n,); missing ones stay missing.
    stored
        Ids of a campaign or a ledger, each once.

    Examples
    --------
    >>> in_spelling_of(pd.Series(["17", "18"]), pd.Index(["17.0", "18"])).tolist()
    ['17.0', '18']
    """
    spelling_of: dict[str, str] = {}
    for id in stored:
        if (normal := normalize_id(str(id))) != id:
            spelling_of.setdefault(normal, str(id))
    for id in spelling_of.keys() & set(stored):
        del spelling_of[id]  # two customers then, who were told apart when they were stored
    return ids.map(spelling_of).fillna(ids) if spelling_of else ids


def _without_exponent(cells: Any, location: ColumnLocation) -> Any:
    """Write out whole numbers in scientific notation; refuse one whose digits do not reach to the last place."""
    import pyarrow as pa
    import pyarrow.compute as pc

    scientific = np.flatnonzero(to_mask(pc.match_substring_regex(cells, _SCIENTIFIC)))
    if not len(scientific):
        return cells
    texts = cells.to_pandas().astype(object).to_numpy(copy=True)
    for position in scientific:
        digits, exponent = re.fullmatch(_SCIENTIFIC, texts[position]).groups()  # type: ignore[union-attr]
        digits = digits.replace(".", "").replace(",", "")
        if len(digits) <= int(exponent):
            cell = location.quote_cell(cells, int(position)).partition(" in row")[0]
            raise location.error(
                int(position),
                f"{cell} is an id whose last digits a spreadsheet has dropped, so customers would become one; "
                "export the table again without opening it in a spreadsheet, or with that column as text",
            )
        texts[position] = digits[: int(exponent) + 1]
    return pa.chunked_array([pa.array(texts, pa.large_string())])


def _address_notes(cells: Any, lower: Any, changed: int, location: ColumnLocation) -> list[str]:
    """Return the note that addresses are read in lower case, and how many customers became one by it."""
    import pyarrow.compute as pc

    before, after = (int(pc.count_distinct(column).as_py()) for column in (cells, lower))
    fewer = f"; {before:,} spellings are {count_noun(after, 'customer')}" if after < before else ""
    note = f"e-mail addresses are one whatever their case ({count_noun(changed, 'cell')}{fewer})"
    return [f"column {quote(location.name)}: {note}"]
