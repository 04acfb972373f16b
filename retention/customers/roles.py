"""The role of each column, guessed from its name: id, label, value, name, excluded, or feature."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
import pandas as pd

from retention.customers.codes import is_code_name, is_flag
from retention.customers.privacy import PERSON_NAME_COLUMNS, has_personal_name
from retention.customers.table import Roles
from retention.errors import InputError
from retention.wording.column_names import normalize_name, tokenize_name
from retention.wording.text import join_names, quote, suggest_closest

ColumnKinds = Callable[[Sequence[str]], Mapping[str, Literal["number", "category"]]]
"""Takes the column names of a file and returns the kinds that a model knows, those of its own features."""

ID_NAMES: Final = (
    "customeruniqueid", "customerid", "custid", "customer", "customerno", "customernumber", "customercode",
    "clientid", "clientnum", "clientno", "userid", "memberid", "subscriberid", "consumerid",
    "accountid", "accountno", "accountnumber",
    "id", "user", "uid", "uuid", "guid", "msisdn", "msno", "employeeid", "empid", "employeenumber",
)  # fmt: skip
LABEL_NAMES: Final = (
    "churn", "churned", "ischurn", "ischurned", "ischurner", "haschurned", "churnlabel", "churnflag", "churnyn",
    "churnvalue", "churnstatus", "churner", "customerchurn", "exited", "attrition", "attritionflag", "attrited",
    "left", "hasleft", "churnriskscore", "target", "label",
)  # fmt: skip
VALUE_NAMES: Final = ("value", "customervalue", "margin", "customermargin", "clv", "ltv", "customerlifetimevalue")

_CONTACT_IDS: Final = (
    "phonenumber", "phoneno", "phone", "mobilenumber", "mobileno", "mobile", "emailaddress", "email",
)  # fmt: skip
"""Contacts that identify a customer where a file has no other id, the best first."""
_INDEX_NAMES: Final = frozenset({"rownumber", "rownum", "rowno", "rowindex", "rowid"})
_FEWEST_ROWS: Final = 10  # fewer show nothing about a column
_MOSTLY_BLANK: Final = 0.5
_COUNTER_NAMES: Final = frozenset(
    {"index", "level0", "sno", "srno", "slno", "serialno", "serialnumber", "recordno"}
)
_SNAPSHOT_FEATURES: Final = frozenset({"recency_days", "orders", "one_time", "tenure_days"})


def require_column(column: str, source: str, columns: Sequence[str], *, flag: str) -> str:
    """Return a column that a person passed by name, if the file has it.

    Parameters
    ----------
    column
        The name that was passed.
    source
        The file, for the message.
    columns
        The names in the file.
    flag
        The command-line flag that passes it, for the message.

    Raises
    ------
    InputError
        If the file has no such column; the message names the closest one.
    """
    if column in columns:
        return column
    raise InputError(
        f"{source}: column {quote(column)} is missing{suggest_closest(column, columns)}; "
        f"rename yours or pass {flag}"
    )


def find_column(columns: Sequence[str], names: Sequence[str]) -> str | None:
    """Return the column whose normalized name comes first in ``names``; None if no column has one of them."""
    return next(iter(find_columns(columns, names)), None)


def find_columns(columns: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return the columns with one of these normalized names, in the order of ``names``."""
    by_normalized_name = {normalize_name(column): column for column in reversed(columns)}
    return [by_normalized_name[name] for name in names if name in by_normalized_name]


@dataclass(frozen=True)
class RoleGuess:
    """The guessed roles, and the reason for each excluded column.

    Attributes
    ----------
    roles
        What each column is for.
    reasons
        The reason, in a few words, by excluded column.
    """

    roles: Roles
    reasons: Mapping[str, str]

    def with_excluded(self, columns: Iterable[str], reason: str) -> "RoleGuess":
        """Return the guess with more columns excluded, except those that have a role or are excluded already."""
        used = self.roles.non_features() | {self.roles.value}
        more = [column for column in columns if column not in used]
        roles = replace(self.roles, excluded=(*self.roles.excluded, *more))
        return RoleGuess(roles, {**self.reasons, **dict.fromkeys(more, reason)})

    def with_cutoff(self, column: str) -> "RoleGuess":
        """Return the guess with a column that holds each row's cutoff date."""
        return RoleGuess(replace(self.roles, cutoff=column), self.reasons)

    def without_value(self) -> "RoleGuess":
        """Return the guess with the value column as a mere feature."""
        return RoleGuess(replace(self.roles, value=None), self.reasons)

    def without_label(self, reason: str) -> "RoleGuess":
        """Return the guess with the label column excluded."""
        label = self.roles.label
        guess = RoleGuess(replace(self.roles, label=None), self.reasons)
        return guess.with_excluded([label] if label else [], reason)


