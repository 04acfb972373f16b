"""Finds the columns of an order log where it lives: their roles, and those that must not become features.

Types decide first, because an engine knows them; then the names, and a sample of rows for what only content shows:
the earliest and the latest orders, whichever way the engine would return rows.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from retention.errors import InputError
from retention.orders.excluded_columns import excluded_columns
from retention.orders.order_columns import ChosenColumns, OrderRoles, find_roles, multiplied_columns
from retention.wording.text import quote

if TYPE_CHECKING:
    import ibis

_SAMPLE_ROWS = 500  # of each end of the log


@dataclass(frozen=True)
class SourceColumns:
    """The columns of a table of orders.

    Attributes
    ----------
    roles
        Who has which role; the amount may be a product of two columns.
    kept
        The columns that stay, those with a role among them, in the order of the table.
    as_text
        Those of them that are text whatever their type: ids, numbers of orders, other codes.
    excluded
        The reason by column of those left out.
    """

    roles: OrderRoles
    kept: tuple[str, ...]
    as_text: frozenset[str]
    excluded: dict[str, str]


def find_source_columns(table: "ibis.Table", source: str, chosen: ChosenColumns) -> SourceColumns:
    """Find the columns of a table; one small query reads a sample.

    Parameters
    ----------
    table
        One row an order, or one row a line of an order.
    source
        What errors call it.
    chosen
        The columns that a person named.

    Raises
    ------
    InputError
        If the customer or the time is not found, or a column has a type that its role cannot have.
    """
    kinds = {name: table[name].type() for name in table.columns}
    usable = [name for name, kind in kinds.items() if _is_usable(kind)]
    time = _time_column(kinds, source, chosen)
    sample = _sample(table.select(*usable), time)
    roles = replace(find_roles(sample, source, chosen), time=time)
    for column in _amounts(roles.amount, usable):
        if not kinds[column].is_numeric():
            raise InputError(
                f"{source}: column {quote(column)} is `{kinds[column]}`, a number is needed; pass --amount"
            )
    excluded = {name: "neither numbers, text nor times" for name in table.columns if name not in usable}
    used = (roles.time, roles.amount, roles.name, roles.order, roles.status)
    excluded |= excluded_columns(sample, id=roles.customer, used=used, exclude=chosen.exclude)
    kept = tuple(name for name in usable if name not in excluded)
    as_text = frozenset(chosen.text_columns(usable)) | {roles.customer} | ({roles.order} if roles.order else set())
    return SourceColumns(roles, kept, frozenset(as_text & set(kept)) - {time}, excluded)


def _is_usable(kind: Any) -> bool:
    return bool(kind.is_numeric() or kind.is_boolean() or kind.is_string() or _is_time(kind) or kind.is_uuid())


def _is_time(kind: Any) -> bool:
    return bool(kind.is_timestamp() or kind.is_date())


def _time_column(kinds: dict[str, Any], source: str, chosen: ChosenColumns) -> str:
    """Return the column with the time: chosen, or found by its name, or the only kind of column that can be it."""
    rest = [name for name in kinds if name != chosen.customer]
    column = chosen.time_column(rest) or next((name for name in rest if _is_time(kinds[name])), None)
    if column is None or column not in kinds:
        there = ", ".join(quote(name) for name in rest if _is_time(kinds[name])) or "no column of times"
        what = "a column of times" if column is None else f"column {quote(column)}"
        raise InputError(f"{source}: {what} is missing; there is {there}; pass --time")
    if not _is_time(kinds[column]):
        raise InputError(f"{source}: column {quote(column)} is `{kinds[column]}`, a time is needed; pass --time")
    return column


def _amounts(amount: str | None, columns: list[str]) -> tuple[str, ...]:
    """Return the columns that the amount is made of."""
    if amount is None:
        return ()
    return multiplied_columns(amount, columns) or (amount,)


def _sample(table: "ibis.Table", time: str) -> pd.DataFrame:
    """Return the earliest and the latest rows, typed as a file of them would be."""
    further = [name for name in table.columns if name != time]
    ends = [table.order_by([first, *further]).limit(_SAMPLE_ROWS) for first in (table[time], table[time].desc())]
    rows = [end.to_pyarrow().to_pandas() for end in ends]
    sample: pd.DataFrame = pd.concat(rows, ignore_index=True)
    sample.columns = list(table.columns)
    for name in table.columns:
        kind = table[name].type()
        if kind.is_numeric():
            sample[name] = pd.to_numeric(sample[name]).astype("float64")
        else:
            sample[name] = sample[name].astype("str").where(sample[name].notna(), None).astype("str")
    return sample
