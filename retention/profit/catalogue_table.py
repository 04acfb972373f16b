"""The offer catalogue as a table that a person edits: one row per offer, one sentence per mistake in it."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from retention.errors import InputError
from retention.profit.catalogue import Catalogue, entry_faults
from retention.profit.economics import Economics
from retention.wording.typed_numbers import read_typed_number

MAX_OFFERS = 100

_COLUMNS = {
    "id": "Id",
    "cost": "Cost when redeemed",
    "save_rate": "Save rate",
    "minimum_basket": "Minimum basket",
    "valid_days": "Valid for days",
    "gives.en": "What it gives, in English",
    "gives.hi": "In Hindi",
    "gives.hinglish": "In Hinglish",
}
COLUMNS = tuple(_COLUMNS.values())
"""Headings of the table, in order; those of further languages follow."""

NO_FURTHER_LANGUAGES: Mapping[str, str] = MappingProxyType({})
"""Languages besides these three: the name of each by its id."""

_NUMBERS = ("cost", "save_rate", "minimum_basket", "valid_days")
_PLACEHOLDERS = {"cost": 0, "save_rate": None, "minimum_basket": 0, "valid_days": 1}
_OPTIONAL = {"save_rate", "minimum_basket"}


def headings(languages: Mapping[str, str] = NO_FURTHER_LANGUAGES) -> dict[str, str]:
    """Return the heading of each field, with those of further languages at the end.

    Examples
    --------
    >>> list(headings({"ta": "Tamil"}).items())[-2:]
    [('gives.hinglish', 'In Hinglish'), ('gives.ta', 'In Tamil')]
    """
    further = {f"gives.{id}": f"In {name}" for id, name in languages.items()}
    return {**_COLUMNS, **{field: heading for field, heading in further.items() if field not in _COLUMNS}}


def as_table(
    catalogue: Catalogue, economics: Economics, languages: Mapping[str, str] = NO_FURTHER_LANGUAGES
) -> pd.DataFrame:
    """Return the offers at these money inputs as a table of text, with the slots for amounts not filled in.

    Examples
    --------
    >>> from retention.profit.catalogue import packaged_catalogue
    >>> as_table(packaged_catalogue(), Economics(offer_cost=60)).iloc[0, :5].tolist()
    ['cash_{cost}', '60', '1', '199', '7']
    """
    rows = []
    for position, entry in enumerate(catalogue.entries):
        first = {"cost": economics.offer_cost, "save_rate": economics.save_rate} if position == 0 else {}
        cells = {"minimum_basket": 0, "valid_days": 7, **entry, **first}
        cells |= {f"gives.{language}": text for language, text in entry["gives"].items()}
        rows.append([_cell_text(cells.get(field)) for field in headings(languages)])
    return pd.DataFrame(rows, columns=list(headings(languages).values()))


def find_mistakes(
    table: pd.DataFrame, *, currency: str, languages: Mapping[str, str] = NO_FURTHER_LANGUAGES
) -> tuple[str, ...]:
    """Return one sentence for each mistake in the table, naming its row and column; none for a valid catalogue."""
    columns = headings(languages)
    if table.shape[1] != len(columns):
        return (f"the table of offers must have {len(columns)} columns, got {table.shape[1]}; open the tab again",)
    rows = list(_entries(table, currency, columns))
    in_cells = tuple(sentence for _, sentences in rows for sentence in sentences)
    return in_cells or _mistakes_of_all_rows(tuple(entry for entry, _ in rows))


def catalogue_from_table(
    table: pd.DataFrame, *, currency: str, languages: Mapping[str, str] = NO_FURTHER_LANGUAGES
) -> Catalogue:
    """Return the catalogue that a table holds; empty rows are left out.

    Raises
    ------
    InputError
        With the first of :func:`find_mistakes`.
    """
    for sentence in find_mistakes(table, currency=currency, languages=languages):
        raise InputError(sentence)
    entries = _entries(table, currency, headings(languages))
    return Catalogue(tuple(entry for entry, _ in entries), "the table of offers")


def _entries(
    table: pd.DataFrame, currency: str, columns: Mapping[str, str]
) -> Iterator[tuple[dict[str, Any], list[str]]]:
    """Yield each row as an entry, and its mistakes; columns go by position, as headings can be typed over."""
    ids: dict[str, int] = {}
    for number, row in enumerate(table.itertuples(index=False, name=None), start=1):
        cells = {field: _cell_text(cell).strip() for field, cell in zip(columns, row, strict=True)}
        if not any(cells.values()):
            continue
        entry, wrong = _entry(cells)
        wrong |= {field: fault for field, fault in entry_faults(entry, currency) if field not in wrong}
        if "gives" in wrong:
            wrong["gives.en"] = f"{wrong.pop('gives')}, which every offer needs"
        identity = cells["id"]
        if identity and ids.setdefault(identity, number) != number:
            wrong.setdefault("id", f"{identity!r} is already in row {ids[identity]}; choose another")
        yield (
            entry,
            [
                f"row {number}, column {columns[field]!r}: {fault}"
                + (f", got {cells[field]!r}" if cells[field] and fault.startswith("must") else "")
                for field, fault in sorted(wrong.items(), key=lambda pair: list(columns).index(pair[0]))
            ],
        )


def _entry(cells: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return an entry whose other fields can still be checked, and the cells that are not numbers."""
    entry: dict[str, Any] = {"id": cells["id"]}
    wrong: dict[str, str] = {}
    for field in _NUMBERS:
        text = cells[field]
        number = _PLACEHOLDERS[field] if not text and field in _OPTIONAL else _number(text)
        if number is None and (text or field not in _OPTIONAL):
            wrong[field] = "must be a number, such as 2.50 or 1,250"
            number = _PLACEHOLDERS[field]
        entry[field] = number
    entry["gives"] = {
        field.removeprefix("gives."): text for field, text in cells.items() if field.startswith("gives.") and text
    }
    return entry, wrong


def _mistakes_of_all_rows(entries: tuple[dict[str, Any], ...]) -> tuple[str, ...]:
    if not 1 <= len(entries) <= MAX_OFFERS:
        return (f"the table of offers must hold 1 to {MAX_OFFERS} rows, got {len(entries)}; add or remove some",)
    try:
        Catalogue(entries, "the table of offers")
    except InputError as error:  # two ids that are equal once the cost is filled in
        return (str(error),)
    return ()


def _number(text: str) -> float | int | None:
    """Read a number; ``30%`` is 0.3, and a whole number stays an int.

    >>> _number("1,250"), _number("30%"), _number("soon"), _number("2,50")
    (1250, 0.3, None, None)
    """
    number = read_typed_number(text.removesuffix("%"))
    if number is None:
        return None
    if text.endswith("%"):
        number /= 100
    return int(number) if number.is_integer() else number


def _cell_text(cell: object) -> str:
    if cell is None or cell != cell:  # noqa: PLR0124  NaN
        return ""
    return f"{cell:g}" if isinstance(cell, float) and abs(cell) < 1e6 else str(cell)
