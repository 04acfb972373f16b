"""What a column is for, guessed from its name and, for personal data, from what stands in it."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
import pandas as pd

from retention.customers.privacy import PERSON_NAME_COLUMNS, has_personal_name
from retention.customers.table import Roles
from retention.errors import InputError
from retention.wording.column_names import normalize_name, tokenize_name
from retention.wording.text import quote, suggest_closest

ColumnKinds = Callable[[Sequence[str]], Mapping[str, Literal["number", "category"]]]
"""Takes a header and returns what is known of its columns, by a model that learned from others like them."""

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

_REACHED_BY: Final = (
    "phonenumber",
    "phoneno",
    "phone",
    "mobilenumber",
    "mobileno",
    "mobile",
    "emailaddress",
    "email",
)
_INDEX_NAMES: Final = frozenset({"rownumber", "rownum", "rowno", "rowindex", "rowid"})
_COUNTER_NAMES: Final = frozenset(
    {"index", "level0", "sno", "srno", "slno", "serialno", "serialnumber", "recordno"}
)


def require_column(column: str, source: str, columns: Sequence[str], *, flag: str) -> str:
    """Return the column a person asked for by name.

    Raises
    ------
    InputError
        If it is not there; the message names the closest one.
    """
    if column in columns:
        return column
    raise InputError(
        f"{source}: column {quote(column)} is missing{suggest_closest(column, columns)}; "
        f"rename yours or pass {flag}"
    )


def find_column(columns: Sequence[str], names: Sequence[str]) -> str | None:
    """Return the column whose name comes first in ``names``."""
    known = {normalize_name(column): column for column in reversed(columns)}
    return next((known[name] for name in names if name in known), None)


@dataclass(frozen=True)
class RoleGuess:
    """Roles, and why each excluded column is one.

    Attributes
    ----------
    roles
        What each column is for.
    why
        Excluded column -> a few words for a person.
    """

    roles: Roles
    reasons: Mapping[str, str]

    def with_excluded(self, columns: Iterable[str], why: str) -> "RoleGuess":
        """Return the guess with more columns excluded; one that has a role or is out already stays as it is."""
        used = self.roles.non_features() | {self.roles.value}
        more = [column for column in columns if column not in used]
        roles = replace(self.roles, excluded=(*self.roles.excluded, *more))
        return RoleGuess(roles, {**self.reasons, **dict.fromkeys(more, why)})

    def with_cutoff(self, column: str) -> "RoleGuess":
        """Return the guess with a column as the day at which each row was taken."""
        return RoleGuess(replace(self.roles, cutoff=column), self.reasons)

    def without_value(self) -> "RoleGuess":
        """Return the guess with the value column as a feature like any other."""
        return RoleGuess(replace(self.roles, value=None), self.reasons)

    def without_label(self, why: str) -> "RoleGuess":
        """Return the guess with the label column set aside."""
        label = self.roles.label
        return RoleGuess(replace(self.roles, label=None), self.reasons).with_excluded(
            [label] if label else [], why
        )


def guess_roles(
    columns: Sequence[str],
    source: str,
    *,
    id: str | None = None,
    label: str | None = None,
    value: str | None = None,
    exclude: Sequence[str] = (),
) -> RoleGuess:
    """Say what each column is for, by name; a role that is given is only checked.

    Raises
    ------
    InputError
        If a column that was asked for is missing, has two roles, or no column can be the id.
    """
    struck = [require_column(column, source, columns, flag="--exclude") for column in exclude]
    given = _given(columns, source, struck, {"--id": id, "--label": label, "--value-column": value})
    free = [column for column in columns if column not in {*struck, *given}]
    id = id or find_column(free, ID_NAMES) or _only_id(free) or find_column(free, _REACHED_BY)
    if id is None:
        advice = "rename yours or pass --id, or add one that numbers the customers"
        raise InputError(f"{source}: column 'customer_id' is missing; {advice}")
    label = label or find_column([column for column in free if column != id], LABEL_NAMES)
    value = value or find_column([column for column in free if column not in {id, label}], VALUE_NAMES)
    free = [column for column in free if column not in {id, label, value}]
    name = find_column(free, PERSON_NAME_COLUMNS)
    guess = RoleGuess(Roles(id=id, label=label, value=value, name=name), {})
    guess = guess.with_excluded(struck, "as asked").with_excluded(filter(has_personal_name, free), "personal data")
    guess = guess.with_excluded(filter(_numbers_rows, free), "only numbers the rows")
    return guess.with_excluded(filter(_second_label, free), "another label") if label else guess


def find_text_columns(columns: Sequence[str], roles: Roles, kinds: ColumnKinds | None) -> frozenset[str]:
    """Return the columns that stay text whatever they look like.

    Those are ids, labels, names and what is set aside, unless they are known as numbers, and what is known
    as a category: ``1`` and ``1.0`` may be two of them. All others are judged by their cells.
    """
    known = {} if kinds is None else kinds(columns)
    numbers = {name for name, kind in known.items() if kind == "number"}
    return frozenset({*(roles.non_features() - numbers), *(known.keys() - numbers), roles.id})


def find_row_number_columns(frame: pd.DataFrame, columns: Iterable[str]) -> list[str]:
    """Return the columns that only number the rows, as ``index`` and ``S.No`` do."""
    return [column for column in columns if normalize_name(column) in _COUNTER_NAMES and _counts_up(frame[column])]


def _only_id(columns: Sequence[str]) -> str | None:
    """Return the column called something like ``household_id``, if there is one and no more."""
    found = [column for column in columns if tokenize_name(column)[-1:] == ("id",)]
    return found[0] if len(found) == 1 else None


def _given(
    columns: Sequence[str], source: str, struck: Sequence[str], asked: Mapping[str, str | None]
) -> dict[str, str]:
    """Check the roles a person gave; return column -> flag."""
    given: dict[str, str] = {}
    for flag, column in asked.items():
        if column is None:
            continue
        require_column(column, source, columns, flag=flag)
        if column in struck or column in given:
            other = given.get(column, "--exclude")
            raise InputError(f"{source}: column {quote(column)} is asked for by {flag} and by {other}; choose one")
        given[column] = flag
    return given


def _second_label(column: str) -> bool:
    """Whether the name is one that only a churn label has (``left`` and ``target`` can be features)."""
    name = normalize_name(column)
    return name in LABEL_NAMES and ("churn" in name or "attrit" in name)


def _numbers_rows(column: str) -> bool:
    return normalize_name(column) in _INDEX_NAMES or re.fullmatch(r"unnamed: \d+", column.casefold()) is not None


def _counts_up(cells: pd.Series) -> bool:
    return bool(cells.dtype == np.float64 and len(cells) > 1 and (np.diff(cells.to_numpy()) == 1).all())


def split_column_names(names: str) -> tuple[str, ...]:
    """Return the columns that are named in a text with commas between them.

    Examples
    --------
    >>> split_column_names("city, plan,")
    ('city', 'plan')
    """
    return tuple(name.strip() for name in names.split(",") if name.strip())
