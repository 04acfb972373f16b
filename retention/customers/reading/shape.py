"""How many rows and columns a table has, and what its columns are called: checked before it is used."""

from collections.abc import Sequence

from retention.customers.reading.files import Limits
from retention.customers.reading.formulas import unescape
from retention.customers.wording import shown
from retention.errors import InputError

_LONGEST_NAME = 500


def check_names(fields: Sequence[str], source: str, limits: Limits) -> list[str]:
    """Return the column names without white space around them; a blank one stays blank.

    Raises
    ------
    InputError
        If there are too many, if two are the same, or if one is a page long.
    """
    import pyarrow as pa

    if len(fields) > limits.columns:
        raise too_many_columns(f"{len(fields):,}", source, limits)
    names: list[str] = unescape(pa.array([field.strip() for field in fields], pa.string())).to_pylist()
    seen: dict[str, int] = {}
    for position, name in enumerate(names, start=1):
        if len(name) > _LONGEST_NAME:
            raise InputError(f"{source}: the name of column {position} is very long; is row 1 a header?")
        if name and name in seen:
            raise InputError(
                f"{source}: columns {seen[name]} and {position} are both called {shown(name)}; rename one of them"
            )
        seen[name] = position
    return names


def check_rows(count: int, source: str, limits: Limits) -> None:
    """Refuse a table without rows or with too many."""
    if count == 0:
        raise InputError(f"{source}: has a header but no rows under it; add one row a customer")
    if count > limits.rows:
        raise InputError(
            f"{source}: has more rows than the limit of {limits.rows:,}; "
            "split it, or raise RETENTION_MAX_ROWS where you run this yourself"
        )


def too_many_columns(found: str, source: str, limits: Limits) -> InputError:
    """Return the error for a header that is too wide; ``found`` is the number in words."""
    return InputError(
        f"{source}: has {found} columns, more than the limit of {limits.columns:,}; "
        "leave some out, or raise RETENTION_MAX_COLUMNS where you run this yourself"
    )