def guess_roles(
    columns: Sequence[str],
    source: str,
    *,
    id: str | None = None,
    label: str | None = None,
    value: str | None = None,
    exclude: Sequence[str] = (),
    unfit_ids: Collection[str] = (),
) -> RoleGuess:
    """Guess the role of each column from its name; a role that was passed is only checked.

    Parameters
    ----------
    columns
        The names in the file.
    source
        The file, for messages.
    id, label, value
        Columns by name; guessed where None.
    exclude
        Columns that must not be used; a name with commas may come in several parts.
    unfit_ids
        Columns that cannot be the id by what they hold; see :func:`find_unfit_ids`.

    Raises
    ------
    InputError
        If a column that was passed is missing or has two roles, or if no column can be the id.
    """
    excluded = [
        require_column(column, source, columns, flag="--exclude") for column in join_split_names(exclude, columns)
    ]
    passed = _check_passed(columns, source, excluded, {"--id": id, "--label": label, "--value-column": value})
    free = [column for column in columns if column not in {*excluded, *passed}]
    id = id or next((column for column in id_candidates(free) if column not in unfit_ids), None)
    if id is None:
        advice = "rename yours or pass --id, or add one that numbers the customers"
        if unfit_ids:
            advice = f"{join_names(unfit_ids)} cannot be the id, being a flag or mostly blank; {advice}"
        raise InputError(f"{source}: column 'customer_id' is missing; {advice}")
    label = label or find_column([column for column in free if column != id], LABEL_NAMES)
    value = value or find_column([column for column in free if column not in {id, label}], VALUE_NAMES)
    free = [column for column in free if column not in {id, label, value}]
    name = find_column(free, PERSON_NAME_COLUMNS)
    guess = RoleGuess(Roles(id=id, label=label, value=value, name=name), {})
    guess = guess.with_excluded(excluded, "as asked").with_excluded(
        filter(has_personal_name, free), "personal data"
    )
    guess = guess.with_excluded(filter(_is_row_number, free), "only numbers the rows")
    return guess.with_excluded(filter(_is_another_label, free), "another label") if label else guess


def id_candidates(columns: Sequence[str]) -> list[str]:
    """Return the columns whose names may be the id, the best first."""
    only_id = _only_id(columns)
    return [
        *find_columns(columns, ID_NAMES),
        *([only_id] if only_id else []),
        *find_columns(columns, _CONTACT_IDS),
    ]


def find_unfit_ids(frame: pd.DataFrame) -> list[str]:
    """Return the columns that are called an id or a contact, but only say yes or no or are mostly blank."""
    if len(frame) < _FEWEST_ROWS:
        return []
    return [
        column
        for column in id_candidates([str(column) for column in frame.columns])
        if is_flag(frame[column]) or frame[column].isna().mean() > _MOSTLY_BLANK
    ]


def join_split_names(names: Sequence[str], columns: Sequence[str]) -> list[str]:
    """Return the names of columns, where those with commas may have been split at them.

    >>> join_split_names(["city", "reason", "if any"], ["city", "reason, if any"])
    ['city', 'reason, if any']
    """
    by_parts = {tuple(part.strip() for part in column.split(",")): column for column in columns if "," in column}
    joined: list[str] = []
    position = 0
    while position < len(names):
        rest = tuple(names[position:])
        parts = max((parts for parts in by_parts if rest[: len(parts)] == parts), key=len, default=())
        is_split = bool(parts) and names[position] not in columns
        joined.append(by_parts[parts] if is_split else names[position])
        position += len(parts) if is_split else 1
    return joined


def find_text_columns(columns: Sequence[str], roles: Roles, kinds: ColumnKinds | None) -> frozenset[str]:
    """Return the columns to read as text whatever they look like; all others are judged by their cells.

    They are ids, postcodes and other codes, labels, names and excluded columns, unless the model knows them as
    numbers, and the model's categories, of which ``1`` and ``1.0`` may be two.
    """
    kind_by_column = {} if kinds is None else kinds(columns)
    numbers = {name for name, kind in kind_by_column.items() if kind == "number"}
    codes = {column for column in columns if is_code_name(column)} - {roles.value}
    return frozenset(
        {*(codes - numbers), *(roles.non_features() - numbers), *(kind_by_column.keys() - numbers), roles.id}
    )


def find_row_number_columns(frame: pd.DataFrame, columns: Iterable[str]) -> list[str]:
    """Return the columns that only number the rows by name and by content, such as ``index`` and ``S.No``."""
    return [column for column in columns if normalize_name(column) in _COUNTER_NAMES and _counts_up(frame[column])]


def _id_of_snapshot(columns: Sequence[str]) -> str | None:
    """Return the first column of a table that a snapshot wrote: its id, whatever the order log calls it."""
    return columns[0] if columns and set(columns[1:]) >= _SNAPSHOT_FEATURES else None


def _only_id(columns: Sequence[str]) -> str | None:
    """Return the column with a name like ``household_id``, if exactly one column has such a name."""
    ids = [column for column in columns if tokenize_name(column)[-1:] == ("id",)]
    return ids[0] if len(ids) == 1 else None


def _check_passed(
    columns: Sequence[str], source: str, excluded: Sequence[str], column_of_flag: Mapping[str, str | None]
) -> dict[str, str]:
    """Check the columns that were passed by flag; return the flag by column."""
    passed: dict[str, str] = {}
    for flag, column in column_of_flag.items():
        if column is None:
            continue
        require_column(column, source, columns, flag=flag)
        if column in excluded or column in passed:
            first_flag = passed.get(column, "--exclude")
            raise InputError(
                f"{source}: column {quote(column)} is asked for by {flag} and by {first_flag}; choose one"
            )
        passed[column] = flag
    return passed


def _is_another_label(column: str) -> bool:
    """Whether only a churn label has such a name (``left`` and ``target`` can be features)."""
    name = normalize_name(column)
    return name in LABEL_NAMES and ("churn" in name or "attrit" in name)


def _is_row_number(column: str) -> bool:
    """Whether a column numbers the rows by its name alone; ``Unnamed: 0`` is an index that pandas wrote."""
    return normalize_name(column) in _INDEX_NAMES or re.fullmatch(r"unnamed: \d+", column.casefold()) is not None


def _counts_up(cells: pd.Series) -> bool:
    return bool(cells.dtype == np.float64 and len(cells) > 1 and (np.diff(cells.to_numpy()) == 1).all())


def split_column_names(names: str) -> tuple[str, ...]:
    """Return the column names in a text, which commas separate.

    Examples
    --------
    >>> split_column_names("city, plan,")
    ('city', 'plan')
    """
    return tuple(name.strip() for name in names.split(",") if name.strip())
