"""Takes a first look at a table of orders, wherever it is, so that what is computed from it can be planned.

Nothing in it depends on the order of rows: everything is counted over all of them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import ibis

Kind = Literal["number", "text", "yes/no", "time", "else"]

MOST_FREQUENT = 200
"""So many of the most frequent values of a column are named."""

FrequentValues = tuple[int, dict[str, int]]
"""How many different values a column has, and the most frequent ones with their counts."""

DECIMAL_PLACES = 4
"""Decimal places of the numbers that are summed as whole numbers."""

_MOST_UNITS = 2**53  # a float holds every whole number up to this one
_NEARLY_ALL = 0.8  # of a column that has this share of different values, the values are not counted one by one
_ALWAYS_COUNTED = 10_000  # unless it has fewer rows than this


@dataclass(frozen=True)
class ColumnProfile:
    """What a column holds.

    Attributes
    ----------
    kind
        What its values are; ``else`` for lists, bytes and so on, of which only the blanks are known.
    blanks
        How many are missing.
    distinct
        How many different values it has. An estimate (a few percent) for numbers and times, and for text of which
        nearly every row has its own.
    smallest, largest
        Its range, in the type of the column; None where all are missing. Text is not compared.
    frequent
        The most frequent values of text, with their counts: at most 200, the most frequent first, equally frequent
        ones by value. Empty for other kinds, and for text of which nearly every row has its own value.
    has_clock
        Whether any time lies after midnight.
    is_decimal
        Whether all numbers have at most four decimal places, up to the rounding of a float, and are small enough
        for a float to hold them as whole numbers of the last place.
    """

    kind: Kind
    blanks: int
    distinct: int
    smallest: Any = None
    largest: Any = None
    frequent: Mapping[str, int] = field(default_factory=dict)
    has_clock: bool = False
    is_decimal: bool = False


@dataclass(frozen=True)
class LogProfile:
    """What a table holds: how many rows, and what is in each column, in the order of the columns."""

    rows: int
    columns: Mapping[str, ColumnProfile]


def profile_log(table: "ibis.Table", *, columns: Collection[str] | None = None, values: bool = True) -> LogProfile:
    """Look at a table: one aggregate query, and one more for the frequent values of its text.

    Parameters
    ----------
    table
        An Ibis table or expression.
    columns
        The columns to look at; None for all.
    values
        Whether to count the different values, and those of text one by one.
    """
    names = [name for name in table.columns if columns is None or name in columns]
    aggregates: dict[str, Any] = {"rows": table.count()}
    for position, name in enumerate(names):
        column = table[name]
        aggregates |= {f"{key}_{position}": value for key, value in _aggregates(column, values=values).items()}
    row = table.aggregate(**aggregates).to_pyarrow().to_pylist()[0]
    rows = int(row["rows"])
    profiles = {
        name: _profile(_kind(table[name]), {key: row.get(f"{key}_{position}") for key in _KEYS})
        for position, name in enumerate(names)
    }
    if values:
        countable = [
            name
            for name, profile in profiles.items()
            if profile.kind == "text" and has_countable_values(profile, rows)
        ]
        for name, (distinct, frequent) in frequent_values(table, countable).items():
            profiles[name] = replace(profiles[name], distinct=distinct, frequent=frequent)
    return LogProfile(rows, profiles)


def has_countable_values(profile: ColumnProfile, rows: int) -> bool:
    """Whether the values of text are worth counting one by one: not where nearly every row has its own."""
    return rows < _ALWAYS_COUNTED or profile.distinct < _NEARLY_ALL * rows


_KEYS = ("blanks", "distinct", "smallest", "largest", "clock", "finer")


def _kind(column: "ibis.Value") -> Kind:
    kind = column.type()
    if kind.is_boolean():
        return "yes/no"
    if kind.is_numeric():
        return "number"
    if kind.is_string():
        return "text"
    return "time" if kind.is_timestamp() or kind.is_date() else "else"


def _aggregates(column: "ibis.Value", *, values: bool) -> dict[str, Any]:
    """Return what is aggregated of a column of its kind."""
    kind = _kind(column)
    aggregates = {"blanks": column.isnull().sum()}
    if kind == "text" or (values and kind != "else"):
        aggregates["distinct"] = column.approx_nunique()
    if kind in {"number", "time"}:
        aggregates |= {"smallest": column.min(), "largest": column.max()}
    if column.type().is_timestamp():
        aggregates["clock"] = (column != column.truncate("D")).cast("int32").max()
    if column.type().is_floating():
        finer = (column - column.round(DECIMAL_PLACES)).abs() > column.abs() * 1e-12
        aggregates["finer"] = finer.cast("int32").max()
    return aggregates


def _profile(kind: Kind, row: Mapping[str, Any]) -> ColumnProfile:
    return ColumnProfile(
        kind,
        blanks=int(row["blanks"] or 0),
        distinct=int(row["distinct"] or 0),
        smallest=row["smallest"],
        largest=row["largest"],
        has_clock=bool(row["clock"]),
        is_decimal=kind == "number"
        and not row["finer"]
        and _is_small(row["smallest"])
        and _is_small(row["largest"]),
    )


def _is_small(number: float | None) -> bool:
    return number is None or abs(float(number)) * 10**DECIMAL_PLACES < _MOST_UNITS


def frequent_values(table: "ibis.Table", names: Collection[str]) -> dict[str, FrequentValues]:
    """Return how many values each text column has, and its most frequent ones with their counts."""
    import ibis

    parts = []
    for name in names:
        values = table.filter(table[name].notnull()).select(value=table[name])
        counts = values.group_by("value").agg(times=lambda rows: rows.count())
        counts = counts.mutate(column=ibis.literal(name), distinct=counts.count().over(ibis.window()))
        parts.append(counts.order_by([counts["times"].desc(), counts["value"]]).limit(MOST_FREQUENT))
    if not parts:
        return {}
    rows = reduce(lambda above, below: above.union(below), parts).to_pyarrow().to_pylist()
    values_by_column: dict[str, FrequentValues] = {name: (0, {}) for name in names}
    for row in sorted(rows, key=lambda row: (-row["times"], row["value"])):
        counted = values_by_column[row["column"]][1]
        counted[row["value"]] = int(row["times"])
        values_by_column[row["column"]] = (int(row["distinct"]), counted)
    return values_by_column
